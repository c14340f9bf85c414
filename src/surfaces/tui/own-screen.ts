import type { Snapshot } from '../../monitor/snapshot.ts';
import { say, type View } from './figures.ts';
import { topLines } from './frame.ts';
import type { FrameOptions } from './frame-options.ts';
import type { Plan } from './layout.ts';
import type { DetailSource } from './rows/details/detailed.ts';
import { type Frozen, ruleLine } from './rows/frame-edges.ts';
import { helpEntries, helpRows } from './rows/help.ts';
import { type Drawn, drawScreen } from './screens.ts';
import { clip, type Line, line } from './spans.ts';
import type { Overlay, Screen } from './ui/state.ts';

/** A picture that is not the list, and how much of it can be scrolled. */
export interface Own {
  readonly lines: readonly Line[];
  readonly visible: number;
  readonly count: number;
  readonly agentAtCursor: string | null;
}

/** Top, a body cut from its lines, footer: the shape of every screen that is not the list. */
function withEdges(
  view: View,
  snapshot: Snapshot,
  options: FrameOptions,
  plan: Plan,
  head: Line,
  frozen: Frozen | null,
  draw: (rows: number) => Pick<Drawn, 'above' | 'lines' | 'offset' | 'count' | 'agentAtCursor'>,
): Own {
  const top = [...topLines(view, snapshot, plan, { ...options, frozen }), ...(options.rows >= 4 ? [clip(head, options.columns)] : [])];
  const rows = Math.max(1, options.rows - top.length - plan.footer);
  const drawn = draw(rows);
  const above = drawn.above.slice(0, Math.max(0, rows - 1));
  const visible = Math.max(1, rows - above.length);
  const offset = Math.max(0, Math.min(drawn.offset, drawn.lines.length - visible));
  const body = [...above, ...drawn.lines.slice(offset, offset + visible)];
  const filled = Array.from({ length: rows }, (_, index) => body[index] ?? []);
  const bottom = plan.footer === 0 ? [] : (options.footer?.(options.columns, null, plan.header ? null : frozen) ?? []);
  return { lines: [...top, ...filled, ...bottom], visible, count: drawn.count, agentAtCursor: drawn.agentAtCursor };
}

/** The screen on top of the list. */
export function ownScreen(
  screen: Screen,
  { queries, terminals }: Pick<DetailSource, 'queries' | 'terminals'>,
  view: View,
  snapshot: Snapshot,
  options: FrameOptions,
  plan: Plan,
  frozen: Frozen | null,
): Own {
  const source = { view, snapshot, queries, terminals, width: options.columns };
  const drawnAt = (rows: number) => drawScreen({ ...source, rows }, screen);
  return withEdges(view, snapshot, options, plan, drawnAt(1).path, frozen, drawnAt);
}

/** The help of a place, or what its search found. */
export function helpScreen(
  overlay: Overlay & { kind: 'help' },
  readOnly: boolean,
  view: View,
  snapshot: Snapshot,
  options: FrameOptions,
  plan: Plan,
  frozen: Frozen | null,
): Own {
  const entries = helpEntries(overlay.place, readOnly, overlay.query);
  const words = overlay.searching
    ? `HELP  /${overlay.query}_`
    : `HELP  ${overlay.query === '' ? '/ searches, Esc closes' : `/${overlay.query}`}`;
  const lines = entries.length === 0 ? [line(' nothing found', 'dim')] : helpRows(view, entries, options.columns);
  const head = ruleLine(view, say(view, words), options.columns);
  return withEdges(view, snapshot, options, plan, head, frozen, () => ({
    above: [],
    lines,
    offset: overlay.offset,
    count: lines.length,
    agentAtCursor: null,
  }));
}
