import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { ensurePrivateDir, tightenFile } from '../platform/files.ts';
import { looseNumber, looseObject, looseText } from '../platform/loose.ts';
import type { Profile } from './contracts.ts';
import { canonicalId } from './resolve.ts';

/** A session went from one profile to another (AP-5). `at` epoch ms. */
export interface Switch {
  readonly at: number;
  readonly sessionId: string;
  readonly from: string;
  readonly to: string;
  readonly method: string;
}

export const switchesFile = (stateDir: string): string => join(stateDir, 'switches.jsonl');

/** Appends in one write each, so that several processes never mix their lines. */
export function appendSwitches(stateDir: string, switches: readonly Switch[]): void {
  if (switches.length === 0) return;
  ensurePrivateDir(stateDir);
  appendFileSync(switchesFile(stateDir), switches.map((one) => `${JSON.stringify(one)}\n`).join(''), { mode: 0o600 });
  tightenFile(switchesFile(stateDir));
}

/** All switches, oldest first; lines that are none are passed over. */
export function readSwitches(stateDir: string): readonly Switch[] {
  let text: string;
  try {
    text = readFileSync(switchesFile(stateDir), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  return text
    .split('\n')
    .flatMap((line) => readSwitch(line) ?? [])
    .sort((a, b) => a.at - b.at);
}

function readSwitch(line: string): Switch | null {
  try {
    const raw = looseObject(JSON.parse(line));
    const [at, sessionId, from, to] = [
      looseNumber(raw.at),
      looseText(raw.sessionId, 200),
      looseText(raw.from, 200),
      looseText(raw.to, 200),
    ];
    if (at === null || sessionId === null || from === null || to === null) return null;
    return { at, sessionId, from, to, method: looseText(raw.method, 40) ?? 'unknown' };
  } catch {
    return null;
  }
}

/**
 * The profile a session's usage at a time (epoch ms) belongs to (D-4): what the newest switch up to then said, before the first one where it came from, else
 * its present profile, and `default` for what is older than any record.
 */
export function profileAt(
  switches: readonly Switch[],
  profiles: readonly Profile[],
  current: string | null,
  sessionId: string,
  at: number,
): string {
  const own = switches.filter((one) => one.sessionId === sessionId);
  const before = own.filter((one) => one.at <= at).at(-1);
  const id = before?.to ?? own[0]?.from ?? current ?? 'default';
  return canonicalId(profiles, id);
}
