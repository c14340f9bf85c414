import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCooldown } from '../../accounts/derived.ts';
import { healthDir } from '../../accounts/publish.ts';
import { formerLogFile, logFile, MAX_LOG_BYTES } from '../../platform/log.ts';
import { looseObject, looseText } from '../../platform/loose.ts';
import type { Paths } from '../../platform/paths.ts';
import { readSmallFile } from '../../platform/small-file.ts';
import { plain } from '../../text/plain.ts';
import type { SourceFact } from './facts.ts';
import { newestIn, statOf } from './gather-files.ts';

const MAX_TEXT = 100;

/** The source that a message of the log is about; messages of no source are passed over. */
const SOURCE_OF: Readonly<Record<string, string>> = {
  'hook failed': 'hooks',
  'a hook journal cannot be read': 'hooks',
  'a hook journal has lines that are no events': 'hooks',
  'statusline failed': 'status line',
  'a place could not be read': 'transcripts',
  'more places could not be read': 'transcripts',
  'the ledger is not as it should be': 'ledger',
  'something is held back': 'monitor',
  'files for other programs are not whole': 'health files',
};

/** What the doctor found elsewhere already. Epoch ms; null = never. */
export interface KnownTimes {
  readonly event: number | null;
  readonly capture: number | null;
  readonly transcript: number | null;
  readonly summary: number | null;
}

/** Each source with its last success and its last error (BG-5). */
export function sourceFacts(paths: Pick<Paths, 'claudeDirs' | 'stateDir' | 'ledger'>, known: KnownTimes): readonly SourceFact[] {
  const errors = lastErrors(paths.stateDir);
  const last = (times: readonly (number | null | undefined)[]): number | null => {
    const found = times.flatMap((at) => (at == null || at <= 0 ? [] : [at]));
    return found.length === 0 ? null : Math.max(...found);
  };
  const cooldown = (name: string): number | null => last(paths.claudeDirs.map((dir) => readCooldown(healthDir(dir), name)));
  const written = (path: string): number | undefined => (existsSync(path) ? statOf(path)?.mtimeMs : undefined);
  const successes: readonly (readonly [string, number | null])[] = [
    ['hooks', known.event],
    ['status line', known.capture],
    ['process files', last(paths.claudeDirs.map((dir) => newestIn(join(dir, 'sessions'), '.json')))],
    ['transcripts', known.transcript],
    ['ledger', last([written(paths.ledger), written(`${paths.ledger}-wal`)])],
    ['quota', last([written(join(paths.stateDir, 'quota.json'))])],
    ['monitor', known.summary],
    ['health files', cooldown('billing')],
    ['git', cooldown('git-status')],
  ];
  return successes.map(([name, at]) => ({ name, at, error: errors.get(name) ?? null }));
}

/** The newest error of each source that the log tells of. Only words and codes of ours are taken out of it. */
function lastErrors(stateDir: string): ReadonlyMap<string, NonNullable<SourceFact['error']>> {
  const found = new Map<string, NonNullable<SourceFact['error']>>();
  for (const file of [formerLogFile(stateDir), logFile(stateDir)]) {
    for (const line of (readSmallFile(file, 2 * MAX_LOG_BYTES) ?? '').split('\n')) {
      const entry = entryOf(line);
      if (entry !== null && entry.at >= (found.get(entry.source)?.at ?? 0)) found.set(entry.source, { at: entry.at, what: entry.what });
    }
  }
  return found;
}

function entryOf(line: string): { readonly source: string; readonly at: number; readonly what: string } | null {
  if (!line.includes('"level":"error"') && !line.includes('"level":"warn"')) return null;
  try {
    const raw = looseObject(JSON.parse(line));
    const message = looseText(raw.msg, MAX_TEXT) ?? '';
    const at = Date.parse(looseText(raw.time, MAX_TEXT) ?? '');
    const source = Object.hasOwn(SOURCE_OF, message) ? SOURCE_OF[message] : undefined;
    if (source === undefined || Number.isNaN(at)) return null;
    const code = looseText(raw.code, MAX_TEXT) ?? looseText(raw.kind, MAX_TEXT);
    return { source, at, what: plain(code === null ? message : `${message} (${code})`, MAX_TEXT) };
  } catch {
    return null;
  }
}
