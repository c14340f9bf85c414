import type { Snapshot } from '../../monitor/snapshot.ts';
import { type View, viewOf } from './figures.ts';
import { finished } from './finished.ts';
import { entriesOf, type FrameOptions, sized } from './frame-options.ts';
import { Kept } from './keep.ts';
import { type Counts, LIST_WIDTH, layout, type Plan, type SectionName } from './layout.ts';
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
import { type Line, span } from './spans.ts';

const PLANS = new Kept<Plan>(2);
const NONE_FOLDED: readonly SectionName[] = [];

/** The plan of a picture: keys need it too, to know how far a page is. */
export function planOf(snapshot: Snapshot, options: FrameOptions): Plan {
  const { columns, rows, compact, folded = NONE_FOLDED, footerLines = 1, zoomed = null } = options;
  const counts: Counts = {
    sessions: options.entries?.length ?? snapshot.sessions.length,
    combined: combinedCount(snapshot, shapeOf(columns, compact), Math.min(columns, LIST_WIDTH)),
    projects: snapshot.projects.length,
    warnings: allWarnings(snapshot, options.muted).length,
    models: snapshot.models.length,
    details: options.below?.count ?? 0,
    chart: snapshot.chart.workPerMinute.length === 0 ? 0 : CHART_ROWS,
  };
  return PLANS.of([columns, rows, compact, folded, footerLines, zoomed, ...Object.values(counts)], () =>
    layout(columns, rows, counts, { compact, footerLines, folded, zoomed }),
  );
}

/** Header and verdict: the top of every screen of the view. */
export function topLines(
  view: View,
  snapshot: Snapshot,
  plan: Pick<Plan, 'header' | 'verdict' | 'shape'>,
  options: FrameOptions,
): readonly Line[] {
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 1;
  const room = options.columns - indent;
  const verdict = plan.verdict === 2 ? verdictLines(view, snapshot, room) : [verdictLine(view, snapshot, room)];
  const indented = indent === 0 ? verdict : verdict.map((drawn): Line => [span(' '), ...drawn]);
  if (!plan.header) return indented;
  return [headerLine(view, snapshot, options.scope ?? 'all Claude Code sessions', options.columns, options.frozen ?? null), ...indented];
}

const EMPTY: Line = [];

/** The sections one below the other, in at most `rows` lines. */
function stacked(drawing: Drawing, rows: number): readonly Line[] {
  const { plan, options } = drawing;
  // On the smallest screens money and rate stand right under the window they belong to.
  const [first, second] = plan.shape === 'tiny' ? [combinedLines, sessionLines] : [sessionLines, combinedLines];
  const drawers =
    options.zoomed == null ? [first, detailLines, second, projectLines, warningLines, modelLines, chartLines] : [ZOOMED[options.zoomed]];
  const lines: Line[] = [];
  for (const draw of drawers) {
    const section = draw(drawing);
    if (section.length > 0 && lines.length > 0 && plan.gaps) lines.push(EMPTY);
    for (let at = 0; at < section.length; at++) lines.push(section[at]!);
  }
  return lines.length > rows ? lines.slice(0, rows) : lines;
}

/** Body lines filled up to `rows`, beside the right pane where there is one. */
function body(drawing: Drawing, rows: number): readonly Line[] {
  const { view, plan, snapshot, options } = drawing;
  const left = hasNoData(snapshot) ? noData(options.columns, rows) : stacked(drawing, rows);
  const side = plan.side > 0 && !hasNoData(snapshot) ? sideLines(drawing, rows) : null;
  const lines: Line[] = [];
  for (let at = 0; at < rows; at++) {
    const drawn = left[at] ?? EMPTY;
    lines.push(side === null ? drawn : besides(view, drawn, plan.width, side[at] ?? EMPTY));
  }
  return lines;
}

const ZOOMED = { sessions: sessionLines, combined: combinedLines, projects: projectLines, warnings: warningLines } as const;

/** The lines of `frame` as they are drawn: at least `rows` of them, some perhaps too wide yet. */
export function framed(snapshot: Snapshot, options: FrameOptions, view: View, plan: Plan): readonly Line[] {
  const entries = entriesOf(snapshot, options);
  const offset = Math.max(0, Math.min(options.offset ?? 0, entries.length - plan.sessions.rows));
  const drawing: Drawing = { view, snapshot, plan, options, entries, offset };
  const top = topLines(view, snapshot, plan, options);
  const bottom =
    plan.footer === 0
      ? []
      : (options.footer?.(options.columns, rangeOf(drawing), plan.header ? null : (options.frozen ?? null)) ?? [EMPTY]).slice(
          0,
          plan.footer,
        );
  const middle = body(drawing, Math.max(0, options.rows - top.length - bottom.length));
  return [...top, ...middle, ...bottom];
}

/**
 * The list and its sections: exactly `rows` lines, none wider than `columns` (LV-41), the verdict on top (under the header from 30
 * rows on). A pure function: the same snapshot, size and time give the same lines.
 */
export function frame(snapshot: Snapshot, given: FrameOptions): readonly Line[] {
  const options = sized(given);
  const view = viewOf(snapshot, { ascii: options.ascii, now: options.now ?? snapshot.takenAt, hour12: options.hour12 });
  return finished(framed(snapshot, options, view, planOf(snapshot, options)), options);
}
