import type { SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import type { Ast } from '../filter/grammar.ts';
import { matches } from '../filter/match.ts';
import { Kept } from '../keep.ts';
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

/** Places by id of the order used last: it stays for many pictures. */
const PLACES = new Kept<ReadonlyMap<string, number>>();
const placesOf = (order: readonly string[]) => PLACES.of([order], () => new Map(order.map((id, index) => [id, index])));

/** The sessions by their places, those without one behind the others. */
function inOrder(sessions: readonly SessionView[], order: readonly string[]): readonly SessionView[] {
  const places = placesOf(order);
  return placed(sessions, places) ?? sorted(sessions, places, order.length);
}

const sorted = (sessions: readonly SessionView[], places: ReadonlyMap<string, number>, last: number) =>
  [...sessions].sort((a, b) => (places.get(a.id) ?? last) - (places.get(b.id) ?? last));

/** Each session at its place, without sorting: as long as all of them, and no others, have one. */
function placed(sessions: readonly SessionView[], places: ReadonlyMap<string, number>): readonly SessionView[] | null {
  if (sessions.length !== places.size) return null;
  const out = new Array<SessionView | undefined>(sessions.length);
  for (let at = 0; at < sessions.length; at++) {
    const session = sessions[at]!;
    const place = places.get(session.id);
    if (place === undefined || place >= out.length || out[place] !== undefined) return null;
    out[place] = session;
  }
  return out as SessionView[];
}

/** The sessions on screen in their order: account, then filter, then groups. */
export function listingOf(snapshot: Snapshot, wish: ListingWish): Listing {
  const { accounts, filter, group, now, most } = wish;
  let shown = inOrder(snapshot.sessions, wish.order);
  if (accounts !== null) shown = shown.filter((session) => accounts.includes(session.account));
  if (filter !== null) shown = shown.filter((session) => matches(filter, factsOf(session, now)));
  if (shown.length > most) shown = shown.slice(0, most);
  const rest = { all: snapshot.sessions.length, hiddenCostPercent: hiddenPart(snapshot.sessions, shown) };
  if (group === 'none') return { entries: entriesOf(shown), sessions: shown, ...rest };
  const groups = grouped(shown, group);
  const entries = groups.flatMap(([name, sessions]): Entry[] => [{ kind: 'group', name, sessions }, ...sessions.map(sessionEntry)]);
  return { entries, sessions: groups.flatMap(([, own]) => own), ...rest };
}

const sessionEntry = (session: SessionView): Entry => ({ kind: 'session', session });

/** The entries of the list before: most sessions are the same objects at the same places. */
let newest: readonly Entry[] = [];

function entriesOf(sessions: readonly SessionView[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < sessions.length; at++) {
    const before = newest[at];
    const session = sessions[at]!;
    entries.push(before?.kind === 'session' && before.session === session ? before : sessionEntry(session));
  }
  newest = entries;
  return entries;
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
