import { describe, expect, it } from 'vitest';
import { nearest, nearestOf } from './nearest.ts';

describe('UR-33, UR-24 did you mean', () => {
  const cases: [string, string[], string | null][] = [
    ['--sicne', ['--until', '--since', '--silent'], '--since'],
    ['Europe/Berln', ['Europe/Bern', 'Europe/Berlin', 'Europe/Paris'], 'Europe/Bern'],
    ['dialy', ['weekly', 'daily'], 'daily'],
    ['DAILY', ['daily'], 'daily'],
    ['abc', ['xyz', 'abxy'], null],
    ['', ['a'], null],
    ['x'.repeat(10_000), ['y'], null],
    ['live', ['live'], 'live'],
  ];
  it.each(cases)('UR-33 %.12s of %j → %s', (word, candidates, expected) => expect(nearest(word, candidates)).toBe(expected));
  it('UR-60 the 3 nearest, nearest first, then in the order given', () => {
    expect(nearestOf('deploy-1', ['deploy-22', 'deploy-2', 'deploy-3', 'deploy', 'other'], 3)).toEqual([
      'deploy-2',
      'deploy-3',
      'deploy-22',
    ]);
  });
});
