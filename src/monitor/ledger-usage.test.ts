import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { forgetUsage } from '../ledger/forget.ts';
import { ingest } from '../ledger/ingest.ts';
import { ingestTogether } from '../ledger/ingest-changed.ts';
import type { Ledger } from '../ledger/open.ts';
import { discover } from '../transcripts/discover.ts';
import { LedgerState, type LedgerStateOptions } from './ledger-state.ts';
import { FollowedHome } from './testing-home.ts';
import { freshId, type ResponseLine, responseLine } from './testing-lines.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
let home: FollowedHome;

beforeEach(() => {
  home = new FollowedHome(NOW).makeFolders();
});
afterEach(() => home.remove());

const write = (session: string, ...lines: Omit<ResponseLine, 'session'>[]) =>
  appendFileSync(home.fileOf(session), lines.map((line) => responseLine({ session, ...line })).join(''));
const read = (ledger: Ledger = home.ledger) => ingest(ledger, { claudeDirs: [home.claude], workers: 0, now: NOW });
const stateOf = (more: Partial<LedgerStateOptions> = {}): LedgerState =>
  new LedgerState(home.ledger, {
    ...{ mode: 'auto', aliases: {}, projects: [], excludeProjects: [], floorMs: null, lengthMs: null, zone: 'UTC' },
    ...more,
  });
const started = (): LedgerState => {
  const state = stateOf();
  state.refresh(NOW, true);
  state.prepare(NOW);
  return state;
};
/** Input tokens in the window, by account and session. */
const usedIn = ({ usage }: LedgerState) => Object.fromEntries(usage.all().map((s) => [`${s.account} ${s.sessionId}`, s.window.input]));

describe('what changes although the ledger does not', () => {
  test('AP-5: requests go with their session to the account that it turns out to have', async () => {
    write('s1', { at: NOW - 40 * MINUTE, input: 100, output: 0 }, { at: NOW - MINUTE, input: 20, output: 0 });
    await read();
    let account = 'default';
    const state = stateOf({ accountOf: () => account, accountAt: () => account });
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 120 });
    account = 'work';
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'work s1': 120 });
  });

  test('AP-5: a switch that is learned of later moves the requests since then', async () => {
    write('s1', { at: NOW - 40 * MINUTE, input: 100, output: 0 }, { at: NOW - MINUTE, input: 20, output: 0 });
    await read();
    const switched = new Set<string>();
    const accountAt = (_: string, at: number) => (switched.size > 0 && at > NOW - 20 * MINUTE ? 'work' : 'default');
    const state = stateOf({ accountOf: () => accountAt('s1', NOW), accountAt, switched: () => switched });
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 120 });
    switched.add('s1');
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 100, 'work s1': 20 });
  });
});

describe('what a followed line changes', () => {
  /** Reads what was written, and follows it by what its lines say. */
  async function followed(
    state: LedgerState,
    session: string,
    lines: readonly { readonly id: number; readonly at: number }[],
  ): Promise<void> {
    await read();
    const requests = lines.map(({ id, at }) => ({ key: `msg_${String(id).padStart(20, '0')}`, sessionId: session, at }));
    if (!state.follow(NOW, [{ requests, sessions: new Set([session]), gap: false }])) state.refresh(NOW, false);
    state.prepare(NOW);
  }
  const totals = (state: LedgerState) =>
    Object.fromEntries([...state.input().sessions.values()].map(({ sessionId, total }) => [sessionId, total.input + total.output]));

  test('D-10: a request that turns out to be a later one is not counted at its former time too', async () => {
    const id = freshId();
    write('s1', { at: NOW - 50 * MINUTE, id, input: 100, output: 0, sidechain: true }, { at: NOW - 50 * MINUTE, input: 1, output: 0 });
    await read();
    const state = stateOf();
    state.refresh(NOW, true);
    state.prepare(NOW);
    write('s1', { at: NOW - MINUTE, id, input: 100, output: 0 });
    await followed(state, 's1', [{ id, at: NOW - MINUTE }]);
    expect(usedIn(state)).toEqual({ 'default s1': 101 });
  });

  test('D-12: an earlier time of a request is taken in although only reading everything tells of its session', async () => {
    const id = freshId();
    write('s1', { at: NOW - 4 * MINUTE - 1, id, input: 100, output: 0 });
    await read();
    const state = stateOf();
    state.refresh(NOW, true);
    state.prepare(NOW);
    write('s1', { at: NOW - 5 * MINUTE, id, input: 100, output: 0 });
    await read();
    const requests = [{ key: `msg_${String(id).padStart(20, '0')}`, sessionId: 's1', at: NOW - 5 * MINUTE }];
    const isDone = state.follow(NOW, [
      { requests, sessions: new Set(['s1']), gap: false },
      { requests: [], sessions: new Set(['unknown']), gap: false },
    ]);
    expect(isDone).toBe(false);
    state.refresh(NOW, false);
    state.prepare(NOW);
    expect(state.usage.slotsOf('s1')[0]!.lastAt).toBe(NOW - 5 * MINUTE);
  });

  test('D-12: an earlier time that another process has found is taken in with the next pass over all files', async () => {
    const id = freshId();
    write('s1', { at: NOW - 4 * MINUTE - 1, id, input: 100, output: 0 });
    await read();
    const state = started();
    write('s1', { at: NOW - 5 * MINUTE, id, input: 100, output: 0 });
    await read(home.open());
    state.refresh(NOW, false);
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(state.usage.slotsOf('s1')[0]!.lastAt).toBe(NOW - 5 * MINUTE);
  });

  test('LV-113: a session that has grown costs no statement, be it weeks old', async () => {
    const id = freshId();
    const day = 24 * 60 * MINUTE;
    write('s1', ...Array.from({ length: 20 }, (_, i) => ({ at: NOW - i * day, input: 100, output: 0 })));
    await read();
    const state = stateOf();
    state.refresh(NOW, true);
    state.prepare(NOW);
    write('s1', { at: NOW - MINUTE, id, input: 100, output: 1, stop: null });
    ingestTogether(home.ledger, discover([home.claude]).files);
    write('s1', { at: NOW - MINUTE, id, input: 100, output: 7 }, { at: NOW, id: id + 1000, input: 100, output: 0 });
    ingestTogether(home.ledger, discover([home.claude]).files);
    const requests = [id, id + 1000].map((n) => ({ key: `msg_${String(n).padStart(20, '0')}`, sessionId: 's1', at: NOW }));
    const sql = vi.spyOn(home.ledger.db, 'sql');
    expect(state.follow(NOW, [{ requests, sessions: new Set(['s1']), gap: false }])).toBe(true);
    expect(sql.mock.calls).toEqual([]);
    sql.mockRestore();
    expect(totals(state)).toEqual({ s1: 22 * 100 + 7 });
    expect(state.usage.slotsOf('s1')[0]!.today.output).toBe(7);
    // Nothing of it is left to be taken in.
    expect(home.ledger.appender.memory.changed.size).toBe(0);
  });

  test('LV-65: a request that no line has named is taken in with the next one of its session', async () => {
    write('s1', { at: NOW - 2 * MINUTE, input: 100, output: 0 });
    await read();
    const state = stateOf();
    state.refresh(NOW, true);
    state.prepare(NOW);
    const id = freshId();
    write('s1', { at: NOW - 3 * MINUTE, input: 10, output: 0 }, { at: NOW, id, input: 1, output: 0 });
    ingestTogether(home.ledger, discover([home.claude]).files);
    const requests = [{ key: `msg_${String(id).padStart(20, '0')}`, sessionId: 's1', at: NOW }];
    expect(state.follow(NOW, [{ requests, sessions: new Set(['s1']), gap: false }])).toBe(true);
    expect(usedIn(state)).toEqual({ 'default s1': 111 });
  });

  test.each([
    ['HZ-28: models that are one to the database are one', 'x\ud800', 'x\ud801'],
    ['LV-113: of two requests of one moment the same one is the newest', 'claude-opus-5-5', 'claude-sonnet-5-5'],
  ])('%s, as a start says', async (_, first, second) => {
    write('s1', { at: NOW - 2 * MINUTE, input: 1, output: 0 });
    await read();
    const state = started();
    // The ledger reads requests of one moment in the order of their keys: here the later one is the first.
    const id = freshId();
    for (const [key, model] of [
      [id + 1000, first],
      [id, second],
    ] as const) {
      write('s1', { at: NOW, id: key, input: 100, output: 0, model });
      ingestTogether(home.ledger, discover([home.claude]).files);
      const requests = [{ key: `msg_${String(key).padStart(20, '0')}`, sessionId: 's1', at: NOW }];
      expect(state.follow(NOW, [{ requests, sessions: new Set(['s1']), gap: false }])).toBe(true);
    }
    const said = ({ usage }: LedgerState) =>
      usage.slotsOf('s1').map(({ lastMain, models }) => [lastMain?.model, [...models].map(([name, { input }]) => [name, input]).sort()]);
    expect(said(state)).toEqual(said(started()));
  });

  test('UR-67: a session that another process has forgotten does not take over the one that has its row now', async () => {
    write('s1', { at: NOW - 2 * MINUTE, input: 1, output: 0 });
    await read();
    const state = started();
    forgetUsage(home.open(), 's1', NOW);
    write('s2', { at: NOW - MINUTE, input: 100, output: 0 });
    ingestTogether(home.ledger, discover([home.claude]).files);
    expect(home.ledger.db.sql('SELECT id, sid FROM session').all()).toEqual([{ id: 1, sid: 's2' }]);
    expect(state.follow(NOW, [{ requests: [], sessions: new Set(['s1']), gap: false }])).toBe(false);
    state.refresh(NOW, false);
    expect(totals(state)).toEqual({ s2: 100 });
  });

  test('D-5: a line that adds to a request of another session is counted there', async () => {
    const id = freshId();
    write('s1', { at: NOW - 5 * MINUTE, id, input: 100, output: 0 });
    write('s2', { at: NOW - 4 * MINUTE, input: 1, output: 0 });
    await read();
    const state = stateOf();
    state.refresh(NOW, true);
    state.prepare(NOW);
    write('s2', { at: NOW - 5 * MINUTE, id, input: 100, output: 30 });
    await followed(state, 's2', [{ id, at: NOW - 5 * MINUTE }]);
    expect(state.usage.slotsOf('s1')[0]!.window.output).toBe(30);
    expect(totals(state)).toEqual({ s1: 130, s2: 1 });
  });

  test('D-5: a request that goes to another session leaves the sums of the former', async () => {
    const id = freshId();
    write('s1', { at: NOW - 5 * MINUTE, input: 7, output: 0 }, { at: NOW - 4 * MINUTE, id, input: 100, output: 0 });
    write('s2', { at: NOW - 6 * MINUTE, input: 1, output: 0 });
    await read();
    const state = stateOf();
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(totals(state)).toEqual({ s1: 107, s2: 1 });
    write('s2', { at: NOW - 4 * MINUTE, id, input: 100, output: 0 });
    await followed(state, 's2', [{ id, at: NOW - 4 * MINUTE }]);
    expect(usedIn(state)).toEqual({ 'default s1': 7, 'default s2': 101 });
    expect(totals(state)).toEqual({ s1: 7, s2: 101 });
  });
});

describe('D-21: late requests', () => {
  const HOUR = 60 * MINUTE;
  const windowsOf = (state: LedgerState) =>
    state.accountWindows[0]!.windows.map(({ start, end }) => [(start - NOW) / HOUR, (end - NOW) / HOUR]);

  test.each([
    ['a known session', 's1'],
    ['a new one', 's2'],
  ])('of %s in a finished window or before it make the windows that a start makes', async (_, session) => {
    write('s1', { at: NOW - 7 * HOUR, input: 100, output: 0 }, { at: NOW - HOUR, input: 20, output: 0 });
    await read();
    const state = stateOf();
    state.refresh(NOW, true);
    state.prepare(NOW);
    const id = freshId();
    for (const at of [NOW - 9 * HOUR, NOW - 6.5 * HOUR, NOW - 3.5 * HOUR]) {
      write(session, { at, id: at === NOW - 9 * HOUR ? id : freshId(), input: 3, output: 0 });
      await read();
      const requests = [{ key: `msg_${String(id).padStart(20, '0')}`, sessionId: session, at }];
      if (!state.follow(NOW, [{ requests, sessions: new Set([session]), gap: false }])) state.refresh(NOW, false);
      state.prepare(NOW);
      const fresh = stateOf();
      fresh.refresh(NOW, true);
      expect(windowsOf(state)).toEqual(windowsOf(fresh));
      expect(state.accountWindows).toEqual(fresh.accountWindows);
      fresh.prepare(NOW);
      expect(usedIn(state)).toEqual(usedIn(fresh));
    }
  });
});

test('D-21: what was forgotten of a finished window is in no window any more', async () => {
  write('s1', { at: NOW - 290 * MINUTE, input: 100, output: 0 });
  write('s2', { at: NOW - 320 * MINUTE, input: 20, output: 0 });
  await read();
  const state = stateOf();
  state.refresh(NOW, true);
  forgetUsage(home.open(), 's2', NOW);
  state.refresh(NOW, false);
  state.prepare(NOW);
  const fresh = stateOf();
  fresh.refresh(NOW, true);
  expect(state.accountWindows).toEqual(fresh.accountWindows);
  expect(usedIn(state)).toEqual({ 'default s1': 100 });
});

describe('what fails on the way', () => {
  /** The ledger, whose requests cannot be read while `fails` says so, from some row on. */
  function failing(fails: () => boolean): Ledger {
    const { db } = home.ledger;
    const broken = Object.create(db, {
      read: {
        value: <T>(work: () => T): T =>
          db.read(() => {
            const found = work();
            if (fails()) throw new Error('disk I/O error');
            return found;
          }),
      },
      sql: {
        value: (text: string) => {
          if (fails() && text.includes('FROM event ')) reads++;
          if (fails() && text.includes('FROM event ') && reads > 3) throw new Error('disk I/O error');
          return db.sql(text);
        },
      },
    }) as Ledger['db'];
    let reads = 0;
    return Object.create(home.ledger, { db: { value: broken } }) as Ledger;
  }

  test('a reading that fails leaves the figures as they were, and the next one is whole', async () => {
    write('s1', { at: NOW - 50 * MINUTE, input: 100, output: 0 }, { at: NOW - MINUTE, input: 20, output: 0 });
    await read();
    let fails = false;
    const state = new LedgerState(
      failing(() => fails),
      {
        ...{ mode: 'auto', aliases: {}, projects: [], excludeProjects: [], floorMs: null, lengthMs: null, zone: 'UTC' },
      },
    );
    state.refresh(NOW, true);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 120 });
    write('s1', { at: NOW - 50 * MINUTE, input: 3, output: 0 });
    await read();
    fails = true;
    expect(() => state.refresh(NOW, false)).toThrow('disk I/O error');
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 120 });
    fails = false;
    state.refresh(NOW, false);
    state.prepare(NOW);
    expect(usedIn(state)).toEqual({ 'default s1': 123 });
  });
});
