import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { looseNumber } from '../../platform/loose.ts';
import { readSmallJson, replaceSmallFile } from '../../platform/small-file.ts';

const HOUR_MS = 3_600_000;
const MAX_BYTES = 64 * 1024;
const MAX_KINDS = 50;

/** What failed when, for `doctor`: kind → epoch ms. */
export const faultsFile = (stateDir: string): string => join(stateDir, 'statusline-faults.json');

/** One line in the log per kind and hour (SL-30). `kind` is ours: a stage or a segment and an error's name; never a text of the payload. Never throws. */
export function reportFault(stateDir: string, kind: string, now: number): void {
  const known = readSmallJson(faultsFile(stateDir), MAX_BYTES) ?? {};
  const last = looseNumber(known[kind]);
  if (last !== null && Math.abs(now - last) < HOUR_MS) return;
  const recent = Object.entries(known).filter(([, at]) => now - (looseNumber(at) ?? 0) < 7 * 24 * HOUR_MS);
  replaceSmallFile(faultsFile(stateDir), `${JSON.stringify({ ...Object.fromEntries(recent.slice(-MAX_KINDS)), [kind]: now })}\n`);
  try {
    const event = { time: new Date(now).toISOString(), level: 'error', msg: 'statusline failed', kind };
    appendFileSync(join(stateDir, 'tidemark.log'), `${JSON.stringify(event)}\n`, { mode: 0o600 });
  } catch {
    // A log that cannot be written has nobody to tell.
  }
}
