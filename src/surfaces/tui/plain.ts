import type { Snapshot } from '../../monitor/snapshot.ts';
import { viewOf } from './figures.ts';
import { MOST } from './layout.ts';
import { combinedCount, combinedRows, combinedTitle } from './rows/combined.ts';
import { projectRows } from './rows/projects.ts';
import { sessionTable } from './rows/sessions.ts';
import { hasNoData } from './rows/states.ts';
import { sessionsTitle } from './rows/titles.ts';
import { verdictLine } from './rows/verdict.ts';
import { allWarnings, warningRows } from './rows/warnings.ts';
import { COLUMNS, shapeOf } from './shape.ts';
import { clip, drawable, type Line, line, textOf } from './spans.ts';

export interface PlainOptions {
  /** 0 or less is taken as 80 (LV-42). */
  readonly columns: number;
  readonly ascii: boolean;
  readonly hour12?: boolean;
  /** Epoch ms that ages are counted to; the snapshot's own time when left out. */
  readonly now?: number;
}

/**
 * One picture without cursor movement, boxes or colour, every session and project in it (LV-130): for `--once`, pipes and
 * dumb terminals. Ends with a line break; no line is wider than `columns`.
 */
export function plainView(snapshot: Snapshot, options: PlainOptions): string {
  const columns = options.columns > 0 ? Math.floor(options.columns) : 80;
  const view = viewOf(snapshot, { ascii: options.ascii, now: options.now ?? snapshot.takenAt, hour12: options.hour12 });
  const shape = shapeOf(Math.min(columns, 159), false);
  const table = sessionTable(view, snapshot.sessions, COLUMNS[shape], columns, 0);
  const sessions: readonly Line[] = snapshot.sessions.length === 0 ? [] : [table.heading, ...table.rows];
  const sections: readonly (readonly Line[])[] = [
    [verdictLine(view, snapshot, columns)],
    sessions.length === 0 ? [] : [line(sessionsTitle(view, snapshot, shape, null, null)), ...sessions],
    hasNoData(snapshot)
      ? []
      : [
          line(combinedTitle(view, snapshot, shape, columns)),
          ...combinedRows(view, snapshot, shape, combinedCount(snapshot, shape, columns), columns),
        ],
    snapshot.projects.length === 0 ? [] : [line('PER-PROJECT BREAKDOWN'), ...projectRows(view, snapshot, shape, MOST, columns)],
    allWarnings(snapshot).length === 0
      ? []
      : [line(`WARNINGS ${allWarnings(snapshot).length}`), ...warningRows(view, allWarnings(snapshot), MOST, columns)],
  ];
  const blocks = sections.filter((section) => section.length > 0);
  return `${blocks.map((section) => section.map((drawn) => textOf(drawable(clip(drawn, columns), options.ascii)).trimEnd()).join('\n')).join('\n\n')}\n`;
}
