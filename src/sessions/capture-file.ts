import { type Loose, looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { readSmallJson, replaceSmallFile, sweepTemporaries } from '../platform/small-file.ts';
import { CAPTURE_VERSION, type Capture, type CaptureFacts, QUOTA_NAMES, type QuotaName, type QuotaReading } from './capture-facts.ts';
import { sessionFileName } from './file-name.ts';
import { keyedHash } from './hash.ts';

/* `S/statusline/<id>.json`: what only the statusline is told, one file per session, written by its runs (SL-25, session-state §2.11). */

/** ST-16. */
export const MAX_CAPTURE_BYTES = 8 * 1024;
/** An unchanged capture is written again after this long, so that its age tells that runs still come (SL-28). Epoch ms difference. */
const REWRITE_AFTER_MS = 60_000;

export const captureDir = (stateDir: string): string => `${stateDir}/statusline`;

/** The file of a session; an odd id can lead nowhere else (ST-9). */
export const captureFile = (stateDir: string, sessionId: string): string => `${stateDir}/statusline/${sessionFileName(sessionId)}.json`;

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

/** A capture from what its file holds, field by field. */
export function captureOf(read: Loose | null): Capture | null {
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
