import { describe, expect, test } from 'vitest';
import { DEMO_NOW, DEMO_PAYLOAD, demoFacts } from './demo-facts.ts';
import type { Facts } from './facts.ts';
import { inputOf } from './input.ts';
import { SEGMENTS } from './segments.ts';

const F1 = demoFacts();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const compact = (id: string, facts: Facts) => SEGMENTS.get(id)!.compact(facts);
const classic = (id: string, facts: Facts) => (SEGMENTS.get(id)!.classic ?? SEGMENTS.get(id)!.compact)(facts);
const withInput = (change: object): Facts => ({ ...F1, input: { ...F1.input, ...inputOf({ ...DEMO_PAYLOAD, ...change }) } });
const reading = (used: number, inMs: number, age = 0) => ({ used, resetsAt: (DEMO_NOW + inMs) / 1000, at: DEMO_NOW - age });

describe('SL-8 forms of each segment', () => {
  test.each([
    ['dir', ['~/projects/api', 'api']],
    ['attention', ['1 needs you', '▲1']],
    ['context', ['ctx 33%', '33%']],
    ['quota5h', ['5h 41% 2h29m', '5h 41%']],
    ['quota7d', ['7d 62%']],
    ['model', ['Opus 5.5']],
    ['git', ['main+2*3', 'main*3', 'main']],
    ['sessions', ['3s']],
    ['cost', ['$3.21eq']],
    ['profile', ['work']],
    ['effort', ['high']],
    ['agents', ['2a']],
    ['burn', ['$2.57/h']],
    ['cache', ['cache 4m', 'warm']],
    ['today', ['today $17.03']],
    ['clock', ['14:06']],
    ['duration', ['1h15m']],
    ['lines', ['+156-23']],
    ['name', ['refund flow']],
    ['version', ['v2.1.329']],
    ['id', ['d3110000']],
    ['load', ['load 1.20']],
  ])('%s', (id, forms) => expect(compact(id, F1)?.forms).toEqual(forms));

  test.each([
    ['context', ['674Kleft[===------|--]', '674Kleft', '33%']],
    ['quota5h', ['2h29m(41%)16:35', '2h29m(41%)', '41%']],
    ['quota7d', ['62%(3d4h)', '62%']],
    ['cost', ['$3.21eq|$2.57/h', '$3.21eq']],
    ['sessions', ['3s▲1']],
    ['burn', ['83.40Mtok(521Ktpm)', '521Ktpm']],
    ['cache', ['90%']],
  ])('classic %s', (id, forms) => expect(classic(id, F1)?.forms).toEqual(forms));
});

describe('SL-8 each "hidden when"', () => {
  const bareInput: Facts = { ...F1, input: inputOf({}), quota: {}, summary: null, others: null, own: null, branch: null };

  test.each([...SEGMENTS.keys()].filter((id) => id !== 'dir' && id !== 'clock'))('%s without its data', (id) => {
    expect(compact(id, bareInput)).toBeNull();
    expect(classic(id, bareInput)).toBeNull();
  });

  test('SL-3 fresh session: the context is said to be unknown; API key: no quota', () => {
    const fresh = withInput({ context_window: { context_window_size: 1_000_000, current_usage: null, used_percentage: null } });
    expect(compact('context', fresh)?.forms).toEqual(['ctx —']);
    expect(classic('context', fresh)).toBeNull();
    expect(compact('quota5h', { ...F1, quota: {} })).toBeNull();
  });

  test('after a compaction the four zeros are not 0 %', () => {
    const zeros = { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
    const compacted = withInput({ context_window: { context_window_size: 1_000_000, current_usage: zeros, used_percentage: 0 } });
    expect(compact('context', compacted)?.forms[0]).toBe('ctx —');
  });

  test('0 others, 1 session, 0 cost, medium effort, default style', () => {
    expect(compact('attention', { ...F1, others: { active: 3, needsYou: 0, maxContext: null } })).toBeNull();
    expect(compact('sessions', { ...F1, others: { active: 1, needsYou: 0, maxContext: null } })).toBeNull();
    expect(compact('cost', withInput({ cost: { total_cost_usd: 0 } }))).toBeNull();
    expect(compact('effort', withInput({ effort: { level: 'medium' } }))).toBeNull();
    expect(compact('effort', withInput({ fast_mode: true }))?.forms).toEqual(['fast']);
    expect(compact('style', F1)).toBeNull();
  });
});

describe('quota', () => {
  test('SL-10 old: with its age; used up: full; past its reset: hidden', () => {
    const quota = (used: number, inMs: number, age = 0) =>
      compact('quota5h', { ...F1, quota: { five_hour: reading(used, inMs, age) } })?.forms ?? null;
    expect(quota(41, 149 * MINUTE, 9 * MINUTE)).toEqual(['5h 41% 2h29m', '5h 41%']);
    expect(quota(41, 149 * MINUTE, 12 * MINUTE)).toEqual(['5h 41%~12m']);
    expect(quota(41, 149 * MINUTE, 30 * MINUTE)).toEqual(['5h 41%~30m']);
    expect(quota(100, 149 * MINUTE)).toEqual(['5h full, 2h29m', '5h full']);
    expect(quota(93, 149 * MINUTE)).toEqual(['5h 93%! 2h29m', '5h 93%!']);
    expect(quota(41, -1000)).toBeNull();
    expect(quota(41, 49 * HOUR)).toBeNull();
    expect(quota(41, 30_000)).toEqual(['5h 41% 30s', '5h 41%']);
    expect(classic('quota5h', { ...F1, quota: { five_hour: reading(41, 149 * MINUTE, 12 * MINUTE) } })?.forms[0]).toBe('2h29m(41%⚠)16:35');
  });

  test('AP-8 the profile’s newer window wins, within one window the maximum; an estimate is never taken', () => {
    const shared = (used: number, inMs: number, source: 'official' | 'estimated') => {
      const work = {
        ...F1.summary!.profiles.work!,
        quota: { fiveHour: { ...reading(0, inMs), usedPercent: used, source }, sevenDay: null },
      };
      return compact('quota5h', { ...F1, summary: { ...F1.summary!, profiles: { ...F1.summary!.profiles, work } } })?.forms[0];
    };
    expect(shared(55, 149 * MINUTE, 'official')).toBe('5h 55% 2h29m');
    expect(shared(12, 149 * MINUTE, 'official')).toBe('5h 41% 2h29m');
    expect(shared(55, 149 * MINUTE, 'estimated')).toBe('5h 41% 2h29m');
    expect(shared(1, 290 * MINUTE, 'official')).toBe('5h 1% 4h50m');
  });

  test('AP-7 the quota of another profile is never borrowed', () => {
    const home = {
      ...F1.summary!.profiles.home!,
      quota: { fiveHour: { ...reading(0, HOUR), usedPercent: 80, source: 'official' as const }, sevenDay: null },
    };
    const facts: Facts = { ...F1, quota: {}, summary: { ...F1.summary!, profiles: { ...F1.summary!.profiles, home } } };
    expect(compact('quota5h', facts)).toBeNull();
  });

  test('spend may exceed 100 and shows its per cent', () => {
    expect(compact('spend', { ...F1, quota: { spend_limit: reading(31, 400 * HOUR) } })?.forms).toEqual(['spend 31%']);
    expect(compact('spend', { ...F1, quota: { spend_limit: reading(131, 400 * HOUR) } })?.tone).toBe('critical');
  });
});

test('SL-12, AP-9 profile: two live profiles → shown, one → hidden, always when asked for, a guess with ?, an address never', () => {
  const summary = F1.summary!;
  const [id] = Object.keys(summary.sessions);
  const only = { ...summary, sessions: { [id!]: summary.sessions[id!]! } };
  expect(compact('profile', { ...F1, summary: only })).toBeNull();
  const always = { ...F1.settings, showAuthProfile: true as const };
  expect(compact('profile', { ...F1, summary: only, settings: always })?.forms).toEqual(['work']);
  const guess = { ...summary, sessions: { ...summary.sessions, [id!]: { ...summary.sessions[id!]!, confidence: 40 } } };
  expect(compact('profile', { ...F1, summary: guess })?.forms).toEqual(['work?']);
  const address = { ...summary, profiles: { ...summary.profiles, work: { ...summary.profiles.work!, label: 'dev@example.org' } } };
  expect(compact('profile', { ...F1, summary: address, settings: always })).toBeNull();
  expect(compact('profile', { ...F1, summary: null, envProfile: 'claude2', settings: always })?.forms).toEqual(['claude2']);
});

test('git counts belong to their branch and to five minutes', () => {
  expect(compact('git', { ...F1, branch: 'fix' })?.forms).toEqual(['fix']);
  expect(compact('git', { ...F1, now: DEMO_NOW + 6 * MINUTE })?.forms).toEqual(['main']);
});

test('others nearly full show it; alerts and the stale configuration', () => {
  expect(compact('sessions', { ...F1, others: { active: 3, needsYou: 0, maxContext: 84 } })?.forms).toEqual(['3s 84%', '3s']);
  expect(compact('attention', { ...F1, others: { active: 3, needsYou: 2, maxContext: null } })?.forms).toEqual(['2 need you', '▲2']);
  expect(compact('alerts', { ...F1, summary: { ...F1.summary!, alerts: { open: 2, top: [] } } })?.forms).toEqual(['2 alerts', '!2']);
  expect(compact('stale-config', { ...F1, isConfigStale: true })?.forms).toEqual(['⚙']);
});

test('SL-43 Windows paths', () => {
  const at = (dir: string, home: string) => compact('dir', { ...F1, dir, home })?.forms;
  expect(at('C:\\Users\\dev\\projects\\api', 'C:\\Users\\dev')).toEqual(['~\\projects\\api', 'api']);
  expect(at('D:/work/web', 'C:/Users/dev')).toEqual(['D:/work/web', 'web']);
  expect(at('/home/developer', '/home/dev')).toEqual(['/home/developer', 'developer']);
  expect(at('/home/dev', '/home/dev')).toEqual(['~', '~']);
  expect(at('/', '/home/dev')).toEqual(['/', '/']);
});
