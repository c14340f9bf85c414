import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameData } from './same-data.ts';

test.each([
  [1, 1, true],
  [1, '1', false],
  [null, undefined, false],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [{ a: null }, { a: {} }, false],
  [[1, 2], [1, 2], true],
  [[1, 2], [1], false],
  [[], {}, false],
  [[], { length: 0 }, false],
  [Number.NaN, Number.NaN, true],
  [Number.NaN, 1, false],
  [{ a: [{ b: 'x' }] }, { a: [{ b: 'x' }] }, true],
  [{ a: [{ b: 'x' }] }, { a: [{ b: 'y' }] }, false],
])('%j and %j: %s', (a, b, expected) => expect([sameData(a, b), sameData(b, a)]).toEqual([expected, expected]));

test('the same as their JSON, whatever the data', () => {
  const data = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(data, data, (a, b) => {
      expect(sameData(a, structuredClone(a))).toBe(true);
      if (JSON.stringify(a) === JSON.stringify(b)) expect(sameData(a, b)).toBe(true);
      else if (sameData(a, b)) expect(b).toEqual(a);
    }),
  );
});
