import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { KeptViews } from './kept-views.ts';
import { anEvent, aSession, NOW } from './testing.ts';
import { Scene, windowOf } from './testing-scene.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('LV-113: the kept view of a session', () => {
  test('is the same object as long as time changes nothing of it', () => {
    const [scene, kept] = [new Scene(), new KeptViews()];
    scene.put(anEvent({ sessionId: 'a', at: NOW - MINUTE }));
    const at = (now: number) => {
      scene.now = now;
      return scene.views(kept).get('a')!;
    };
    const first = at(NOW);
    expect([at(NOW + 1), at(NOW + 4 * MINUTE - 1)].map((view) => view === first)).toEqual([true, true]);
    const later = at(NOW + 4 * MINUTE);
    expect([later.burnNow.work, later === first]).toEqual([0, false]);
    expect(at(NOW + 3 * HOUR)).toBe(later);
  });

  test('of one that is listed no more is forgotten, and is another object when it comes back', () => {
    const [scene, kept] = [new Scene(), new KeptViews()];
    const first = scene.views(kept).get('a')!;
    scene.now += 1;
    expect(scene.views(kept).get('a')).toBe(first);
    scene.listed.delete('a');
    scene.now += 1;
    const others = scene.views(kept);
    scene.listed.add('a');
    scene.now += 1;
    const back = scene.views(kept);
    expect([back.get('a')! === first, isDeepStrictEqual(back.get('a'), first)]).toEqual([false, true]);
    expect(['b', 'c', 'd'].map((name) => back.get(name) === others.get(name))).toEqual([true, true, true]);
  });

  test.each([
    ['work', {}, { work: 60, read: 40 }],
    ['all', {}, { read: 40 }],
    ['cost', {}, { cost: 2_000_000 }],
  ])('D-28: is made anew when only %s of its rate is another', (_, first, second) => {
    const [scene, kept] = [new Scene(), new KeptViews()];
    // One leaves the five minutes when the other comes.
    scene.put(anEvent({ sessionId: 'a', at: NOW - 4 * MINUTE, ...first }));
    scene.put(anEvent({ sessionId: 'a', at: NOW + MINUTE, ...second }));
    const { burnNow } = scene.views(kept).get('a')!;
    scene.now += MINUTE;
    const later = scene.views(kept).get('a')!;
    expect(later.burnNow).not.toEqual(burnNow);
    expect(later).toEqual(scene.views(new KeptViews()).get('a'));
  });

  test("D-28: its rate follows the window of its account, also where its requests are another account's", () => {
    const [scene, kept] = [new Scene(), new KeptViews()];
    scene.put(anEvent({ sessionId: 'a', account: 'work', work: 100, at: NOW - MINUTE }));
    expect(scene.views(kept).get('a')!.burnNow.work).toBe(20);
    scene.open.set('default', windowOf('default', 2 * MINUTE, 4 * HOUR));
    scene.prepare();
    expect(scene.views(kept).get('a')!.burnNow.work).toBe(50);
  });

  test('D-12: signs that were near are far ahead when the clock has gone back', () => {
    const [scene, kept] = [new Scene(), new KeptViews()];
    const sign = NOW + DAY - MINUTE;
    scene.sessions.set('a', aSession('a', [], { facts: { cwd: ['/p', [1, NOW - HOUR, 0]], branch: ['main', [1, sign, 9]] } }));
    scene.live.delete('a');
    const lastAt = (now: number) => {
      scene.now = now;
      return scene.views(kept).get('a')!.lastAt;
    };
    expect([NOW, NOW - 2 * MINUTE, NOW].map(lastAt)).toEqual([sign, NOW - HOUR, sign]);
  });
});
