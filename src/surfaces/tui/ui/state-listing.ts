import type { Snapshot } from '../../../monitor/snapshot.ts';
import { type Listing, listingOf } from './listing.ts';
import type { UiState } from './state.ts';

/** Accounts by id or by name, as a flag gives them; what is not known stays as it is and lists nothing. */
export const accountsIn = (snapshot: Snapshot, names: readonly string[]): readonly { readonly id: string; readonly label: string }[] =>
  names.map((name) => snapshot.accounts.find(({ id, label }) => id === name || label === name) ?? { id: name, label: name });

const accountIds = (snapshot: Snapshot, { accounts }: Pick<UiState, 'accounts'>): readonly string[] | null =>
  accounts.length === 0 ? null : accountsIn(snapshot, accounts).map(({ id }) => id);

/** The sessions on screen in a state of the view. */
export function listingFor(state: UiState, snapshot: Snapshot, now: number, maxSessions: number): Listing {
  return listingOf(snapshot, {
    order: state.order.ids,
    filter: state.filter.ast,
    accounts: accountIds(snapshot, state),
    group: state.group,
    now,
    most: maxSessions,
  });
}
