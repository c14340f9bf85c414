import { join } from 'node:path';
import { looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { readSmallJson, replaceSmallFile } from '../platform/small-file.ts';
import { acceptSample } from '../usage/window.ts';
import type { KeptSample } from './official-quota.ts';

/* `S/quota.json`: the server's statements of the last hour, so that a forecast of the official per cent outlives a restart (D-31). */

const VERSION = 1;
const MAX_BYTES = 64 * 1024;
/** About 120 bytes each. */
const MAX_SAMPLES = 400;
/** A slope is taken over an hour; a little more does no harm. ms */
const KEEP_MS = 70 * 60_000;

const fileOf = (stateDir: string): string => join(stateDir, 'quota.json');

/** What is still of use at `now` (epoch ms), checked statement by statement. */
export function readSamples(stateDir: string, now: number): readonly KeptSample[] {
  const read = readSmallJson(fileOf(stateDir), MAX_BYTES);
  if (read?.v !== VERSION || !Array.isArray(read.samples)) return [];
  return (read.samples as unknown[]).flatMap((value) => {
    const raw = looseObject(value);
    const [account, label] = [looseText(raw.account, 200), looseText(raw.label, 200)];
    const [used, resetsAt, seenAt] = [looseNumber(raw.used, 0, 100.5), looseNumber(raw.resetsAt), looseNumber(raw.seenAt)];
    const kind = raw.kind === 'weekly' ? 'weekly' : 'five-hour';
    if (account === null || label === null || used === null || resetsAt === null || seenAt === null) return [];
    const sample = acceptSample({ used, resetsAt, seenAt }, kind);
    return sample === null || seenAt > now || resetsAt <= now ? [] : [{ account, label, kind, ...sample }];
  });
}

export function writeSamples(stateDir: string, samples: readonly KeptSample[], now: number): boolean {
  const kept = samples.filter(({ seenAt, resetsAt }) => now - seenAt <= KEEP_MS && resetsAt > now).slice(-MAX_SAMPLES);
  return replaceSmallFile(fileOf(stateDir), `${JSON.stringify({ v: VERSION, samples: kept })}\n`);
}
