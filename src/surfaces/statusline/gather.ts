import { join } from 'node:path';
import { looseNumber, looseObject, looseText } from '../../platform/loose.ts';
import { readSmallJson } from '../../platform/small-file.ts';
import { type Capture, mergeQuota, readCapture } from '../../sessions/captures.ts';
import { sessionFileName } from '../../sessions/file-name.ts';
import { pseudonym, readSalt } from '../../sessions/pseudonym.ts';
import { readSummary, type Summary } from '../../sessions/summary-file.ts';
import type { Facts, OwnStatus } from './facts.ts';
import { readBranch } from './git.ts';
import type { Input } from './input.ts';
import type { Layout } from './layouts.ts';
import { countOthers, type Others } from './others.ts';
import type { Setup } from './setup.ts';

/** ST-16, with room for what other programs write. */
const MAX_INDEX_BYTES = 1024 * 1024;
const MAX_STATUS_BYTES = 64 * 1024;
const MAX_DIRS = 4;

export interface Gathered {
  readonly facts: Facts;
  /** This session's former capture, and this run's quota merged with it. */
  readonly previous: Capture | null;
  readonly merged: ReturnType<typeof mergeQuota>;
}

/** Reads what the layout's segments need and nothing else: at most ten small files (SL-5), each absent one only hiding its segments (SL-3). */
export function gather(setup: Setup, input: Input, configDir: string | null, layout: Layout, now: number): Gathered {
  const { stateDir, paths, env } = setup;
  const wanted = new Set(layout.rows.flat());
  const previous = stateDir === null || input.sessionId === null ? null : readCapture(stateDir, input.sessionId);
  const merged = mergeQuota(input.quota, input.cost.apiMs, previous, now);
  const dir = input.cwd ?? input.projectDir ?? env.CLAUDE_PROJECT_DIR ?? currentDirectory();
  const facts: Facts = {
    now,
    home: paths?.home ?? '',
    dir,
    input,
    quota: merged.quota,
    summary: stateDir === null ? null : readSummary(stateDir, input.sessionId),
    others: wanted.has('attention') || wanted.has('sessions') ? readOthers(setup, configDir, input.sessionId, now) : null,
    own: ['agents', 'task', 'load'].some((id) => wanted.has(id)) ? readOwnStatus(configDir, input.sessionId) : null,
    branch: wanted.has('git') ? readBranch(dir) : null,
    isConfigStale: setup.isConfigStale,
    envProfile: setup.session.profile ?? setup.session.alias,
    settings: setup.settings,
  };
  return { facts: setup.hidesNames ? hidden(facts, setup) : facts, previous, merged };
}

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch {
    // It was deleted under us.
    return '?';
  }
}

function readOthers(setup: Setup, configDir: string | null, ownId: string | null, now: number): Others | null {
  const dirs = new Set([...(configDir === null ? [] : [configDir]), ...(setup.paths?.claudeDirs ?? [])].slice(0, MAX_DIRS));
  const indexes = [...dirs]
    .map((dir) => readSmallJson(join(dir, 'status', 'index.json'), MAX_INDEX_BYTES))
    .filter((index) => index !== null);
  return countOthers(indexes, ownId, now, setup.clocks);
}

function readOwnStatus(configDir: string | null, sessionId: string | null): OwnStatus | null {
  if (configDir === null || sessionId === null) return null;
  const status = readSmallJson(join(configDir, 'status', `${sessionFileName(sessionId)}.json`), MAX_STATUS_BYTES);
  if (status === null) return null;
  const [task, load, extra] = [looseObject(status.task), looseObject(status.load), looseObject(status.tidemark)];
  return {
    agents: looseNumber(looseObject(status.agents).active, 0, 10_000) ?? 0,
    task: extra.title_source === 'task' ? looseText(task.name, 2000) : null,
    loadAverage: extra.load_known === true ? looseNumber(load.load_avg, 0, 1e6) : null,
  };
}

/** `privacy.names: hide` (LS-27): stand-ins for every name, and nothing where there is none. */
function hidden(facts: Facts, setup: Setup): Facts {
  const salt = setup.paths === null ? null : readSalt(setup.paths.dataDir);
  const { input, own, summary } = facts;
  const session = pseudonym('session', input.sessionId ?? '', salt);
  const branch = facts.branch === null ? null : pseudonym('branch', facts.branch, salt);
  return {
    ...facts,
    dir: pseudonym('project', facts.dir, salt),
    branch,
    input: { ...input, sessionName: input.sessionName === null ? null : session, worktree: null, pr: null, agent: null },
    own: own === null ? null : { ...own, task: null },
    summary: summary === null ? null : withoutTitle(summary, input.sessionId, session, (name) => pseudonym('branch', name, salt)),
  };
}

function withoutTitle(summary: Summary, id: string | null, title: string, branchOf: (name: string) => string): Summary {
  const session = id !== null && Object.hasOwn(summary.sessions, id) ? summary.sessions[id] : undefined;
  if (session === undefined || id === null) return summary;
  const git = session.git === undefined ? {} : { git: { ...session.git, branch: branchOf(session.git.branch) } };
  const named = session.title === undefined ? {} : { title: { ...session.title, text: title } };
  return { ...summary, sessions: { ...summary.sessions, [id]: { ...session, ...named, ...git } } };
}
