import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigFlags, loadConfig } from '../config/load.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnv } from '../platform/env.ts';
import type { Paths } from '../platform/paths.ts';
import { type LiveDemo, writeLiveDemo } from './demo.ts';
import { type DemoTimes, demoClock, paceOf } from './demo-clock.ts';
import { type DemoTicker, demoTicker } from './demo-ticker.ts';
import { startLog } from './log.ts';
import { type App, openApp } from './open.ts';

/** A demo that is shown: its own home, clock and processes. Disposing of it removes everything. */
export interface DemoRun extends Disposable {
  readonly app: App;
  readonly demo: LiveDemo;
  /** What the monitor is told beside its ordinary options. */
  readonly monitor: { readonly processes: LiveDemo['processes'] };
  /** Lets it live. */
  start(): DemoTicker;
}

/** The limits that LV-145 sets, unless a person gives others: 80 million tokens a day, $25 for everything on screen. */
export const DEMO_LIMITS = { tokenLimit: '80M', costThreshold: ['25'] };

export interface DemoOptions {
  readonly times: DemoTimes;
  /** A file that a person named; their usual one is not opened (LV-140). */
  readonly configFile: string | undefined;
  readonly flags: ConfigFlags;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Makes the demo's home and all that stands on it. Nothing of the real home is looked at. */
export async function openDemo({ times, configFile, flags }: DemoOptions): Promise<DemoRun> {
  const pace = paceOf(times);
  const clock = demoClock(pace, systemClock);
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-demo-'));
  const remove = removeAtEnd(dir);
  try {
    const demo = writeLiveDemo(join(dir, 'home'), clock.now());
    const paths = pathsOf(demo, join(dir, 'tidemark'));
    const app = configFile === undefined ? await plainApp(paths, flags) : await openApp({ configFile, flags, paths });
    return {
      app: { ...app, clock },
      demo,
      monitor: { processes: demo.processes },
      start: () => demoTicker(demo, clock, pace.speed),
      [Symbol.dispose]: remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

const pathsOf = ({ home, claudeDir, stateDir }: LiveDemo, dataDir: string): Paths => ({
  home,
  claudeDirs: [claudeDir],
  claudeDirsSource: 'default',
  configFile: join(home, '.config', 'tidemark', 'config.yaml'),
  ledger: join(dataDir, 'ledger.db'),
  dataDir,
  stateDir,
});

/** Defaults, environment and flags: the file that `paths` names does not exist. */
async function plainApp(paths: Paths, flags: ConfigFlags): Promise<App> {
  const env = readEnv();
  const loaded = await loadConfig(paths.configFile, env, flags);
  return { env, clock: systemClock, paths, config: loaded.config, loaded, log: startLog(paths, loaded.config) };
}

/** Removes the directory when asked, at the process's end, and at a signal that nobody else takes. */
function removeAtEnd(dir: string): () => void {
  const clear = () => rmSync(dir, { recursive: true, force: true });
  const onSignal = (signal: NodeJS.Signals) => {
    // The view has handlers of its own: it ends in order, and then the directory is removed.
    if (process.listenerCount(signal) > 1) return;
    remove();
    process.kill(process.pid, signal);
  };
  const remove = () => {
    process.off('exit', clear);
    for (const signal of SIGNALS) process.off(signal, onSignal);
    clear();
  };
  process.on('exit', clear);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return remove;
}
