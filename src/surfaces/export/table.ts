/** Reports as lines of text: pure functions of literal rows (§5). No line is wider than the terminal from 20 columns up (UR-50). */
export { compareTable, turnsTable } from './compare-table.ts';
export { sessionCard } from './session-card.ts';
export { blocksTable } from './table-blocks.ts';
export { shortModel } from './table-cells.ts';
export { modelsTable } from './table-models.ts';
export { emptyNotice } from './table-notes.ts';
export { instancesTable, type PeriodKind, periodTable } from './table-periods.ts';
export { projectsTable, sessionsTable } from './table-sessions.ts';
export type { SessionDetail, TableOptions, WindowShare } from './types.ts';
