import { describe, expect, test } from 'vitest';
import { viewOf } from './figures.ts';
import { overlaid } from './overlays.ts';
import { type Line, line, textOf } from './spans.ts';
import { aSnapshot, NOW } from './testing.ts';
import { aFirstState } from './testing-picture.ts';
import type { Overlay, StopBox } from './ui/state.ts';

const view = viewOf(aSnapshot(), { ascii: false, now: NOW });
const state = aFirstState();
const base: readonly Line[] = Array.from({ length: 12 }, (_, row) => line(`row ${row}`));
const over = (overlay: Overlay | null, columns = 40, rows = 12, more = {}) =>
  overlaid(overlay, base.slice(0, rows), view, { ...state, ...more }, { columns, rows, ascii: false, compact: false, emoji: false });
const text = (...given: Parameters<typeof over>) => over(...given).map(textOf);
const input = (typed: string, more: Partial<Extract<Overlay, { readonly purpose: 'filter' }>> = {}): Overlay => ({
  kind: 'input',
  purpose: 'filter',
  text: typed,
  fault: null,
  sessionId: null,
  ...more,
});

describe('an input line', () => {
  test('nothing is laid over the picture without one, nor by the help, which has a screen of its own', () => {
    expect(text(null)).toEqual(base.map(textOf));
    expect(text({ kind: 'help', place: 'list', query: '', searching: false, offset: 0 })).toEqual(base.map(textOf));
  });

  test('stands at the bottom with the cursor behind what is typed', () => {
    const lines = over(input('cost>1'));
    expect(lines).toHaveLength(12);
    expect(textOf(lines.at(-2)!)).toBe('row 10');
    expect(textOf(lines.at(-1)!)).toBe(' filter: cost>1 ');
    expect(lines.at(-1)!.at(-1)).toEqual({ text: ' ', selected: true });
  });

  test('of a long text the end is in view, whole letters only (LV-45)', () => {
    expect(text(input('state:needs | project:api* | cost>12.5'), 30).at(-1)).toBe(' filter: ect:api* | cost>12.5 ');
    expect(text(input('名前の長い名前の長い'), 20).at(-1)).toBe(' filter: 名前の長い ');
  });

  test('the place of a fault is marked under it, and stays on screen (LV-80)', () => {
    const lines = text(input('cost>x', { fault: { at: 5, expected: 'a number' } }), 60);
    expect(lines.slice(-2)).toEqual([' filter: cost>x ', '              ^ expected a number']);
    expect(text(input('cost>x', { fault: { at: 5, expected: 'a number' } }), 24).at(-1)).toBe('     ^ expected a number');
  });

  test('a filter that is set tells of z, where there is room (LV-81)', () => {
    expect(text(input('cost>1', { untouched: true }), 60).at(-1)).toBe(' filter: cost>1    z: combined usage filtered too');
    expect(text(input('cost>1', { untouched: true }), 60, 12, { filtersCombined: true }).at(-1)).toContain(
      'z: combined usage of all again',
    );
    expect(text(input('cost>1', { untouched: true }), 40).at(-1)).toBe(' filter: cost>1 ');
  });
});

describe('menus', () => {
  test('saved filters by their numbers, empty places too; the chosen one over the whole width', () => {
    const lines = over({ kind: 'menu', what: 'presets', cursor: 1 }, 50, 12, { presets: ['state:W', 'cost>1'] });
    const shown = lines.map(textOf);
    expect(shown[2]).toMatch(/^── SAVED FILTERS · Enter takes, Esc leaves ─/);
    expect(shown.slice(3, 6)).toEqual(['   1  state:W', '   2  cost>1'.padEnd(50), '   3  ']);
    expect(lines[4]!.every(({ selected }) => selected)).toBe(true);
    expect(shown.at(-1)).toBe('   9  ');
  });

  test('the sort key of now is marked; on a low screen the chosen one stays in view', () => {
    expect(text({ kind: 'menu', what: 'sort', cursor: 3 }).find((row) => row.endsWith('  now'))).toBe('   attention  now');
    const low = over({ kind: 'menu', what: 'sort', cursor: 6 }, 40, 6);
    expect(low).toHaveLength(6);
    expect(low.at(-1)!.some(({ selected }) => selected)).toBe(true);
  });
});

describe('the question before a session is stopped, LV-120', () => {
  const box = (more: Partial<StopBox>): Overlay => ({
    kind: 'confirm',
    box: { sessionId: 's', facts: ['migrate-orders', 'pid 7'], steps: [], stage: 'ask', ...more },
  });
  const said = (more: Partial<StopBox>) => text(box(more), 60).slice(-4);
  const processes = [{ pid: 7, words: 'pid 7, tty pts/1' }];

  test.each([
    ['ask', {}, [' migrate-orders', ' pid 7', ' y stops it, any other key leaves']],
    ['running', { steps: ['INT sent'] }, [' pid 7', ' INT sent', ' working on it']],
    ['askKill', {}, [' migrate-orders', ' pid 7', ' y kills it (KILL), any other key leaves']],
    ['choose', { processes }, [' pid 7', ' 1  pid 7, tty pts/1', ' its number chooses, any other key leaves']],
    ['choose', {}, [' migrate-orders', ' pid 7', ' its number chooses, any other key leaves']],
    ['ask', { processes }, [' migrate-orders', ' pid 7', ' y stops it, any other key leaves']],
  ] as const)('%s %j', (stage, more, expected) => expect(said({ stage, ...more }).slice(-3)).toEqual(expected));
});
