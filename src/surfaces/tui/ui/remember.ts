import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateDir, writeFileAtomic } from '../../../platform/files.ts';
import { parseFilter } from '../filter/parse.ts';
import { SECTIONS, type SectionName } from '../layout.ts';
import { THEME_NAMES, type ThemeName } from '../theme.ts';
import type { GroupBy } from './listing.ts';
import { SORT_KEYS, type SortKey } from './order.ts';

/** What the view keeps between runs, in the state directory, not in the configuration (LV-86). */
export interface Remembered {
  readonly sort: SortKey;
  readonly inverted: boolean;
  readonly group: GroupBy;
  readonly theme: ThemeName;
  readonly folded: readonly SectionName[];
  /** Filters by number, 1 first; '' = none there. */
  readonly presets: readonly string[];
}

const FILE = 'live-view.json';
export const MOST_PRESETS = 9;
const LONGEST_FILTER = 1000;

/** What was kept; a broken or foreign file, or a value that means nothing now, is ignored. */
export function recall(stateDir: string): Partial<Remembered> {
  try {
    return valid(JSON.parse(readFileSync(join(stateDir, FILE), 'utf8')));
  } catch {
    return {};
  }
}

function valid(data: unknown): Partial<Remembered> {
  if (typeof data !== 'object' || data === null) return {};
  const { sort, inverted, group, theme, folded, presets } = data as Record<string, unknown>;
  const known: { -readonly [K in keyof Remembered]?: Remembered[K] } = {};
  if (SORT_KEYS.some((key) => key === sort)) known.sort = sort as SortKey;
  if (typeof inverted === 'boolean') known.inverted = inverted;
  if (group === 'none' || group === 'project' || group === 'account') known.group = group;
  if (THEME_NAMES.some((name) => name === theme)) known.theme = theme as ThemeName;
  if (Array.isArray(folded)) known.folded = SECTIONS.filter((name) => folded.includes(name));
  if (Array.isArray(presets))
    known.presets = presets
      .slice(0, MOST_PRESETS)
      .map((text) => (typeof text === 'string' && text.length <= LONGEST_FILTER && parseFilter(text).ok ? text : ''));
  return known;
}

/** Keeps it; where the directory cannot be written the view goes on without. */
export function remember(stateDir: string, state: Remembered): void {
  try {
    ensurePrivateDir(stateDir);
    writeFileAtomic(join(stateDir, FILE), `${JSON.stringify(state, null, 2)}\n`, { durable: false });
  } catch {
    // A read-only state directory costs the memory, not the view.
  }
}
