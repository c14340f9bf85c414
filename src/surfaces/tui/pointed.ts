import type { View } from './figures.ts';
import type { FrameOptions } from './frame-options.ts';
import type { Plan } from './layout.ts';
import { headingAt } from './rows/session-columns.ts';
import type { Context } from './ui/context.ts';
import type { Listing } from './ui/listing.ts';
import { SORT_OF_COLUMN } from './ui/order.ts';
import type { UiState } from './ui/state.ts';

/** What stands at a place of the list, for the mouse. */
export function pointed(
  row: number,
  column: number,
  state: UiState,
  view: View,
  listing: Listing,
  plan: Plan,
  options: FrameOptions,
): ReturnType<Context['at']> {
  const top = Number(plan.header) + plan.verdict + (plan.shape === 'tiny' ? plan.combined.rows : 0) + Number(plan.sessions.title);
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 2;
  if (column >= plan.width) return null;
  if (plan.sessions.heading && row === top) {
    const shown = listing.entries
      .slice(state.offset, state.offset + plan.sessions.rows)
      .flatMap((entry) => (entry.kind === 'session' ? [entry.session] : []));
    const key = SORT_OF_COLUMN[headingAt(view, shown, plan.columns, plan.width, indent, column) ?? ''];
    return key === undefined ? null : { sort: key };
  }
  const index = row - top - Number(plan.sessions.heading);
  if (index < 0 || options.zoomed === 'projects' || options.zoomed === 'warnings' || options.zoomed === 'combined') return null;
  const entry =
    listing.entries[
      Math.min(state.offset, Math.max(0, listing.entries.length - plan.sessions.rows)) +
        (plan.sessions.second ? Math.floor(index / 2) : index)
    ];
  return entry?.kind !== 'session' || index >= plan.sessions.rows * (plan.sessions.second ? 2 : 1) ? null : { select: entry.session.id };
}
