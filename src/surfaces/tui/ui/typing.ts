import type { SessionView } from '../../../monitor/snapshot.ts';
import { plain } from '../../../text/plain.ts';
import { parseFilter } from '../filter/parse.ts';
import { only, withMessage } from './choices.ts';
import type { Context, Pressed } from './context.ts';
import { LONGEST_INPUT } from './input-line.ts';
import type { InputPurpose, Overlay, UiState } from './state.ts';
import { tagChanges, tagsIn } from './tags.ts';

/** New text of an input line or of the search in help; a filter is checked while it is typed. */
export function withText(state: UiState, overlay: Overlay & { kind: 'help' | 'input' }, text: string): UiState {
  if (overlay.kind === 'help') return { ...state, overlay: { ...overlay, query: text, offset: 0 } };
  const parsed = overlay.purpose === 'filter' ? parseFilter(text) : null;
  return { ...state, overlay: { ...overlay, text, untouched: false, fault: parsed !== null && !parsed.ok ? parsed.fault : null } };
}

/** The session that a key is for: that of the screen on top, listed or not, else the one chosen in the list. */
export const chosen = (state: UiState, { listing, snapshot }: Context): SessionView | null => {
  const top = state.screens.at(-1);
  const [id, sessions] = top !== undefined && 'id' in top ? [top.id, snapshot.sessions] : [state.selected, listing.sessions];
  return sessions.find((session) => session.id === id) ?? null;
};

export function openInput(state: UiState, purpose: InputPurpose, context: Context): Pressed {
  if (purpose === 'filter') {
    const { text, ast } = state.filter;
    const overlay = {
      kind: 'input',
      purpose,
      text: plain(text, LONGEST_INPUT),
      fault: null,
      sessionId: null,
      untouched: ast !== null,
    } as const;
    return only({ ...state, overlay });
  }
  const session = chosen(state, context);
  if (session === null) return only(withMessage(state, 'no session is chosen', context.now));
  const text = plain(wordsOf(session, purpose), LONGEST_INPUT);
  return only({ ...state, overlay: { kind: 'input', purpose, text, fault: null, sessionId: session.id } });
}

/** What a person said of a session; a name that nobody gave it is none. */
function wordsOf({ titleSource, name, tags, note }: SessionView, purpose: Exclude<InputPurpose, 'filter'>): string {
  if (purpose === 'name') return titleSource === 'given' ? name : '';
  return purpose === 'tags' ? tags.join(' ') : (note ?? '');
}

export function submitted(state: UiState, overlay: Overlay & { kind: 'input' }, { snapshot }: Context): Pressed {
  const text = overlay.text.trim();
  const closed = { ...state, overlay: null };
  if (overlay.purpose === 'filter') {
    const parsed = parseFilter(text);
    // A faulty filter keeps the former one and stays open at the fault (LV-80).
    return only(
      parsed.ok
        ? { ...closed, offset: 0, filter: { text, ast: parsed.ast }, filtersCombined: state.filtersCombined && parsed.ast !== null }
        : { ...state, overlay: { ...overlay, fault: parsed.fault } },
    );
  }
  const id = overlay.sessionId;
  if (overlay.purpose === 'name') return { state: closed, effects: [{ kind: 'rename', id, text: text === '' ? null : text }] };
  if (overlay.purpose === 'note') return { state: closed, effects: [{ kind: 'note', id, text: text === '' ? null : text }] };
  // The session may have left the list while its tags were typed: what it had is known all the same.
  const had = snapshot.sessions.find((session) => session.id === id)?.tags ?? [];
  return { state: closed, effects: [{ kind: 'tag', id, ...tagChanges(had, tagsIn(text)) }] };
}
