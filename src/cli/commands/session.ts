import type { ReportFlags } from '../report-flags.ts';
export async function showSession(_which: string, _flags: ReportFlags): Promise<void> {}
