import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSmallJson } from '../platform/small-file.ts';
import { type Capture, type CaptureIdentity, QUOTA_NAMES, type QuotaName } from './capture-facts.ts';
import { captureDir, captureOf, MAX_CAPTURE_BYTES } from './capture-file.ts';

/* The captures of all sessions, and what runs of the statusline need of their own. */

export type { Capture, CaptureContext, CaptureCost, CaptureFacts, CaptureIdentity, QuotaName, QuotaReading } from './capture-facts.ts';
export { buildCapture, captureDir, captureFile, publishedMark, readCapture, writeCapture } from './capture-file.ts';
export { mergeQuota } from './capture-quota.ts';

/** All captures as read at one moment, with what the next reading needs to be cheap. */
export interface Captures {
  readonly bySession: ReadonlyMap<string, Capture>;
  /** Rises when anything changed. */
  readonly revision: number;
  readonly folder: { readonly mtimeMs: number; readonly readAt: number } | null;
  readonly files: ReadonlyMap<
    string,
    { readonly mtimeMs: number; readonly size: number; readonly ino: number; readonly capture: Capture | null }
  >;
}

/** A folder's time may not move again within so many ms of a change; a reading so soon after one is repeated. */
const TIME_GRAIN_MS = 100;
/** More captures than this are not read: the newest names win nothing, the folder is swept after 7 days. */
const MAX_CAPTURES = 10_000;

/**
 * Every session's capture, for the monitor. Costs one `stat` when nothing changed (each write is a rename, which moves the folder's time), else one per
 * file and a read of what changed. `now` epoch ms. Damaged or foreign files are skipped.
 */
export function readCaptures(stateDir: string, now: number, known?: Captures): Captures {
  const directory = captureDir(stateDir);
  const none: Captures = {
    bySession: new Map(),
    revision: (known?.revision ?? 0) + (known?.bySession.size ? 1 : 0),
    folder: null,
    files: new Map(),
  };
  let names: string[];
  let mtimeMs: number;
  try {
    mtimeMs = statSync(directory).mtimeMs;
    const before = known?.folder;
    if (before?.mtimeMs === mtimeMs && Math.abs(before.readAt - mtimeMs) > TIME_GRAIN_MS) return known!;
    names = readdirSync(directory);
  } catch {
    return none;
  }
  const files = new Map<string, { mtimeMs: number; size: number; ino: number; capture: Capture | null }>();
  let changed = known === undefined || names.length === 0;
  for (const name of names) {
    if (!name.endsWith('.json') || name.startsWith('.') || files.size >= MAX_CAPTURES) continue;
    const path = join(directory, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    const before = known?.files.get(name);
    const isSame = before?.mtimeMs === stat.mtimeMs && before.size === stat.size && before.ino === stat.ino;
    changed ||= !isSame;
    const capture = isSame ? before.capture : captureOf(readSmallJson(path, MAX_CAPTURE_BYTES));
    files.set(name, { mtimeMs: stat.mtimeMs, size: stat.size, ino: stat.ino, capture });
  }
  changed ||= files.size !== known?.files.size;
  const folder = { mtimeMs, readAt: now };
  if (!changed && known !== undefined) return { ...known, folder };
  const bySession = new Map<string, Capture>();
  for (const { capture } of files.values()) if (capture !== null) bySession.set(capture.sessionId, capture);
  return { bySession, revision: (known?.revision ?? 0) + 1, folder, files };
}

/** One official statement about a session's account (D-20, D-25). Percent; resets in epoch ms; `at` epoch ms. */
export interface OfficialSample {
  readonly sessionId: string;
  readonly identity: CaptureIdentity;
  readonly configDir: string;
  readonly name: QuotaName;
  readonly usedPercent: number;
  readonly resetsAt: number;
  readonly at: number;
}

/** The quota statements of all sessions, to be merged per account with `officialWindows`. */
export function officialSamples(captures: Captures): readonly OfficialSample[] {
  return [...captures.bySession.values()].flatMap((capture) =>
    QUOTA_NAMES.flatMap((name): OfficialSample[] => {
      const reading = capture.quota[name];
      const { sessionId, identity, configDir } = capture;
      if (reading === undefined) return [];
      return [{ sessionId, identity, configDir, name, usedPercent: reading.used, resetsAt: reading.resetsAt * 1000, at: reading.at }];
    }),
  );
}
