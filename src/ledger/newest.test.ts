import { describe, expect, test } from 'vitest';
import { Newest } from './newest.ts';

describe('the newest entries of a map', () => {
  test('stay; older ones make room', () => {
    const newest = new Newest<number, string>(4);
    for (let i = 0; i < 10; i++) {
      newest.set(i, `v${i}`);
      expect([newest.get(i), newest.get(i - 1)]).toEqual([`v${i}`, i === 0 ? undefined : `v${i - 1}`]);
      expect(Array.from({ length: 10 }, (_, k) => newest.get(k)).filter((value) => value !== undefined).length).toBeLessThanOrEqual(4);
    }
    expect(newest.get(0)).toBeUndefined();
  });
  test('are what was written last under a key', () => {
    const newest = new Newest<string, number>(4);
    for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) newest.set(key, value);
    newest.set('a', 4);
    expect(newest.get('a')).toBe(4);
    newest.delete('a');
    expect([newest.get('a'), newest.get('b')]).toEqual([undefined, 2]);
    newest.clear();
    expect([newest.get('b'), newest.get('c')]).toEqual([undefined, undefined]);
  });
});
