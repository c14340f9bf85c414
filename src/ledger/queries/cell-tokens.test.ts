import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtinTable } from '../../pricing/table.ts';
import { requestOf } from '../../usage/merge.ts';
import { type Ledger, openLedger } from '../open.ts';
import { CELL_MS } from '../schema.ts';
import { aPart } from '../testing.ts';
import { cellTokens } from './cell-tokens.ts';
import { EVERYTHING, groupCells } from './cells.ts';

const T0 = Date.UTC(2026, 0, 1, 12);
const MODELS = ['claude-sonnet-4-6', 'claude-opus-4-8', 'claude-haiku-4-5'];
let dir = '';
let ledger: Ledger;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-cell-tokens-'));
  ledger = openLedger({ path: join(dir, 'ledger.db'), table: builtinTable(), version: 'test', now: T0 });
  ledger.appender.append([aPart(Array.from({ length: 60 }, (_, n) => request(n)))]);
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** Three requests in each cell, of three models and two sessions, every fifth a subagent's. */
function request(n: number) {
  const sidechain = n % 5 === 0;
  return requestOf(
    {
      ...{ key: `msg_${n}`, weak: false, rank: sidechain ? 1 : 2 },
      ...{ input: n, output: 2 * n, cacheWrite5m: 3 * n, cacheWrite1h: 4 * n, cacheRead: 5 * n },
      ...{ model: MODELS[n % 3]!, speed: null, geo: null, webSearches: null, iterations: null, logged: null, hasStopReason: true },
      ...{ at: T0 + (n * CELL_MS) / 3, sessionId: `s${n % 2}`, origin: null, branched: false, sidechain, flagged: 0 },
    },
    { sessionFromPath: 's', firstAt: T0, birth: T0, mtime: T0 },
    n,
  );
}

test.each([
  ['cells of all sessions', false, null],
  ['each session’s cells', true, null],
  ['cells from an instant on', false, T0 + 7 * CELL_MS],
  ['each session’s cells from an instant on', true, T0 + 7 * CELL_MS],
])('D-21: %s have the sums and times of their parts, oldest first', (_name, bySession, from) => {
  const parts = groupCells(ledger, ['cell', 'session'], { ...EVERYTHING, from }, 'auto');
  const wanted = new Map<string, Record<string, number | null>>();
  for (const { group, sum, firstAt, lastAt } of parts) {
    const [cell, session] = [group[0]!, bySession ? group[1]! : null];
    const name = `${String(cell).padStart(9, '0')} ${session}`;
    const own = wanted.get(name);
    wanted.set(name, {
      session,
      firstAt: Math.min(firstAt, own?.firstAt ?? firstAt),
      lastAt: Math.max(lastAt, own?.lastAt ?? lastAt),
      input: sum.input + (own?.input ?? 0),
      output: sum.output + (own?.output ?? 0),
      cacheWrite5m: sum.cacheWrite5m + (own?.cacheWrite5m ?? 0),
      cacheWrite1h: sum.cacheWrite1h + (own?.cacheWrite1h ?? 0),
      cacheRead: sum.cacheRead + (own?.cacheRead ?? 0),
    });
  }
  const names = [...wanted.keys()].sort();
  expect(names.length).toBeGreaterThan(10);
  expect(cellTokens(ledger, from, bySession)).toEqual(names.map((name) => wanted.get(name)));
});
