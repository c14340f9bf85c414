import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ingest } from '../ledger/ingest.ts';
import type { ChangedRequests, StoredRequest } from '../ledger/ledger-memory.ts';
import type { Ledger } from '../ledger/open.ts';
import { FollowedHome } from './testing-home.ts';
import { freshId, responseLine } from './testing-lines.ts';
import { placeInLedger, writtenRequests } from './written-requests.ts';

/** Time of each request and the session that it is written under. */
const KNOWN: Readonly<Record<string, readonly [at: number, session: number]>> = {
  k1: [10, 1],
  k2: [20, 1],
  k3: [20, 1],
  k4: [30, 1],
  other: [20, 2],
};
const requestOf = (key: string): StoredRequest | undefined => {
  const [at, session] = KNOWN[key] ?? [];
  return session === undefined ? undefined : ({ state: { key, at }, session, model: null, calc: null } as unknown as StoredRequest);
};
const written = (
  named: readonly string[],
  changed: ChangedRequests | null = null,
  { span = { from: 0, until: 100 }, settledUntil = 0 } = {},
): readonly string[] | null => {
  const memory = { requestOf, changed: new Map(changed === null ? [] : [[1, changed]]) };
  const requests = named.map((key) => ({ key, sessionId: 's1', at: null }));
  const ledger = { appender: { memory } } as unknown as Ledger;
  return writtenRequests(ledger, 1, requests, span, settledUntil)?.map(({ state }) => state.key) ?? null;
};
const keys = (...names: string[]) => new Set(names);

describe('LV-113: requests as they were written', () => {
  test.each([
    ['those that are named', ['k1'], null, ['k1']],
    ['those that were changed', [], { oldest: 10, keys: keys('k1') }, ['k1']],
    ['both, each once', ['k2', 'k2', 'k1'], { oldest: 20, keys: keys('k2', 'k4') }, ['k1', 'k2', 'k4']],
    ['in order of time, then of key', ['k4', 'k3', 'k1', 'k2'], null, ['k1', 'k2', 'k3', 'k4']],
    ['none', [], null, []],
    ['not when one is not known', ['k1', 'unknown'], null, null],
    ['not when a changed one is not known', ['k1'], { oldest: 10, keys: keys('unknown') }, null],
    ["not when one is another session's", ['k1', 'other'], null, null],
    ['not when many were changed', ['k1'], { oldest: 10, keys: null }, null],
  ])('%s', (_, named, changed, expected) => expect(written(named, changed)).toEqual(expected));

  test('those in the span, whose end is not in it', () => {
    expect(written(['k1', 'k2', 'k4'], null, { span: { from: 10, until: 30 } })).toEqual(['k1', 'k2']);
    expect(written(['k1', 'k2', 'k4'], null, { span: { from: 11, until: 31 } })).toEqual(['k2', 'k4']);
  });

  test('not when one was changed that is a part of a sum only', () => {
    const changed = { oldest: 10, keys: keys('k2') };
    expect([10, 11].map((settledUntil) => written(['k4'], changed, { settledUntil }))).toEqual([['k2', 'k4'], null]);
  });
});

test('D-5, D-12: where a request is that this process has not written is what the ledger says', async () => {
  const NOW = Date.parse('2026-11-20T12:00:00Z');
  const home = new FollowedHome(NOW).makeFolders();
  try {
    const id = freshId();
    for (const at of [NOW - 1000, NOW - 5000]) appendFileSync(home.fileOf('s1'), responseLine({ id, at, input: 1, output: 0 }));
    await ingest(home.ledger, { claudeDirs: [home.claude], workers: 0, now: NOW });
    const place = (ledger: Ledger, key = `msg_${String(id).padStart(20, '0')}`) => placeInLedger(ledger, key);
    expect([place(home.open()), place(home.ledger)]).toEqual(Array(2).fill({ at: NOW - 5000, session: 1 }));
    expect(place(home.open(), 'unknown')).toBeNull();
  } finally {
    home.remove();
  }
});
