import type { CostMode } from '../../pricing/types.ts';
import type { Ledger } from '../open.ts';
import { CELL_MS, PROMPT_CELL } from '../schema.ts';
import { type CellGroup, EVERYTHING, groupCells } from './cells.ts';

/** Epoch ms, half-open. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The sums of each session and model inside some windows of one account, in the order of the windows (oldest first, not overlapping). A cell belongs to the
 * window in which its first request lies, as in `blocks`: windows that end on a cell's edge, nearly all, are sums of whole cells.
 */
export function windowGroups(
  ledger: Ledger,
  windows: readonly Span[],
  isOwn: (session: number) => boolean,
  mode: CostMode,
): (readonly { readonly session: number; readonly group: CellGroup }[])[] {
  const found = windows.map((): { session: number; group: CellGroup }[] => []);
  const [first, last] = [windows[0], windows.at(-1)];
  if (first === undefined || last === undefined) return found;
  const filter = { ...EVERYTHING, from: Math.floor(first.start / CELL_MS) * CELL_MS, to: last.end };
  for (const group of groupCells(ledger, ['cell', 'session'], filter, mode)) {
    const session = group.group[1]!;
    if (!isOwn(session)) continue;
    const index = indexAt(windows, group.flags === PROMPT_CELL ? group.group[0]! * CELL_MS : group.firstAt);
    if (index >= 0) found[index]!.push({ session, group });
  }
  return found;
}

function indexAt(windows: readonly Span[], at: number): number {
  let [low, high] = [0, windows.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const window = windows[middle]!;
    if (at < window.start) high = middle - 1;
    else if (at >= window.end) low = middle + 1;
    else return middle;
  }
  return -1;
}
