import type { SessionView } from '../../../monitor/snapshot.ts';
import { urgency } from '../../../sessions/states.ts';

export const SORT_KEYS = ['attention', 'cost', 'rate', 'tokens', 'burn', 'share', 'ctx', 'age', 'started', 'name', 'project'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** The columns whose heading sorts when clicked (LV-73). */
export const SORT_OF_COLUMN: Readonly<Record<string, SortKey>> = {
  state: 'attention',
  name: 'name',
  project: 'project',
  ctx: 'ctx',
  tokens: 'tokens',
  cost: 'cost',
  rate: 'rate',
  share: 'share',
  age: 'age',
};

type Value = number | string | null;

/** Greatest first, but newest age, oldest start and letters from the front. */
const VALUES: Readonly<
  Record<Exclude<SortKey, 'attention'>, { readonly of: (session: SessionView) => Value; readonly ascending: boolean }>
> = {
  cost: { of: ({ window }) => window.cost, ascending: false },
  rate: { of: ({ burnNow }) => burnNow.costPerHour, ascending: false },
  tokens: { of: ({ window }) => window.all, ascending: false },
  burn: { of: ({ burnNow }) => burnNow.work, ascending: false },
  share: { of: ({ share }) => share, ascending: false },
  ctx: { of: ({ contextPercent }) => contextPercent.value, ascending: false },
  age: { of: ({ lastAt }) => lastAt, ascending: false },
  started: { of: ({ startedAt }) => startedAt, ascending: true },
  name: { of: ({ name }) => name.toLowerCase(), ascending: true },
  project: { of: ({ project }) => project.toLowerCase(), ascending: true },
};

const compareValues = (a: number | string, b: number | string) => (a < b ? -1 : a > b ? 1 : 0);

const urgencyOf = (session: SessionView) => urgency(session.state);

/** Most urgent first, in a group the longest wait; all else equal by id, so that the order is one (LV-82). */
function byAttention(a: SessionView, b: SessionView): number {
  return urgencyOf(a) - urgencyOf(b) || waitOf(a) - waitOf(b) || compareValues(a.id, b.id);
}

const waitOf = (session: SessionView) => session.waiting?.since ?? session.since ?? session.lastAt ?? Number.MAX_SAFE_INTEGER;

/** Unknown values last, whichever way round. */
export function comparator(key: SortKey, inverted: boolean): (a: SessionView, b: SessionView) => number {
  if (key === 'attention') return inverted ? (a, b) => byAttention(b, a) : byAttention;
  const { of, ascending } = VALUES[key];
  const sign = ascending === inverted ? -1 : 1;
  return (a, b) => {
    const [left, right] = [of(a), of(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || compareValues(a.id, b.id);
    return sign * compareValues(left, right) || compareValues(a.id, b.id);
  };
}

/** The order on screen and when it was made. */
export interface Order {
  readonly ids: readonly string[];
  readonly key: SortKey;
  readonly inverted: boolean;
  /** State group of each session when it got its place: `attention` moves a row only when that changes. */
  readonly groups: Readonly<Record<string, number>>;
  /** Epoch ms. */
  readonly renewedAt: number;
}

export const NO_ORDER: Order = { ids: [], key: 'attention', inverted: false, groups: {}, renewedAt: Number.NEGATIVE_INFINITY };

/** A cursor that moved within this time holds the order still, ms. */
const STILL_MS = 3000;

export interface OrderWish {
  readonly key: SortKey;
  readonly inverted: boolean;
  readonly now: number;
  readonly refreshMs: number;
  readonly cursorMovedAt: number;
}

/** Whether all sessions, and no others, have a place, in the groups they have now. */
function hasPlaces({ ids, groups, key }: Order, sessions: readonly SessionView[]): boolean {
  if (sessions.length !== ids.length) return false;
  for (let at = 0; at < sessions.length; at++) {
    const session = sessions[at]!;
    const group = groups[session.id];
    if (group === undefined || (key === 'attention' && group !== urgencyOf(session))) return false;
  }
  return true;
}

/**
 * The next order (LV-83): rows do not jump. Under `attention` a row moves only when its state group changes; under other keys the order is renewed at
 * most every refresh interval, and not while the cursor moved within 3 s. New sessions come where they belong then, else at the end of their group.
 */
export function nextOrder(before: Order, sessions: readonly SessionView[], wish: OrderWish): Order {
  const changedWish = before.key !== wish.key || before.inverted !== wish.inverted || before.ids.length === 0;
  const due = wish.now - before.renewedAt >= wish.refreshMs && wish.now - wish.cursorMovedAt >= STILL_MS;
  if (!changedWish && (wish.key === 'attention' || !due) && hasPlaces(before, sessions)) return before;
  const groups = Object.fromEntries(sessions.map((session) => [session.id, urgencyOf(session)]));
  const made = (sorted: readonly SessionView[], renewedAt: number): Order => ({
    ids: sorted.map(({ id }) => id),
    key: wish.key,
    inverted: wish.inverted,
    groups,
    renewedAt,
  });
  const sorted = () => [...sessions].sort(comparator(wish.key, wish.inverted));
  if (changedWish) return made(sorted(), wish.now);
  const place = new Map(before.ids.map((id, index) => [id, index]));
  if (wish.key === 'attention') {
    const isNew = (session: SessionView) => before.groups[session.id] !== groups[session.id];
    const sign = wish.inverted ? -1 : 1;
    // Who comes into a group has waited least, and stands behind those already there; the other way round before them.
    return made(
      [...sessions].sort(
        (a, b) =>
          sign * (urgencyOf(a) - urgencyOf(b)) ||
          sign * (Number(isNew(a)) - Number(isNew(b))) ||
          (isNew(a) ? sign * byAttention(a, b) : place.get(a.id)! - place.get(b.id)!),
      ),
      before.renewedAt,
    );
  }
  if (due) return made(sorted(), wish.now);
  const last = before.ids.length;
  return made(
    [...sessions].sort((a, b) => (place.get(a.id) ?? last) - (place.get(b.id) ?? last) || compareValues(a.id, b.id)),
    before.renewedAt,
  );
}
