import type { Snapshot } from '../../monitor/snapshot.ts';
import { type View, viewOf } from './figures.ts';
import { entriesOf, type FrameOptions, sized } from './frame-options.ts';
import { type Counts, LIST_WIDTH, layout, type Plan } from './layout.ts';
import { combinedCount } from './rows/combined.ts';
import { besides, headerLine } from './rows/frame-edges.ts';
import { noData } from './rows/no-data.ts';
import { hasNoData } from './rows/states.ts';
import { verdictLine, verdictLines } from './rows/verdict.ts';
import { allWarnings } from './rows/warnings.ts';
import { detailLines, sideLines } from './sections/chosen.ts';
import { combinedLines } from './sections/combined.ts';
import { type Drawing, rangeOf } from './sections/drawing.ts';
import { sessionLines } from './sections/list.ts';
import { CHART_ROWS, chartLines, modelLines } from './sections/models-and-chart.ts';
import { projectLines } from './sections/projects.ts';
import { warningLines } from './sections/warnings.ts';
import { shapeOf } from './shape.ts';
import { clip, drawable, type Line, merged, span } from './spans.ts';

/** The plan of a picture: keys need it too, to know how far a page is. */
export function planOf(snapshot: Snapshot, options: FrameOptions): Plan {
  const { columns, rows, compact } = options;
  const counts: Counts = {
    sessions: entriesOf(snapshot, options).length,
    combined: combinedCount(snapshot, shapeOf(columns, compact), Math.min(columns, LIST_WIDTH)),
    projects: snapshot.projects.length,
    warnings: allWarnings(snapshot, options.muted).length,
    models: snapshot.models.length,
    details: options.below?.length ?? 0,
    chart: snapshot.chart.workPerMinute.length === 0 ? 0 : CHART_ROWS,
  };
  const wishes = { compact, footerLines: options.footerLines ?? 1, folded: options.folded ?? [], zoomed: options.zoomed ?? null };
  return layout(columns, rows, counts, wishes);
}

/** Header and verdict: the top of every screen of the view. */
export function topLines(
  view: View,
  snapshot: Snapshot,
  plan: Pick<Plan, 'header' | 'verdict' | 'shape'>,
  options: FrameOptions,
): readonly Line[] {
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 1;
  const indented = (drawn: Line): Line => (indent === 0 ? drawn : [span(' '), ...drawn]);
  const room = options.columns - indent;
  const header = plan.header
    ? [headerLine(view, snapshot, options.scope ?? 'all Claude Code sessions', options.columns, options.frozen ?? null)]
    : [];
  return [...header, ...(plan.verdict === 2 ? verdictLines(view, snapshot, room) : [verdictLine(view, snapshot, room)]).map(indented)];
}

/** Body lines filled up to `rows`, beside the right pane where there is one. */
function body(drawing: Drawing, rows: number): readonly Line[] {
  const { view, plan, snapshot, options } = drawing;
  if (hasNoData(snapshot)) return Array.from({ length: rows }, (_, index) => noData(options.columns, rows)[index] ?? []);
  // On the smallest screens money and rate stand right under the window they belong to.
  const [first, second] = plan.shape === 'tiny' ? [combinedLines, sessionLines] : [sessionLines, combinedLines];
  const drawers =
    options.zoomed == null ? [first, detailLines, second, projectLines, warningLines, modelLines, chartLines] : [ZOOMED[options.zoomed]];
  const drawn = drawers.map((draw) => draw(drawing)).filter((section) => section.length > 0);
  const sections = drawn.flatMap((section, index) => (plan.gaps && index > 0 ? [[], ...section] : section)).slice(0, rows);
  const side = plan.side > 0 ? sideLines(drawing, rows) : null;
  return Array.from({ length: rows }, (_, index) => {
    const left = sections[index] ?? [];
    return side === null ? left : besides(view, left, plan.width, side[index] ?? []);
  });
}

const ZOOMED = { sessions: sessionLines, combined: combinedLines, projects: projectLines, warnings: warningLines } as const;

interface Finished {
  readonly columns: number;
  readonly ascii: boolean;
  readonly line: Line;
}
/** Lines as they were finished last: most are those of a moment ago, and a picture over another one finishes the same lines again. */
const FINISHED = new WeakMap<Line, Finished>();

function finishedLine(drawn: Line, columns: number, ascii: boolean): Line {
  const before = FINISHED.get(drawn);
  if (before !== undefined && before.columns === columns && before.ascii === ascii) return before.line;
  const line = merged(drawable(clip(drawn, columns), ascii));
  FINISHED.set(drawn, { columns, ascii, line });
  FINISHED.set(line, { columns, ascii, line });
  return line;
}

/** Exactly `rows` lines of at most `columns`, neighbours of one tone joined. */
export const finished = (lines: readonly Line[], { columns, rows, ascii }: Pick<FrameOptions, 'columns' | 'rows' | 'ascii'>): Line[] =>
  Array.from({ length: rows }, (_, index) => finishedLine(lines[index] ?? [], columns, ascii));

/**
 * The list and its sections: exactly `rows` lines, none wider than `columns` (LV-41), the verdict on top (under the header from 30
 * rows on). A pure function: the same snapshot, size and time give the same lines.
 */
export function frame(snapshot: Snapshot, given: FrameOptions): Line[] {
  const options = sized(given);
  const view = viewOf(snapshot, { ascii: options.ascii, now: options.now ?? snapshot.takenAt, hour12: options.hour12 });
  const plan = planOf(snapshot, options);
  const entries = entriesOf(snapshot, options);
  const offset = Math.max(0, Math.min(options.offset ?? 0, entries.length - plan.sessions.rows));
  const drawing: Drawing = { view, snapshot, plan, options, entries, offset };
  const top = topLines(view, snapshot, plan, options);
  const bottom =
    plan.footer === 0
      ? []
      : (options.footer?.(options.columns, rangeOf(drawing), plan.header ? null : (options.frozen ?? null)) ?? [[]]).slice(0, plan.footer);
  const middle = body(drawing, Math.max(0, options.rows - top.length - bottom.length));
  return finished([...top, ...middle, ...bottom], options);
}
