import { join } from 'node:path';
import { looseObject } from '../platform/loose.ts';
import { readSmallFile } from '../platform/small-file.ts';
import { SIZES } from './constants.ts';
import { DEFAULT_THRESHOLDS, overThresholds, type Thresholds } from './thresholds.ts';

/** `session-health/config.json`, a person's: read only for us (§2.8). The lowest layer above the defaults. */
export interface HumanConfig {
  /** Statusline layout `classic` only. */
  readonly components: Readonly<Record<string, boolean>>;
  readonly thresholds: Thresholds;
  readonly display: { readonly maxWidth: number; readonly useEmoji: boolean; readonly useColor: boolean; readonly maxLines: number | null };
  readonly warnings: readonly string[];
}

export function readHumanConfig(dir: string): HumanConfig {
  const path = join(dir, 'config.json');
  const text = readSmallFile(path, SIZES.healthFile, true);
  const warnings: string[] = [];
  let raw: unknown = {};
  if (text !== null) {
    try {
      raw = JSON.parse(text);
    } catch {
      warnings.push(`${path}: is not JSON; defaults hold`);
    }
  }
  const { components, thresholds, display } = looseObject(raw);
  const read = overThresholds(DEFAULT_THRESHOLDS, thresholds, path);
  const shown = looseObject(display);
  const within = (value: unknown, min: number, max: number): number | null =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : null;
  return {
    components: Object.fromEntries(
      Object.entries(looseObject(components)).filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean'),
    ),
    thresholds: read.thresholds,
    display: {
      maxWidth: within(shown.maxWidth, 10, 10_000) ?? 200,
      useEmoji: shown.useEmoji !== false,
      useColor: shown.useColor === true,
      maxLines: within(shown.maxLines, 1, 10),
    },
    warnings: [...warnings, ...read.warnings],
  };
}

/** Defaults → `config.json` → `config.yaml`, environment, flags (§2.8). `isSet` says whether one of the latter three gave a key of `thresholds.`. */
export function layeredThresholds(human: Thresholds, configured: Thresholds, isSet: (key: string) => boolean): Thresholds {
  const of = (key: keyof Thresholds): number => (isSet(`thresholds.${key}`) ? configured[key] : human[key]);
  return {
    transcriptStaleMinutes: of('transcriptStaleMinutes'),
    contextWarningPercent: of('contextWarningPercent'),
    budgetWarningPercent: of('budgetWarningPercent'),
  };
}
