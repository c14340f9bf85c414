import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeptViews } from './kept-views.ts';
import type { SessionView } from './snapshot.ts';
import { anEvent, aSession, NOW } from './testing.ts';
import { Scene, step, windowOf } from './testing-scene.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Equal data are told quickly; what differs is shown. */
const expectEqual = (view: SessionView, fresh: SessionView): void => {
  if (!isDeepStrictEqual(view, fresh)) expect(view).toEqual(fresh);
};
/** Time alone decides about it: it is made each time. */
const isTimed = ({ limitResetsAt }: SessionView, scene: Scene, name: string): boolean =>
  !scene.live.has(name) || (limitResetsAt !== null && limitResetsAt <= scene.now);

describe('LV-113: the kept view of a session', () => {
  test('is the one that would be made anew, whatever changes and whenever; where nothing does, the same object', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 30 }), (steps) => {
        const [scene, kept] = [new Scene(), new KeptViews()];
        let before = scene.views(kept);
        for (const each of steps) {
          const { usage } = scene;
          const touched = each(scene);
          scene.prepare();
          const views = scene.views(kept);
          // Facts of its own: what is remembered of the others does not help it.
          const fresh = scene.views(new KeptViews(), (session) => ({ ...session, facts: { ...session.facts } }));
          for (const [name, view] of views) {
            expectEqual(view, fresh.get(name)!);
            const former = before.get(name);
            const isUntouched = touched !== null && !touched.includes(name) && usage === scene.usage;
            if (isUntouched && former !== undefined && !isTimed(view, scene, name)) expect(view).toBe(former);
          }
          before = views;
        }
      }),
      { numRuns: 300 },
    );
  });

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
