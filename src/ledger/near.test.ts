import { describe, expect, it } from 'vitest';
import { checkedName, checkedNote, checkedTag } from './labels.ts';
import { isNear } from './settle.ts';

it('REL-22: texts are near that eight flipped bits can have made of one another', () => {
  expect([isNear('abcd', 'abcd'), isNear('abcd', 'abXY'), isNear('abcd', 'aXYZ')]).toEqual([true, true, false]);
  expect([isNear('abcd', 'ab'), isNear('ab', 'abcd'), isNear('abcd', 'abX'), isNear('abcd', '')]).toEqual([true, true, false, true]);
});

describe('UR-61, UR-62: words that a person may give a session', () => {
  it('a note is text of some lines', () => {
    expect(checkedNote(' one\r\ntwo ')).toBe('one\ntwo');
    expect(() => checkedNote('a\u0007b')).toThrow('A note has no control characters');
    for (const nothing of ['', ' \n ']) expect(() => checkedNote(nothing)).toThrow('A note needs at least one character');
    expect(() => checkedNote('x'.repeat(100_000))).toThrow(/at most \d+ characters/);
  });
  it('a name is one line that is no id', () => {
    expect(checkedName(' deploy ')).toBe('deploy');
    for (const bad of ['a\nb', '', '-', '@last', 'x'.repeat(10_000), 'aaaaaaaa-0000-4000-8000-000000000001'])
      expect(() => checkedName(bad), bad).toThrow();
  });
  it('a tag is a short word', () => {
    expect(checkedTag('v1.2_x-y')).toBe('v1.2_x-y');
    for (const bad of ['', 'a b', 'A', 'x'.repeat(33)]) expect(() => checkedTag(bad), bad).toThrow(`"${bad}" is no tag`);
  });
});
