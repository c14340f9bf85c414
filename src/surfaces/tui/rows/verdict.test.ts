import { describe, expect, test } from 'vitest';
import { verdictOf, verdictText } from '../../../monitor/verdict.ts';
import { viewOf } from '../figures.ts';
import { textOf } from '../spans.ts';
import { aSession, aSnapshot, aWindow, estimatedWindow, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { verdictLine } from './verdict.ts';

const demo = demoLikeSnapshot();
const view = viewOf(demo, { ascii: false, now: NOW });
const account = demo.accounts[0]!;

describe('the verdict in the colours of the live view, LV-30', () => {
  const line = (weekly: Partial<NonNullable<(typeof account)['weekly']>>) => {
    const accounts = [{ ...account, weekly: { ...account.weekly!, ...weekly } }];
    const drawn = verdictLine(view, { ...demo, accounts, verdict: verdictOf({ ...demo, accounts }) }, 400);
    return drawn.find(({ text }) => text.startsWith('weekly'))!;
  };

  test('the weekly quota, grey when it is old, without a time where none is known (D-25)', () => {
    expect(line({})).toEqual({ text: 'weekly 41 % (official) resets Tue 24 Nov 09:00' });
    expect(line({ stale: true })).toEqual({ text: 'weekly 41 % (official) resets Tue 24 Nov 09:00', tone: 'dim' });
    expect(line({ resetsAt: null })).toEqual({ text: 'weekly 41 % (official)' });
  });

  test('each quota has the colour of its own use: a week that is nearly gone is red beside a calm window (LV-54)', () => {
    expect(line({ usedPercent: { value: 97, source: 'official', at: NOW } })).toMatchObject({ tone: 'error' });
    const drawn = verdictLine(view, demo, 400);
    expect(drawn.find(({ text }) => text.startsWith('5h'))).toMatchObject({ tone: 'turn' });
    expect(drawn.find(({ text }) => text.startsWith('weekly'))!.tone).toBeUndefined();
  });

  test('a guessed limit that is passed reads > 100 % here as in the section below (D-34)', () => {
    const snapshot = aSnapshot({
      sessions: [aSession()],
      windows: [
        estimatedWindow({
          usedPercent: { value: 100, source: 'estimated', at: null },
          limit: { tokens: 9, count: 'work', source: 'estimated', rung: 'p90', over: true },
        }),
      ],
    });
    expect(textOf(verdictLine(view, snapshot, 200))).toBe('1 working · 5h > 100 % of your usual peak (estimated), ends ≈ 15:20 ± 10 min');
  });

  const calm = { ...verdictOf(aSnapshot()), last: { name: 'a-long-name', at: NOW - 60_000 } };
  const none = { ...calm, noData: true };
  test.each([
    [70, calm, false, 'Nothing is running · last: a-long-name, 1 m ago · no window open'],
    [70, calm, true, 'Nothing is running, last: a-long-name, 1 m ago, no window open'],
    [60, calm, false, 'Nothing is running · no window open'],
    [30, calm, false, 'Nothing is running'],
    [17, calm, false, 'idle'],
    [3, calm, false, 'idl'],
    [29, none, false, 'No Claude Code data found yet'],
    [28, none, false, 'no data'],
  ])('in %d columns who was last goes before the words do (LV-31, LV-34)', (width, verdict, ascii, expected) => {
    expect(verdictText(verdict, { width, now: NOW, zone: 'UTC', ascii })).toBe(expected);
  });

  test.each([
    [false, '1! 1‼ 1✕ 1● 1✓ 62%'],
    [true, '1! 1E 1L 1W 1Y 62%'],
  ])('when no word fits, a sign for each count (ASCII: %s, LV-31)', (ascii, expected) => {
    const states = ['needs-answer', 'error', 'rate-limited', 'working', 'your-turn'] as const;
    const { verdict } = aSnapshot({ sessions: states.map((state) => aSession({ id: state, state })), windows: [aWindow()] });
    const at = (width: number) => verdictText(verdict, { width, now: NOW, zone: 'UTC', ascii });
    expect(at(20)).toBe(expected);
    expect(at(expected.length - 1)).toBe(expected.slice(0, -4));
    expect(at(2)).toBe('1!');
  });

  test('nothing is drawn in no columns', () => {
    expect(textOf(verdictLine(view, aSnapshot({ sessions: [aSession()], windows: [aWindow()] }), 0))).toBe('');
  });
});
