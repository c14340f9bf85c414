import type { SessionView } from '../../../monitor/snapshot.ts';
import type { Input } from '../input/decode.ts';
import { type Action, actionOf, stepInterval } from '../keys.ts';
import { SECTIONS } from '../layout.ts';
import { THEME_NAMES } from '../theme.ts';
import { filterCombined, focusOrFold, muted, nextAccount, only, savePreset, takePreset, withMessage } from './choices.ts';
import type { Context, Effect, Pressed } from './context.ts';
import { back, entered } from './enter.ts';
import { typed } from './input-line.ts';
import { pointed } from './mouse.ts';
import { moveOrScroll } from './move.ts';
import { SORT_KEYS } from './order.ts';
import { placeOf, type UiState } from './state.ts';
import { answered } from './stop-answer.ts';
import { cycled, sideways } from './turn.ts';
import { chosen, openInput, submitted, withText } from './typing.ts';

/** The next state after a key, a paste or the mouse, and what is to be done. Pure: the same press on the same picture gives the same answer. */
export function press(state: UiState, input: Input, context: Context): Pressed {
  if (input.kind === 'mouse') return only(pointed(state, input, context));
  const { overlay } = state;
  if (overlay?.kind === 'input' && overlay.untouched === true && input.kind === 'key' && input.key === 'z')
    return only(filterCombined(state, context.now));
  if (overlay?.kind === 'input' || (overlay?.kind === 'help' && overlay.searching)) {
    const text = typed(overlay.kind === 'input' ? overlay.text : overlay.query, input);
    if (text !== null) return only(withText(state, overlay, text));
  }
  if (input.kind === 'paste') return only(state);
  const place = placeOf(state, context.hasData);
  const action = actionOf(input.key, place, context.readOnly);
  if (overlay?.kind === 'confirm') return answered(state, overlay.box, action, input.key, context.now);
  if (overlay?.kind === 'menu' && overlay.what === 'presets' && /^[1-9]$/.test(input.key))
    return takePreset(state, Number(input.key) - 1, context.now);
  if (overlay?.kind === 'menu' && (action === null || action.startsWith('section'))) return only({ ...state, overlay: null });
  if (overlay?.kind === 'help' && overlay.searching && (action === 'back' || input.key === 'enter'))
    return only({ ...state, overlay: { ...overlay, searching: false, query: action === 'back' ? '' : overlay.query } });
  if (overlay?.kind === 'help' && action === 'search') return only({ ...state, overlay: { ...overlay, searching: true, offset: 0 } });
  if (overlay?.kind === 'input' && action === 'submit') return submitted(state, overlay, context);
  return action === null || isOfOverlay(action) ? only(state) : act(state, action, context);
}

/** What only something over the picture answers, and has answered by then. */
type OverlayAction = 'agree' | 'filterCombined' | 'search' | 'submit';

const OF_OVERLAYS: readonly Action[] = ['agree', 'filterCombined', 'search', 'submit'] satisfies readonly OverlayAction[];

const isOfOverlay = (action: Action): action is OverlayAction => OF_OVERLAYS.includes(action);

/** What is done with the chosen session; a message where there is none. */
function withChosen(state: UiState, context: Context, effects: (session: SessionView) => readonly Effect[]): Pressed {
  const session = chosen(state, context);
  return session === null ? only(withMessage(state, 'no session is chosen', context.now)) : { state, effects: effects(session) };
}

function act(state: UiState, action: Exclude<Action, OverlayAction>, context: Context): Pressed {
  const page = Math.max(1, (state.screens.length > 0 || state.overlay?.kind === 'help' ? context.screenRows : context.listRows) - 1);
  const moved = (by: number): Pressed => only(moveOrScroll(state, by, context));
  switch (action) {
    case 'up':
      return moved(-1);
    case 'down':
      return moved(1);
    case 'pageUp':
      return moved(-page);
    case 'pageDown':
      return moved(page);
    case 'top':
      return moved(Number.NEGATIVE_INFINITY);
    case 'bottom':
      return moved(Number.POSITIVE_INFINITY);
    case 'quit':
    case 'suspend':
    case 'demo':
      return { state, effects: [{ kind: action }] };
    case 'rescan':
      return { state, effects: [{ kind: 'repaint' }] };
    case 'help':
      return only({
        ...state,
        overlay:
          state.overlay?.kind === 'help'
            ? null
            : { kind: 'help', place: placeOf(state, context.hasData), query: '', searching: false, offset: 0 },
      });
    case 'back':
      return back(state);
    case 'enter':
      return entered(state, context);
    case 'section1':
    case 'section2':
    case 'section3':
    case 'section4':
      return focusOrFold(state, SECTIONS[Number(action.slice(-1)) - 1]!);
    case 'nextSection':
    case 'previousSection':
      return only(cycled(state, action === 'nextSection' ? 1 : -1));
    case 'left':
    case 'right':
      return only(sideways(state, action === 'right' ? 1 : -1, context));
    case 'zoom':
      return only({ ...state, zoomed: !state.zoomed, folded: state.folded.filter((name) => name !== state.focus) });
    case 'freeze':
      return only({ ...state, frozen: state.frozen === null ? context.present : null });
    case 'faster':
    case 'slower':
      return only(paced(state, stepInterval(state.refreshSeconds, action), context.now));
    case 'compact':
      return only({ ...state, compact: !state.compact });
    case 'theme': {
      const theme = THEME_NAMES[(THEME_NAMES.indexOf(state.theme) + 1) % THEME_NAMES.length]!;
      return { state: withMessage({ ...state, theme }, `theme ${theme}`, context.now), effects: [{ kind: 'remember' }] };
    }
    case 'jump':
      return withChosen(state, context, (session) => [{ kind: 'jump', session }]);
    case 'stop':
      return withChosen(state, context, (session) => [{ kind: 'askStop', session }]);
    case 'copyId':
      return withChosen(state, context, ({ id }) => [{ kind: 'copy', text: id, what: 'session id' }]);
    case 'copyResume':
      return withChosen(state, context, ({ id }) => [{ kind: 'copy', text: `claude --resume ${id}`, what: 'resume command' }]);
    case 'filter':
    case 'name':
    case 'tags':
    case 'note':
      return openInput(state, action, context);
    case 'savePreset':
      return savePreset(state, context.now);
    case 'presets':
      return only({ ...state, overlay: { kind: 'menu', what: 'presets', cursor: 0 } });
    case 'sortMenu':
      return only({ ...state, overlay: { kind: 'menu', what: 'sort', cursor: SORT_KEYS.indexOf(state.sort) } });
    case 'sortPrevious':
    case 'sortNext': {
      const step = action === 'sortNext' ? 1 : SORT_KEYS.length - 1;
      const sort = SORT_KEYS[(SORT_KEYS.indexOf(state.sort) + step) % SORT_KEYS.length]!;
      return { state: withMessage({ ...state, sort }, `sorted by ${sort}`, context.now), effects: [{ kind: 'remember' }] };
    }
    case 'invert':
      return {
        state: withMessage({ ...state, inverted: !state.inverted }, state.inverted ? 'usual order' : 'order turned around', context.now),
        effects: [{ kind: 'remember' }],
      };
    case 'group': {
      const group = ({ none: 'project', project: 'account', account: 'none' } as const)[state.group];
      return { state: withMessage({ ...state, group }, `grouped by ${group}`, context.now), effects: [{ kind: 'remember' }] };
    }
    case 'account':
      return only(nextAccount(state, context));
    case 'windows':
      return only({
        ...state,
        screens:
          state.screens.at(-1)?.kind === 'window'
            ? state.screens.slice(0, -1)
            : [...state.screens.filter(({ kind }) => kind !== 'window'), { kind: 'window', index: 1, offset: 0 }],
      });
    case 'history':
      return only({
        ...state,
        screens:
          state.screens.at(-1)?.kind === 'history'
            ? state.screens.slice(0, -1)
            : [...state.screens.filter(({ kind }) => kind !== 'history'), { kind: 'history', page: 'windows', cursor: 0 }],
      });
    case 'mute':
      return only(muted(state, context));
  }
}

const paced = (state: UiState, seconds: number, now: number): UiState =>
  withMessage({ ...state, refreshSeconds: seconds }, `refresh every ${seconds} s`, now);
