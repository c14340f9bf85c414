import { describe, expect, test } from 'vitest';
import type { SessionView } from '../../../monitor/snapshot.ts';
import type { Ast } from '../filter/grammar.ts';
import { parseFilter } from '../filter/parse.ts';
import { amountsOf, aSession, aSnapshot, NOW } from '../testing.ts';
import { type ListingWish, listingOf } from './listing.ts';

const session = (id: string, more: Partial<SessionView> = {}) => aSession({ id, name: id, window: amountsOf([1, 0, 0, 0, 0], 1), ...more });

const WISH: ListingWish = { order: [], filter: null, accounts: null, group: 'none', now: NOW, most: 100 };

function listed(sessions: readonly SessionView[], wish: Partial<ListingWish> = {}) {
  const listing = listingOf(aSnapshot({ sessions }), { ...WISH, ...wish });
  return { ids: listing.sessions.map(({ id }) => id).join(' '), ...listing };
}

function filterOf(text: string): Ast {
  const parsed = parseFilter(text);
  if (!parsed.ok || parsed.ast === null) throw new Error(text);
  return parsed.ast;
}

const [a, b, c] = [session('a'), session('b', { project: 'other' }), session('c', { account: 'home' })];

describe('what is listed', () => {
  test('each session at its place; who has none comes last, and a place of one that left is not missed', () => {
    expect(listed([a, b, c], { order: ['c', 'a', 'b'] }).ids).toBe('c a b');
    expect(listed([a, b, c], { order: ['c', 'b'] }).ids).toBe('c b a');
    expect(listed([a, b, c], { order: ['c', 'gone', 'b'] }).ids).toBe('c b a');
    expect(listed([a, b], { order: ['b', 'gone', 'a'] }).ids).toBe('b a');
  });

  test('two sessions of one id are both listed', () => {
    expect(listed([a, b, b], { order: ['b', 'a', 'x'] }).ids).toBe('b b a');
  });

  test('accounts, then the filter, then no more than the most', () => {
    expect(listed([a, b, c], { accounts: ['home'] }).ids).toBe('c');
    expect(listed([a, b, c], { filter: filterOf('project:other') }).ids).toBe('b');
    expect(listed([a, b, c], { accounts: ['work'], filter: filterOf('!project:other') }).ids).toBe('a');
    expect(listed([a, b, c], { most: 2 }).ids).toBe('a b');
  });

  test('groups stand in the order of their first session, each under its heading', () => {
    const { ids, entries } = listed([a, b, c], { group: 'project' });
    expect(ids).toBe('a c b');
    expect(entries.map((entry) => (entry.kind === 'group' ? `${entry.name}:${entry.sessions.length}` : entry.session.id))).toEqual([
      'a-project:2',
      'a',
      'c',
      'other:1',
      'b',
    ]);
    expect(listed([a, b, c], { group: 'account' }).ids).toBe('a b c');
  });
});

describe('what a filter hides, LV-81', () => {
  const hidden = (sessions: readonly SessionView[], keep = 'name:a') => listed(sessions, { filter: filterOf(keep) }).hiddenCostPercent;
  const costing = (id: string, usd: number | null) => session(id, { window: amountsOf([1, 0, 0, 0, 0], usd) });

  test('its part of the cost', () => {
    expect(hidden([costing('a', 1), costing('b', 3)])).toBe(75);
    expect(listed([a, b, c], { filter: filterOf('name:a') }).all).toBe(3);
  });

  test('nothing hidden, or a part that is not known, is no figure', () => {
    expect(hidden([costing('a', 1)])).toBeNull();
    expect(hidden([costing('a', 1), costing('b', null)])).toBeNull();
    expect(hidden([costing('a', null), costing('b', 1)])).toBeNull();
    expect(hidden([costing('a', 0), costing('b', 0)])).toBeNull();
  });
});
