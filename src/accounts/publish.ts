import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EXIT_CONFIG, errnoOf, KnownError } from '../platform/errors.ts';
import { type Lock, tryLock } from '../platform/locks.ts';
import { type Loose, looseObject } from '../platform/loose.ts';
import { sessionFileName } from '../sessions/file-name.ts';
import { buildBillingShared } from './build-billing.ts';
import { buildSessionsSummary } from './build-summary.ts';
import { cleanHealth } from './cleanup.ts';
import { type Computed, computeState } from './compute.ts';
import { KEPT, WRITES } from './constants.ts';
import { EMPTY_STATE, type Profile } from './contracts.ts';
import { logDaemon } from './daemon-log.ts';
import { readCooldown, writeCooldown, writeDerived } from './derived.ts';
import { readSalt } from './identity.ts';
import type { ProfileUsage, SessionInput } from './inputs.ts';
import { type HandsOff, handsOff, type LegacyFiles } from './legacy.ts';
import { healthDirOf } from './places.ts';
import type { Resolution, ResolveContext } from './resolve.ts';
import type { StateFormat } from './state-file.ts';
import { type Update, updateState } from './state-store.ts';
import { appendSwitches } from './switches.ts';
import type { Thresholds } from './thresholds.ts';

export interface PublishSettings {
  /** `state.format`: what to create. */
  readonly format: StateFormat;
  readonly legacyFiles: LegacyFiles;
  /** `state.archive`. */
  readonly archive: boolean;
  readonly thresholds: Thresholds;
  /** `context.compactionPercent`. */
  readonly compactionPercent: number;
  /** `privacy.names: hide`. */
  readonly hideNames: boolean;
}

/** Everything the contract files are made of, as plain data. */
export interface PublishInput {
  readonly claudeDirs: readonly string[];
  readonly stateDir: string;
  readonly dataDir: string;
  readonly home: string;
  readonly settings: PublishSettings;
  /** All sessions that are alive or were seen lately. */
  readonly sessions: readonly SessionInput[];
  /** Sums by profile id. */
  readonly usage: ReadonlyMap<string, ProfileUsage>;
  /** Profiles beyond the files', such as other directories' (AP-12). */
  readonly known?: readonly Profile[];
  /** Nothing but figures changed since the last pass: the aggregates can wait (BG-6). */
  readonly figuresOnly?: boolean;
}

export interface PublishedDir {
  readonly claudeDir: string;
  readonly handsOff: HandsOff;
  readonly state: Update['result'] | 'broken' | 'failed' | null;
  /** Paths written in this pass. */
  readonly written: readonly string[];
}

export interface Published {
  readonly dirs: readonly PublishedDir[];
  /** By session id: what the surfaces show. */
  readonly resolutions: ReadonlyMap<string, Resolution>;
  readonly profiles: readonly Profile[];
  /** One sentence each: broken files, invalid thresholds, a disk that refuses. */
  readonly problems: readonly string[];
}

/** The right to write these files: one process at a time has it (BG-1). Null while another has. */
export const tryWriter = (stateDir: string): Lock | null => tryLock(join(stateDir, 'locks', 'writer'));

export const healthDir = healthDirOf;

/**
 * One pass of the writer: links every session to its profile and brings the files of §2.4–2.10 up to date. To be called by the process that holds the writer
 * lock (BG-1). Never throws for a bad file or disk: it says so in `problems` and does the rest (ST-4, ST-20).
 */
export async function publishHealth(input: PublishInput, now: number): Promise<Published> {
  const dirs: PublishedDir[] = [];
  const resolutions = new Map<string, Resolution>();
  const profiles = new Map<string, Profile>();
  const problems: string[] = [];
  let salt: string;
  try {
    salt = readSalt(input.dataDir);
  } catch (error) {
    // Accounts hashed with another salt would be other accounts: without it nothing is written.
    const failed = input.claudeDirs.map((claudeDir) => ({ claudeDir, handsOff: null, state: 'failed' as const, written: [] }));
    return { dirs: failed, resolutions, profiles: [], problems: [sentence(error)] };
  }
  let known = [...(input.known ?? [])];
  for (const claudeDir of input.claudeDirs) {
    const sessions = sessionsOf(claudeDir, input);
    const pass = await publishDir(claudeDir, sessions, { ...input, known }, { home: input.home, now, salt }, problems);
    const found = pass.computed.state.authProfiles;
    known = [...found, ...known.filter(({ profileId }) => !found.some((profile) => profile.profileId === profileId))];
    dirs.push(pass.published);
    for (const [id, resolution] of pass.computed.linked.resolutions) resolutions.set(id, resolution);
    for (const profile of pass.computed.state.authProfiles) if (!profiles.has(profile.profileId)) profiles.set(profile.profileId, profile);
  }
  return { dirs, resolutions, profiles: [...profiles.values()], problems };
}

/** By real path, so that two names of one directory are one (AP-12). A session of no known directory belongs to the first. */
function sessionsOf(claudeDir: string, { claudeDirs, sessions }: PublishInput): readonly SessionInput[] {
  const own = real(claudeDir);
  const all = claudeDirs.map(real);
  return sessions.filter(({ evidence }) => {
    const home = real(evidence.configDir);
    return home === own || (claudeDir === claudeDirs[0] && !all.includes(home));
  });
}

interface Pass {
  readonly published: PublishedDir;
  readonly computed: Computed;
}

async function publishDir(
  claudeDir: string,
  sessions: readonly SessionInput[],
  input: PublishInput,
  context: ResolveContext,
  problems: string[],
): Promise<Pass> {
  const dir = healthDir(claudeDir);
  const { settings, stateDir } = input;
  const { now } = context;
  const off = handsOff(settings.legacyFiles, stateDir, dir, now);
  const { thresholds, compactionPercent, hideNames } = settings;
  const compute = (present: Parameters<typeof computeState>[0]) =>
    computeState(present, {
      dir,
      sessions,
      usage: input.usage,
      thresholds,
      compactionPercent,
      hideNames,
      context,
      known: input.known ?? [],
    });
  let computed: Computed | null = null;
  let state: PublishedDir['state'] = null;
  if (off === null) {
    const interval = { json: input.figuresOnly === true ? WRITES.figures : WRITES.json, yaml: WRITES.yaml };
    try {
      const options = { dir, stateDir, format: settings.format, now, yieldToEditor: true, minIntervalMs: interval };
      const update = await updateState(options, (present) => {
        computed = compute(present);
        return computed.state;
      });
      state = update.result;
      computed ??= compute(update.state);
    } catch (error) {
      problems.push(sentence(error));
      state = error instanceof KnownError && error.exitCode === EXIT_CONFIG ? 'broken' : 'failed';
    }
  }
  const done = computed ?? compute(EMPTY_STATE);
  problems.push(...done.warnings);
  const written = off === null ? await writeFiles(dir, done, input, state === 'written', now, problems) : [];
  return { published: { claudeDir, handsOff: off, state, written }, computed: done };
}

async function writeFiles(
  dir: string,
  { state, healths, linked }: Computed,
  input: PublishInput,
  stateWritten: boolean,
  now: number,
  problems: string[],
): Promise<string[]> {
  const written: string[] = [];
  // Waiting for the disk must not hold up those who follow the sessions: one file at a time.
  const write = async (name: string, value: object | null): Promise<void> => {
    const path = join(dir, name);
    if (value === null || !writeDerived(path, value, now, isUrgent)) return;
    written.push(path);
    await nextTurn();
  };
  const alive = new Set(input.sessions.filter((session) => session.alive === true).map(({ id }) => id));
  try {
    for (const health of healths) await write(`${sessionFileName(health.sessionId)}.json`, health);
    await write('sessions.json', buildSessionsSummary(state.sessions, state.authProfiles, alive, now));
    await write('billing-shared.json', buildBillingShared(state.authProfiles));
    if (stateWritten) appendSwitches(input.stateDir, linked.switches);
    if (written.length > 0 || stateWritten) for (const name of ['billing', 'git-status']) writeCooldown(dir, name, now);
    // On the first day nothing goes: the folder may be another program's, and its person has not seen us yet.
    const cleaned = readCooldown(dir, 'cleanup');
    if (cleaned === 0) writeCooldown(dir, 'cleanup', now);
    else if (now - cleaned >= KEPT.cleanupEvery) problems.push(...(await dailyClean(dir, input, alive, now)));
  } catch (error) {
    problems.push(sentence(error));
  }
  return written;
}

/** What a person or program may wait for: state, health, alerts, whose the session is. */
function isUrgent(present: Loose, next: Loose): boolean {
  const marks = ({ health, alerts, launch, tidemark, sessions }: Loose): string => {
    const { status, issues } = looseObject(health);
    const list = Array.isArray(sessions) ? sessions.map((each) => [looseObject(each).sessionId, looseObject(each).health]) : [];
    // Minutes and per cents within an issue are figures.
    const kinds = Array.isArray(issues) ? issues.map((issue) => String(issue).replaceAll(/\d+/g, '')) : [];
    return JSON.stringify([status, kinds, alerts, launch, looseObject(tidemark).state, list]);
  };
  return marks(present) !== marks(next);
}

async function dailyClean(dir: string, input: PublishInput, alive: ReadonlySet<string>, now: number): Promise<readonly string[]> {
  const { stateDir, dataDir, settings } = input;
  writeCooldown(dir, 'cleanup', now);
  const cleaned = await cleanHealth({ dir, stateDir, dataDir, archive: settings.archive, live: alive, now, dryRun: false });
  if (cleaned.archived.length > 0)
    logDaemon(dir, 'INFO', `archived ${cleaned.archived.length} sessions that were inactive for 7 days`, now);
  return cleaned.problems;
}

/** What a bad file or disk says about itself; anything else is a bug and goes on as one. */
function sentence(error: unknown): string {
  if (error instanceof KnownError) return error.message;
  if (errnoOf(error) === undefined) throw error;
  return (error as Error).message;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
