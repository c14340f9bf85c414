import { describe, expect, test } from 'vitest';
import type { ProcessView } from '../../../monitor/snapshot.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { readerOf, withFirst } from '../testing-reader.ts';
import type { StopBox } from '../ui/state.ts';

const demo = demoLikeSnapshot();

describe('stopping by lines, LV-120', () => {
  const first = demo.sessions[0]!;
  const second: ProcessView = { ...first.processes[0]!, pid: 555, kind: 'background' };
  const box = (stage: StopBox['stage'], more: Partial<StopBox> = {}): StopBox => ({
    sessionId: first.id,
    facts: ['a · b'],
    steps: [],
    stage,
    ...more,
  });

  test('of several processes a number chooses; then comes the question (KIL-5)', () => {
    const { say, heard } = readerOf(withFirst({ processes: [...first.processes, second] }));
    say('stop fix');
    expect(heard).toEqual([
      '2 processes have fix-login-flake open; which one is to stop?',
      expect.stringMatching(/^1, pid 20480, interactive/),
      expect.stringMatching(/^2, pid 555, background/),
      'Type its number; anything else leaves.',
    ]);
    expect(say('2')).toEqual([]);
    expect(heard.at(-1)).toBe('Type y to stop it; anything else leaves.');
    expect(say('no')).toEqual(['Nothing was stopped.']);
  });

  test('a number that is not there, or y, chooses nothing', () => {
    for (const line of ['3', 'y', '']) {
      const { say, done } = readerOf(withFirst({ processes: [...first.processes, second] }));
      say('stop fix');
      expect([say(line), done]).toEqual([['Nothing was stopped.'], []]);
    }
  });

  test('each step is said once, and KILL needs its own y (KIL-3)', async () => {
    const answers: boolean[] = [];
    const { say, heard } = readerOf(demo, {
      tools: {
        end: async (_target, options) => {
          options?.onStep?.({ signal: 'SIGINT' });
          options?.onStep?.({ asks: 'SIGKILL' });
          answers.push(await options!.mayKill!());
          return { ended: false, sent: [], reason: 'it still runs', leftovers: [] };
        },
      },
    });
    say('stop fix');
    heard.length = 0;
    say('YES');
    expect(heard).toEqual(['INT sent, waiting up to 5 s.', 'it still runs.', 'Type y to kill it; anything else leaves.']);
    expect(say('what?')).toEqual(['It was not killed.']);
    await new Promise((resolve) => setImmediate(resolve));
    expect([answers, heard.at(-1)]).toEqual([[false], 'Not stopped: it still runs.']);
  });

  test('while it runs every line has the same answer', () => {
    const { say, reader } = readerOf();
    reader.showBox(box('running', { steps: ['INT sent'] }));
    expect(say('y', 'list')).toEqual(['It is being stopped.', 'It is being stopped.']);
    reader.showBox(null);
    expect(say('hold')).toEqual(['Held.']);
  });

  test('what is shown before the first signal is not said again when it starts', () => {
    const { reader, heard } = readerOf();
    reader.showBox(box('ask'));
    reader.showBox(box('running'));
    expect(heard).toEqual(['a, b.', 'Type y to stop it; anything else leaves.']);
  });
});
