import type { SessionView } from '../../../monitor/snapshot.ts';
import { parseFilter } from '../filter/parse.ts';
import type { Input } from '../input/decode.ts';
import { type Action, actionOf, stepInterval } from '../keys.ts';
import { SECTIONS } from '../layout.ts';
import { HISTORY_PAGES } from '../rows/history.ts';
import { sortedProjects } from '../rows/projects.ts';
import { allWarnings } from '../rows/warnings.ts';
import { THEME_NAMES } from '../theme.ts';
import { filterCombined, focusOrFold, muted, nextAccount, only, savePreset, takePreset, withMessage } from './choices.ts';
import type { Context, Effect, Pressed } from './context.ts';
import { typed } from './input-line.ts';
import { moveCursor, scrollScreen } from './move.ts';
import { SORT_KEYS } from './order.ts';
import { MOST_PRESETS } from './remember.ts';
import { placeOf, type Screen, type StopBox, type UiState } from './state.ts';
import { chosen, openInput, submitted, withText } from './typing.ts';

/** The next state after a key, a paste or the mouse, and what is to be done. Pure: the same press on the same picture gives the same answer. */
export function press(state: UiState, input: Input, context: Context): Pressed {
  if (input.kind === 'mouse') return only(pointed(state, input, context));
  const { overlay } = state;
  if (overlay?.kind === 'input' && overlay.untouched === true && input.kind === 'key' && input.key === 'z')
    return only(filterCombined(state, context.now));
  if (overlay?.kind === 'input' || (overlay?.kind === 'help' && overlay.searching)) {
    const text = typed(overlay.kind === 'input' ? overlay.text : overlay.query, input);
    if (text !== null) return only(withText(state, text));
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
  return action === null ? only(state) : act(state, action, context);
}

/** `y` goes on; any other key leaves, and no key alone ends anything (KIL-2). */
function answered(state: UiState, box: StopBox, action: Action | null, key: string, now: number): Pressed {
  if (action === 'quit') return { state: { ...state, overlay: null }, effects: [{ kind: 'refuseKill' }, { kind: 'quit' }] };
  if (action === 'suspend') return { state, effects: [{ kind: 'suspend' }] };
  if (box.stage === 'running') return only(state);
  const process = box.stage === 'choose' && /^[1-9]$/.test(key) ? box.processes?.[Number(key) - 1] : undefined;
  if (process !== undefined) return { state, effects: [{ kind: 'chooseStop', sessionId: box.sessionId, pid: process.pid }] };
  if (action === 'agree' && box.stage !== 'choose')
    return { state: { ...state, overlay: { kind: 'confirm', box: { ...box, stage: 'running' } } }, effects: [{ kind: 'agreeStop', box }] };
  const left = withMessage({ ...state, overlay: null }, box.stage === 'askKill' ? 'it was not killed' : 'nothing was stopped', now);
  return { state: left, effects: box.stage === 'askKill' ? [{ kind: 'refuseKill' }] : [] };
}

function pointed(state: UiState, input: Input & { kind: 'mouse' }, context: Context): UiState {
  if (state.overlay !== null) return state;
  if (input.what !== 'press') return moveOrScroll(state, input.what === 'wheelUp' ? -1 : 1, context);
  if (state.screens.length > 0) return state;
  const found = context.at(input.row, input.column);
  if (found === null) return state;
  if ('sort' in found)
    return found.sort === state.sort ? { ...state, inverted: !state.inverted } : { ...state, sort: found.sort, inverted: false };
  return { ...state, focus: 'sessions', selected: found.select, cursorMovedAt: context.now };
}

function moveOrScroll(state: UiState, by: number, context: Context): UiState {
  const { overlay } = state;
  if (overlay?.kind === 'help')
    return {
      ...state,
      overlay: { ...overlay, offset: Math.max(0, Math.min(Math.max(0, context.screenCount - context.screenRows), overlay.offset + by)) },
    };
  if (overlay?.kind === 'menu') {
    const count = overlay.what === 'sort' ? SORT_KEYS.length : MOST_PRESETS;
    return { ...state, overlay: { ...overlay, cursor: Math.max(0, Math.min(count - 1, overlay.cursor + by)) } };
  }
  if (state.screens.length > 0) return scrollScreen(state, by, context);
  return moveCursor(state, by, context);
}

/** What is done with the chosen session; a message where there is none. */
function withChosen(state: UiState, context: Context, effects: (session: SessionView) => readonly Effect[]): Pressed {
  const session = chosen(state, context);
  return session === null ? only(withMessage(state, 'no session is chosen', context.now)) : { state, effects: effects(session) };
}

const PAGES: Readonly<Partial<Record<Action, number>>> = {
  up: -1,
  down: 1,
  top: Number.NEGATIVE_INFINITY,
  bottom: Number.POSITIVE_INFINITY,
};

function act(state: UiState, action: Action, context: Context): Pressed {
  const page = Math.max(1, (state.screens.length > 0 || state.overlay?.kind === 'help' ? context.screenRows : context.listRows) - 1);
  const by = action === 'pageUp' ? -page : action === 'pageDown' ? page : PAGES[action];
  if (by !== undefined) return only(moveOrScroll(state, by, context));
  switch (action) {
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
    case 'search':
      return only(state.overlay?.kind === 'help' ? { ...state, overlay: { ...state.overlay, searching: true, offset: 0 } } : state);
    case 'back':
      return back(state);
    case 'enter':
      return entered(state, context);
    case 'submit':
      return submitted(state, context);
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
    default:
      return only(state);
  }
}

const paced = (state: UiState, seconds: number, now: number): UiState =>
  withMessage({ ...state, refreshSeconds: seconds }, `refresh every ${seconds} s`, now);

function back(state: UiState): Pressed {
  if (state.overlay !== null) return only({ ...state, overlay: null });
  if (state.screens.length > 0) return only({ ...state, screens: state.screens.slice(0, -1) });
  if (state.zoomed) return only({ ...state, zoomed: false });
  return only({ ...state, filter: { text: '', ast: null }, filtersCombined: false });
}

/** Into what is chosen: sessions › name › requests › subagent (LV-64); a project becomes the filter (LV-55). */
function entered(state: UiState, context: Context): Pressed {
  const { overlay } = state;
  if (overlay?.kind === 'menu') {
    if (overlay.what === 'presets') return takePreset(state, overlay.cursor, context.now);
    return { state: { ...state, overlay: null, sort: SORT_KEYS[overlay.cursor]! }, effects: [{ kind: 'remember' }] };
  }
  const push = (screen: Screen): Pressed => only({ ...state, screens: [...state.screens, screen] });
  const top = state.screens.at(-1);
  if (top?.kind === 'details') return push({ kind: 'requests', id: top.id, cursor: 0 });
  if (top?.kind === 'requests') {
    if (context.agentAtCursor !== null) return push({ kind: 'subagent', id: top.id, agent: context.agentAtCursor, cursor: 0 });
    return only(withMessage(state, 'this request is of the main thread', context.now));
  }
  if (top?.kind === 'history') return top.page === 'windows' ? push({ kind: 'window', index: top.cursor, offset: 0 }) : only(state);
  if (top !== undefined) return only(state);
  if (state.focus === 'projects') return only(filterTo(state, context));
  if (state.focus === 'warnings') {
    const id = allWarnings(context.snapshot, state.muted)[state.cursors.warnings]?.sessionId ?? null;
    return id === null ? only(state) : push({ kind: 'details', id, offset: 0 });
  }
  const session = chosen(state, context);
  return session === null ? only(state) : push({ kind: 'details', id: session.id, offset: 0 });
}

function filterTo(state: UiState, context: Context): UiState {
  const project = sortedProjects(context.snapshot)[state.cursors.projects];
  if (project === undefined) return state;
  const text = `project:"${project.name.replaceAll('"', '')}"`;
  const parsed = parseFilter(text);
  return parsed.ok ? { ...state, focus: 'sessions', filter: { text, ast: parsed.ast } } : state;
}

/** The next section to focus; in history the next page. */
function cycled(state: UiState, step: number): UiState {
  const top = state.screens.at(-1);
  const turn = <T>(all: readonly T[], one: T): T => all[(all.indexOf(one) + step + all.length) % all.length]!;
  if (top?.kind === 'history')
    return { ...state, screens: [...state.screens.slice(0, -1), { ...top, page: turn(HISTORY_PAGES, top.page), cursor: 0 }] };
  return top === undefined ? { ...state, focus: turn(SECTIONS, state.focus) } : state;
}

/** ← an older window, → a newer one; in history the pages. */
function sideways(state: UiState, step: number, context: Context): UiState {
  const top = state.screens.at(-1);
  if (top?.kind === 'window') {
    const index = Math.max(0, Math.min(Math.max(0, context.windowCount - 1), top.index - step));
    return { ...state, screens: [...state.screens.slice(0, -1), { ...top, index, offset: 0 }] };
  }
  return top?.kind === 'history' ? cycled(state, step) : state;
}
