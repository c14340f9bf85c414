import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { placeOf, readPlace } from '../../accounts/state-file.ts';
import { isCurrent, readCompiled } from '../../config/compiled.ts';
import { DEFAULTS } from '../../config/defaults.ts';
import { checkConfig, loadConfig } from '../../config/load.ts';
import { ConfigError, type Problem } from '../../config/problems.ts';
import type { Config } from '../../config/schema.ts';
import type { Env } from '../../platform/env.ts';
import { KnownError } from '../../platform/errors.ts';
import { machineLoad, processors } from '../../platform/machine.ts';
import { type Paths, resolvePaths } from '../../platform/paths.ts';
import { captureDir } from '../../sessions/captures.ts';
import { eventsDir } from '../../sessions/journal.ts';
import { readSummary } from '../../sessions/summary-file.ts';
import { type Discovery, discover } from '../../transcripts/discover.ts';
import { findClients } from '../install/client-version.ts';
import { launcherPath, readLauncher } from '../install/launcher.ts';
import { isExecutable, runIsolated } from '../install/programs.ts';
import { readRecord } from '../install/record.ts';
import { isServiceRunning } from '../install/service.ts';
import { managedPath, readLevels } from '../install/settings-levels.ts';
import type { ClaudeDirFacts, DoctorFacts, LauncherFacts, LedgerFacts } from './facts.ts';
import { freeSpace, heldLocks, laxPaths, newestIn, statusFolder } from './gather-files.ts';
import { ledgerFacts } from './gather-ledger.ts';
import { liveFacts } from './gather-live.ts';
import { sourceFacts } from './gather-sources.ts';
import { transcriptLook } from './gather-transcript.ts';

/** Working directories whose settings are looked at. */
const MAX_WORK_DIRS = 20;
const PROBE_MS = 5000;

/** Looks at everything and changes nothing. A broken configuration is a finding, not the end: the defaults hold then. */
export async function gatherFacts(env: Env, now: number, platform: NodeJS.Platform = process.platform): Promise<DoctorFacts> {
  const first = resolvePaths(env, platform);
  const { config, problems } = await configuration(first.configFile, env);
  const configured = config ?? DEFAULTS;
  const paths = resolvePaths(env, platform, {
    claudeDirs: configured.claude.dirs,
    ledger: configured.ledger.path,
    state: configured.paths.state,
  });
  const record = readRecord(paths.dataDir);
  const found = discover(paths.claudeDirs);
  const live = liveFacts(paths.claudeDirs, paths.stateDir, now, transcriptLook(found.files));
  const workDirs = [...new Set([process.cwd(), ...live.workDirs])].slice(0, MAX_WORK_DIRS);
  const ledger = ledgerFacts(paths.ledger, found.unreadable, configured.pricing, now);
  const lastCapture = newestIn(captureDir(paths.stateDir), '.json');
  const lastEvent = newestIn(eventsDir(paths.stateDir), '.jsonl');
  const summaryAt = readSummary(paths.stateDir)?.at ?? null;
  const asked = findClients(env, paths.home, platform);
  const isInstalled = Object.keys(record.files).length > 0 || record.plugin !== null || record.service !== null;
  const [clients, launcher, service] = await Promise.all([
    asked,
    launcherFacts(launcherPath(paths.dataDir, platform), env, isInstalled),
    serviceFacts(record.service, env, platform),
  ]);
  return {
    now,
    home: paths.home,
    claudeDirs: await Promise.all(paths.claudeDirs.map((dir) => claudeDirFacts(dir, workDirs, now, platform))),
    clients,
    launcher,
    record,
    service,
    config: { path: paths.configFile, problems, isCompiled: problems.length > 0 || compiled(paths, env, isInstalled) },
    chain: config === null ? null : chainOf(config),
    ledger,
    live: live.live,
    leftovers: live.leftovers,
    newest: newestEvidence(found, ledger, lastCapture, lastEvent),
    lastCapture,
    sources: sourceFacts(paths, {
      event: lastEvent,
      capture: lastCapture,
      transcript: newestTranscript(found)?.mtimeMs ?? null,
      summary: summaryAt,
    }),
    load: { average: machineLoad(), processors: processors() },
    summaryAt,
    locks: heldLocks(paths.stateDir),
    disks: freeSpace([paths.dataDir, paths.stateDir, ...paths.claudeDirs]),
    lax: laxPaths([paths.dataDir, paths.stateDir, paths.ledger, dirname(paths.configFile)].filter(isOurs)),
    oldVariables: Object.keys(env).filter((name) => name.startsWith('TOKEN_MONITOR_')),
    nodeVersion: process.versions.node,
    platform,
  };
}

async function configuration(file: string, env: Env): Promise<{ config: Config | null; problems: readonly Problem[] }> {
  const problems = await checkConfig(file);
  if (problems.length > 0) return { config: null, problems };
  try {
    return { config: (await loadConfig(file, env)).config, problems };
  } catch (error) {
    if (error instanceof ConfigError) return { config: null, problems: error.problems };
    throw error;
  }
}

/** A folder that a person chose (`TIDEMARK_DB=~/Documents/x.db`) is theirs to open to others. */
const isOurs = (path: string): boolean => path.split(/[\\/]/).includes('tidemark');

/** The hot paths read the compile at the state directory of environment and convention (ST-17). Nobody reads it before an install. */
function compiled(paths: Paths, env: Env, isInstalled: boolean): boolean {
  return !isInstalled || isCurrent(readCompiled(resolvePaths(env).stateDir), paths.configFile);
}

function chainOf({ statusline: { chain } }: Config): { command: string | null; mode: string } {
  const { command, mode } = chain;
  return { mode, command: typeof command === 'object' ? (command?.command ?? null) : command };
}

async function claudeDirFacts(dir: string, workDirs: readonly string[], now: number, platform: NodeJS.Platform): Promise<ClaudeDirFacts> {
  const place = placeOf(join(dir, 'session-health'));
  return {
    path: dir,
    exists: existsSync(dir),
    hasProjects: existsSync(join(dir, 'projects')),
    levels: readLevels(dir, workDirs, managedPath(platform)),
    status: statusFolder(dir, now),
    stateProblem: await stateProblem(place),
    stateTwin: place.twin,
  };
}

async function stateProblem(place: ReturnType<typeof placeOf>): Promise<string | null> {
  try {
    await readPlace(place);
    return null;
  } catch (error) {
    if (error instanceof KnownError) return error.message;
    throw error;
  }
}

async function launcherFacts(path: string, env: Env, isInstalled: boolean): Promise<LauncherFacts> {
  const exists = existsSync(path);
  const target = exists ? readLauncher(path) : null;
  const facts = {
    path,
    exists,
    isExecutable: path.endsWith('.mjs') || isExecutable(path),
    target,
    hasNode: target !== null && existsSync(target.node),
    hasEntry: target !== null && existsSync(target.entry),
  };
  if (!isInstalled || !facts.isExecutable || !facts.hasEntry || !facts.hasNode || path.endsWith('.mjs')) return { ...facts, runs: null };
  // Without input the hook writes nothing; it must end well and in silence (LS-37).
  const { code, out, err } = await runIsolated(path, ['hook'], env, PROBE_MS);
  return { ...facts, runs: code === 0 && out === '' && err === '' };
}

async function serviceFacts(path: string | null, env: Env, platform: NodeJS.Platform): Promise<DoctorFacts['service']> {
  if (path === null) return null;
  const hasUnit = existsSync(path);
  return { path, hasUnit, isRunning: hasUnit ? await isServiceRunning(env, platform) : null };
}

function newestTranscript({ files }: Discovery): Discovery['files'][number] | null {
  let newest: Discovery['files'][number] | null = null;
  for (const file of files) if (newest === null || file.mtimeMs > newest.mtimeMs) newest = file;
  return newest;
}

function newestEvidence(
  found: Discovery,
  ledger: LedgerFacts,
  lastCapture: number | null,
  lastEvent: number | null,
): DoctorFacts['newest'] {
  const newest = newestTranscript(found);
  return [
    ...(newest === null ? [] : [{ what: newest.path, at: newest.mtimeMs }]),
    ...(ledger.lastRecord === null ? [] : [{ what: 'the newest request in the ledger', at: ledger.lastRecord }]),
    ...(lastCapture === null ? [] : [{ what: 'the last run of the status line', at: lastCapture }]),
    ...(lastEvent === null ? [] : [{ what: 'the last hook event', at: lastEvent }]),
  ];
}
