import { describe, expect, it } from 'vitest';
import { percent, percentColumn, roughly } from './format.ts';
import { nearest } from './nearest.ts';
import { plain } from './plain.ts';
import { redact } from './redact.ts';

describe('D-39 figures at their edges', () => {
  it('a percentage next to zero keeps its side', () => {
    expect([percent(0.01), percent(-0.01), percent(0), percentColumn(-0.04)]).toEqual(['<0.1 %', '>-0.1 %', '0 %', '>-0.1%']);
    expect([percent(0.05), percent(-0.06)]).toEqual(['0.1 %', '-0.1 %']);
  });
  it('an estimate has a blank in text and none in a column', () =>
    expect([roughly('14:55', 'text'), roughly('14:55', 'column')]).toEqual(['≈ 14:55', '≈14:55']));
  it('an estimate has a mark of its own without Unicode', () => expect(roughly('14:55', 'column', { ascii: true })).toBe('~14:55'));
});

it('SEC-70: beyond 1 Mi characters a text is left out, with whatever secret it holds there', () => {
  const long = `${'x'.repeat(2 ** 20)}password=hunter2`;
  expect(redact(long)).toBe('x'.repeat(2 ** 20));
});

it('UR-33: a word much longer than a name is no misspelling of it', () => expect(nearest('sessions-of-today', ['session'])).toBeNull());

it('SEC-31: a text of which nothing but blanks would be left out still ends in the mark: it was not read to its end', () =>
  expect(plain(`a${' '.repeat(10_000)}`, 5)).toBe('a…'));
