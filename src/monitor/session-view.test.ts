import { expect, test } from 'vitest';
import { buildSnapshot } from './build.ts';
import { LiveUsage } from './live-usage.ts';
import { aLive, anEvent, anInput, aSession, at } from './testing.ts';

/** In no rate that is shown. */
const EARLIER = at('13:20:00');

test('AP-5: a session whose two accounts turn out to be one is shown anew', () => {
  const events = ['default', 'work'].map((account) => anEvent({ account, work: 100, at: EARLIER }));
  const session = aSession('s1', events);
  const live = new Map([['s1', aLive('s1')]]);
  const input = anInput(events, { sessions: [session], live });
  const before = LiveUsage.of(events);
  expect(buildSnapshot({ ...input, usage: before }).sessions[0]!.window.work).toBe(200);
  const [a, b] = before.slotsOf('s1').map(({ version }) => version);
  // The one slot's version is what both came to together.
  const after = LiveUsage.of([anEvent({ work: 5, at: EARLIER })]);
  const one = after.slotsOf('s1')[0]!;
  after.setBounds({ windows: new Map(input.windows.map(({ account, windows }) => [account, windows[0]!])), dayStart: 0, dayEnd: 9e15 });
  one.version = a! + b! + 1;
  expect(buildSnapshot({ ...input, usage: Object.assign(after, { setBounds: () => true }) }).sessions[0]!.window.work).toBe(5);
});

test('LV-113: a limit that was over is not when the clock has gone back', () => {
  const events = [anEvent({ at: EARLIER })];
  const resetsAt = at('13:45:00');
  const session = aSession('s1', events, { facts: { limitResetsAt: [resetsAt, [1, EARLIER, 0]] } });
  const input = anInput(events, { sessions: [session], live: new Map([['s1', aLive('s1')]]) });
  const shownAt = (time: string) => buildSnapshot({ ...input, now: at(time) }).sessions[0]!.limitResetsAt;
  expect(['13:44:00', '13:46:00', '13:44:30', '13:46:00'].map(shownAt)).toEqual([resetsAt, null, resetsAt, null]);
});
