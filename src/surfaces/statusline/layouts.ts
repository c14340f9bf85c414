import type { Config } from '../../config/schema.ts';

/** Which segments stand where, and what stands between them. */
export interface Layout {
  readonly name: Config['statusline']['layout'];
  readonly rows: readonly (readonly string[])[];
  /** `key:value` with pictures, as the seeds drew it. */
  readonly isClassic: boolean;
  /** Only the shorter forms of a segment. */
  readonly skip: Readonly<Record<string, number>>;
  readonly separator: string;
  readonly maxLines: number;
}

const COMPACT_ROW = [
  'attention',
  'alerts',
  'dir',
  'git',
  'model',
  'context',
  'quota5h',
  'quota7d',
  'spend',
  'cost',
  'sessions',
  'profile',
  'stale-config',
];
export const DOT = ' · ';

const PRESETS: Readonly<Record<Layout['name'], Omit<Layout, 'name' | 'maxLines'>>> = {
  compact: { rows: [COMPACT_ROW], isClassic: false, skip: {}, separator: DOT },
  classic: {
    rows: [
      ['dir', 'git', 'model', 'context', 'clock'],
      ['quota5h', 'quota7d', 'spend', 'cost', 'sessions', 'profile', 'alerts', 'stale-config'],
    ],
    isClassic: true,
    skip: {},
    separator: ' ',
  },
  minimal: {
    rows: [['attention', 'dir', 'model', 'context', 'quota5h']],
    isClassic: false,
    skip: { dir: 1, quota5h: 1 },
    separator: DOT,
  },
  powerline: { rows: [COMPACT_ROW], isClassic: false, skip: {}, separator: ' > ' },
};

/** The legacy configuration's words for segments (session-state §2.8); a segment's own name works too. */
const LEGACY_NAMES: Readonly<Record<string, string>> = {
  directory: 'dir',
  cwd: 'dir',
  branch: 'git',
  budget: 'quota5h',
  weekly: 'quota7d',
  time: 'clock',
  burnRate: 'burn',
  title: 'name',
};

/** The layout that the settings ask for (SL-15 to SL-19). `components`: segments the legacy configuration switches off, for `classic` only. */
export function layoutOf(statusline: Config['statusline'], components: Readonly<Record<string, unknown>> = {}): Layout {
  const name = Object.hasOwn(PRESETS, statusline.layout) ? statusline.layout : 'compact';
  const own = ownRows(statusline.segments);
  // An empty list is a wish for as little as possible.
  const preset = own?.length === 0 ? PRESETS.minimal : PRESETS[name];
  const hidden = new Set(Object.entries(components).flatMap(([key, on]) => (on === false ? [LEGACY_NAMES[key] ?? key] : [])));
  const shown = (own === null || own.length === 0 ? preset.rows : own).map((row) =>
    row.filter((id) => !preset.isClassic || id === 'dir' || !hidden.has(id)),
  );
  const wanted = preset.isClassic ? Math.min(10, Math.max(1, statusline.maxLines)) : shown.length;
  const rows = shown.length > wanted ? [...shown.slice(0, wanted - 1), shown.slice(wanted - 1).flat()] : shown;
  return { ...preset, name, rows, separator: statusline.separator ?? preset.separator, maxLines: wanted };
}

function ownRows(segments: Config['statusline']['segments']): readonly (readonly string[])[] | null {
  if (!Array.isArray(segments)) return null;
  const list = segments as readonly (string | readonly string[])[];
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (list.every(isText)) return list.length === 0 ? [] : [list];
  return list.map((row) => (Array.isArray(row) ? row.filter(isText) : [])).filter((row) => row.length > 0);
}
