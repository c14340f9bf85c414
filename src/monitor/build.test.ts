import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setLimits } from '../usage/limit.ts';
import { emptySum } from '../usage/sum.ts';
import { buildSnapshot } from './build.ts';
import type { SessionInput } from './session-input.ts';
import type { Amounts } from './snapshot.ts';
import type { SnapshotInput } from './snapshot-input.ts';
import { aLive, at, byId, anEvent as event, anInput as input, NOW, aSession as session } from './testing.ts';

const NO_LIMITS = { tokensPerDay: null, tokensPerWindow: null };

const total = (parts: readonly Amounts[]) => [
  parts.reduce((n, p) => n + p.all, 0),
  parts.reduce((n, p) => n + p.work, 0),
  parts.reduce((n, p) => n + p.requests, 0),
  parts.reduce((n, p) => n + (p.cost ?? 0), 0),
];

describe('buildSnapshot', () => {
  test('D-38: Σ sessions = Σ projects = Σ models = combined, filtered or not', () => {
    const some = fc.record({
      minute: fc.integer({ min: 0, max: 900 }),
      s: fc.integer({ min: 0, max: 5 }),
      model: fc.constantFrom('a', 'b', 'c'),
      work: fc.nat(9999),
      read: fc.nat(99_999),
      cost: fc.option(fc.nat(9_999_999)),
      sidechain: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 40 }), fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 5 }))), (rows, shown) => {
        const events = rows
          .map(({ minute, s, ...rest }) =>
            event({ ...rest, at: NOW - minute * 60_000, sessionId: `s${s}`, account: s === 5 ? 'b' : 'default', project: `/p/${s % 3}` }),
          )
          .sort((a, b) => a.at - b.at);
        const snap = buildSnapshot(input(events, { shown: shown === null ? null : new Set(shown.map((s) => `s${s}`)) }));
        const combined = total([snap.combined]);
        expect(total(snap.sessions.map((s) => s.window))).toEqual(combined);
        expect(total(snap.projects.map((p) => p.window))).toEqual(combined);
        expect(total(snap.models.map((m) => m.window))).toEqual(combined);
        if (shown === null) expect(total(snap.windows.map((w) => w.amounts))).toEqual(combined);
      }),
      { numRuns: 200 },
    );
  });

  test('D-37: in the window or alive is listed, else not', () => {
    const alive = session('alive', [], { facts: { branch: ['main', [1, NOW - 9 * 60_000, 0]] } });
    const gone = session('gone', [], { facts: { branch: ['main', [1, NOW - 11 * 60_000, 0]] } });
    const events = [event({ at: at('09:30:00') })];
    const snap = buildSnapshot(input(events, { sessions: [session('s1', events), alive, gone] }));
    expect(snap.sessions.map((s) => [s.id, s.state])).toEqual([
      ['alive', 'idle'],
      // Silence proves no end (LS-34).
      ['s1', 'unknown'],
    ]);
  });

  test('D-36: error, rate-limited, working, idle from transcripts alone, most urgent first', () => {
    const ids = ['err', 'lim', 'past', 'work', 'idle', 'healed'];
    const events = ids.map((id) => event({ sessionId: id, at: id === 'work' ? NOW - 60_000 : at('13:30:00') })).sort((a, b) => a.at - b.at);
    const error = (time: string): SessionInput['facts'] => ({ error: ['rate_limit', [1, at(time), 9]] });
    const limited = (resets: string): SessionInput['facts'] => ({
      ...error('13:35:00'),
      limitResetsAt: [at(resets), [1, at('13:35:00'), 9]],
    });
    const facts: Record<string, SessionInput['facts']> = {
      err: error('13:35:00'),
      lim: limited('15:20:00'),
      past: limited('13:40:00'),
      healed: error('13:20:00'),
    };
    const sessions = ids.map((id) =>
      session(
        id,
        events.filter((e) => e.sessionId === id),
        { facts: facts[id] ?? {} },
      ),
    );
    const snap = buildSnapshot(input(events, { sessions }));
    expect(snap.sessions.map((s) => [s.id, s.state, s.lastError])).toEqual([
      ['err', 'error', 'rate_limit'],
      ['past', 'error', 'rate_limit'],
      ['lim', 'rate-limited', 'rate_limit'],
      ['work', 'working', null],
      ['healed', 'idle', null],
      ['idle', 'idle', null],
    ]);
  });

  test('D-35: context from the newest main request, from a compaction after it', () => {
    const events = [event()];
    const context = [{ tokens: 50_000, model: 'm' }, [1, at('13:40:00'), 0]] as const;
    const of = (facts: SessionInput['facts']) =>
      buildSnapshot(input(events, { sessions: [session('s1', events, { facts })] })).sessions[0]!.contextPercent;
    expect(of({ context })).toEqual({ value: 25, source: 'measured', at: at('13:40:00') });
    expect(of({ context, compactedTo: [10_000, [1, at('13:41:00'), 0]] }).value).toBe(5);
    expect(of({}).value).toBeNull();
  });

  test('D-33, D-22: shares in percent of the account, whatever is filtered', () => {
    const events = [
      event({ sessionId: 's1', cost: 3e9 }),
      event({ sessionId: 's2', cost: 1.5e9 }),
      event({ sessionId: 's3', cost: 0.5e9 }),
    ];
    const snap = buildSnapshot(input(events, { shown: new Set(['s2']) }));
    expect(snap.sessions.map((s) => s.share)).toEqual([30]);
    expect([snap.combined.cost, snap.windows[0]!.amounts.cost]).toEqual([1.5e9, 5e9]);
  });

  test.each([
    [499, null],
    [500, 'info'],
    [799, 'info'],
    [800, 'warning'],
    [1000, 'warning'],
  ])('LV-90: %d of 1000 tokens of the day: %s', (work, level) => {
    const base = input([event({ work, at: at('00:00:00') }), event({ work: 5000, at: at('00:00:00') - 1 })].sort((a, b) => a.at - b.at));
    const snap = buildSnapshot({ ...base, options: { ...base.options, limits: setLimits({ tokens: 1000, per: 'day' }, NO_LIMITS) } });
    expect(snap.combined.limit).toEqual({ tokens: 1000, per: 'day', used: work, percent: work / 10 });
    expect(snap.warnings.map((w) => w.level)).toEqual(level === null ? [] : [level]);
  });

  test('LV-93 … LV-95: cost above its threshold only, context, new session', () => {
    const events = [event({ work: 60_000, at: at('09:00:00') }), event({ work: 60_000, cost: 2e9 })];
    const base = input(events, { newSessions: new Map([['s1', NOW - 59_999]]) });
    const facts: SessionInput['facts'] = { context: [{ tokens: 176_000, model: 'm' }, [1, at('13:40:00'), 0]] };
    const cost = (combined: number) => ({ ...base.options, cost: { ...base.options.cost, combined } });
    const texts = (options: SnapshotInput['options'], now = NOW) =>
      buildSnapshot({ ...base, now, options, sessions: byId([session('s1', events, { facts })]) }).warnings.map((w) => w.text);
    expect(texts(cost(1e9))).toEqual([
      's1: context 88 %, compaction is near',
      'Combined cost $2.00 is above your $1.00',
      "New session 's1' in project 'api'",
    ]);
    expect(texts(cost(2_001_000_000)).some((t) => t.includes('cost'))).toBe(false);
    expect(texts(cost(1e9), NOW + 1).some((t) => t.startsWith('New'))).toBe(false);
  });

  test('LV-55: projects by their part of the cost, by tokens when anything has no price', () => {
    const events = [
      event({ sessionId: 's1', project: '/p/a', work: 900, cost: 1e9 }),
      event({ sessionId: 's2', project: '/p/b', work: 100, cost: 3e9 }),
    ];
    const shares = (all: typeof events) => buildSnapshot(input(all)).projects.map((p) => [p.name, p.share]);
    expect(shares(events)).toEqual([
      ['b', 75],
      ['a', 25],
    ]);
    expect(shares([events[0]!, { ...events[1]!, cost: null }])).toEqual([
      ['a', 90],
      ['b', 10],
    ]);
  });

  test('D-37: running is listed whatever its age, gone only in its window; D-36 urgency, then newest', () => {
    const old = (id: string) => session(id, [], { facts: { branch: ['main', [1, NOW - 9 * 3_600_000, 0]] } });
    const live = new Map([
      ['s1', aLive('s1', { state: 'ended', alive: false, ended: { at: NOW, reason: 'clear' } })],
      ['alive', aLive('alive', { state: 'idle', seenAt: NOW - 9 * 3_600_000 })],
      ['gone', aLive('gone', { state: 'ended', alive: false })],
      ['asks', aLive('asks', { state: 'needs-answer', cwd: '/p/new place' })],
    ]);
    const snap = buildSnapshot(input([event()], { live, sessions: [old('alive'), old('gone')] }));
    expect(snap.sessions.map((s) => [s.id, s.state, s.project])).toEqual([
      ['asks', 'needs-answer', 'new place'],
      ['alive', 'idle', 'api'],
      ['s1', 'ended', '/p/api'],
    ]);
    expect(snap.projects.find((p) => p.path === '/p/new place')).toMatchObject({ sessions: 1, activeSessions: 1 });
  });

  test('LS-25: the stronger name of ledger and client; hostile text is made plain', () => {
    const events = [event()];
    const nameOf = (rank: number | null, title: string | null, titleRank: number | null) => {
      const live = new Map([['s1', aLive('s1', { title, titleRank })]]);
      const { name, titleSource } = buildSnapshot(
        input(events, { live, sessions: [session('s1', events, { name: 'ours', titleRank: rank })] }),
      ).sessions[0]!;
      return [name, titleSource];
    };
    expect(nameOf(0, 'theirs', 1)).toEqual(['ours', 'given']);
    expect(nameOf(3, 'theirs', 1)).toEqual(['theirs', 'client']);
    expect(nameOf(3, 'theirs', 3)).toEqual(['ours', 'ai-title']);
    expect(nameOf(null, 'the\u001b[2Jirs', 5)).toEqual(['the[2Jirs', 'derived']);
    // What is read back from our own summary is no name of its own.
    expect(nameOf(2, 'former name', 0)).toEqual(['ours', 'custom-title']);
    expect(nameOf(null, null, null)).toEqual(['ours', 'project']);
  });

  test('a view is made anew only for what changed, and never differs from a fresh one', () => {
    const some = fc.record({
      s: fc.integer({ min: 0, max: 3 }),
      minute: fc.integer({ min: 0, max: 20 }),
      work: fc.nat(9999),
      cost: fc.option(fc.nat(9_999_999)),
    });
    fc.assert(
      fc.property(
        fc.array(some, { minLength: 1, maxLength: 12 }),
        fc.array(some, { maxLength: 6 }),
        fc.integer({ min: 0, max: 400_000 }),
        (first, more, later) => {
          const made = (rows: typeof first) =>
            rows
              .map(({ s, minute, ...rest }) => event({ ...rest, at: NOW - minute * 60_000, sessionId: `s${s}` }))
              .sort((a, b) => a.at - b.at);
          const [a, b] = [made(first), made(more)];
          const sessions = ['s0', 's1', 's2', 's3'].map((id) => session(id, []));
          const live = new Map(sessions.map(({ sessionId }) => [sessionId, aLive(sessionId)]));
          const one = input(a, { sessions, live });
          buildSnapshot(one);
          one.usage.putAll(b);
          const again = buildSnapshot({ ...one, now: NOW + later });
          const fresh = buildSnapshot({
            ...input([...a, ...b], { sessions: sessions.map((each) => ({ ...each })), live }),
            windows: one.windows,
            now: NOW + later,
          });
          expect(again.sessions).toEqual(fresh.sessions);
          expect([again.combined, again.projects, again.chart]).toEqual([fresh.combined, fresh.projects, fresh.chart]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('D-2: nothing at all is zero, not unknown', () => {
    const snap = buildSnapshot(input([]));
    expect(snap.combined).toMatchObject({ all: 0, cost: 0, severity: 'NORMAL', limit: null });
    expect([snap.sessions, snap.windows, snap.projects, snap.models, snap.warnings]).toEqual([[], [], [], [], []]);
    expect(emptySum().requests).toBe(0);
  });
});
