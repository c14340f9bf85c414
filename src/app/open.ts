import { existsSync, statfsSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { compileConfig } from '../config/compile.ts';
import { type ConfigFlags, type LoadedConfig, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { type IngestResult, ingest, type Progress } from '../ledger/ingest.ts';
import { inMemory, isDamaged, isUnwritable, type Ledger, type OpenOptions, recover } from '../ledger/open.ts';
import { settleSalvage } from '../ledger/settle.ts';
import { damageBehind, openSoundLedger } from '../ledger/sound.ts';
import type { RecoverableLedger } from '../monitor/monitor.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { type Env, readEnv } from '../platform/env.ts';
import { KnownError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { type Paths, resolvePaths, tildePath } from '../platform/paths.ts';
import { withOverrides } from '../pricing/overrides.ts';
import { builtinTable } from '../pricing/table.ts';
import { labelKeysOf, sealedWords } from './label-words.ts';
import { startLog } from './log.ts';
import { logged, logPass, logRejected } from './log-reading.ts';
import { readingNotices } from './reading-notices.ts';
import { VERSION } from './version.ts';

/** Everything a command stands on. Nothing is opened but the configuration. */
export interface App {
  readonly env: Env;
  readonly clock: Clock;
  readonly paths: Paths;
  readonly config: Config;
  readonly loaded: LoadedConfig;
  readonly log: Log;
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
  // A file of this one command, or another home, says nothing about what the hot paths shall do (ST-17).
  if (options.configFile === undefined && options.paths === undefined) await compileConfig(first.configFile, first.stateDir);
  const paths = resolvePaths({ ...env, TIDEMARK_CONFIG: first.configFile }, process.platform, {
    claudeDirs: config.claude.dirs,
    ledger: config.ledger.path,
    state: config.paths.state,
  });
  const own = { ...paths, ...options.paths };
  return { env, clock: options.clock ?? systemClock, paths: own, config, loaded, log: startLog(own, config) };
}

function ledgerOptions(app: App): OpenOptions {
  const table = builtinTable();
  const { overrides, batch } = app.config.pricing;
  const priced = overrides.length > 0 || batch ? withOverrides(table, overrides, batch) : table;
  return { path: app.paths.ledger, table: priced, version: VERSION, now: app.clock.now(), labelKeys: labelKeysOf(app) };
}

/** Opens the ledger; what a damage left of one is compared with the transcripts first, so that the totals are exact where they exist (REL-22). */
export function openAppLedger(app: App, { sample = true } = {}): RecoverableLedger {
  const options = ledgerOptions(app);
  let open: Ledger | null = logged(app, openSoundLedger(options));
  try {
    settle(app, open);
    sealedWords(app, open);
  } catch (error) {
    const damage = damageBehind(error, open.db);
    if (damage === null) {
      open[Symbol.dispose]();
      throw error;
    }
    open = recovered(app, options, open, damage);
  }
  const close = (): void => {
    open?.[Symbol.dispose]();
    open = null;
  };
  return {
    ...open,
    chores: { sample, keepMs: keepOf(app) },
    recover(error) {
      close();
      open = isDamaged(error) ? recovered(app, options, null, error) : logged(app, inMemory(options, memoryNotice(error)));
      return open;
    },
    reopen() {
      if (freeBytes(options.path) < ENOUGH_BYTES) return null;
      const again = openSoundLedger(options);
      if (again.mode !== 'disk') {
        again[Symbol.dispose]();
        return null;
      }
      close();
      open = again;
      return open;
    },
    [Symbol.dispose]: close,
  };
}

const keepOf = ({ config }: App): number | null => (config.ledger.keep === 'forever' ? null : config.ledger.keep);

/** A disk with less is still as good as full: the next large transaction would fail again. */
const ENOUGH_BYTES = 16 * 1024 * 1024;

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return 0;
  }
}

const memoryNotice = (error: unknown): string =>
  `The ledger cannot be written (${(error as Error).message}): figures come from memory, nothing was kept. Free space there, or set TIDEMARK_DB to another file.`;

/** Before anything is read: what a damage left is compared with the transcripts. */
function settle(app: App, ledger: Ledger): void {
  try {
    settleSalvage(ledger, app.paths.claudeDirs);
  } catch (error) {
    // A full disk: the next opening tries again, and until then the saved rows stand as they are.
    if (!isUnwritable(error)) throw error;
  }
}

/** A ledger in the place of one whose damage showed only while it was used. */
function recovered(app: App, options: OpenOptions, damaged: Ledger | null, error: unknown): Ledger {
  damaged?.[Symbol.dispose]();
  const ledger = logged(app, recover({ ...options, now: app.clock.now() }, error));
  try {
    settle(app, ledger);
    return ledger;
  } catch (again) {
    ledger[Symbol.dispose]();
    throw again;
  }
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
export async function openReady(app: App, onProgress?: (progress: Progress) => void, { sample = false } = {}): Promise<Ready> {
  const options = ledgerOptions(app);
  let ledger = logged(app, openSoundLedger(options));
  if (ledger.mode === 'disk') ledger.chores = { sample, keepMs: keepOf(app) };
  const notices = ledger.notice === null ? [] : [ledger.notice];
  const startedAt = app.clock.monotonic();
  const read = (into: Ledger) => {
    settle(app, into);
    return ingest(into, {
      claudeDirs: app.paths.claudeDirs,
      // Asked for only when there is enough to read.
      get workers() {
        return Math.min(app.config.ingest.workers, Math.max(1, cpus().length));
      },
      now: app.clock.now(),
      ...logRejected(app),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  };
  let result: IngestResult;
  try {
    result = await read(ledger);
  } catch (error) {
    const damage = damageBehind(error, ledger.db);
    if (damage === null) throw error;
    // Damage on a page that opening did not touch (REL-22).
    ledger = recovered(app, options, ledger, damage);
    notices.push(ledger.notice ?? '');
    result = await read(ledger);
  }
  if (result.stopped !== null) {
    ledger[Symbol.dispose]();
    ledger = logged(app, inMemory(options, memoryNotice(result.stopped)));
    notices.push(ledger.notice ?? '');
    result = await read(ledger);
  }
  notices.push(...readingNotices(app, ledger, result), ...sealedWords(app, ledger));
  logPass(app, result, app.clock.monotonic() - startedAt);
  return { ledger, result, notices, [Symbol.dispose]: () => ledger[Symbol.dispose]() };
}

/**
 * For a command whose question met a damaged page that reading had not touched: puts a sound ledger in the place of the damaged one, so that the command
 * may be run once more (REL-22). Returns the sentence for the person. The command's own ledger must be closed before.
 */
export function recoverAppLedger(app: App, error: unknown): string {
  const ledger = recovered(app, ledgerOptions(app), null, error);
  ledger[Symbol.dispose]();
  return ledger.notice ?? '';
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
