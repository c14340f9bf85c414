import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tightenFile, writeFileAtomic } from '../platform/files.ts';
import { plain } from '../text/plain.ts';
import { redact } from '../text/redact.ts';
import { SIZES } from './constants.ts';

export type LogLevel = 'INFO' | 'WARN' | 'ERROR';

const MAX_LINE = 1000;

/** Appends one line to `daemon.log` (§2.10); beyond 200 KiB the last 500 lines are kept. A disk that refuses is no failure of the caller. */
export function logDaemon(dir: string, level: LogLevel, text: string, now: number): void {
  const path = join(dir, 'daemon.log');
  try {
    const line = `${new Date(now).toISOString().slice(0, 19)}Z ${level} ${plain(redact(text), MAX_LINE)}\n`;
    appendFileSync(path, line, { mode: 0o600 });
    tightenFile(path);
    if (statSync(path).size <= SIZES.daemonLog) return;
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileAtomic(path, lines.slice(-SIZES.daemonLogLines - 1).join('\n'));
  } catch {
    // The next line tries again (ST-20).
  }
}
