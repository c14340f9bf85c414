import type { View } from './figures.ts';
import type { Plan } from './layout.ts';
import { headingAt } from './rows/session-columns.ts';
import type { Context } from './ui/context.ts';
import type { Entry, Listing } from './ui/listing.ts';
import { SORT_OF_COLUMN } from './ui/order.ts';
import type { UiState } from './ui/state.ts';

/** What stands at a place of the list, for the mouse (LV-73). */
export function pointed(
  row: number,
  column: number,
  { offset }: Pick<UiState, 'offset'>,
  view: View,
  { entries }: Listing,
  plan: Plan,
): ReturnType<Context['at']> {
  const { sessions } = plan;
  const top = Number(plan.header) + plan.verdict + (plan.shape === 'tiny' ? plan.combined.rows : 0) + Number(sessions.title);
  const line = row - top - Number(sessions.heading);
  if (column >= plan.width || row < top || entries.length === 0) return null;
  const first = Math.min(offset, Math.max(0, entries.length - sessions.rows));
  const shown = entries.slice(first, first + sessions.rows);
  if (line >= 0) return entryAt(shown, line, sessions.second);
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 2;
  const listed = shown.flatMap((entry) => (entry.kind === 'session' ? [entry.session] : []));
  const heading = headingAt(view, listed, plan.columns, plan.width, indent, column);
  const sort = heading === null ? undefined : SORT_OF_COLUMN[heading];
  return sort === undefined ? null : { sort };
}

/** The session whose lines have that one, from 0; a group's heading is one line, also where each session has a second one. */
function entryAt(shown: readonly Entry[], line: number, second: boolean): { readonly select: string } | null {
  let left = line;
  for (const entry of shown) {
    const height = second && entry.kind === 'session' ? 2 : 1;
    if (left < height) return entry.kind === 'session' ? { select: entry.session.id } : null;
    left -= height;
  }
  return null;
}
