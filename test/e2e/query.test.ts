import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDemoHome } from '../../src/app/demo.ts';
import { type Capture, writeCapture } from '../../src/sessions/captures.ts';
import { OwnHome } from '../security/own-home.ts';

let home: OwnHome;
beforeAll(() => {
  home = new OwnHome();
  writeDemoHome(home.dir, Date.now());
});
afterAll(() => home.remove());

const raw = (...args: string[]) => home.ok('query', ...args).trim();
const value = (...args: string[]) => Number(raw(...args));

describe('UR-70 each metric equals the field it names, on the demo home', () => {
  test('of a range: the totals of daily', () => {
    const { totals } = home.json('daily', '--since', 'today', '--until', 'today', '--json');
    const pairs: [string, number][] = [
      ['cost', totals.totalCost],
      ['tokens', totals.totalTokens],
      ['tokens.input', totals.inputTokens],
      ['tokens.output', totals.outputTokens],
      ['tokens.cache_write', totals.cacheCreationTokens],
      ['tokens.cache_read', totals.cacheReadTokens],
      ['tokens.work', totals.workTokens],
      ['requests', totals.requests],
      ['prompts', totals.prompts],
      ['sessions', totals.sessions],
      ['unpriced', 0],
    ];
    for (const [metric, expected] of pairs) expect(value(metric), metric).toBe(expected);
  });

  test('of now: the Snapshot', () => {
    const [snapshot, again] = [home.json('live', '--once', '--json'), () => home.json('live', '--once', '--json')];
    const [window] = snapshot.windows;
    const sessions = snapshot.sessions as { state: string; alive: boolean | null; contextPercent: { value: number | null } }[];
    const pairs: [string, number][] = [
      ['sessions.working', snapshot.verdict.working],
      ['sessions.needs_you', snapshot.verdict.needsYou],
      ['sessions.active', snapshot.verdict.active],
      ['sessions.idle', sessions.filter((s) => s.state === 'idle').length],
      ['sessions.alive', sessions.filter((s) => s.alive).length],
      ['window.tokens', window.amounts.totalTokens],
      ['window.cost', window.amounts.costUSD],
      ['context.max', Math.max(...sessions.filter((s) => s.state !== 'ended').map((s) => s.contextPercent.value ?? 0))],
    ];
    for (const [metric, expected] of pairs) expect(value(metric), metric).toBeCloseTo(expected, 8);
    // Rates move while this runs: between the Snapshot before and the one after.
    const burn = value('burn.all');
    const after = again().combined.burn.tokensPerMinute;
    expect(burn).toBeLessThanOrEqual(snapshot.combined.burn.tokensPerMinute + 1e-6);
    expect(burn).toBeGreaterThanOrEqual(after - 1e-6);
    expect(raw('window.reset')).toBe(window.end);
    expect(value('window.left')).toBeGreaterThan(0);
  });

  test('of one session: context and share; UR-71 --current is the newest', () => {
    const [newest] = home.json('sessions', '--sort', 'last', '--json').sessions;
    const found = home.json('live', '--once', '--json').sessions.find((s: { sessionId: string }) => s.sessionId === newest.sessionId);
    expect(value('context', '--current')).toBeCloseTo(found.contextPercent.value, 8);
    expect(value('share', '--session', newest.sessionId)).toBeCloseTo(found.sharePercent, 8);
    for (const metric of ['context', 'share']) expect(home.run(['query', metric])).toMatchObject({ status: 2, stdout: '' });
  });
});

test('UR-72 every filter narrows, and its complement completes it', () => {
  home.ok('session', 'tag', 'migrate-orders', '+big');
  const all = value('tokens', '--range', 'all');
  for (const [flag, name] of [
    ['--project', 'api-server'],
    ['--model', '*opus*'],
    ['--tag', 'big'],
    ['--branch', 'main'],
    ['--account', 'default'],
  ] as const) {
    const part = value('tokens', '--range', 'all', flag, name);
    expect(part, flag).toBeGreaterThan(0);
    expect(part + value('tokens', '--range', 'all', flag, `!${name}`), flag).toBe(all);
  }
  const agents = value('tokens', '--range', 'all', '--subagents', 'only');
  expect(agents + value('tokens', '--range', 'all', '--subagents', 'exclude')).toBe(all);
  expect(value('tokens', '--range', 'all', '--exclude', 'api-server')).toBe(value('tokens', '--range', 'all', '--project', '!api-server'));
  expect(value('window.tokens', '--tag', 'big')).toBe(value('window.tokens', '--session', 'migrate-orders'));
  expect(value('sessions.active', '--project', 'no-such-project')).toBe(0);
});

test('UR-72 a scope that a metric does not have is refused, with those that have it', () => {
  for (const args of [
    ['prompts', '--model', 'x'],
    ['window.used', '--project', 'x'],
    ['sessions.active', '--session', '@last'],
    ['context.max', '--model', 'x'],
  ])
    expect(home.run(['query', ...args]), args.join(' ')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('These have'),
    });
  expect(home.run(['query', 'window.reset', '--warn', '5'])).toMatchObject({ status: 2, stdout: '' });
});

test('EXP-73 a count of sessions as a condition of a shell', () => {
  expect(home.run(['query', 'sessions.active', '--warn', '1'])).toMatchObject({ status: 10 });
  expect(home.run(['query', 'sessions.active', '--warn', '1', '--limit', '2'])).toMatchObject({ status: 20 });
  expect(home.run(['query', 'sessions.needs_you', '--warn', '1'])).toMatchObject({ status: 0, stdout: '0\n' });
});

test('EXP-72 without any data a value is unknown: exit 1, or the default', () => {
  const empty = new OwnHome();
  try {
    expect(empty.run(['query', 'sessions.needs_you'])).toMatchObject({ status: 1, stdout: '' });
    expect(empty.run(['query', 'sessions.needs_you', '--default', '0'])).toMatchObject({ status: 0, stdout: '0\n' });
  } finally {
    empty.remove();
  }
});

test('UR-70 the help names every metric, by the table it comes from', () => {
  const help = home.ok('query', '--help');
  for (const metric of [
    'tokens.work',
    'sessions.alive',
    'window.forecast',
    'week.resets_in',
    'context.max',
    'limit.used',
    'burn-rate-hour',
  ])
    expect(help).toContain(metric);
});

describe('UR-73 several accounts', () => {
  let both: OwnHome;
  const now = Date.now();
  const inHours = (hours: number) => Math.floor((now + hours * 3_600_000) / 1000);
  const capture = (sessionId: string, configDir: string, used: number, week: number): Capture => ({
    v: 1,
    at: now,
    sessionId,
    configDir,
    version: '2.1.329',
    cwd: '/nowhere',
    transcriptPath: null,
    sessionName: null,
    model: null,
    context: { used: null, size: null, percent: null },
    cost: { usd: null, apiMs: null, durationMs: null, linesAdded: null, linesRemoved: null },
    cache: null,
    effort: null,
    identity: { configDir, kind: 'subscription' },
    quota: { five_hour: { used, resetsAt: inHours(2), at: now }, seven_day: { used: week, resetsAt: inHours(50), at: now } },
    rejected: 0,
    lastLine: '',
  });

  beforeAll(() => {
    both = new OwnHome();
    writeDemoHome(both.dir, now);
    const ids = home.json('sessions', '--json').sessions.map((s: { sessionId: string }) => s.sessionId);
    writeCapture(both.state, capture(ids[0], path.join(both.dir, '.claude-work'), 62, 10), null);
    writeCapture(both.state, capture(ids[1], path.join(both.dir, '.claude-home'), 20, 40), null);
  });
  afterAll(() => both.remove());
  const query = (...args: string[]) => both.json('query', ...args, '--format', 'json');

  test('a window is of the account nearest its limit, a week of the one that used most; both are named', () => {
    expect(query('window.used')).toMatchObject({ value: 62, source: 'official', account: 'claude-work' });
    expect(query('limit.used')).toMatchObject({ value: 62, account: 'claude-work' });
    expect(query('week.used')).toMatchObject({ value: 40, source: 'official', account: 'claude-home' });
    expect(query('window.used', '--account', 'claude-home')).toMatchObject({ value: 20, account: 'claude-home' });
    expect(query('week.resets_in').value).toBeGreaterThan(49 * 3600);
    expect(Number(both.ok('query', 'window.used', '--official'))).toBe(62);
    expect(both.run(['query', 'window.forecast'])).toMatchObject({ status: 1, stdout: '' });
  });

  test('sums are summed over accounts, and --account parts them (UR-23)', () => {
    const tokens = (...args: string[]) => Number(both.ok('query', 'tokens', '--range', 'all', ...args));
    const parts = ['claude-work', 'claude-home', 'default'].map((name) => tokens('--account', name));
    expect(parts.every((part) => part > 0)).toBe(true);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(tokens());
    const { sessions, meta } = both.json('sessions', '--json');
    expect(new Set(sessions.map((s: { account: string }) => s.account))).toEqual(new Set(meta.accounts));
    expect(meta.accounts).toHaveLength(3);
  });
});
