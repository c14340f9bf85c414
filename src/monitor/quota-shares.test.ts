import { describe, expect, test } from 'vitest';
import type { Figure } from '../usage/source.ts';
import { LiveUsage } from './live-usage.ts';
import { QuotaShares } from './quota-shares.ts';
import type { WindowView } from './snapshot.ts';
import { anEvent, NOW } from './testing.ts';

const HOUR = 3_600_000;
const ACCOUNTS = ['first', 'second', 'third'];
const WINDOW = { start: NOW - HOUR, end: NOW + HOUR };
/** What is known of each window's use: the server's word, but for the last one. */
const USED: Readonly<Record<string, Figure>> = {
  first: { value: 50, source: 'official', at: NOW },
  second: { value: 20, source: 'official', at: NOW },
  third: { value: 30, source: 'estimated', at: NOW },
};
const windows = ACCOUNTS.map((account) => ({ account, usedPercent: USED[account] })) as unknown as readonly WindowView[];

/** Nano-USD of a session under each account, in the order in which its slots come to be, beside as much of others as makes a hundred. */
const shareOf = (own: readonly (readonly [account: string, cost: number])[], shown = windows) => {
  const usage = new LiveUsage();
  usage.setBounds({ windows: new Map(ACCOUNTS.map((account) => [account, WINDOW])), dayStart: 0, dayEnd: 0 });
  usage.putAll(own.map(([account, cost]) => anEvent({ account, cost, sessionId: 'own', at: NOW - 1 })));
  usage.putAll(own.map(([account, cost]) => anEvent({ account, cost: 100 - cost, sessionId: 'other', at: NOW - 1 })));
  const { share, points } = new QuotaShares(usage, shown).of(usage.slotsOf('own'));
  return [share, points.value];
};

describe('D-33, AP-5: the share of a session under several accounts is that of the account that it used more', () => {
  test.each([
    [
      'the later one',
      [
        ['first', 10],
        ['second', 60],
      ],
      [60, 12],
    ],
    [
      'the first one',
      [
        ['first', 60],
        ['second', 10],
      ],
      [60, 30],
    ],
    [
      'the later one, known first',
      [
        ['second', 60],
        ['first', 10],
      ],
      [60, 12],
    ],
    [
      'the first one, known later',
      [
        ['second', 10],
        ['first', 60],
      ],
      [60, 30],
    ],
    [
      'each one more than the one before',
      [
        ['first', 10],
        ['second', 20],
        ['third', 60],
      ],
      [60, null],
    ],
    [
      'the one in the middle',
      [
        ['first', 10],
        ['second', 60],
        ['third', 20],
      ],
      [60, 12],
    ],
    [
      'of equal ones the first window',
      [
        ['first', 40],
        ['second', 40],
      ],
      [40, 20],
    ],
    [
      'of equal ones the first window, known later',
      [
        ['second', 40],
        ['first', 40],
      ],
      [40, 20],
    ],
    [
      'of equal ones the first window, known last',
      [
        ['third', 40],
        ['second', 40],
        ['first', 40],
      ],
      [40, 20],
    ],
    [
      'of equal ones the first window, known between',
      [
        ['second', 40],
        ['first', 40],
        ['third', 40],
      ],
      [40, 20],
    ],
    [
      'one that cost nothing',
      [
        ['first', 0],
        ['second', 1],
      ],
      [1, 0.2],
    ],
  ] as const)('%s', (_, own, expected) => expect(shareOf(own)).toEqual(expected));

  test('an account without a window has none', () => {
    expect(
      shareOf(
        [
          ['first', 60],
          ['second', 10],
        ],
        windows.slice(1),
      ),
    ).toEqual([10, 2]);
    expect(shareOf([['first', 60]], windows.slice(1))).toEqual([null, null]);
  });

  test('what it used before the window has no part in it', () => {
    const usage = new LiveUsage();
    usage.setBounds({ windows: new Map(ACCOUNTS.map((account) => [account, WINDOW])), dayStart: 0, dayEnd: 0 });
    usage.putAll([
      anEvent({ account: 'first', sessionId: 'own', at: WINDOW.start - 1 }),
      anEvent({ account: 'first', sessionId: 'other', at: NOW - 1 }),
    ]);
    expect(new QuotaShares(usage, windows).of(usage.slotsOf('own'))).toMatchObject({
      share: null,
      points: { value: null, source: 'unknown' },
    });
  });

  test('with nothing used the share is not known, and a later account that was used is taken', () => {
    const usage = new LiveUsage();
    usage.setBounds({ windows: new Map(ACCOUNTS.map((account) => [account, WINDOW])), dayStart: 0, dayEnd: 0 });
    const nothing = { cost: 0, work: 0, sessionId: 'own', at: NOW - 1 };
    usage.putAll([anEvent({ ...nothing, account: 'first' })]);
    const of = () => new QuotaShares(usage, windows).of(usage.slotsOf('own'));
    expect(of()).toMatchObject({ share: null, points: { value: null } });
    usage.putAll([anEvent({ ...nothing, account: 'second', cost: 5 })]);
    expect(of()).toMatchObject({ share: 100, points: { value: 20 } });
  });
});
