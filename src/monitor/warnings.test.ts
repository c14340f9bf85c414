import { describe, expect, test } from 'vitest';
import { setLimits } from '../usage/limit.ts';
import { buildSnapshot } from './build.ts';
import type { Warning } from './snapshot.ts';
import type { SnapshotInput } from './snapshot-input.ts';
import { aLive, anEvent, anInput, aSession, at, byId, NOW } from './testing.ts';
import { type Condition, Episodes } from './warning-episodes.ts';

const NO_LIMITS = { tokensPerDay: null, tokensPerWindow: null };

const MINUTE = 60_000;
const warningsOf = (input: SnapshotInput): readonly Warning[] => buildSnapshot(input).warnings;
const texts = (input: SnapshotInput) => warningsOf(input).map((w) => w.text);
/** A rule that must hold for a minute opens with the second look. */
const keysAfterAMinute = (input: SnapshotInput): readonly string[] => {
  warningsOf(input);
  return warningsOf({ ...input, now: input.now + MINUTE }).map((w) => w.key);
};

const condition = (more: Partial<Condition> = {}, text = 'it burns'): Condition => ({
  warning: { rule: 'burn', severity: 'warn', key: 'k', sessionId: null, project: null, text },
  holds: true,
  since: null,
  forMs: 0,
  keepMs: 0,
  ...more,
});

describe('episodes, ALR-8', () => {
  test('a rule that must hold opens when it has held so long without a break', () => {
    const episodes = new Episodes();
    const held = condition({ forMs: 5 * MINUTE });
    expect(episodes.update(NOW, [held])).toEqual([]);
    expect(episodes.update(NOW + 299_999, [held])).toEqual([]);
    expect(episodes.update(NOW + 300_000, [held])).toMatchObject([{ key: 'k', since: NOW + 300_000, level: 'warning' }]);
    const broken = new Episodes();
    broken.update(NOW, [held]);
    broken.update(NOW + MINUTE, []);
    expect(broken.update(NOW + 5 * MINUTE, [held])).toEqual([]);
  });

  test('hysteresis keeps an open one open and opens none', () => {
    const episodes = new Episodes();
    expect(episodes.update(NOW, [condition({ holds: false })])).toEqual([]);
    episodes.update(NOW, [condition()]);
    expect(episodes.update(NOW + 1, [condition({ holds: false }, 'a little less')])).toMatchObject([{ text: 'a little less' }]);
    expect(episodes.update(NOW + 2, [])).toEqual([]);
  });

  test('keep: it stays so long after it ended', () => {
    const episodes = new Episodes();
    episodes.update(NOW, [condition({ keepMs: MINUTE })]);
    expect(episodes.update(NOW + MINUTE, [])).toHaveLength(1);
    expect(episodes.update(NOW + MINUTE + 1, [])).toHaveLength(0);
  });

  test('worst first, then oldest', () => {
    const episodes = new Episodes();
    const of = (key: string, severity: Warning['severity']) => condition({ warning: { ...condition().warning, key, severity } });
    episodes.update(NOW, [of('a', 'info'), of('b', 'warn')]);
    const all = [of('a', 'info'), of('c', 'crit'), of('b', 'warn'), of('d', 'warn')];
    expect(episodes.update(NOW + 1, all).map((w) => w.key)).toEqual(['c', 'b', 'd', 'a']);
  });
});

describe('warnings', () => {
  /** Requests every 20 s from `from` minutes ago, `perMinute` work tokens. */
  const burning = (minutes: number, perMinute: number, project = '/p/api', sessionId = 's1') =>
    Array.from({ length: minutes * 3 }, (_, i) =>
      anEvent({ at: NOW - minutes * MINUTE + (i + 1) * 20_000, work: perMinute / 3, project, sessionId }),
    ).concat(anEvent({ at: at('10:00:00'), work: 0, project, sessionId }));
  const sorted = (events: ReturnType<typeof burning>) => events.sort((a, b) => a.at - b.at);

  test('LV-92: HIGH burn for five minutes, told by the data alone', () => {
    // 4 min 59 s above the threshold are no warning: at 12,000 a minute the rate passes 1,000 after the second request.
    expect(texts(anInput(sorted(burning(5, 12_000))))).toEqual([]);
    expect(texts(anInput(sorted(burning(10, 12_000))))).toEqual(["Project 'api' has HIGH burn rate (12,000 > 1,000 tok/min)"]);
    expect(texts(anInput(sorted(burning(10, 999))))).toEqual([]);
  });

  test('LV-92: all together where no project alone burns high', () => {
    const events = sorted([...burning(11, 600, '/p/api', 's1'), ...burning(11, 600, '/p/web', 's2')]);
    expect(texts(anInput(events))).toEqual(['Combined burn rate is HIGH (1,200 > 1,000 tok/min)']);
  });

  test.each([
    [79.9, null],
    [80, 'warn'],
    [94.9, 'warn'],
    [95, 'crit'],
  ])('LV-91: official quota at %d %%: %s', (usedPercent, severity) => {
    const window = { start: at('10:20:00'), end: at('15:20:00'), source: 'official' as const, uncertaintyMinutes: 0, usedPercent };
    const quota = (seenAt: number) => ({
      windows: [{ account: 'default', windows: [{ ...window, usedPercentAt: seenAt }], finished: [] }],
      quotas: new Map([['default', { account: 'default', label: 'work', weekly: { ...window, usedPercentAt: seenAt }, samples: [] }]]),
    });
    const found = warningsOf(anInput([anEvent()], quota(NOW)));
    expect(found.map((w) => [w.rule, w.severity])).toEqual(
      severity === null
        ? []
        : [
            ['window', severity],
            ['week', severity],
          ],
    );
    // A stale sample is greyed, and no warning.
    expect(warningsOf(anInput([anEvent()], quota(NOW - 11 * MINUTE)))).toEqual([]);
  });

  test('LV-91: full before the reset, when three readings a minute apart say so', () => {
    const window = {
      start: at('10:20:00'),
      end: at('15:20:00'),
      source: 'official' as const,
      uncertaintyMinutes: 0,
      usedPercent: 79,
      usedPercentAt: NOW,
    };
    const samples = [60, 66, 72, 79].map((used, i) => ({ used, seenAt: NOW - (3 - i) * 10 * MINUTE }));
    const input = anInput([anEvent()], {
      windows: [{ account: 'default', windows: [window], finished: [] }],
      quotas: new Map([['default', { account: 'default', label: 'work', weekly: null, samples }]]),
    });
    expect(texts(input)).toEqual([]);
    expect(texts({ ...input, now: NOW + MINUTE })).toEqual([]);
    const found = warningsOf({ ...input, now: NOW + 2 * MINUTE });
    expect(found).toMatchObject([
      { rule: 'window-runout', severity: 'warn', text: '5-hour window is full in ≈ 33 m at this pace, 1 h 2 m before its reset' },
    ]);
  });

  test('LV-91: a guess is no warning, a limit that a person set is one', () => {
    const input = anInput([anEvent({ work: 900 })]);
    const limited = { ...input.options, limits: setLimits({ tokens: 1000, per: 'window' }, NO_LIMITS) };
    expect(warningsOf(input)).toEqual([]);
    expect(warningsOf({ ...input, options: limited }).map((w) => w.rule)).toEqual(['window', 'budget']);
  });

  test.each([
    [79.9, null],
    [80, 'warn'],
    [90, 'crit'],
  ])('LV-95: context %d %%: %s', (percent, severity) => {
    const facts = { context: [{ tokens: percent * 2000, model: 'm' }, [1, at('13:40:00'), 0]] } as const;
    const events = [anEvent()];
    const found = warningsOf(anInput(events, { sessions: [aSession('s1', events, { facts })] }));
    expect(found.map((w) => [w.severity, w.sessionId, w.key])).toEqual(severity === null ? [] : [[severity, 's1', 'context:s1']]);
  });

  test('LV-95: gone after compaction', () => {
    const events = [anEvent()];
    const input = anInput(events);
    const at88 = { context: [{ tokens: 176_000, model: 'm' }, [1, at('13:40:00'), 0]] } as const;
    const after = { ...at88, compactedTo: [20_000, [1, at('13:41:00'), 0]] } as const;
    expect(texts({ ...input, sessions: byId([aSession('s1', events, { facts: at88 })]) })).toEqual([
      's1: context 88 %, compaction is near',
    ]);
    expect(texts({ ...input, sessions: byId([aSession('s1', events, { facts: after })]) })).toEqual([]);
  });

  test('LV-96: waiting for more than two minutes, failed, limited, stuck', () => {
    const events = [anEvent({ at: NOW - 16 * MINUTE })];
    const live = (more: Parameters<typeof aLive>[1]) => texts(anInput(events, { live: new Map([['s1', aLive('s1', more)]]) }));
    const wait = (ms: number) => ({
      state: 'needs-permission' as const,
      waiting: { for: 'permission' as const, tool: 'Bash', since: NOW - ms },
    });
    expect(live(wait(120_000))).toEqual([]);
    expect(live(wait(134_000))).toEqual(['s1 waits 2 m 14 s for permission']);
    expect(live({ state: 'error', error: { kind: 'overloaded', at: NOW, resetsAt: null } })).toEqual(['s1 failed 1 m ago: overloaded']);
    expect(live({ state: 'rate-limited' })).toEqual(['s1 has reached its usage limit']);
    expect(live({ seenAt: NOW - 16 * MINUTE })).toEqual(['s1 works without a sign of life for 16 m']);
    expect(live({ seenAt: NOW - 16 * MINUTE, alive: null })).toEqual([]);
  });

  test('LV-97: tokens without a price, lines that cannot be read, lines that are not counted', () => {
    const events = [anEvent({ work: 10_001, cost: null, model: 'claude-quasar-7' })];
    expect(texts(anInput(events))).toEqual([
      "Model 'claude-quasar-7' has no price: 10,001 tokens are not in the cost — tidemark config set pricing.overrides",
    ]);
    expect(texts(anInput([anEvent({ work: 10_000, cost: null })]))).toEqual([]);
    const health = (lines: number, rejected: number, behindSince: number | null = null) =>
      keysAfterAMinute(anInput([], { health: { lines, rejected, behindSince: behindSince === null ? null : behindSince + MINUTE } }));
    expect([health(100_000, 9), health(100_000, 10), health(500, 1), health(1000, 1)]).toEqual([
      [],
      ['data-stale:lines'],
      ['data-stale:lines'],
      [],
    ]);
    expect([health(0, 0, NOW - MINUTE), health(0, 0, NOW - MINUTE - 1)]).toEqual([[], ['data-stale:behind']]);
  });
});
