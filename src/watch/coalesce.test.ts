import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Change, Coalescer } from './coalesce.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('UR-116: changes that gather', () => {
  const told: (readonly string[] | 'rescan')[] = [];
  const made = (): Coalescer => {
    told.length = 0;
    return new Coalescer((change: Change) => told.push(change === 'rescan' ? change : [...change]), 20);
  };

  test('the first is told at once, what follows within each pause together, and after a quiet pause the next at once again', () => {
    const changes = made();
    changes.add(['a']);
    changes.add(['b']);
    changes.add(['c', 'b']);
    expect(told).toEqual([['a']]);
    vi.advanceTimersByTime(20);
    expect(told).toEqual([['a'], ['b', 'c']]);
    changes.add(['d']);
    vi.advanceTimersByTime(19);
    expect(told).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(told[2]).toEqual(['d']);
    vi.advanceTimersByTime(20);
    changes.add(['e']);
    expect(told[3]).toEqual(['e']);
  });

  test('whoever does not wait gets what there is; a pause begins with that, or ends when there is nothing', () => {
    const changes = made();
    changes.add(['a']);
    changes.add(['b']);
    vi.advanceTimersByTime(15);
    changes.flush();
    expect(told).toEqual([['a'], ['b']]);
    changes.add(['c']);
    vi.advanceTimersByTime(19);
    expect(told).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(told[2]).toEqual(['c']);
    changes.flush();
    changes.add(['d']);
    expect(told[3]).toEqual(['d']);
    vi.advanceTimersByTime(10);
    changes.rescan();
    vi.advanceTimersByTime(10);
    expect(told[4]).toBe('rescan');
  });

  test('LV-113: what comes one by one needs no timer; what comes within a pause waits for its rest only', () => {
    const changes = made();
    for (let i = 0; i < 5; i++) {
      changes.addOne(`${i}`);
      expect([told.length, vi.getTimerCount()]).toEqual([i + 1, 0]);
      vi.advanceTimersByTime(25);
    }
    changes.addOne('a');
    vi.advanceTimersByTime(15);
    changes.addOne('b');
    changes.addOne('c');
    expect([told.length, vi.getTimerCount()]).toEqual([6, 1]);
    vi.advanceTimersByTime(5);
    expect(told[6]).toEqual(['b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a change made while the receiver works waits for the next round', () => {
    const seen: string[][] = [];
    const changes: Coalescer = new Coalescer((change) => {
      seen.push([...change]);
      if (seen.length > 1) return;
      // It works longer than the pause.
      vi.advanceTimersByTime(50);
      changes.addOne('again');
    }, 20);
    changes.addOne('first');
    expect(seen).toEqual([['first']]);
    vi.advanceTimersByTime(20);
    expect(seen).toEqual([['first'], ['again']]);
  });

  test('one made when the receiver has worked longer than the pause makes no warning of Node', async () => {
    vi.useRealTimers();
    const warned: string[] = [];
    const listener = ({ name }: Error) => void warned.push(name);
    process.on('warning', listener);
    const seen: string[][] = [];
    const changes: Coalescer = new Coalescer((change) => {
      seen.push([...change]);
      if (seen.length > 1) return;
      const end = performance.now() + 5;
      while (performance.now() < end);
      changes.addOne('again');
    }, 2);
    changes.addOne('first');
    await new Promise((resolve) => setTimeout(resolve, 30));
    process.off('warning', listener);
    expect([seen, warned]).toEqual([[['first'], ['again']], []]);
  });

  test('nothing is told after the end', () => {
    const changes = made();
    changes.add(['a']);
    changes.add(['b']);
    changes.close();
    vi.advanceTimersByTime(100);
    changes.add(['c']);
    expect(told).toEqual([['a']]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
