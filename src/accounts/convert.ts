import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { KnownError } from '../platform/errors.ts';
import { swapFile } from '../platform/files.ts';
import { withLock } from '../platform/locks.ts';
import type { Json } from './equal.ts';
import { backupName } from './migrate.ts';
import { newYaml } from './state-encode.ts';
import { placeOf, readPlace, type StateFormat } from './state-file.ts';
import { stateLock } from './state-store.ts';
import { renderPair } from './yaml-render.ts';

export interface Conversion {
  readonly from: string;
  readonly to: string;
  readonly backup: string;
  /** Comments that JSON cannot hold, as they stand in the file. */
  readonly lostComments: readonly string[];
  readonly bytes: number;
}

export interface ConvertOptions {
  /** `<claude dir>/session-health`. */
  readonly dir: string;
  readonly stateDir: string;
  readonly to: StateFormat;
  readonly now: number;
  readonly dryRun: boolean;
}

/**
 * Writes the runtime state in the other format, with every key of the old file, also unknown ones, and puts the old one aside (ST-18). Null when it has that
 * format already or there is none.
 */
export async function convertState(options: ConvertOptions): Promise<Conversion | null> {
  return options.dryRun ? convert(options) : withLock(stateLock(options.stateDir, options.dir), () => convert(options));
}

async function convert({ dir, to, now, dryRun }: ConvertOptions): Promise<Conversion | null> {
  const place = placeOf(dir);
  if (!place.exists || place.format === to) return null;
  if (place.twin !== null)
    throw new KnownError(`${place.twin} is in the way`, { hint: 'tidemark state migrate --merge takes it in and puts it aside' });
  const read = await readPlace(place);
  const text = to === 'json' ? `${JSON.stringify(read.raw, null, 2)}\n` : yamlOf(read.raw, read.state, now);
  const target = join(dir, `runtime-state.${to}`);
  const backup = backupName(place.path, now);
  const done = {
    from: place.path,
    to: target,
    backup,
    lostComments: to === 'json' ? commentsOf(read.text) : [],
    bytes: Buffer.byteLength(text),
  };
  if (dryRun) return done;
  // The new file first: a kill in between leaves both, and the YAML one counts.
  if (!swapFile(target, text, null)) throw new KnownError(`${target} has just been made by another program`, { retryable: true });
  renameSync(place.path, backup);
  return done;
}

/** The header, then every key as it is. */
function yamlOf(raw: Readonly<Record<string, unknown>>, state: Parameters<typeof newYaml>[0], now: number): string {
  const header = newYaml(state, now).split('\n\n', 1)[0];
  const parts = Object.entries(raw).map(([key, value]) => renderPair(key, value as Json).join('\n'));
  return `${header}\n\n${parts.join('\n\n')}\n`;
}

/** Comment lines and comments behind values; a `#` within quotes is none. */
function commentsOf(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => /(?:^|\s)(#[^"']*)$/.exec(line)?.[1] ?? []);
}
