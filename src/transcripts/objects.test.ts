import { describe, expect, it } from 'vitest';
import { parseLine } from './objects.ts';

const of = (text: string) => parseLine(text);

describe('parseLine', () => {
  it('HZ-18: splits glued objects, with or without blanks between them', () => {
    expect(of('{"a":1}{"b":2}')).toEqual({ objects: [{ a: 1 }, { b: 2 }], malformed: false });
    expect(of('{"a":1} \t{"b":2}')).toEqual({ objects: [{ a: 1 }, { b: 2 }], malformed: false });
  });
  it('HZ-18: braces and quotes inside texts end nothing', () =>
    expect(of('{"a":"}{\\"}{"}{"b":{"c":"\\\\"}}')).toEqual({ objects: [{ a: '}{"}{' }, { b: { c: '\\' } }], malformed: false }));
  it('keeps the whole objects around a torn one and says that something was lost', () => {
    expect(of('{"a":1}{"x":{}{"b":2}')).toEqual({ objects: [{ a: 1 }, { b: 2 }], malformed: true });
    expect(of('{"a":1}{"x":"')).toEqual({ objects: [{ a: 1 }], malformed: true });
    expect(of('{"a":1}{"b":2} and words')).toEqual({ objects: [{ a: 1 }, { b: 2 }], malformed: true });
  });
  it('braces that close but are no JSON cost themselves only', () =>
    expect(of('{nonsense}{"b":2}')).toEqual({ objects: [{ b: 2 }], malformed: true }));
  it('D-9: a whole value that is no object is malformed', () => {
    for (const text of ['[1]', '1', 'null', '"}{"']) expect(of(text)).toEqual({ objects: [], malformed: true });
    expect(of('no json')).toEqual({ objects: [], malformed: true });
  });
  it('HZ-22: a million brackets and endless torn pieces end soon', () => {
    expect(of(`${'{"a":'.repeat(1_000_000)}}{"b":2}`)).toEqual({ objects: [{ b: 2 }], malformed: true });
    // 64 places are tried; the object behind a hundred torn pieces is given up.
    expect(of(`${'{"a":}'.repeat(100)}{"b":2}`).malformed).toBe(true);
    expect(of(`${'{"a":}'.repeat(100)}{"b":2}`).objects).toEqual([]);
  });
});
