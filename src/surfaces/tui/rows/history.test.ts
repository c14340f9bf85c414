import { describe, expect, test } from 'vitest';
import type { DayView, FormerWindow, FormerWindowDetail, PartView } from '../../../monitor/details.ts';
import { viewOf } from '../figures.ts';
import { textOf } from '../spans.ts';
import { amountsOf, aSnapshot, at, NOW } from '../testing.ts';
import { calendarRows, dayRows, formerWindowRows, type Listed, outcomeWords, partRows, windowRows } from './history.ts';

const view = viewOf(aSnapshot(), { ascii: false, now: NOW });
const ascii = { ...view, ascii: true };
const DAY = 86_400_000;

const aFormer = (more: Partial<FormerWindow> = {}): FormerWindow => ({
  account: 'work',
  start: at('05:20'),
  end: at('10:20'),
  source: 'official',
  uncertaintyMinutes: 0,
  usedPercent: 62,
  open: false,
  outcome: 'fits',
  amounts: amountsOf([0, 200_000, 0, 0, 1_000_000], 4.5),
  sessions: 3,
  ...more,
});
const aPart = (name: string, more: Partial<PartView> = {}): PartView => ({
  id: name,
  name,
  amounts: amountsOf([0, 200, 0, 0, 9000], 2.5),
  share: 50,
  sessions: 2,
  firstAt: at('09:00'),
  lastAt: at('10:00'),
  ...more,
});
const texts = ({ heading, rows }: Listed) => [heading ?? [], ...rows].map(textOf);

describe('former windows, LV-85', () => {
  test.each([
    [{ open: true, outcome: 'unknown' }, 'open', 'working'],
    [{ open: false, outcome: 'limit' }, 'reached the limit', 'error'],
    [{ open: false, outcome: 'fits' }, 'stayed below', undefined],
    [{ open: false, outcome: 'unknown' }, 'no official figure', 'dim'],
  ] as const)('%j', (more, words, tone) => {
    expect(outcomeWords(more)).toBe(words);
    expect(windowRows(view, [aFormer(more)], 120).rows[0]![0]!.tone).toBe(tone);
  });

  test('an estimated one is marked, a share that is not known is a dash (D-2)', () => {
    const listed = windowRows(view, [aFormer(), aFormer({ source: 'estimated', usedPercent: null, outcome: 'unknown' })], 120);
    expect(listed.title).toBe('5-HOUR WINDOWS 2');
    expect(texts(listed)).toEqual(
      [
        ' WINDOW                       ACCOUNT  USED  TOKENS   COST  SESSIONS  OUTCOME',
        ' Fri 20 Nov 05:20 → 10:20     work      62%   1.20M  $4.50         3  stayed below',
        ' ≈ Fri 20 Nov 05:20 → 10:20   work        —   1.20M  $4.50         3  no official figure',
      ].map((row) => row.replace('   work', '  work').replace('   ACCOUNT', '  ACCOUNT')),
    );
  });

  const detail: FormerWindowDetail = {
    ...aFormer(),
    sessionParts: [
      { ...aPart('fix'), project: 'api', state: 'idle' },
      { ...aPart('gone', { lastAt: null, share: null }), project: 'web', state: null },
    ],
    projectParts: [aPart('/p/api', { name: 'api', lastAt: null })],
    modelParts: [],
  };

  test('one in full: its facts, sessions, projects; a part that is empty has no heading', () => {
    const listed = formerWindowRows(view, detail, 'the newest', 100);
    expect(listed.title).toBe('WINDOW Fri 20 Nov 05:20 → 10:20 · account work · the newest');
    expect(texts(listed)).toEqual([
      ' 62 % (official) · stayed below · 1,200,000 tokens · $4.50',
      ' S  NAME  PROJECT  TOKENS   COST  $/H  SHARE   LAST',
      ' I  fix   api        9.2K  $2.50    —    50%  10:00',
      ' —  gone  web        9.2K  $2.50    —      —      —',
    ]);
    expect(listed.below!.map(textOf)).toEqual(['', ' PROJECTS', ' api       9,200    50%  $2.50         2     —']);
  });

  test('more than eight are cut and counted; no figure of the server is said in words', () => {
    const modelParts = Array.from({ length: 9 }, (_, index) => aPart(`claude-opus-4-${index}`));
    const listed = formerWindowRows(view, { ...detail, usedPercent: null, projectParts: [], modelParts }, '1 back', 100);
    expect(textOf(listed.heading!)).toContain(' quota unknown · stayed below');
    expect(listed.below!.map(textOf).slice(0, 3)).toEqual(['', ' MODELS 8 of 9', ' opus-4-0   9,200    50%  $2.50         2  10:00']);
    expect(listed.below).toHaveLength(10);
  });
});

describe('days, projects, models', () => {
  const aDay = (day: string, usd: number | null, models: readonly string[] = ['claude-opus-4-5-20251101']): DayView => ({
    day,
    amounts: amountsOf([0, 200, 0, 0, 9000], usd),
    sessions: 2,
    prompts: 9,
    models,
  });

  test('the dearest day fills its bar; an unknown cost is a dash without a bar (D-2)', () => {
    const days = [aDay('2026-11-20', 4), aDay('2026-11-19', 2), aDay('2026-11-18', null)];
    expect(texts(dayRows(view, days, 100))).toEqual([
      ' DAY         TOKENS   COST  SESSIONS  PROMPTS  MODELS',
      ` 2026-11-20   9,200  $4.00         2        9  opus-4-5  ${'█'.repeat(20)}`,
      ` 2026-11-19   9,200  $2.00         2        9  opus-4-5  ${'█'.repeat(10)}`,
      ' 2026-11-18   9,200      —         2        9  opus-4-5',
    ]);
    expect(textOf(dayRows(ascii, days, 100).rows[1]!)).toMatch(/opus-4-5 {2}#{10}$/);
  });

  test('where space is short the bar goes first, then prompts, sessions, models', () => {
    const narrow = (width: number) => textOf(dayRows(view, [aDay('2026-11-20', 4)], width).heading!);
    expect(narrow(60)).toBe(' DAY         TOKENS   COST  SESSIONS  PROMPTS  MODELS');
    expect(narrow(50)).toBe(' DAY         TOKENS   COST  SESSIONS  MODELS');
    expect(narrow(40)).toBe(' DAY         TOKENS   COST  MODELS');
    expect(narrow(30)).toBe(' DAY         TOKENS   COST');
  });

  test('of a table that is still too wide the first text gives way, figures never', () => {
    const [, row] = texts(partRows(view, 'PROJECTS', [aPart('a-project-with-a-long-name')], 34, false));
    expect(row).toBe(' a-project-…   9,200    50%  $2.50');
  });

  test('when a model was used last, or a dash', () => {
    const parts = [aPart('claude-opus-4-5'), aPart('claude-haiku-5', { lastAt: null, share: null })];
    expect(texts(partRows(view, 'MODELS', parts, 80, true))).toEqual([
      ' MODEL     TOKENS  SHARE   COST  SESSIONS   LAST',
      ' opus-4-5   9,200    50%  $2.50         2  10:00',
      ' haiku-5    9,200      —  $2.50         2      —',
    ]);
    expect(partRows(view, 'MODELS', parts, 80, true).title).toBe('MODELS 2 · all time');
  });
});

describe('the calendar, LV §7', () => {
  type Days = Parameters<typeof calendarRows>[1];
  /** From Thursday 1 October 2026. */
  const daysOf = (costs: readonly (number | null)[], tokens = (cost: number | null) => (cost === 0 ? 0 : 10)): Days =>
    costs.map((cost, index) => ({
      day: new Date(Date.UTC(2026, 9, 1) + index * DAY).toISOString().slice(0, 10),
      cost: cost === null ? null : cost * 1e9,
      costIsLowerBound: false,
      all: tokens(cost),
    }));
  const week = (row: string) => row.slice(6);

  test('weeks in columns from Monday on; darker is dearer, ? is use without a price, · is no use', () => {
    const listed = calendarRows(view, daysOf([4, 3, 2, 1, 0, null, 4]), 80);
    expect(listed.rows.map(textOf)).toEqual([' Mon   ·', ' Tue   ?', ' Wed   █', ' Thu  █ ', ' Fri  ▓ ', ' Sat  ▒ ', ' Sun  ░ ']);
    expect(calendarRows(ascii, daysOf([4, 3, 2, 1, 0, null, 4]), 80).rows.map(textOf)).toEqual([
      ' Mon   ,',
      ' Tue   ?',
      ' Wed   #',
      ' Thu  # ',
      ' Fri  O ',
      ' Sat  o ',
      ' Sun  . ',
    ]);
  });

  test('use that cost nothing is not an empty day', () => {
    expect(
      week(
        textOf(
          calendarRows(
            view,
            daysOf([0], () => 10),
            80,
          ).rows[3]!,
        ),
      ),
    ).toBe('░');
    expect(
      week(
        textOf(
          calendarRows(
            view,
            daysOf([null], () => 0),
            80,
          ).rows[3]!,
        ),
      ),
    ).toBe('·');
  });

  test('months stand above their first whole week; the oldest weeks go when the screen is narrow', () => {
    const days = daysOf(Array.from({ length: 100 }, () => 1));
    expect(textOf(calendarRows(view, days, 80).heading!)).toBe('           Nov  Dec Jan');
    const narrow = calendarRows(view, days, 16);
    expect(textOf(narrow.heading!)).toBe('          Dec');
    expect(narrow.rows.every((row) => textOf(row).length === 15)).toBe(true);
  });

  const summary = (days: Days) => textOf(calendarRows(view, days, 80).below![1]!);
  test.each([
    ['days with use', [4, 0, 2.5], ' 2 days with use · $6.50 in a year · most 2026-10-01 $4.00'],
    ['a dearer day later', [2.5, 4, 4], ' 3 days with use · $10.50 in a year · most 2026-10-02 $4.00'],
    ['some without a price', [null, 3], ' 2 days with use · ≥$3.00 in a year · most 2026-10-02 $3.00'],
    ['none with a price is unknown, not 0 (D-2)', [null, null], ' 2 days with use · — in a year · most —'],
    ['no use', [0, 0], ' 0 days with use · $0.00 in a year · most —'],
    ['no days', [], ' 0 days with use · $0.00 in a year · most —'],
  ] as const)('below: %s', (_, costs, expected) => expect(summary(daysOf(costs))).toBe(expected));
});
