import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STATUSLINE_DEFAULTS } from '../../config/statusline-defaults.ts';
import { displayWidth } from '../../text/width.ts';
import { screenLines } from './configure-screen.ts';
import { type ConfigureState, changesOf, choicesOf, type Key, pressed, rowsOf, segmentsOf } from './configure-state.ts';
import { demoFacts } from './demo-facts.ts';
import type { Setup } from './setup.ts';

const config = (change: Partial<typeof STATUSLINE_DEFAULTS> = {}) => ({
  statusline: { ...STATUSLINE_DEFAULTS, ...change },
  display: { showAuthProfile: 'auto' } as never,
});
const start = (change: Partial<typeof STATUSLINE_DEFAULTS> = {}): ConfigureState => ({ ...choicesOf(config(change)), at: 0 });
const press = (state: ConfigureState, ...keys: readonly Key[]) => keys.reduce((now, key) => pressed(now, key, STATUSLINE_DEFAULTS), state);
const at = (state: ConfigureState, id: string): ConfigureState => ({
  ...state,
  at: rowsOf(state, STATUSLINE_DEFAULTS).findIndex((row) => row.kind === 'place' && row.place.id === id),
});
const changes = (after: ConfigureState, before = start()) => Object.fromEntries(changesOf(before, after, STATUSLINE_DEFAULTS.chain));

describe('SL-40 what the keys do', () => {
  test('left and right go round the choices of a field; the list follows the layout until it is a person’s own', () => {
    expect(press(start(), 'right').layout).toBe('classic');
    expect(press(start(), 'left').layout).toBe('powerline');
    expect(press(start(), 'right', 'right', 'right', 'right')).toEqual(start());
    const shown = (state: ConfigureState) =>
      rowsOf(state, STATUSLINE_DEFAULTS).flatMap((row) =>
        row.kind === 'place' && row.place.on && row.place.id !== null ? [row.place.id] : [],
      );
    expect(shown(press(start(), 'right', 'right'))).toEqual(['attention', 'dir', 'model', 'context', 'quota5h']);
    const own = press(at(start(), 'git'), 'toggle');
    expect(shown({ ...press({ ...own, at: 0 }, 'right') })).toEqual(shown(own));
  });

  test('a segment goes on and off, earlier and later, into a new row, and back to the layout’s', () => {
    expect(segmentsOf(press(at(start(), 'git'), 'toggle'))![0]).not.toContain('git');
    expect(segmentsOf(press(at(start(), 'clock'), 'right'))![0]).toContain('clock');
    expect(segmentsOf(press(at(start(), 'clock'), 'left'))![0]).not.toContain('clock');
    const moved = press(at(start(), 'model'), 'earlier', 'earlier');
    expect(segmentsOf(moved)![0]!.slice(0, 4)).toEqual(['attention', 'alerts', 'model', 'dir']);
    expect(press(moved, 'later', 'later')).toMatchObject({ at: at(start(), 'model').at });
    const classic = press(start({ layout: 'classic' }), 'reset');
    expect(classic.places).toBeNull();
    const rows = segmentsOf(press(at(start({ segments: [['dir'], ['cost']] }), 'cost'), 'earlier'));
    expect(rows).toEqual([['dir', 'cost']]);
    expect(press(moved, 'reset').places).toBeNull();
  });

  test('what is written: only what changed, a single row as a list, nothing for nothing', () => {
    expect(changes(start())).toEqual({});
    expect(changes(press(start(), 'right', 'down', 'right', 'down', 'right', 'down', 'right'))).toEqual({
      'statusline.layout': 'classic',
      'statusline.theme': 'classic',
      'statusline.glyphs': 'plain',
      'display.showAuthProfile': 'true',
    });
    const before = start({ segments: ['dir', 'cost'] });
    expect(changes(press(at(before, 'cost'), 'earlier'), before)).toEqual({ 'statusline.segments': '["cost","dir"]' });
    expect(changes(press(before, 'reset'), before)).toEqual({ 'statusline.segments': null });
    const chained = start({ chain: { mode: 'collect', timeout: 500, command: 'x' } });
    expect(rowsOf(start(), STATUSLINE_DEFAULTS).some((row) => row.kind === 'field' && row.field === 'chain')).toBe(false);
    const stored = { mode: 'collect', timeout: 500, command: 'x' } as const;
    expect(changesOf(chained, press({ ...chained, at: 4 }, 'right'), stored).get('statusline.chain')).toBe(
      '{"mode":"above","timeout":"500ms","command":"x"}',
    );
  });

  test('an unknown name of the file is left out of the list; unknown keys of a person do nothing', () => {
    expect(segmentsOf(start({ segments: ['nonsense', 'dir'] }))).toEqual([['dir']]);
  });
});

test('SL-40 the screen is never wider or longer than the terminal, and shows what the keys work on', () => {
  const keys: readonly Key[] = ['up', 'down', 'left', 'right', 'toggle', 'earlier', 'later', 'reset'];
  const { settings } = demoFacts();
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...keys), { maxLength: 60 }),
      fc.integer({ min: 10, max: 200 }),
      fc.integer({ min: 4, max: 50 }),
      fc.boolean(),
      (given, columns, rows, ascii) => {
        const state = press(start(), ...given);
        const setup = { statusline: STATUSLINE_DEFAULTS, settings: { ...settings, ascii } } as unknown as Setup;
        const lines = screenLines(state, 'the line', setup, { columns, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        expect(lines.filter((line) => line.startsWith('>'))).toHaveLength(1);
        if (ascii) expect(lines.join('')).toMatch(/^[ -~]*$/);
      },
    ),
    { numRuns: 300 },
  );
});
