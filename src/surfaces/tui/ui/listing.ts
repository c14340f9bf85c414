import type { SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import type { Ast } from '../filter/grammar.ts';
import { matches } from '../filter/match.ts';
import { factsOf } from './facts.ts';

export type GroupBy = 'none' | 'project' | 'account';

/** A row of the list: a session, or the heading of a group of them. */
export type Entry =
  | { readonly kind: 'session'; readonly session: SessionView }
  | { readonly kind: 'group'; readonly name: string; readonly sessions: readonly SessionView[] };

export interface Listing {
  readonly entries: readonly Entry[];
  readonly sessions: readonly SessionView[];
  /** Sessions there are in all, and percent of their cost that a filter hides; null = no filter or unknown (LV-81). */
  readonly all: number;
  readonly hiddenCostPercent: number | null;
}

export interface ListingWish {
  readonly order: readonly string[];
  readonly filter: Ast | null;
  /** Account ids; null = all. */
  readonly accounts: readonly string[] | null;
  readonly group: GroupBy;
  readonly now: number;
  /** Sessions shown at most (`live.maxSessions`). */
  readonly most: number;
}

/** The sessions on screen in their order: account, then filter, then groups. */
export function listingOf(snapshot: Snapshot, wish: ListingWish): Listing {
  const place = new Map(wish.order.map((id, index) => [id, index]));
  const last = wish.order.length;
  const ordered = [...snapshot.sessions].sort((a, b) => (place.get(a.id) ?? last) - (place.get(b.id) ?? last));
  const shown = ordered
    .filter((session) => wish.accounts === null || wish.accounts.includes(session.account))
    .filter((session) => wish.filter === null || matches(wish.filter, factsOf(session, wish.now)))
    .slice(0, wish.most);
  const sessions = wish.group === 'none' ? shown : grouped(shown, wish.group).flatMap(([, own]) => own);
  const entries: readonly Entry[] =
    wish.group === 'none'
      ? sessions.map((session) => ({ kind: 'session', session }))
      : grouped(shown, wish.group).flatMap(([name, own]): Entry[] => [
          { kind: 'group', name, sessions: own },
          ...own.map((session): Entry => ({ kind: 'session', session })),
        ]);
  return { entries, sessions, all: snapshot.sessions.length, hiddenCostPercent: hiddenPart(snapshot.sessions, shown) };
}

/** Groups in the order in which their first session stands. */
function grouped(sessions: readonly SessionView[], by: 'project' | 'account'): readonly (readonly [string, readonly SessionView[]])[] {
  const groups = new Map<string, SessionView[]>();
  for (const session of sessions) {
    const own = groups.get(session[by]);
    if (own === undefined) groups.set(session[by], [session]);
    else own.push(session);
  }
  return [...groups];
}

function hiddenPart(all: readonly SessionView[], shown: readonly SessionView[]): number | null {
  if (shown.length === all.length) return null;
  const cost = (sessions: readonly SessionView[]) =>
    sessions.reduce<number | null>((sum, { window }) => (sum === null || window.cost === null ? null : sum + window.cost), 0);
  const [whole, part] = [cost(all), cost(shown)];
  return whole === null || part === null || whole === 0 ? null : ((whole - part) / whole) * 100;
}
