export const REPORTS = ['daily', 'weekly', 'monthly', 'sessions', 'projects', 'models', 'blocks'] as const;
export type ReportName = (typeof REPORTS)[number];

/** Every word that asks for a report: these start from a file of their own (src/main.ts). */
export const REPORT_WORDS: readonly string[] = [...REPORTS, 'session-list'];
