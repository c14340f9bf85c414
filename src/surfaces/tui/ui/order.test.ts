import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionState, SessionView } from '../../../monitor/snapshot.ts';
import { URGENCY } from '../rows/states.ts';
import { amountsOf, aSession, aSnapshot, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { aFirstState } from '../testing-picture.ts';
import { listingOf } from './listing.ts';
import { comparator, NO_ORDER, nextOrder, SORT_KEYS } from './order.ts';
import { refreshed, reordered } from './refresh.ts';
import type { UiState } from './state.ts';

const demo = demoLikeSnapshot().sessions;
const sorted = (key: (typeof SORT_KEYS)[number], sessions: readonly SessionView[] = demo, inverted = false) =>
  [...sessions]
    .sort(comparator(key, inverted))
    .map(({ name }) => name[0])
    .join('');

describe('sort keys, LV-82', () => {
  test.each([
    ['attention', 'fcrmans'],
    ['cost', 'mfcrsan'],
    ['rate', 'mfcarns'],
    ['tokens', 'mfcarsn'],
    ['burn', 'mafcrns'],
    ['share', 'mfcrsan'],
    ['ctx', 'mcfrans'],
    ['age', 'macfrsn'],
    ['started', 'nmfcsra'],
    ['name', 'acfmnrs'],
    ['project', 'fansmcr'],
  ] as const)('%s', (key, expected) => {
    expect(sorted(key)).toBe(expected);
  });

  test('unknown values come last, also the other way round', () => {
    const unknown = aSession({ id: 'z', name: 'z', window: amountsOf([1, 1, 0, 0, 0], null) });
    expect([sorted('cost', [unknown, ...demo]).at(-1), sorted('cost', [unknown, ...demo], true).at(-1)]).toEqual(['z', 'z']);
  });
});

describe('rows do not jump, LV-83', () => {
  const wish = { key: 'attention' as const, inverted: false, now: NOW, refreshMs: 5000, cursorMovedAt: 0 };

  test('under attention a row moves only when its state group changes', () => {
    const first = nextOrder(NO_ORDER, demo, wish);
    const louder = demo.map((session) => ({
      ...session,
      since: NOW - Math.abs(session.window.work % 977) * 1000,
      burnNow: { work: 1, all: 1, costPerHour: 1 },
    }));
    expect(nextOrder(first, louder, { ...wish, now: NOW + 60_000 }).ids).toEqual(first.ids);
    const changed = demo.map((session) => (session.name === 'review-418' ? { ...session, state: 'working' as SessionState } : session));
    const names = nextOrder(first, changed, wish).ids.map((id) => demo.find((session) => session.id === id)!.name[0]);
    expect(names.join('')).toBe('fcmarns');
  });

  test('with attention turned around too, and who comes into a group stands first there: nobody has waited less', () => {
    const inverted = { ...wish, inverted: true };
    const first = nextOrder(NO_ORDER, demo, inverted);
    const names = (sessions: readonly SessionView[]) =>
      nextOrder(first, sessions, inverted)
        .ids.map((id) => demo.find((session) => session.id === id)!.name[0])
        .join('');
    expect(names(demo)).toBe('snamrcf');
    const asks = (...letters: string[]) =>
      demo.map((session) =>
        letters.includes(session.name[0]!)
          ? { ...session, state: 'working' as SessionState, since: NOW - (session.name[0] === 'n' ? 10_000 : 5000) }
          : session,
      );
    expect(names(asks('r'))).toBe('snramcf');
    expect(names(asks('r', 'n'))).toBe('srnamcf');
  });

  test('under another key at most every refresh interval, and not within 3 s of a cursor move', () => {
    const byCost = { ...wish, key: 'cost' as const };
    const first = nextOrder(NO_ORDER, demo, byCost);
    const turned = demo.map((session) => ({ ...session, window: { ...session.window, cost: 100e9 - (session.window.cost ?? 0) } }));
    expect(nextOrder(first, turned, { ...byCost, now: NOW + 4999 }).ids).toEqual(first.ids);
    expect(nextOrder(first, turned, { ...byCost, now: NOW + 5000, cursorMovedAt: NOW + 2500 }).ids).toEqual(first.ids);
    expect(nextOrder(first, turned, { ...byCost, now: NOW + 5500, cursorMovedAt: NOW + 2500 }).ids).toEqual([...first.ids].reverse());
  });

  test('the chosen session stays chosen through any stream of updates while it is there, and in view', () => {
    const update = fc.record({
      gone: fc.subarray([0, 1, 2, 3, 4, 5, 6], { maxLength: 3 }),
      states: fc.array(fc.constantFrom(...URGENCY), { minLength: 7, maxLength: 7 }),
      costs: fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 7, maxLength: 7 }),
      key: fc.constantFrom(...SORT_KEYS),
      rows: fc.integer({ min: 1, max: 7 }),
      pass: fc.integer({ min: 0, max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.array(update, { minLength: 1, maxLength: 12 }), fc.nat(6), (updates, chosen) => {
        const first = aFirstState();
        let state: UiState = { ...first, selected: demo[chosen]!.id };
        let now = NOW;
        for (const { gone, states, costs, key, rows, pass } of updates) {
          now += pass;
          const sessions = demo.flatMap((session, index) =>
            gone.includes(index) && index !== chosen
              ? []
              : [{ ...session, state: states[index]!, window: { ...session.window, cost: costs[index]! } }],
          );
          const snapshot = aSnapshot({ sessions });
          state = reordered({ ...state, sort: key }, { snapshot, now });
          const listing = listingOf(snapshot, { order: state.order.ids, filter: null, accounts: null, group: 'none', now, most: 1000 });
          state = refreshed(state, { snapshot, listing, now, listRows: rows });
          const at = listing.sessions.findIndex(({ id }) => id === state.selected);
          expect(state.selected).toBe(demo[chosen]!.id);
          expect(at).toBeGreaterThanOrEqual(state.offset);
          expect(at).toBeLessThan(state.offset + rows);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
