import { describe, expect, test } from 'vitest';
import { viewOf } from '../figures.ts';
import type { Shape } from '../shape.ts';
import { textOf } from '../spans.ts';
import { amountsOf, aSession, aSnapshot, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { combinedLine, combinedRows, combinedTitle } from './combined.ts';
import { scopeLine, scopeLines, scopeOf, sumOfKnown } from './combined-scope.ts';

const demo = demoLikeSnapshot();
const view = viewOf(demo, { ascii: false, now: NOW });
const reading = { ...view, complete: false };
const one = scopeOf(demo, [demo.sessions[3]!]);
const unpriced = scopeOf(demo, [aSession({ window: amountsOf([5, 5, 0, 0, 0], null), burnNow: { work: 3, all: 9, costPerHour: null } })]);

describe('the title of combined usage', () => {
  test.each([
    ['full', 120, null, 'COMBINED USAGE · this 5-hour window, account work'],
    ['medium', 80, null, 'COMBINED USAGE · 5 h window, work'],
    ['compact', 60, null, 'COMBINED · 5 h window'],
    ['full', 120, one, 'COMBINED USAGE · filtered, 1 of 7 sessions'],
    ['compact', 60, one, 'COMBINED · filtered, 1 of 7 sessions'],
  ] as const)('%s, %d columns %#', (shape, width, scope, expected) =>
    expect(combinedTitle(view, demo, shape, width, scope)).toBe(expected),
  );

  test('of several accounts, and of none', () => {
    const [window] = demo.windows;
    expect(combinedTitle(view, { ...demo, windows: [window!, window!] }, 'full', 120)).toBe('COMBINED USAGE · open windows of 2 accounts');
    expect(combinedTitle(view, { ...demo, windows: [] }, 'full', 120)).toBe('COMBINED USAGE · no window open');
  });
});

describe('combined usage in one line', () => {
  test.each([
    [130, view, 'COMBINED  37.37M tokens · $28.67 window · $38.08 today · 6,384 work tok/min HIGH · !5'],
    [80, view, '$28.67 window · $38.08 today · 6,384 work tok/min HIGH · !5'],
    [40, view, '$28.67 window · 6,384/min HIGH · !5'],
    [20, view, '$28.67 6.4K/m HIGH'],
    [10, view, '$28.67'],
    [40, reading, '— window · —/min · !5'],
    [12, reading, '— —/m'],
  ])('%d columns %#', (width, how, expected) => expect(textOf(combinedLine(how, demo, width))).toBe(expected));

  test('stands at the edge on the narrowest screens, one blank from it on others', () => {
    const first = (shape: Shape, width: number) => combinedRows(view, demo, shape, 1, width).map(textOf);
    expect(first('narrow', 40)).toEqual(['$28.67 window · 6,384/min HIGH · !5']);
    expect(first('tiny', 20)).toEqual(['$28.67 6.4K/m HIGH']);
    expect(first('compact', 70)).toEqual([' $28.67 window · $38.08 today · 6,384 work tok/min HIGH · !5']);
    expect(combinedRows(view, demo, 'compact', 0, 70)).toEqual([]);
  });
});

describe('what a filter leaves of combined usage, LV-81', () => {
  test('sums of nothing are 0, of nothing known unknown, of some known at least these (D-2, D-16)', () => {
    expect(sumOfKnown([])).toBe(0);
    expect(sumOfKnown([null, null])).toBeNull();
    expect(sumOfKnown([null, 3, 4])).toBe(7);
    expect(scopeOf(aSnapshot(), [])).toMatchObject({
      shown: 0,
      all: 0,
      cost: 0,
      costIsLowerBound: false,
      burn: { work: 0, costPerHour: 0 },
    });
    expect(unpriced).toMatchObject({ shown: 1, all: 7, cost: null, costIsLowerBound: true, burn: { work: 3, all: 9, costPerHour: null } });
  });

  test.each([
    [
      'long',
      'Burn rate    4,260 of 6,384 work tok/min · 426,000 all tok/min · $16.10/h',
      'Total cost   $17.70 of $28.67 this window    API-equivalent',
    ],
    ['short', 'Burn    4,260 of 6,384 work tok/min · $16.10/h', 'Cost    $17.70 of $28.67 window, API-equivalent'],
    ['bare', '4,260 of 6,384 work tok/min · $16.10/h', '$17.70 of $28.67 window'],
  ] as const)('each figure beside the whole, %s', (form, burn, cost) => {
    const drawn = scopeLines(view, demo, one, form);
    expect([textOf(drawn.burn), textOf(drawn.cost)]).toEqual([burn, cost]);
  });

  test('a rate without a price is a dash, and nothing is said while history is read (LV-35)', () => {
    expect(textOf(scopeLines(view, demo, unpriced, 'bare').burn)).toBe('3 of 6,384 work tok/min · —');
    expect(textOf(scopeLines(view, demo, unpriced, 'bare').cost)).toBe('— of $28.67 window');
    const { tokens, burn, cost } = scopeLines(reading, demo, one, 'short');
    expect([tokens, burn, cost].map(textOf)).toEqual([
      'Tokens  — of — tokens, window',
      'Burn    —',
      'Cost    — of — window, API-equivalent',
    ]);
  });

  test.each([
    [80, view, 'filtered, 1 of 7 sessions · $17.70 of $28.67 window · 4,260/min'],
    [50, view, 'filtered · $17.70 of $28.67 window · 4,260/min'],
    [40, view, 'filtered · $17.70 of $28.67 · 4,260/min'],
    [20, view, '$17.70 of $28.67'],
    [80, reading, 'filtered, 1 of 7 sessions · — of — window · —'],
  ])('in one line of %d columns', (width, how, expected) => expect(textOf(scopeLine(how, demo, one, width))).toBe(expected));
});
