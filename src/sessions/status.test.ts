import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Loose } from '../platform/loose.ts';
import { sessionFileName } from './file-name.ts';
import { loadOf } from './load.ts';
import { assembleSession, type LiveSession } from './session.ts';
import { DEFAULT_RULES, STATES, taskStatus } from './states.ts';
import { mayReplace, sameButTimes, statusFileOf } from './status-file.ts';
import { indexOf, indexRow } from './status-index.ts';
import { ev, hooks, record, T } from './testing.ts';
import { resolveTitle } from './title.ts';

const load = loadOf(3.2, 4, 'balanced');
const blocks = { load, loadKnown: true };
const session = (fields: Partial<LiveSession> = {}): LiveSession => ({
  ...assembleSession(
    { id: 's-1', configDir: '/c', registry: [record({ sessionId: 's-1' })], hooks: null, rules: DEFAULT_RULES },
    T + 1000,
  )!,
  ...fields,
});

describe('LS-25: title', () => {
  const all = { given: 'g', client: 'c', customTitle: 'u', aiTitle: 'a', openTask: 't', derived: 'd', project: 'api', sessionId: '1111-2' };
  test.each(['given', 'client', 'customTitle', 'aiTitle', 'openTask', 'derived'].map((name, rank) => [name, rank] as const))(
    '%s has rank %i',
    (name, rank) => {
      const keys = ['given', 'client', 'customTitle', 'aiTitle', 'openTask', 'derived'].slice(0, rank);
      const sources = { ...all, ...Object.fromEntries(keys.map((key) => [key, ' \u0007'])) };
      expect(resolveTitle(sources)).toEqual({ text: all[name as 'given'], rank });
    },
  );
  test('D-8: project and the beginning of the id', () => {
    expect(resolveTitle({ project: 'api', sessionId: '1111-2222' })).toEqual({ text: 'api 1111', rank: 6 });
  });
  test('LS-26: cut at 200 graphemes, without anything that commands', () => {
    const { text } = resolveTitle({ ...all, given: `\u001b]52;c;x\u0007|%{A1:x:}#(x)<b>\u202e\u0000\u2028${'👩‍👩‍👧'.repeat(10_000)}` });
    expect([...new Intl.Segmenter('en').segment(text)].length).toBeLessThanOrEqual(200);
    expect(text).not.toMatch(/[\u0000-\u001f\u202e\u2028]/);
  });
  test('two publishers never alternate: the summary wins where it is as strong', () => {
    const inputs = {
      id: 's',
      configDir: '/c',
      registry: [record({ name: 'p1-ab' })],
      hooks: hooks([ev('SessionStart', 0, { title: 'mine' })]),
      rules: DEFAULT_RULES,
    };
    const withSummary = (title: { text: string; rank: number }) =>
      assembleSession({ ...inputs, summary: { title, profile: null } }, T)!.title;
    expect([withSummary({ text: 'given', rank: 0 }), withSummary({ text: 'AI', rank: 3 })]).toEqual(['given', 'mine']);
  });
});

describe('session-state §2.1: the status file', () => {
  test("the fields of the contract, with the seed's types", () => {
    const file = statusFileOf(session(), null, blocks);
    expect(file).toMatchObject({
      version: '1.1.0',
      updated_at: '2026-11-20T12:00:00Z',
      session_id: 's-1',
      task: { name: 'p1-ab', id: '', progress: 0, status: 'idle' },
      context: { current_tokens: 0, total_tokens: 200_000, percentage: 0 },
      agents: { active: 0, names: [] },
      load: { profile: 'balanced', status: 'OK', load_avg: 3.2 },
      tidemark: {
        schema: 1,
        state: 'your-turn',
        state_source: 'registry',
        alive: true,
        stale: false,
        processes: [{ pid: 100, proc_start: '1', kind: 'interactive' }],
        title_source: 'client',
        project: 'p1',
        config_dir: '/c',
        context: { known: false, source: 'none' },
        cost: { usd: null, source: 'unknown' },
      },
    });
  });

  test('LS-40: a context that somebody else knew survives a publisher who knows none', () => {
    const context = { known: true, source: 'transcript', at: T, percent: 33, current: 65_200, total: 200_000 } as const;
    const first = statusFileOf(session(), null, { ...blocks, context, cost: { usd: 1.5, source: 'measured', at: T } });
    const second = statusFileOf(session({ state: 'working' }), first, blocks);
    expect(second.context).toEqual({ current_tokens: 65_200, total_tokens: 200_000, percentage: 33 });
    expect(second.tidemark).toMatchObject({ cost: { usd: 1.5, source: 'measured' }, state: 'working' });
  });

  test('LS-41: equal but for times', () => {
    const a = statusFileOf(session(), null, blocks);
    expect(sameButTimes(a, statusFileOf(session({ at: T + 500 }), null, { ...blocks, load: loadOf(9, 4, 'balanced') }))).toBe(true);
    expect(sameButTimes(a, statusFileOf(session({ state: 'idle' }), null, blocks))).toBe(false);
  });

  test('ST-10: a newer schema is left alone', () => {
    expect(
      [null, { version: '1.3' }, { version: '1.0.0' }, { version: '9.0' }, { version: '1.1.0', tidemark: { schema: 2 } }].map(mayReplace),
    ).toEqual([true, true, true, false, false]);
  });

  test('ST-16: at most 8 KiB, whatever the names', () => {
    const long = '✓'.repeat(4000);
    const file = statusFileOf(
      session({ title: long, cwd: long, transcriptPath: long, agents: { active: 500, names: Array(500).fill(long) } }),
      null,
      blocks,
    );
    expect(Buffer.byteLength(JSON.stringify(file))).toBeLessThanOrEqual(8 * 1024);
    expect(file.agents.active).toBe(500);
  });
});

describe('session-state §2.2: the index', () => {
  const file = (percent: number): Loose => ({ context: { percentage: percent }, tidemark: { context: { known: true } } });
  const row = (id: string, fields: Partial<LiveSession>, percent = 10) => indexRow(session({ id, ...fields }), file(percent), null);

  test('without the ended, newest first then by id, stale apart', () => {
    const index = indexOf(
      [
        row('b', { at: T }, 65),
        row('a', { at: T }, 22),
        row('c', { at: T + 5000, agents: { active: 2, names: [] } }),
        row('d', { stale: true }, 99),
        row('e', { state: 'ended' }),
      ],
      load,
      T,
    );
    expect((index.sessions as { session_id: string }[]).map(({ session_id }) => session_id)).toEqual(
      ['c', 'a', 'b', 'd'].sort((x, y) => 'cabd'.indexOf(x) - 'cabd'.indexOf(y)),
    );
    expect(index).toMatchObject({
      updated_at: '2026-11-20T12:00:05Z',
      summary: {
        total_sessions: 4,
        active_sessions: 3,
        stale_sessions: 1,
        total_agents: 2,
        max_context_pct: 65,
        tidemark: { needs_you: 0, by_state: { 'your-turn': 4 } },
      },
      tidemark: { schema: 1, built_at: T },
    });
  });

  test('ST-16: 1,000 sessions and 512 KiB', () => {
    const rows = Array.from({ length: 1500 }, (_, i) => row(`s${i}`, { title: 'x'.repeat(400) }));
    const index = indexOf(rows, load, T);
    expect(Buffer.byteLength(JSON.stringify(index))).toBeLessThanOrEqual(512 * 1024);
    expect(index.tidemark).toMatchObject({ truncated: true });
    expect((index.sessions as unknown[]).length).toBeLessThanOrEqual(1000);
  });
});

test("§2.1: the seed's word for every state, and for the load", () => {
  expect(STATES.map(taskStatus)).toEqual([
    'waiting',
    'waiting',
    'failed',
    'failed',
    'idle',
    'active',
    'active',
    'idle',
    'unknown',
    'completed',
  ]);
  expect([3.9, 4, 5.9, 6].map((average) => loadOf(average, 4, 'p').status)).toEqual(['OK', 'CAUTION', 'CAUTION', 'HIGH_LOAD']);
});

test('ST-9: 10,000 ids: none leaves the folder, none is a contract, distinct stay distinct', () => {
  const names = new Map<string, string>();
  const ids = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('../../x', 'a/b', '\u0000', 'CON', 'con', 'index', '', '🙂', 'Lpt1', 'runtime-state'),
  );
  fc.assert(
    fc.property(ids, (id) => {
      const name = sessionFileName(id);
      expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      expect(name).not.toMatch(/^(?:con|lpt1|index|runtime-state)$/i);
      expect(names.get(name) ?? id).toBe(id);
      names.set(name, id);
    }),
    { numRuns: 10_000 },
  );
});
