import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Loose, looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { readSmallJson, replaceSmallFile, sweepTemporaries } from '../platform/small-file.ts';
import { acceptSample } from '../usage/window.ts';
import { sessionFileName } from './file-name.ts';
import { keyedHash } from './hash.ts';

/* `S/statusline/<id>.json`: what only the statusline is told, one file per session, written by its runs (SL-25, session-state §2.11). */

const CAPTURE_VERSION = 1;
/** ST-16. */
export const MAX_CAPTURE_BYTES = 8 * 1024;
/** An unchanged capture is written again after this long, so that its age tells that runs still come (SL-28). Epoch ms difference. */
const REWRITE_AFTER_MS = 60_000;

export type QuotaName = 'five_hour' | 'seven_day' | 'spend_limit';
export const QUOTA_NAMES: readonly QuotaName[] = ['five_hour', 'seven_day', 'spend_limit'];

/** One statement of the server. `used` percent, `resetsAt` epoch **seconds**, `at` epoch ms of the run in which it was last new (SL-10). */
export interface QuotaReading {
  readonly used: number;
  readonly resetsAt: number;
  readonly at: number;
}

export interface CaptureIdentity {
  readonly configDir: string;
  readonly profileEnv?: string;
  readonly alias?: string;
  /** From the presence of variables, or `subscription` where the client hands out quota (AP-1). */
  readonly kind: string;
  readonly pid?: number;
}

export interface CaptureContext {
  /** Tokens in the context; null = not said. */
  readonly used: number | null;
  readonly size: number | null;
  /** The client's own percentage; null before the first answer and right after a compaction. */
  readonly percent: number | null;
}

/** The client's own sum for this session, never to be added over sessions. */
export interface CaptureCost {
  readonly usd: number | null;
  readonly apiMs: number | null;
  readonly durationMs: number | null;
  readonly linesAdded: number | null;
  readonly linesRemoved: number | null;
}

/** What one run of the statusline was told, checked and bounded. Texts are as the client gave them: hostile. */
export interface CaptureFacts {
  readonly sessionId: string;
  readonly configDir: string;
  readonly version: string | null;
  readonly cwd: string | null;
  readonly transcriptPath: string | null;
  readonly sessionName: string | null;
  readonly model: { readonly id: string; readonly name: string } | null;
  readonly context: CaptureContext;
  readonly cost: CaptureCost;
  readonly cache: { readonly warm: boolean; readonly expiresAt: number | null; readonly hitRatio: number | null } | null;
  readonly effort: string | null;
  readonly identity: CaptureIdentity;
}

export interface Capture extends CaptureFacts {
  readonly v: number;
  /** Epoch ms of the run. */
  readonly at: number;
  readonly quota: Readonly<Partial<Record<QuotaName, QuotaReading>>>;
  /** Statements refused because they cannot be true, over the life of the session (AP-8). */
  readonly rejected: number;
  /** The line as it was printed, without colours. */
  readonly lastLine: string;
  /** What of this was published last, as a hash (SL-27); absent = nothing. */
  readonly published?: string;
}

export const captureDir = (stateDir: string): string => `${stateDir}/statusline`;

/** The file of a session; an odd id can lead nowhere else (ST-9). */
export const captureFile = (stateDir: string, sessionId: string): string => `${stateDir}/statusline/${sessionFileName(sessionId)}.json`;

/**
 * The quota of one run merged into what was stored. Absent never erases (SL-3); a statement that cannot be true is refused and counted (D-20, D-25). A
 * repeated number is as old as the run in which it, or the time spent in requests (`apiMs`), last changed: the refresh timer tells nothing new (SL-10).
 */
export function mergeQuota(
  given: Readonly<Partial<Record<QuotaName, { readonly used: number; readonly resetsAt: number }>>>,
  apiMs: number | null,
  previous: Pick<Capture, 'quota' | 'cost'> | null,
  now: number,
): { readonly quota: Capture['quota']; readonly rejected: number } {
  const quota: Partial<Record<QuotaName, QuotaReading>> = { ...previous?.quota };
  const isRepeat = previous !== null && previous.cost.apiMs === apiMs;
  let rejected = 0;
  for (const name of QUOTA_NAMES) {
    const sample = given[name];
    if (sample === undefined) continue;
    const used = accepted(name, sample, now);
    if (used === null) {
      rejected++;
      continue;
    }
    const old = previous?.quota[name];
    const isOld = isRepeat && old !== undefined && old.used === used && old.resetsAt === sample.resetsAt;
    quota[name] = { used, resetsAt: sample.resetsAt, at: isOld ? Math.min(old.at, now) : now };
  }
  return { quota, rejected };
}

/** The percentage as it counts; null where the statement cannot be true. A spend limit may be exceeded and may reset at any time ahead. */
function accepted(name: QuotaName, { used, resetsAt }: { readonly used: number; readonly resetsAt: number }, now: number): number | null {
  if (name === 'spend_limit') return Number.isFinite(used) && used >= 0 && used <= 100_000 && resetsAt * 1000 > now ? used : null;
  const sample = { used, resetsAt: resetsAt * 1000, seenAt: now };
  return acceptSample(sample, name === 'five_hour' ? 'five-hour' : 'weekly')?.used ?? null;
}

/** The file's new content, from a run's facts and the session's former capture. */
export function buildCapture(
  facts: CaptureFacts,
  merged: { readonly quota: Capture['quota']; readonly rejected: number },
  previous: Capture | null,
  now: number,
  lastLine: string,
): Capture {
  return {
    v: CAPTURE_VERSION,
    at: now,
    ...facts,
    quota: merged.quota,
    rejected: (previous?.rejected ?? 0) + merged.rejected,
    lastLine: lastLine.slice(0, 2000),
  };
}

/** Changes with what the status file shows of a session: per cent, model, title (a resolved one too) and cents (SL-27). */
export function publishedMark({ context, model, cost, sessionName }: CaptureFacts, title: string | null): string {
  const percent = context.percent === null ? null : Math.round(context.percent);
  const cents = cost.usd === null ? null : Math.round(cost.usd * 100);
  return keyedHash(JSON.stringify([percent, model?.id, model?.name, cents, sessionName, title]), 'published');
}

/** Writes the capture unless it says what the former one says and that one is young (SL-28). True when a file was written. */
export function writeCapture(stateDir: string, capture: Capture, previous: Capture | null): boolean {
  const age = capture.at - (previous?.at ?? Number.NEGATIVE_INFINITY);
  if (previous !== null && age >= 0 && age < REWRITE_AFTER_MS && substance(previous) === substance(capture)) return false;
  const written = replaceSmallFile(captureFile(stateDir, capture.sessionId), bounded(capture));
  // Listing a folder of a thousand files on every run would be felt (SL-4).
  if (written && !(age >= 0 && age < REWRITE_AFTER_MS)) sweepTemporaries(captureDir(stateDir));
  return written;
}

/** Everything but when it was, what the line looked like, which changes with the clock, and how often an old statement was repeated. */
function substance({ at: _at, lastLine: _line, rejected: _rejected, ...rest }: Capture): string {
  return JSON.stringify(rest);
}

/** Within 8 KiB, whatever lengths the client sends: what can be done without goes first. */
function bounded(capture: Capture): string {
  for (const smaller of [capture, { ...capture, lastLine: '' }, { ...capture, lastLine: '', transcriptPath: null, sessionName: null }]) {
    const text = `${JSON.stringify(smaller)}\n`;
    if (Buffer.byteLength(text) <= MAX_CAPTURE_BYTES) return text;
  }
  return `${JSON.stringify({ ...capture, lastLine: '', transcriptPath: null, sessionName: null, cwd: null, model: null })}\n`;
}

/** A session's capture; null when there is none, another version wrote it, or it is damaged. */
export function readCapture(stateDir: string, sessionId: string): Capture | null {
  const capture = captureOf(readSmallJson(captureFile(stateDir, sessionId), MAX_CAPTURE_BYTES));
  return capture?.sessionId === sessionId ? capture : null;
}

function captureOf(read: Loose | null): Capture | null {
  const sessionId = looseText(read?.sessionId, 4096);
  const at = looseNumber(read?.at);
  if (read === null || read.v !== CAPTURE_VERSION || sessionId === null || at === null) return null;
  const [model, context, cost, cache, identity] = [read.model, read.context, read.cost, read.cache, read.identity].map(looseObject) as [
    Loose,
    Loose,
    Loose,
    Loose,
    Loose,
  ];
  const [id, name] = [looseText(model.id), looseText(model.name)];
  const profileEnv = looseText(identity.profileEnv);
  const alias = looseText(identity.alias);
  const pid = looseNumber(identity.pid, 1);
  const published = looseText(read.published, 16);
  return {
    v: CAPTURE_VERSION,
    at,
    sessionId,
    configDir: looseText(read.configDir) ?? '',
    version: looseText(read.version),
    cwd: looseText(read.cwd),
    transcriptPath: looseText(read.transcriptPath),
    sessionName: looseText(read.sessionName),
    model: id === null || name === null ? null : { id, name },
    context: { used: looseNumber(context.used), size: looseNumber(context.size, 1), percent: looseNumber(context.percent, 0, 100.5) },
    cost: {
      usd: looseNumber(cost.usd),
      apiMs: looseNumber(cost.apiMs),
      durationMs: looseNumber(cost.durationMs),
      linesAdded: looseNumber(cost.linesAdded),
      linesRemoved: looseNumber(cost.linesRemoved),
    },
    cache:
      typeof cache.warm === 'boolean'
        ? { warm: cache.warm, expiresAt: looseNumber(cache.expiresAt), hitRatio: looseNumber(cache.hitRatio, 0, 1) }
        : null,
    effort: looseText(read.effort),
    identity: {
      configDir: looseText(identity.configDir) ?? '',
      ...(profileEnv === null ? {} : { profileEnv }),
      ...(alias === null ? {} : { alias }),
      kind: looseText(identity.kind) ?? 'unknown',
      ...(pid === null ? {} : { pid }),
    },
    quota: readQuota(looseObject(read.quota)),
    rejected: looseNumber(read.rejected) ?? 0,
    lastLine: looseText(read.lastLine) ?? '',
    ...(published === null ? {} : { published }),
  };
}

function readQuota(stored: Loose): Capture['quota'] {
  const quota: Partial<Record<QuotaName, QuotaReading>> = {};
  for (const name of QUOTA_NAMES) {
    const reading = looseObject(stored[name]);
    const used = looseNumber(reading.used, 0, name === 'spend_limit' ? 100_000 : 100);
    const resetsAt = looseNumber(reading.resetsAt, 1, 1e11);
    const at = looseNumber(reading.at, 1);
    if (used !== null && resetsAt !== null && at !== null) quota[name] = { used, resetsAt, at };
  }
  return quota;
}

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
