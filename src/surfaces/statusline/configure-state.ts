import type { Config } from '../../config/schema.ts';
import { SEGMENT_NAMES } from '../../config/statusline.ts';
import { layoutOf } from './layouts.ts';

/* What `statusline configure` holds and what each key does to it (SL-40). Pure. */

type Statusline = Config['statusline'];

/** A segment that may stand on the line, or with `id` null the beginning of a new row. */
export interface Place {
  readonly id: string | null;
  readonly on: boolean;
}

export interface Choices {
  readonly layout: Statusline['layout'];
  readonly theme: Statusline['theme'];
  readonly glyphs: Statusline['glyphs'];
  readonly profile: 'auto' | 'true' | 'false';
  /** Null where no other tool's statusline is stored. */
  readonly chain: Statusline['chain']['mode'] | null;
  /** Null = as the layout has them. */
  readonly places: readonly Place[] | null;
}

export interface ConfigureState extends Choices {
  /** The row of {@link rowsOf} that the keys work on. */
  readonly at: number;
}

const FIELDS = {
  layout: ['compact', 'classic', 'minimal', 'powerline'],
  theme: ['terminal', 'classic', 'safe', 'mono'],
  glyphs: ['arrows', 'plain'],
  profile: ['auto', 'true', 'false'],
  chain: ['collect', 'above', 'below', 'off'],
} as const;
export type Field = keyof typeof FIELDS;

export type Row =
  | { readonly kind: 'field'; readonly field: Field; readonly value: string }
  | { readonly kind: 'place'; readonly index: number; readonly place: Place };

export function choicesOf(config: Pick<Config, 'statusline' | 'display'>): Choices {
  const { layout, theme, glyphs, chain, segments } = config.statusline;
  return {
    layout,
    theme,
    glyphs,
    profile: String(config.display.showAuthProfile) as Choices['profile'],
    chain: chain.command === null ? null : chain.mode,
    places: segments === null ? null : placesOf(layoutOf(config.statusline).rows),
  };
}

/** What stands on the line first, in its order, and behind it everything that could. */
function placesOf(rows: readonly (readonly string[])[]): readonly Place[] {
  const shown = rows.flatMap((row, index): Place[] => [
    ...(index === 0 ? [] : [{ id: null, on: true }]),
    ...row.filter((id) => SEGMENT_NAMES.includes(id)).map((id) => ({ id, on: true })),
  ]);
  const ids = new Set(shown.map(({ id }) => id));
  const others = SEGMENT_NAMES.filter((id) => !ids.has(id)).map((id) => ({ id, on: false }));
  return [...shown, { id: null, on: false }, ...others];
}

const presetPlaces = ({ layout }: Choices, statusline: Statusline) => placesOf(layoutOf({ ...statusline, layout, segments: null }).rows);

/** The rows of segments that the list asks for; null = the layout's own. */
export function segmentsOf({ places }: Choices): readonly (readonly string[])[] | null {
  if (places === null) return null;
  const rows: string[][] = [[]];
  for (const { id, on } of places) {
    if (!on) continue;
    if (id === null) rows.push([]);
    else rows.at(-1)!.push(id);
  }
  return rows.filter((row) => row.length > 0);
}

export function rowsOf(state: Choices, statusline: Statusline): readonly Row[] {
  const fields = (Object.keys(FIELDS) as Field[]).flatMap((field): Row[] => {
    const value = state[field];
    return value === null ? [] : [{ kind: 'field', field, value }];
  });
  const places = state.places ?? presetPlaces(state, statusline);
  return [...fields, ...places.map((place, index): Row => ({ kind: 'place', index, place }))];
}

/** The settings as chosen, to be drawn. */
export function statuslineOf(state: Choices, statusline: Statusline): Statusline {
  const { layout, theme, glyphs } = state;
  return { ...statusline, layout, theme, glyphs, segments: segmentsOf(state) };
}

export type Key = 'up' | 'down' | 'left' | 'right' | 'toggle' | 'earlier' | 'later' | 'reset';

/** One key of a person. */
export function pressed(state: ConfigureState, key: Key, statusline: Statusline): ConfigureState {
  const rows = rowsOf(state, statusline);
  const at = Math.min(state.at, rows.length - 1);
  const row = rows[at]!;
  if (key === 'up' || key === 'down') return { ...state, at: (at + (key === 'up' ? -1 : 1) + rows.length) % rows.length };
  if (key === 'reset') return { ...state, at: Math.min(at, rowsOf({ ...state, places: null }, statusline).length - 1), places: null };
  if (row.kind === 'field') {
    if (key === 'earlier' || key === 'later') return state;
    return { ...state, at, [row.field]: next(FIELDS[row.field], row.value, key === 'left' ? -1 : 1) };
  }
  const places = [...(state.places ?? presetPlaces(state, statusline))];
  const { index, place } = row;
  if (key === 'earlier' || key === 'later') {
    const to = index + (key === 'earlier' ? -1 : 1);
    if (to < 0 || to >= places.length) return state;
    [places[index], places[to]] = [places[to]!, place];
    return { ...state, places, at: at + to - index };
  }
  places[index] = { ...place, on: key === 'toggle' ? !place.on : key === 'right' };
  return { ...state, at, places };
}

function next(values: readonly string[], value: string, by: number): string {
  return values[(values.indexOf(value) + by + values.length) % values.length]!;
}

/** What is to be written: key of the configuration → its text, null = out of the file. `chain` is the stored one. */
export function changesOf(before: Choices, after: Choices, chain: Statusline['chain']): ReadonlyMap<string, string | null> {
  const changes = new Map<string, string | null>();
  if (after.layout !== before.layout) changes.set('statusline.layout', after.layout);
  if (after.theme !== before.theme) changes.set('statusline.theme', after.theme);
  if (after.glyphs !== before.glyphs) changes.set('statusline.glyphs', after.glyphs);
  if (after.profile !== before.profile) changes.set('display.showAuthProfile', after.profile);
  if (after.chain !== before.chain && after.chain !== null) {
    changes.set('statusline.chain', JSON.stringify({ mode: after.chain, timeout: `${chain.timeout}ms`, command: chain.command }));
  }
  const [old, now] = [segmentsOf(before), segmentsOf(after)];
  if (JSON.stringify(old) !== JSON.stringify(now)) {
    changes.set('statusline.segments', now === null ? null : JSON.stringify(now.length === 1 ? now[0] : now));
  }
  return changes;
}
