import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { builtinTable } from '../../pricing/table.ts';
import { MAX_COUNTER } from '../../transcripts/decode-usage.ts';
import type { UsageLine } from '../../transcripts/types.ts';
import { requestOf } from '../../usage/merge.ts';
import { archiveEvents } from '../archive.ts';
import { forgetUsage } from '../forget.ts';
import { type Ledger, openLedger } from '../open.ts';
import { aPart } from '../testing.ts';
import { totalRows } from './total-rows.ts';

const T0 = Date.UTC(2026, 10, 10, 10);
const SESSIONS = ['a', 'b', 'c'];
let dir = '';
let opened: Ledger[] = [];
const open = (): Ledger => {
  const ledger = openLedger({ path: join(dir, 'ledger.db'), table: builtinTable(), version: 'test', now: T0 });
  opened.push(ledger);
  return ledger;
};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-totals-'));
});
afterEach(() => {
  for (const ledger of opened) ledger[Symbol.dispose]();
  opened = [];
  rmSync(dir, { recursive: true, force: true });
});

interface Said {
  readonly id: number;
  readonly session?: number;
  /** Fifths of a cell. */
  readonly minute?: number;
  readonly more?: Partial<UsageLine>;
  readonly prompt?: boolean;
}

function append(ledger: Ledger, said: readonly Said[]): void {
  const requests = said.map(({ id, session = 0, minute = 0, more }) => {
    const line: UsageLine = {
      ...{ key: `msg_${String(id).padStart(20, '0')}`, weak: false, rank: more?.sidechain ? 1 : 2 },
      ...{ input: 1, output: 2, cacheWrite5m: 3, cacheWrite1h: 4, cacheRead: 5, model: 'claude-sonnet-5-5', speed: null, geo: null },
      ...{ webSearches: null, iterations: null, logged: null, hasStopReason: true, at: T0 + minute * 60_000 },
      ...{ sessionId: SESSIONS[session]!, origin: null, branched: false, sidechain: false, flagged: 0, ...more },
    };
    return requestOf(line, { sessionFromPath: 's', firstAt: T0 + session, birth: T0, mtime: T0 }, id);
  });
  const prompts = said
    .filter(({ prompt }) => prompt)
    .map(({ id, session = 0, minute = 0 }) => ({
      ...{ uuid: `u${id}`, at: T0 + minute * 60_000 },
      owner: { sessionId: SESSIONS[session]!, named: false, fileFirstAt: T0, fileBirth: T0 },
    }));
  ledger.appender.append([aPart(requests, { prompts })]);
}

const idsOf = (ledger: Ledger): number[] =>
  ledger.db
    .sql('SELECT id FROM session ORDER BY id')
    .all()
    .map(({ id }) => id as number);
const figuresOf = (ledger: Ledger): unknown => {
  ledger.appender.memory.check();
  return [...totalRows(ledger, idsOf(ledger), 'auto')]
    .sort(([a], [b]) => a - b)
    .map(([id, { sum, subagents, prompts, loggedEvents, firstAt, lastAt }]) => ({
      id,
      sum,
      subagents,
      prompts,
      loggedEvents,
      firstAt,
      lastAt,
    }));
};

describe('LV-113: what sessions have used in all, kept while they are followed', () => {
  const line = fc.record({
    id: fc.nat(12),
    session: fc.nat(2),
    minute: fc.nat(20),
    prompt: fc.boolean(),
    more: fc.record(
      {
        output: fc.oneof(fc.nat(500), fc.constant(MAX_COUNTER)),
        model: fc.constantFrom('claude-sonnet-5-5', 'claude-opus-5-5', 'without-price', null),
        hasStopReason: fc.boolean(),
        sidechain: fc.boolean(),
        speed: fc.constantFrom('fast', 'standard'),
        logged: fc.constantFrom(null, 0, 7_000_000, 8e15),
        origin: fc.constantFrom(null, 'a', 'c'),
        iterations: fc.constant([
          { model: 'claude-opus-5-5', input: 10, output: 20, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 },
        ] satisfies UsageLine['iterations']),
      },
      { requiredKeys: [] },
    ),
  });
  const lines = fc.array(line, { minLength: 1, maxLength: 4 });
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ lines }) },
    { weight: 3, arbitrary: fc.record({ elsewhere: lines }) },
    { weight: 1, arbitrary: fc.record({ forget: fc.nat(2), elsewhere: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ archive: fc.boolean() }) },
  );

  test('they are what the ledger says, whoever writes it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        rmSync(dir, { recursive: true, force: true });
        const [ledger, other, judge] = [open(), open(), open()];
        try {
          for (const s of steps) {
            if ('lines' in s) append(ledger, s.lines);
            else if ('forget' in s) forgetUsage(s.elsewhere ? other : ledger, SESSIONS[s.forget]!, T0);
            else if ('elsewhere' in s) append(other, s.elsewhere);
            else archiveEvents(s.archive ? ledger : other, T0 + 7 * 60_000, T0 + 86_400_000);
            judge.appender.memory.forget();
            expect(figuresOf(ledger)).toEqual(figuresOf(judge));
          }
        } finally {
          for (const one of opened) one[Symbol.dispose]();
          opened = [];
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('a transaction that failed has moved none', () => {
    const ledger = open();
    append(ledger, [{ id: 1 }]);
    const before = figuresOf(ledger);
    const { sums } = ledger.appender as unknown as { sums: { flush(): void } };
    const flush = sums.flush.bind(sums);
    vi.spyOn(sums, 'flush').mockImplementationOnce(() => {
      flush();
      throw new Error('refused');
    });
    expect(() => append(ledger, [{ id: 2 }])).toThrow('refused');
    expect(figuresOf(ledger)).toEqual(before);
  });

  test('an append is known without a look at the cells; what the ledger is told by other code shows at once', () => {
    const ledger = open();
    append(ledger, [
      { id: 1, more: { hasStopReason: false } },
      { id: 2, minute: 30 },
    ]);
    figuresOf(ledger);
    const [id] = idsOf(ledger);
    const sql = vi.spyOn(ledger.db, 'sql');
    const total = () => {
      sql.mockClear();
      const { sum, lastAt } = totalRows(ledger, [id!], 'auto').get(id!)!;
      return { asked: sql.mock.calls.length, output: sum.output, isLess: sum.outputIsLowerBound, lastAt };
    };
    append(ledger, [{ id: 1, more: { output: 50 } }]);
    expect(total()).toEqual({ asked: 0, output: 52, isLess: false, lastAt: T0 + 30 * 60_000 });
    ledger.db.sql('UPDATE rollup SET output = output + 100 WHERE last_at > ?').run(T0);
    expect(total()).toMatchObject({ asked: 1, output: 152 });
  });

  test('D-17: by the cost that is asked for, kept or not', () => {
    const ledger = open();
    append(ledger, [{ id: 1, more: { logged: 7_000_000 } }]);
    const [id] = idsOf(ledger);
    const costs = () => (['auto', 'calculate', 'display'] as const).map((mode) => totalRows(ledger, [id!], mode).get(id!)!.sum.pricedCost);
    ledger.appender.memory.forget();
    const read = costs();
    ledger.appender.memory.check();
    costs();
    expect(costs()).toEqual(read);
    expect([read[0], read[2], read[1] === read[0]]).toEqual([7_000_000, 7_000_000, false]);
  });
});
