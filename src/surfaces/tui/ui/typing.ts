import type { SessionView } from '../../../monitor/snapshot.ts';
import { plain } from '../../../text/plain.ts';
import { parseFilter } from '../filter/parse.ts';
import { only, withMessage } from './choices.ts';
import type { Context, Pressed } from './context.ts';
import type { InputPurpose, UiState } from './state.ts';

/** New text of an input line or of the search in help; a filter is checked while it is typed. */
export function withText(state: UiState, text: string): UiState {
  const { overlay } = state;
  if (overlay?.kind === 'help') return { ...state, overlay: { ...overlay, query: text, offset: 0 } };
  if (overlay?.kind !== 'input') return state;
  const parsed = overlay.purpose === 'filter' ? parseFilter(text) : null;
  return { ...state, overlay: { ...overlay, text, untouched: false, fault: parsed !== null && !parsed.ok ? parsed.fault : null } };
}

export const chosen = (state: UiState, { listing }: Context): SessionView | null => {
  const top = state.screens.at(-1);
  const id = top !== undefined && 'id' in top ? top.id : state.selected;
  return listing.sessions.find((session) => session.id === id) ?? null;
};

export function openInput(state: UiState, purpose: InputPurpose, context: Context): Pressed {
  const session = purpose === 'filter' ? null : chosen(state, context);
  if (session === null && purpose !== 'filter') return only(withMessage(state, 'no session is chosen', context.now));
  const text =
    purpose === 'filter'
      ? state.filter.text
      : purpose === 'name' && session!.titleSource === 'given'
        ? session!.name
        : purpose === 'tags'
          ? session!.tags.join(' ')
          : purpose === 'note'
            ? (session!.note ?? '')
            : '';
  const untouched = purpose === 'filter' && state.filter.ast !== null;
  const overlay = { kind: 'input', purpose, text: plain(text, 500), fault: null, sessionId: session?.id ?? null, untouched } as const;
  return only({ ...state, overlay });
}

export function submitted(state: UiState, { listing }: Context): Pressed {
  const { overlay } = state;
  if (overlay?.kind !== 'input') return only(state);
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
  if (id === null) return only(closed);
  if (overlay.purpose === 'name') return { state: closed, effects: [{ kind: 'rename', id, text: text === '' ? null : text }] };
  if (overlay.purpose === 'note') return { state: closed, effects: [{ kind: 'note', id, text: text === '' ? null : text }] };
  const wanted = [
    ...new Set(
      text
        .split(/[\s,]+/)
        .map((tag) => tag.replace(/^#/, ''))
        .filter((tag) => tag !== ''),
    ),
  ];
  const had = listing.sessions.find((session) => session.id === id)?.tags ?? [];
  return {
    state: closed,
    effects: [{ kind: 'tag', id, add: wanted.filter((tag) => !had.includes(tag)), remove: had.filter((tag) => !wanted.includes(tag)) }],
  };
}
