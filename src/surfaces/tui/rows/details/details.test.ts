import { describe, expect, test } from 'vitest';
import { viewOf } from '../../figures.ts';
import { textOf } from '../../spans.ts';
import { amountsOf, aSession, aSnapshot, NOW } from '../../testing.ts';
import { detailOf } from '../../testing-queries.ts';
import { briefDetails, detailRows } from '../details.ts';
import type { Detailed } from './detailed.ts';

const window = amountsOf([22_410, 164_920, 40_112, 610_233, 14_220_480], 17.7);
const session = aSession({
  id: '32085a6f-1c1e-4b5a-9a3e-51f0c2a7d6e4',
  name: 'migrate-orders',
  project: 'orders-db',
  window,
  total: window,
  state: 'working',
  since: NOW - 360_000,
  stateSource: 'registry',
  stateSeenAt: NOW - 1000,
  share: 62,
  points: { value: 38.4, source: 'measured', at: NOW },
  burnNow: { work: 4260, all: 99_000, costPerHour: 1 },
  severity: 'HIGH',
});
const snapshot = aSnapshot({ sessions: [session] });
const view = viewOf(snapshot, { ascii: false, now: NOW });
const detail = detailOf(snapshot, session.id)!;
const known: Detailed = { session, detail, account: 'work', terminal: 'tmux dev:2.1' };
const rows = (more: Partial<Detailed> = {}, how = view) => detailRows(how, { ...known, ...more }, 80).map(textOf);
const field = (name: string, more: Partial<Detailed> = {}, how = view) =>
  rows(more, how)
    .find((row) => row.startsWith(` ${name.padEnd(12)}`))
    ?.slice(13);
const of = (more: Partial<typeof session>): Partial<Detailed> => ({ session: { ...session, ...more } });
const asked = (more: Partial<typeof detail>): Partial<Detailed> => ({ detail: { ...detail, ...more } });
const process = (pid: number, kind: string | null) => ({ pid, procStart: '1', kind, entrypoint: null, version: null, startedAt: null });

describe('who it is, LV-60', () => {
  test.each([
    ['state', {}, 'working for 6 m (registry, 1 s)'],
    ['state', of({ stale: true, stateSource: 'mtime' }), 'working for 6 m (file time, 1 s, stale)'],
    ['state', of({ stateSeenAt: null, stateSource: 'hook' }), 'working for 6 m (hook)'],
    ['state', of({ stateSource: null, since: null }), 'working · 4,260 work tok/min (HIGH)'],
    ['state', { session: null }, undefined],
    ['title', {}, 'Migrate orders to v2'],
    ['title', asked({ title: null }), '—'],
    ['title', { detail: null }, '—'],
    ['tags', {}, undefined],
    ['tags', of({ tags: ['db', 'urgent'] }), '#db #urgent'],
    ['tags', { session: null, ...asked({ tags: ['old'] }) }, '#old'],
    ['note', {}, undefined],
    ['note', of({ note: 'ask Kim first' }), 'ask Kim first'],
    ['project', {}, 'orders-db (main)'],
    ['project', of({ branch: null }), 'orders-db'],
    ['project', asked({ isWorktree: true }), 'orders-db (main), a worktree'],
    ['directory', {}, '/home/p/a-project'],
    ['directory', { ...of({ cwd: '/w/x' }), detail: null }, '/w/x'],
    ['directory', { detail: null }, undefined],
    ['account', {}, 'work'],
    ['process', of({ processes: [process(20_488, 'interactive')] }), '20488, tmux dev:2.1'],
    ['process', { ...of({ processes: [process(7, null), process(8, 'background')] }), terminal: null }, '7, 8 background'],
    ['process', of({ processes: [], alive: false }), 'none runs'],
    ['process', of({ processes: [], alive: null }), '—'],
    ['process', { session: null }, '—'],
    ['id', { session: null }, '32085a6f-1c1e-4b5a-9a3e-51f0c2a7d6e4'],
    ['started', {}, 'Fri 20 Nov 12:42 · 175 requests · 14 prompts'],
    ['started', { ...of({ startedAt: null }), detail: null }, '—'],
    ['set to', {}, undefined],
    ['set to', of({ effort: 'high', permissionMode: 'plan' }), 'effort high · mode plan'],
    ['set to', of({ permissionMode: 'plan' }), 'mode plan'],
    ['fork of', {}, undefined],
    ['fork of', asked({ forkedFrom: '9c1d77aa-0000-4000-8000-000000000000' }), '9c1d77aa'],
    ['continued', {}, undefined],
    ['continued', asked({ continuedBy: ['1111aaaa-bb', '2222cccc-dd'] }), '1111aaaa, 2222cccc'],
    ['unclear', {}, undefined],
    ['unclear', of({ disagreements: ['registry says idle', 'hook says working'] }), 'registry says idle; hook says working'],
  ] as const)('%s of %#', (name, more, expected) => expect(field(name, more)).toBe(expected));

  test('a session that nobody knows is said so, not drawn with empty fields', () => {
    expect(rows({ session: null, detail: null, account: '' })).toEqual([' this session is no longer known']);
  });
});

describe('context, LV-61', () => {
  const context = (value: number | null) => ({ contextPercent: { value, source: 'measured' as const, at: null } });
  test.each([
    ['context', {}, '██████████░░░░░░░░░░░░░░░░░░░ 34 % of 200.0K'],
    ['context', of(context(null)), '—'],
    ['history', asked({ contextHistory: [] }), undefined],
    ['history', { detail: null }, undefined],
  ] as const)('%s %#', (name, more, expected) => expect(field(name, more)).toBe(expected));

  test('compaction is said to be near from 80 %', () => {
    expect(field('context', of(context(80)))).toMatch(/80 % of 200\.0K · compaction near$/);
    expect(field('context', of(context(79.9)))).toMatch(/80 % of 200\.0K$/);
    expect(field('context', { ...of({ ...context(90), windowSize: null }), detail: null })).toMatch(/ 90 % · compaction near$/);
    expect(field('context', { session: null })).toBe('—');
  });

  const history = [40_000, 80_000, 10_000].map((tokens, at) => ({ at, tokens }));
  test.each([
    [{ count: 1, lastAt: NOW - 66 * 60_000, lastTokens: null }, '▂▄▁  1 compaction 12:36'],
    [{ count: 3, lastAt: null, lastTokens: null }, '▂▄▁  3 compactions'],
    [{ count: 0, lastAt: null, lastTokens: null }, '▂▄▁'],
    [{ count: null, lastAt: null, lastTokens: null }, '▂▄▁'],
  ])('its history with compactions %j', (compactions, expected) =>
    expect(field('history', asked({ contextHistory: history, compactions }))).toBe(expected),
  );

  test('two points are a history, one is none', () => {
    const compactions = { count: null, lastAt: null, lastTokens: null };
    const points = (count: number) => field('history', asked({ contextHistory: history.slice(0, count), compactions }));
    expect([points(1), points(2)]).toEqual([undefined, '▂▄']);
  });

  test('without the size of the window the highest fills the line', () => {
    const compactions = { count: null, lastAt: null, lastTokens: null };
    const more = { ...of({ windowSize: null }), ...asked({ windowSize: null, contextHistory: history, compactions }) };
    expect(field('history', more)).toBe('▄█▁');
  });
});

describe('tokens, money and burn, LV-62', () => {
  test('by kind for window and session, with the cache hit', () => {
    const text = rows();
    expect(text).toContain('   cache read       14,220,480    14,220,480');
    expect(text).toContain('   cache hit              96 %          95 %');
    expect(rows(asked({ cacheHitWindow: null, cacheHitTotal: null }))).toContain('   cache hit                 —             —');
  });

  test.each([
    ['cost', {}, '$17.70 window · $17.70 session'],
    ['unlogged', {}, '$0.03 not in transcripts (client says $29.78)'],
    ['unlogged', asked({ clientCost: null }), '$0.03 not in transcripts'],
    ['unlogged', asked({ unloggedCost: null }), '—'],
    ['share', {}, '62 % of local use, by cost = 38 points of the window'],
    ['share', of({ points: { value: null, source: 'unknown', at: null }, shareBasis: 'tokens' }), '62 % of local use, by tokens'],
    ['share', of({ share: null }), '—'],
    ['share', { session: null }, '—'],
  ] as const)('%s %#', (name, more, expected) => expect(field(name, more)).toBe(expected));

  test('the burn line says the rate of now only of a session that is there', () => {
    const burn = (more: Partial<Detailed>) => rows(more).find((row) => row.includes('burn, work tok/min'));
    expect(burn({})).toBe(' burn, work tok/min, 60 min   now 4,260 (HIGH)');
    expect(burn({ session: null })).toBe(' burn, work tok/min, 60 min');
    expect(burn({ detail: null })).toBeUndefined();
  });
});

describe('four lines below the list, LV §4', () => {
  const brief = (more: Partial<Detailed> = {}, how = view) => briefDetails(how, { ...known, ...more }, 160).map(textOf);
  const subagents = { ...amountsOf([0, 9, 0, 0, 0], 1.14), requests: 2 };

  test('as on the screen of 120 columns', () => {
    const more = of({ effort: 'high', subagents, processes: [process(20_488, null)] });
    expect(brief(more).slice(0, 3)).toEqual([
      ' working for 6 m · opus-4-5 · effort high · account work · pid 20488 · tmux dev:2.1 · id 32085a6f',
      ' in 22,410 · out 164,920 · cache write 650,345 (1h 610,233, 5m 40,112) · cache read 14,220,480 · hit 96 %',
      ' $17.70 window · $17.70 session · subagents $1.14 · not in transcripts $0.03 · 175 requests · 14 prompts',
    ]);
  });

  test('what is not known is left out, and the burn is a dash', () => {
    expect(brief({ ...of({ state: 'idle', since: NOW - 60_000 }), detail: null, terminal: null })).toEqual([
      ' idle for 1 m · opus-4-5 · account work · id 32085a6f',
      ' in 22,410 · out 164,920 · cache write 650,345 (1h 610,233, 5m 40,112) · cache read 14,220,480',
      ' $17.70 window · $17.70 session',
      ' burn/min, 60 min  —',
    ]);
    expect(brief({ session: null })).toEqual([]);
  });
});

describe('while history is read no sum is shown, LV-35', () => {
  const reading = { ...view, complete: false };

  test('in the details', () => {
    const text = rows({}, reading);
    expect(text).toContain('   input                     —             —');
    expect(text).toContain('   cache hit                 —             —');
    expect(['started', 'cost', 'unlogged', 'share'].map((name) => field(name, {}, reading))).toEqual([
      'Fri 20 Nov 12:42 · — requests · — prompts',
      '— window · — session',
      '—',
      '—',
    ]);
    expect(text).toContain(' burn, work tok/min, 60 min   now —');
  });

  test('below the list', () => {
    expect(briefDetails(reading, known, 160).map(textOf).slice(1, 3)).toEqual([
      ' in — · out — · cache write — (1h —, 5m —) · cache read —',
      ' — window · — session · — requests · — prompts',
    ]);
  });
});
