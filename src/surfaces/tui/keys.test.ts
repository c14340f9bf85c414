import { describe, expect, test } from 'vitest';
import { type Action, actionOf, KEYS, keysAt, type Place, stepInterval } from './keys.ts';
import { picture } from './picture.ts';
import { keyPage } from './rows/help.ts';
import { textOf } from './spans.ts';
import { NOW } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { aFirstState, anInput } from './testing-picture.ts';
import { press } from './ui/press.ts';
import { refreshed, reordered } from './ui/refresh.ts';
import type { UiState } from './ui/state.ts';

const snapshot = demoLikeSnapshot();
const input = anInput(snapshot);

function settled(state: UiState): { state: UiState; made: ReturnType<typeof picture> } {
  const ordered = reordered(state, { snapshot, now: NOW });
  const fresh = refreshed(ordered, picture(ordered, input).context);
  return { state: fresh, made: picture(fresh, input) };
}

const START = settled({
  ...aFirstState({ filter: 'cost>0' }),
  presets: ['state:W'],
  zoomed: false,
});

/** A state in which each place is real, from where its keys are tried. */
const AT: Readonly<Record<Exclude<Place, 'empty'>, (state: UiState) => UiState>> = {
  list: (state) => ({ ...state, selected: snapshot.sessions[3]!.id, folded: ['projects'] }),
  details: (state) => ({ ...state, screens: [{ kind: 'requests', id: snapshot.sessions[3]!.id, cursor: 15 }] }),
  history: (state) => ({ ...state, screens: [{ kind: 'history', page: 'windows', cursor: 3 }] }),
  help: (state) => ({ ...state, overlay: { kind: 'help', place: 'list', query: '', searching: false, offset: 1 } }),
  menu: (state) => ({ ...state, overlay: { kind: 'menu', what: 'sort', cursor: 3 } }),
  input: (state) => ({
    ...state,
    overlay: { kind: 'input', purpose: 'filter', text: 'is:active', fault: null, sessionId: null, untouched: true },
  }),
  confirm: (state) => ({ ...state, overlay: { kind: 'confirm', box: { sessionId: 's', facts: [], steps: [], stage: 'ask' } } }),
};

describe('one table of keys, LV-70', () => {
  for (const place of Object.keys(AT) as (keyof typeof AT)[]) {
    test.each(keysAt(place, false).flatMap(({ action, keys }) => keys.map((key) => [key, action] as const)))(
      `${place}: %s acts (%s)`,
      (key, action) => {
        // Section 1 has the focus at the start; a request of the main thread has no subagent to enter.
        const from = settled(AT[place](action === 'section1' || action === 'zoom' ? { ...START.state, focus: 'sessions' } : START.state));
        const state = action === 'mute' ? { ...from.state, cursors: { projects: 0, warnings: 1 } } : from.state;
        const pressed = press(state, { kind: 'key', key }, from.made.context);
        expect(pressed.effects.length > 0 || pressed.state !== state).toBe(true);
        const changed =
          pressed.effects.length > 0 ||
          JSON.stringify({ ...pressed.state, muted: [...pressed.state.muted] }) !== JSON.stringify({ ...state, muted: [...state.muted] });
        expect(changed).toBe(true);
      },
    );
  }

  test('a key has one meaning in a place, and every action has a key', () => {
    for (const place of ['list', 'empty', 'details', 'history', 'help', 'menu', 'input', 'confirm'] as const) {
      const keys = keysAt(place, false).flatMap((binding) => binding.keys);
      expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    }
    expect(new Set(KEYS.map(({ action }) => action)).size).toBe(KEYS.length);
  });

  test('keys that are not in the table do nothing', () => {
    for (const key of ['Q', 'X', 'ctrl+x', 'ctrl+q', 'é', 'delete', 'f2', '0', '@']) {
      expect(actionOf(key, 'list', false)).toBeNull();
      expect(press(START.state, { kind: 'key', key }, START.made.context)).toEqual({ state: START.state, effects: [] });
    }
    expect(press(START.state, { kind: 'paste', text: 'qxy' }, START.made.context)).toEqual({ state: START.state, effects: [] });
  });

  test('--read-only has no stop, jump, naming (LV-22)', () => {
    const acting: readonly Action[] = ['stop', 'jump', 'name', 'tags', 'note'];
    expect(keysAt('list', true).filter(({ action }) => acting.includes(action))).toEqual([]);
    expect(textOf(picture(START.state, { ...input, readOnly: true }).lines.at(-1)!)).not.toMatch(/x stop|t jump|n name/);
  });

  test('help and the page of the documents name every key', () => {
    for (const { shown, does } of KEYS) expect(keyPage()).toContain(`${shown.padEnd(12)} ${does}`);
  });

  test('the interval stays within 0.2–3600 s (LV-10)', () => {
    expect([stepInterval(5, 'slower'), stepInterval(5, 'faster'), stepInterval(0.2, 'faster'), stepInterval(3600, 'slower')]).toEqual([
      10, 2, 0.2, 3600,
    ]);
  });
});
