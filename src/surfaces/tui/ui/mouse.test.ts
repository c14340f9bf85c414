import { describe, expect, test } from 'vitest';
import type { Input } from '../input/decode.ts';
import { STATE_LOOK } from '../rows/states.ts';
import { aSnapshot } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { Driven } from '../testing-driven.ts';
import type { GroupBy } from './listing.ts';
import { press } from './press.ts';

const demo = demoLikeSnapshot();

type Mouse = Input & { kind: 'mouse' };

function point(driven: Driven, what: Mouse['what'], row: number, column: number): Driven {
  driven.state = press(driven.state, { kind: 'mouse', what, row, column }, driven.settle().context).state;
  return driven;
}

/** Row and column of a heading on screen. */
function headingPlace(driven: Driven, word: string): readonly [number, number] {
  const row = driven.lines.findIndex((line) => line.includes(' CTX') && line.includes(word));
  return [row, driven.lines[row]!.indexOf(word)];
}

/** Session ids by the rows of the screen on which their row begins. */
function drawnRows(driven: Driven): ReadonlyMap<number, string> {
  const rows = new Map<number, string>();
  for (const [row, line] of driven.lines.entries())
    for (const { id, name, state } of demo.sessions)
      if (line.slice(0, 24).includes(`${STATE_LOOK[state].letter} ${name.slice(0, 8)}`)) rows.set(row, id);
  return rows;
}

describe('the mouse, LV-73', () => {
  const sizes = [20, 40, 60, 80, 120, 170].flatMap((columns) => [5, 11, 24, 40, 60].map((rows) => [columns, rows] as const));
  const groups: readonly GroupBy[] = ['none', 'project'];
  test.each(sizes.flatMap(([columns, rows]) => groups.map((group) => [columns, rows, group] as const)))(
    '%i×%i, groups by %s: a click chooses the session that stands there, and only there',
    (columns, rows, group) => {
      const driven = new Driven(demo, columns, rows);
      driven.state = { ...driven.state, group };
      const { at } = driven.settle().context;
      const drawn = drawnRows(driven);
      expect(drawn.size).toBeGreaterThan(0);
      for (const [row, id] of drawn) expect([row, at(row, 4)]).toEqual([row, { select: id }]);
      const hit = Array.from({ length: rows }, (_, row) => at(row, 4)).flatMap((found) =>
        found !== null && 'select' in found ? [found.select] : [],
      );
      expect(new Set(hit)).toEqual(new Set(drawn.values()));
    },
  );

  test('in a wide terminal with room both lines of a session choose it; the pane beside chooses nothing', () => {
    const driven = new Driven(demo, 170, 60);
    const { at } = driven.settle().context;
    const [row, id] = [...drawnRows(driven)][1]!;
    expect([at(row, 10), at(row + 1, 10), at(row, 130)]).toEqual([{ select: id }, { select: id }, null]);
  });

  test('a scrolled list: the row under the pointer, not the one counted from the top', () => {
    const driven = new Driven(demo, 80, 8);
    driven.keys('end');
    const drawn = drawnRows(driven);
    const { at } = driven.settle().context;
    expect([...drawn.values()]).not.toContain(demo.sessions[0]!.id);
    for (const [row, id] of drawn) expect(at(row, 4)).toEqual({ select: id });
  });

  test('a click on a session brings the focus to the list', () => {
    const driven = new Driven(demo, 80, 24).keys('3');
    const [row] = [...drawnRows(driven)].find(([, id]) => id === demo.sessions[4]!.id)!;
    point(driven, 'press', row, 20);
    expect([driven.chosen, driven.state.focus]).toEqual(['api-docs', 'sessions']);
  });

  test('a heading sorts by its column, a second click turns the order around, another one begins anew', () => {
    const driven = new Driven(demo, 120, 40);
    const cost = headingPlace(driven, 'COST');
    point(driven, 'press', ...cost);
    expect([driven.state.sort, driven.state.inverted]).toEqual(['cost', false]);
    point(driven, 'press', ...cost);
    expect([driven.state.sort, driven.state.inverted]).toEqual(['cost', true]);
    point(driven, 'press', ...headingPlace(driven, 'AGE'));
    expect([driven.state.sort, driven.state.inverted]).toEqual(['age', false]);
  });

  test.each(['MODEL', 'LAST ACTION'])('%s is no order: a click there changes nothing', (word) => {
    const driven = new Driven(demo, 120, 40);
    const [row, column] = headingPlace(driven, word);
    const before = driven.settle() && driven.state;
    expect(column).toBeGreaterThan(0);
    expect(point(driven, 'press', row, column).state).toEqual(before);
  });

  test('with groups a heading sorts too, and a group is no session', () => {
    const driven = new Driven(demo, 120, 40).keys('o');
    const row = driven.lines.findIndex((line) => line.includes('api-server') && !line.includes('fix-login'));
    expect(driven.settle().context.at(row, 4)).toBeNull();
    point(driven, 'press', ...headingPlace(driven, 'COST'));
    expect(driven.state.sort).toBe('cost');
  });

  test.each(['combined', 'projects', 'warnings'] as const)('nothing is chosen behind a zoomed section: %s', (focus) => {
    const driven = new Driven(demo, 120, 40);
    driven.state = { ...driven.state, focus, zoomed: true };
    const { at } = driven.settle().context;
    for (let row = 0; row < 40; row++) expect(at(row, 10)).toBeNull();
  });

  test('left of the first heading and behind the last one nothing sorts', () => {
    const short = aSnapshot({ ...demo, sessions: demo.sessions.slice(6) });
    const driven = new Driven(short, 159, 40);
    const [row, column] = headingPlace(driven, 'AGE');
    const { at } = driven.settle().context;
    expect(column).toBeLessThan(150);
    expect([at(row, 0), at(row, column), at(row, 158)]).toEqual([null, { sort: 'age' }, null]);
  });

  test('the wheel moves one row, in the list as in a screen over it', () => {
    const driven = new Driven(demo, 120, 40);
    point(point(driven, 'wheelDown', 0, 0), 'wheelDown', 0, 0);
    expect(driven.chosen).toBe('review-418');
    expect(point(driven, 'wheelUp', 0, 0).chosen).toBe('checkout-redesign');
    driven.keys('H');
    expect(point(driven, 'wheelDown', 0, 0).state.screens.at(-1)).toMatchObject({ kind: 'history', cursor: 1 });
    expect(driven.chosen).toBe('checkout-redesign');
  });

  test('no click reaches the list below a screen, nor anything below an overlay', () => {
    const driven = new Driven(demo, 120, 40).keys('enter');
    for (const place of [[], ['s']]) {
      driven.keys(...place);
      driven.settle();
      const before = driven.state;
      for (let row = 0; row < 40; row++) expect(point(driven, 'press', row, 20).state).toEqual(before);
    }
    const before = driven.state;
    expect(before.overlay).toMatchObject({ kind: 'menu' });
    expect(point(driven, 'wheelDown', 0, 0).state).toEqual(before);
  });

  test('an empty list has nothing to choose', () => {
    const driven = new Driven(aSnapshot({ ...demo, sessions: [] }), 80, 24);
    const { at } = driven.settle().context;
    for (let row = 0; row < 24; row++) expect(at(row, 30)).toBeNull();
  });
});
