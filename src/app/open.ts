import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type ConfigFlags, type LoadedConfig, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type IngestResult, ingest, type Progress } from '../ledger/ingest.ts';
import { inMemory, isDamaged, type Ledger, type OpenOptions, openLedger, recover } from '../ledger/open.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { type Env, readEnv } from '../platform/env.ts';
import { KnownError } from '../platform/errors.ts';
import { type Paths, resolvePaths, tildePath } from '../platform/paths.ts';
import { withOverrides } from '../pricing/overrides.ts';
import { builtinTable } from '../pricing/table.ts';
import { VERSION } from './version.ts';

/** Everything a command stands on. Nothing is opened but the configuration. */
export interface App {
  readonly env: Env;
  readonly clock: Clock;
  readonly paths: Paths;
  readonly config: Config;
  readonly loaded: LoadedConfig;
}

export interface AppOptions {
  readonly configFile?: string | undefined;
  readonly flags?: ConfigFlags;
  /** Replaces what was found: the demo's own home. */
  readonly paths?: Partial<Paths>;
  readonly clock?: Clock;
}

export async function openApp(options: AppOptions = {}): Promise<App> {
  const env = readEnv();
  const first = resolvePaths(options.configFile === undefined ? env : { ...env, TIDEMARK_CONFIG: options.configFile });
  if (options.configFile !== undefined && !existsSync(first.configFile)) {
    throw new KnownError(`There is no configuration file ${options.configFile}`, {
      exitCode: 78,
      hint: 'name an existing file, or leave --config out',
    });
  }
  const loaded = await loadConfig(first.configFile, env, options.flags);
  const { config } = loaded;
  const paths = resolvePaths({ ...env, TIDEMARK_CONFIG: first.configFile }, process.platform, {
    claudeDirs: config.claude.dirs,
    ledger: config.ledger.path,
    state: config.paths.state,
  });
  return { env, clock: options.clock ?? systemClock, paths: { ...paths, ...options.paths }, config, loaded };
}

function ledgerOptions(app: App): OpenOptions {
  const table = builtinTable();
  const { overrides, batch } = app.config.pricing;
  const priced = overrides.length > 0 || batch ? withOverrides(table, overrides, batch) : table;
  return { path: app.paths.ledger, table: priced, version: VERSION, now: app.clock.now() };
}

export function openAppLedger(app: App): Ledger {
  return openLedger(ledgerOptions(app));
}

/** A ledger after reading what is new, and what there is to say about it. */
export interface Ready {
  readonly ledger: Ledger;
  readonly result: IngestResult;
  /** One sentence each: what was skipped or is not as it should be. */
  readonly notices: readonly string[];
  [Symbol.dispose](): void;
}

/** Opens the ledger and reads what is new. Where the ledger cannot be written, reads everything into memory, so that the answer is whole all the same. */
export async function openReady(app: App, onProgress?: (progress: Progress) => void): Promise<Ready> {
  const options = ledgerOptions(app);
  let ledger = openLedger(options);
  const notices = ledger.notice === null ? [] : [ledger.notice];
  const workers = Math.min(app.config.ingest.workers, Math.max(1, cpus().length));
  const read = (into: Ledger) =>
    ingest(into, { claudeDirs: app.paths.claudeDirs, workers, now: app.clock.now(), ...(onProgress === undefined ? {} : { onProgress }) });
  let result: IngestResult;
  try {
    result = await read(ledger);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    // Damage on a page that opening did not touch (REL-22).
    ledger[Symbol.dispose]();
    ledger = recover(options, error);
    notices.push(ledger.notice ?? '');
    result = await read(ledger);
  }
  if (result.stopped !== null) {
    ledger[Symbol.dispose]();
    ledger = inMemory(
      options,
      `The ledger cannot be written (${(result.stopped as Error).message}): figures come from memory, nothing was kept.`,
    );
    notices.push(ledger.notice ?? '');
    result = await read(ledger);
  }
  for (const { path, code } of result.skipped)
    notices.push(`${tildePath(path, app.paths.home)} could not be read (${code}); what it holds is not counted.`);
  return { ledger, result, notices, [Symbol.dispose]: () => ledger[Symbol.dispose]() };
}

/** True when no Claude directory with transcripts exists. */
export const hasNoClaude = (app: App): boolean => !app.paths.claudeDirs.some((dir) => existsSync(join(dir, 'projects')));

/** The sentence of UR-90, with the way out. */
export function noDataError(app: App): KnownError {
  const looked = app.paths.claudeDirs.map((dir) => tildePath(join(dir, 'projects'), app.paths.home)).join(' and ');
  const why = app.paths.claudeDirsSource === 'env' ? 'CLAUDE_CONFIG_DIR is set' : 'CLAUDE_CONFIG_DIR is not set';
  return new KnownError(`No Claude Code data found. Looked in ${looked} (${why}).`, {
    hint: 'Run Claude Code once, set CLAUDE_CONFIG_DIR, or try: tidemark demo',
  });
}
