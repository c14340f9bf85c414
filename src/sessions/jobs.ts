import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { looseNumber, looseText } from '../platform/loose.ts';
import { readSmallJson } from '../platform/small-file.ts';
import type { JobEvidence } from './evidence.ts';

const MAX_BYTES = 64 * 1024;
const MAX_JOBS = 200;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Background sessions by session id (LS-31). Of each file only these fields are kept: `intent` is a prompt. */
export function readJobs(claudeDir: string): ReadonlyMap<string, JobEvidence> {
  const jobs = new Map<string, JobEvidence>();
  for (const name of jobNames(claudeDir)) {
    const o = readSmallJson(join(claudeDir, 'jobs', name, 'state.json'), MAX_BYTES);
    const sessionId = looseText(o?.sessionId, 400);
    const state = looseText(o?.state, 40);
    if (o === null || sessionId === null || state === null) continue;
    jobs.set(sessionId, {
      state,
      updatedAt: timeOf(o.updatedAt),
      name: looseText(o.name, 1000),
      nameSource: looseText(o.nameSource, 40),
      cwd: looseText(o.cwd, 1024),
    });
  }
  return jobs;
}

function jobNames(claudeDir: string): readonly string[] {
  try {
    return readdirSync(join(claudeDir, 'jobs'))
      .filter((name) => ID.test(name))
      .slice(0, MAX_JOBS);
  } catch {
    return [];
  }
}

/** An ISO time or epoch ms. */
function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return looseNumber(value);
  const at = Date.parse(value);
  return Number.isFinite(at) ? at : null;
}
