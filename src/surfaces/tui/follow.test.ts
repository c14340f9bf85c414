import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FollowOptions, follow } from './follow.ts';
import { aSnapshot } from './testing.ts';

let signals: Map<string, () => void>;
beforeEach(() => {
  vi.useFakeTimers();
  signals = new Map();
  vi.spyOn(process, 'once').mockImplementation((signal: string | symbol, listener: () => void) => {
    signals.set(String(signal), listener);
    return process;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Follows a text that the test sets; `slow` = the test says when bytes are out. */
function following(more: Partial<FollowOptions> = {}, slow = false) {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  let text = 'first';
  let changed = (): void => {};
  let isLeft = false;
  const code = follow(
    {
      get: () => aSnapshot(),
      subscribe: (listener) => {
        changed = listener;
        return () => {
          isLeft = true;
        };
      },
    },
    {
      text: () => text,
      write: (bytes) => {
        written.push(bytes);
        return slow ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
      },
      inPlace: false,
      heartbeat: null,
      everyMs: null,
      ...more,
    },
  );
  return {
    code,
    written,
    isLeft: () => isLeft,
    set: (next: string) => {
      text = next;
    },
    say: (next: string) => {
      text = next;
      changed();
    },
    out: () => waiting.shift()!(),
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
}

describe('following without a full screen', () => {
  test('the first line at once, a change after a pause at once, later ones together: ten lines a second at most (LV-19)', async () => {
    const { written, say, pass } = following();
    expect(written).toEqual(['first\n']);
    await pass(1000);
    say('a');
    expect(written).toEqual(['first\n', 'a\n']);
    for (const each of ['b', 'c', 'd']) say(each);
    await pass(99);
    expect(written).toHaveLength(2);
    await pass(1);
    expect(written).toEqual(['first\n', 'a\n', 'd\n']);
    for (let at = 0; at < 1000; at++) {
      say(String(at));
      await pass(1);
    }
    expect(written.length).toBeLessThanOrEqual(3 + 10);
    await pass(100);
    expect(written.at(-1)).toBe('999\n');
  });

  test('what reads the same is not written again', async () => {
    const { written, say, pass } = following();
    await pass(1000);
    say('first');
    await pass(1000);
    expect(written).toEqual(['first\n']);
  });

  test('on a terminal the line is rewritten in place (LV-20)', async () => {
    const { written, say, pass } = following({ inPlace: true });
    await pass(1000);
    say('next');
    expect(written).toEqual(['\r\u001b[2Kfirst', '\r\u001b[2Knext']);
  });

  test('a line whose ages grow is looked at again at its pace', async () => {
    const { written, set, pass } = following({ everyMs: 5000 });
    set('5 s');
    await pass(4999);
    expect(written).toHaveLength(1);
    await pass(1);
    expect(written[1]).toBe('5 s\n');
  });

  test('a heartbeat every 30 s, but never into a line that is on its way (LV-19)', async () => {
    const beats = following({ heartbeat: () => 'tick' }, true);
    await beats.pass(30_000);
    expect(beats.written).toEqual(['first\n']);
    beats.out();
    await beats.pass(30_000);
    expect(beats.written).toEqual(['first\n', 'tick\n']);
  });

  test('what changed while a line was on its way follows it, the newest only (LV-133)', async () => {
    const slow = following({}, true);
    slow.say('a');
    await slow.pass(500);
    slow.say('b');
    await slow.pass(500);
    expect(slow.written).toEqual(['first\n']);
    slow.out();
    await slow.pass(100);
    expect(slow.written).toEqual(['first\n', 'b\n']);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s ends with %i and leaves nothing that ticks (LV-118)', async (signal, expected) => {
    const idle = following({ heartbeat: () => 'tick', everyMs: 1000 });
    await idle.pass(200);
    idle.say('a');
    idle.say('b');
    await idle.pass(10);
    signals.get(signal)!();
    expect(await idle.code).toBe(expected);
    idle.set('c');
    await idle.pass(100_000);
    expect([idle.isLeft(), idle.written]).toEqual([true, ['first\n', 'a\n']]);
  });

  test('a signal waits for the line that is on its way', async () => {
    const slow = following({}, true);
    signals.get('SIGTERM')!();
    let ended: number | null = null;
    void slow.code.then((code) => {
      ended = code;
    });
    await slow.pass(1000);
    expect(ended).toBeNull();
    slow.out();
    await slow.pass(0);
    expect(ended).toBe(143);
  });

  test('a write that fails ends it with that failure', async () => {
    const broken = following({ write: () => Promise.reject(new Error('EPIPE')), everyMs: 1000 });
    await expect(broken.code).rejects.toThrow('EPIPE');
    expect([broken.isLeft(), vi.getTimerCount()]).toEqual([true, 0]);
  });
});
