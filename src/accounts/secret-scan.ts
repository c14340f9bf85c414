import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { looseNumber, looseObject } from '../platform/loose.ts';
import { readSmallJson, replaceSmallFile } from '../platform/small-file.ts';
import { sessionFileName } from '../sessions/file-name.ts';
import { countSecrets, SECRET_RULES } from './secret-rules.ts';

/** Bytes read in one pass; the next pass goes on. */
const MAX_PASS = 4 * 1024 * 1024;
const MAX_STATE = 16 * 1024;

/** How far a transcript was scanned and what kinds were found; nothing else is kept (SH-7). */
export interface ScanState {
  /** Epoch ms. */
  readonly lastChecked: number;
  readonly inode: number;
  /** Bytes, always behind a line feed. */
  readonly offset: number;
  readonly counts: Readonly<Record<string, number>>;
}

const START: ScanState = { lastChecked: 0, inode: 0, offset: 0, counts: {} };
const TYPES: ReadonlySet<string> = new Set(SECRET_RULES.map(({ type }) => type));

export const scanFile = (healthDir: string, sessionId: string): string =>
  join(healthDir, 'cooldowns', `${sessionFileName(sessionId)}-secrets-scan.cooldown`);

export function readScan(healthDir: string, sessionId: string): ScanState {
  const raw = readSmallJson(scanFile(healthDir, sessionId), MAX_STATE);
  if (raw === null) return START;
  const counts = Object.entries(looseObject(raw.counts)).filter(
    (entry): entry is [string, number] => TYPES.has(entry[0]) && looseNumber(entry[1]) !== null,
  );
  return {
    lastChecked: looseNumber(raw.lastChecked) ?? 0,
    inode: looseNumber(raw.inode) ?? 0,
    offset: looseNumber(raw.offset) ?? 0,
    counts: Object.fromEntries(counts),
  };
}

/**
 * Scans what a transcript has grown since the last time, whole lines only, at most 4 MiB, and keeps kinds and counts. Called only when a person asked for it
 * (`alerts.secrets: on`). A transcript that was replaced or became shorter is scanned from its start.
 */
export function scanTranscript(healthDir: string, sessionId: string, transcript: string, now: number): ScanState {
  const before = readScan(healthDir, sessionId);
  const after = advance(before, transcript, now);
  if (after.offset !== before.offset || after.inode !== before.inode)
    replaceSmallFile(scanFile(healthDir, sessionId), `${JSON.stringify(after)}\n`);
  return after;
}

function advance(before: ScanState, transcript: string, now: number): ScanState {
  let fd: number | undefined;
  try {
    fd = openSync(transcript, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(fd);
    if (!stat.isFile()) return before;
    const from = stat.ino === before.inode && stat.size >= before.offset ? before : { ...START, inode: stat.ino };
    const bytes = Buffer.alloc(Math.min(MAX_PASS, stat.size - from.offset));
    const read = readSync(fd, bytes, 0, bytes.length, from.offset);
    const end = bytes.lastIndexOf(0x0a, read - 1) + 1;
    // A line longer than a pass is skipped rather than read for ever.
    const length = end > 0 ? end : read === MAX_PASS ? read : 0;
    const counts: Record<string, number> = { ...from.counts };
    for (const [type, count] of countSecrets(bytes.toString('utf8', 0, length))) counts[type] = (counts[type] ?? 0) + count;
    return { lastChecked: now, inode: stat.ino, offset: from.offset + length, counts };
  } catch {
    return before;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The kinds found, in the order of the rules. */
export const secretTypes = ({ counts }: ScanState): readonly string[] =>
  SECRET_RULES.map(({ type }) => type).filter((type) => (counts[type] ?? 0) > 0);
