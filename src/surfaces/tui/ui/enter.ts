import { parseFilter } from '../filter/parse.ts';
import { sortedProjects } from '../rows/projects.ts';
import { allWarnings } from '../rows/warnings.ts';
import { only, takePreset, withMessage } from './choices.ts';
import type { Context, Pressed } from './context.ts';
import { SORT_KEYS } from './order.ts';
import type { Screen, UiState } from './state.ts';
import { chosen } from './typing.ts';

/** One step out: of what lies over the picture, of a screen, of a zoomed section, at last of the filter. */
export function back(state: UiState): Pressed {
  if (state.overlay !== null) return only({ ...state, overlay: null });
  if (state.screens.length > 0) return only({ ...state, screens: state.screens.slice(0, -1) });
  if (state.zoomed) return only({ ...state, zoomed: false });
  return only({ ...state, filter: { text: '', ast: null }, filtersCombined: false });
}

/** Into what is chosen: sessions › name › requests › subagent (LV-64); a project becomes the filter (LV-55). */
export function entered(state: UiState, context: Context): Pressed {
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
  // Nothing in quotes can have a quote: any sign is taken in its place, and for what would end an unquoted word.
  const text = project.name.includes('"') ? `project:${project.name.replaceAll(/[\s()|",*]/g, '?')}` : `project:"${project.name}"`;
  const parsed = parseFilter(text);
  return parsed.ok ? { ...state, focus: 'sessions', filter: { text, ast: parsed.ast } } : state;
}
