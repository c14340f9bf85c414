import { expect, test } from 'vitest';
import { UnusedHeap } from './unused-heap.ts';

const MB = 1024 * 1024;

test('LV-113: a rise is collected once, a second later again only after a while; what stays is the new level', () => {
  let [now, mb, collected] = [0, 80, 0];
  const after: number[] = [];
  const heap = new UnusedHeap({
    resident: () => mb * MB,
    monotonic: () => now,
    collect: () => {
      collected++;
      mb = after.shift() ?? mb;
    },
  });
  const look = (megabytes: number, at: number) => {
    [mb, now] = [megabytes, at];
    heap.look();
    return collected;
  };
  expect([look(100, 1000), look(119, 2000)]).toEqual([0, 0]);
  after.push(90);
  expect(look(200, 3000)).toBe(1);
  expect([look(129, 4000), look(140, 5000), look(140, 12_000)]).toEqual([1, 1, 1]);
  // All of it is in use: it is not tried again at this level.
  after.push(140);
  expect([look(140, 14_000), look(150, 90_000), look(179, 150_000)]).toEqual([2, 2, 2]);
  // It fell by itself, and rises from there.
  after.push(100);
  expect([look(95, 160_000), look(134, 200_000), look(136, 240_000)]).toEqual([2, 2, 3]);
});
