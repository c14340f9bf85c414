import { describe, expect, test } from 'vitest';
import type { SessionState, Snapshot } from '../../../monitor/snapshot.ts';
import { viewOf } from '../figures.ts';
import { textOf, widthOf } from '../spans.ts';
import { amountsOf, aSession, aSnapshot, aWindow, estimatedWindow, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { verdict, verdictInTwo } from './verdict.ts';

const inStates = (...states: readonly SessionState[]) =>
  states.map((state, index) => aSession({ id: String(index), name: `s${index}`, state }));

const say = (snapshot: Snapshot, width = 300, ascii = false) => textOf(verdict(viewOf(snapshot, { ascii, now: NOW }), snapshot, width));

const projection = { tokens: 58_310_000, low: 52_100_000, high: 61_000_000, cost: null, calibrated: true, limitAt: null };
const used = (value: number, source: 'official' | 'configured' | 'estimated', at: number | null = null) => ({ value, source, at });

const CASES: readonly (readonly [name: string, snapshot: Snapshot, expected: string])[] = [
  [
    'the demo home',
    demoLikeSnapshot(),
    '2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20 · at this pace 52.10–61.00M tokens',
  ],
  [
    'one of everything, most urgent first (D-36)',
    aSnapshot({
      sessions: inStates('working', 'compacting', 'your-turn', 'error', 'rate-limited', 'needs-answer', 'idle', 'ended'),
      windows: [aWindow()],
    }),
    '1 needs you · 1 failed · 1 limited · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20',
  ],
  [
    'a full window says until when a session is limited (LV-30)',
    aSnapshot({ sessions: inStates('rate-limited'), windows: [aWindow({ usedPercent: used(100, 'official', NOW) })] }),
    '1 limited until 15:20 · 5h 100 % (official, 0 s) resets 15:20',
  ],
  [
    'no official sample, no limit known (LV-32)',
    aSnapshot({ sessions: inStates('working'), windows: [estimatedWindow({ amounts: amountsOf([1_200_000, 0, 0, 0, 9_000_000], 1) })] }),
    '1 working · 5h 1.20M work tokens, ends ≈ 15:20 ± 10 min',
  ],
  [
    'a guessed limit (LV-32)',
    aSnapshot({ sessions: inStates('working'), windows: [estimatedWindow({ usedPercent: used(48, 'estimated') })] }),
    '1 working · 5h ≈ 48 % of your usual peak (estimated), ends ≈ 15:20 ± 10 min',
  ],
  [
    'a guessed limit is never exceeded on screen (D-34)',
    aSnapshot({ sessions: inStates('working'), windows: [estimatedWindow({ usedPercent: used(131, 'estimated') })] }),
    '1 working · 5h > 100 % of your usual peak (estimated), ends ≈ 15:20 ± 10 min',
  ],
  [
    'a limit somebody set (LV-32)',
    aSnapshot({
      sessions: inStates('working'),
      windows: [estimatedWindow({ usedPercent: used(48, 'configured'), limit: { tokens: 2_500_000, count: 'all', source: 'configured' } })],
    }),
    '1 working · 5h 48 % of 2.50M (yours), ends ≈ 15:20 ± 10 min',
  ],
  [
    'a forecast in percent of a limit that counts the same tokens',
    aSnapshot({
      sessions: inStates('working'),
      windows: [aWindow({ limit: { tokens: 70_000_000, count: 'all', source: 'configured' }, projection })],
    }),
    '1 working · 5h 62 % (official, 12 s) resets 15:20 · at this pace 74–87 % by reset',
  ],
  [
    'a limit before the end (D-32)',
    aSnapshot({
      sessions: inStates('working'),
      windows: [aWindow({ projection: { ...projection, limitAt: Date.UTC(2026, 10, 20, 14, 55) } })],
    }),
    '1 working · 5h 62 % (official, 12 s) resets 15:20 · limit ≈ 14:55 at this pace',
  ],
  [
    'several accounts: the one nearest its limit (LV-33)',
    aSnapshot({
      sessions: inStates('working'),
      windows: [aWindow({ account: 'home', usedPercent: used(10, 'official', NOW) }), aWindow()],
    }),
    '1 working · 5h work 62 % (official, 12 s) resets 15:20 +1 account',
  ],
  ['no open window (LV-32)', aSnapshot({ sessions: inStates('working') }), '1 working · no window open'],
  [
    'nothing runs (LV-34)',
    aSnapshot({
      sessions: [
        aSession({ state: 'idle', name: 'api-docs', lastAt: NOW - 2 * 3_600_000 }),
        ...inStates('ended').map((s) => ({ ...s, lastAt: null })),
      ],
    }),
    'Nothing is running · last: api-docs, 2 h ago · no window open',
  ],
  ['nobody ever spoke', aSnapshot(), 'Nothing is running · no window open'],
  ['no data at all (LV-34)', aSnapshot({ ingest: { ...aSnapshot().ingest, files: 0 } }), 'No Claude Code data found yet'],
  [
    'history is read: estimates are held back (LV-35)',
    aSnapshot({
      sessions: inStates('working'),
      windows: [estimatedWindow()],
      ingest: { ...aSnapshot().ingest, reading: true, percent: 68.4 },
    }),
    '1 working · reading history 68 %',
  ],
  [
    'history is read: an official figure stays (LV-35)',
    aSnapshot({
      sessions: inStates('working'),
      windows: [aWindow({ projection })],
      ingest: { ...aSnapshot().ingest, reading: true, percent: null },
    }),
    '1 working · 5h 62 % (official, 12 s) resets 15:20 · reading history',
  ],
  ['unknown is neither running nor waiting', aSnapshot({ sessions: inStates('unknown', 'working') }), '1 working · no window open'],
];

describe('verdict, LV-30…LV-35', () => {
  test.each(CASES)('%s', (_name, snapshot, expected) => {
    expect(say(snapshot)).toBe(expected);
  });

  test('a stale sample keeps its age and is grey (D-20)', () => {
    const snapshot = aSnapshot({
      sessions: inStates('working'),
      windows: [aWindow({ usedPercent: used(62, 'official', NOW - 11 * 60_000), projection })],
    });
    const drawn = verdict(viewOf(snapshot, { ascii: false, now: NOW }), snapshot, 300);
    expect(textOf(drawn)).toBe('1 working · 5h 62 % (official, 11 m) resets 15:20');
    expect(drawn.at(-1)?.tone).toBe('dim');
  });

  test.each([
    [111, '2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20 · at this pace 52.10–61.00M tokens'],
    [110, '2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20'],
    [75, '2 need you · 2 working · 1 your turn · 5h 62 % (official) resets 15:20'],
    [59, '2 need you · 2 working · 1 your turn · 5h 62 % resets 15:20'],
    [58, '2 need you · 2 working · 5h 62 % resets 15:20'],
    [44, '2 need you · 2 working · 5h 62 %'],
    [31, '2! 2● 1✓ 62%'],
    [11, '2! 2● 1✓'],
    [7, '2!'],
    [1, '…'],
  ])('shortens from the right, LV-31: %i columns', (width, expected) => {
    expect(say(demoLikeSnapshot(), width)).toBe(expected);
  });

  test('ASCII, LV-102', () => {
    expect(say(demoLikeSnapshot(), 100, true)).toBe('2 need you, 2 working, 1 your turn, 5h 62 % (official, 12 s) resets 15:20');
    expect(say(demoLikeSnapshot(), 28, true)).toBe('2! 2W 1Y 62%');
  });

  test('tones carry meaning only', () => {
    const snapshot = demoLikeSnapshot();
    const tones = verdict(viewOf(snapshot, { ascii: false, now: NOW }), snapshot, 300).map((part) => [part.text, part.tone]);
    expect(tones.filter(([, tone]) => tone !== undefined)).toEqual([
      ['2 need you', 'attention'],
      ['2 working', 'working'],
    ]);
  });

  test('in two lines no number is cut', () => {
    const snapshot = demoLikeSnapshot();
    const view = viewOf(snapshot, { ascii: false, now: NOW });
    for (let width = 1; width <= 60; width++) {
      const [counts, window] = verdictInTwo(view, snapshot, width);
      expect(widthOf(counts)).toBeLessThanOrEqual(width);
      expect(widthOf(window)).toBeLessThanOrEqual(width);
      if (width >= 10) expect(textOf(counts)).not.toMatch(/\d ?…$|· ?…$/);
    }
  });
});
