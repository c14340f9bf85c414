import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoTicker, writeDemoHome } from '../../app/demo.ts';
import { type App, hasNoClaude, noDataError, openApp, openAppLedger } from '../../app/open.ts';
import type { Config } from '../../config/schema.ts';
import { type Monitor, startMonitor } from '../../monitor/monitor.ts';
import { type CostThresholds, NO_COST_THRESHOLDS } from '../../monitor/warnings.ts';
import { usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { describeTerminal } from '../../platform/terminal.ts';
import { snapshotJson } from '../../surfaces/tui/json.ts';
import { statusLine } from '../../surfaces/tui/line.ts';
import { plainView } from '../../surfaces/tui/plain.ts';
import type { TokenLimit } from '../../usage/limit.ts';
import type { LiveFlags } from '../live-flags.ts';
import { notes } from '../notes.ts';
import { tokenLimitOf, zoneOf } from '../report-request.ts';

export async function runLive(flags: LiveFlags): Promise<number> {
  const seconds = numberIn('--refresh-interval', flags.refreshInterval, 0.2, 3600);
  const hours = numberIn('--session-duration', flags.sessionDuration, 0.5, 24);
  const cost = costThresholds(flags.costThreshold ?? []);
  const own = flags.demo ? null : await openApp({ configFile: flags.config });
  const nothing = own !== null && hasNoClaude(own) && !existsSync(own.paths.ledger);
  // A newcomer at a terminal is shown the demo instead of an error; a script gets the error.
  const offered = nothing && drawn(flags, own);
  if (offered) await notes([noDataError(own).message, 'This is the demo, with made-up sessions; q ends it.']);
  const demo = flags.demo || offered ? await openDemo(flags) : null;
  const app = demo?.app ?? own!;
  const ledger = openAppLedger(app);
  try {
    if (demo === null && hasNoClaude(app) && ledger.db.sql('SELECT 1 FROM event LIMIT 1').get() === undefined) throw noDataError(app);
    const { config } = app;
    const refreshMs = seconds === null ? config.live.refreshInterval : seconds * 1000;
    const zone = zoneOf(flags.timezone ?? config.display.timezone ?? 'local', app.env.TZ);
    const monitor = startMonitor({
      ledger,
      claudeDirs: app.paths.claudeDirs,
      clock: app.clock,
      refreshInterval: refreshMs,
      workers: config.ingest.workers,
      snapshot: { zone, burn: config.burn, tokenLimit: limitOf(flags, config), limitCount: config.limits.count, cost, demo: demo !== null },
      state: {
        mode: 'auto',
        aliases: config.projects.aliases,
        projects: flags.projects ?? config.projects.include,
        excludeProjects: flags.exclude ?? config.projects.exclude,
        floorMs: config.window.floor,
        lengthMs: (hours ?? config.window.hours) * 3_600_000,
      },
      watch: { debounce: config.watch.debounce, pollInterval: config.watch.pollInterval },
    });
    using ticker = demo === null ? null : demoTicker(demo.home, app.clock);
    void ticker;
    try {
      return await show(monitor, flags, app, refreshMs / 1000);
    } finally {
      monitor.close();
    }
  } finally {
    ledger[Symbol.dispose]();
    if (demo !== null) rmSync(demo.dir, { recursive: true, force: true });
  }
}

/** `25` is the combined cost on screen, `25/project` and `5/session` one of them (LV-14). */
function costThresholds(texts: readonly string[]): CostThresholds {
  const found = { ...NO_COST_THRESHOLDS };
  for (const text of texts) {
    const [amount = '', scope = 'combined'] = text.replace(/^\$/, '').split('/');
    if (scope !== 'combined' && scope !== 'project' && scope !== 'session')
      throw usageError(`--cost-threshold takes 25, 25/project or 5/session, not "${text}"`);
    found[scope] = Math.round(numberIn('--cost-threshold', amount, 0, 1e6)! * 1e9);
  }
  return found;
}

function limitOf(flags: LiveFlags, config: Config): TokenLimit | null {
  const { tokensPerDay, tokensPerWindow } = config.limits;
  if (flags.tokenLimit !== undefined) return tokenLimitOf(flags.tokenLimit);
  if (tokensPerDay !== null) return { tokens: tokensPerDay, per: 'day' };
  return tokensPerWindow === null ? null : { tokens: tokensPerWindow, per: 'window' };
}

async function openDemo(flags: LiveFlags): Promise<{ app: App; dir: string; home: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-demo-'));
  const home = join(dir, 'home');
  const plain = await openApp({ configFile: flags.config });
  const made = writeDemoHome(home, plain.clock.now());
  const paths = {
    ...plain.paths,
    home: made.home,
    claudeDirs: [made.claudeDir],
    ledger: join(dir, 'tidemark', 'ledger.db'),
    dataDir: join(dir, 'tidemark'),
  };
  return { app: { ...plain, paths }, dir, home };
}

/** Whether the full-screen view is drawn: on a terminal, unless a flag asks for text. */
function drawn(flags: LiveFlags, app: App): boolean {
  return describeTerminal(app.env, process.stdout).canDraw && !flags.json && !flags.followJson && !flags.once && !flags.line;
}

async function show(monitor: Monitor, flags: LiveFlags, app: App, refreshSeconds: number): Promise<number> {
  const terminal = describeTerminal(app.env, process.stdout, flags.color === false ? 'never' : app.config.display.color);
  const utf8 = /utf-?8/i.test(app.env.LC_ALL || app.env.LC_CTYPE || app.env.LANG || 'utf-8');
  const ascii = (flags.ascii ?? app.config.display.ascii) || !utf8;
  const columns = process.stdout.isTTY || app.env.COLUMNS !== undefined ? terminal.columns : 120;
  const json = flags.json || flags.followJson || false;
  if (drawn(flags, app)) {
    const { runLiveView } = await import('../../surfaces/tui/run.ts');
    return runLiveView(monitor, {
      ascii,
      colour: terminal.colour > 0,
      compact: flags.compact ?? false,
      emoji: flags.emoji ?? app.config.display.emoji,
      refreshSeconds,
      now: () => app.clock.now(),
    });
  }
  const text = (): string => {
    const snapshot = monitor.get();
    if (json) return flags.once ? JSON.stringify(snapshotJson(snapshot), null, 2) : JSON.stringify(snapshotJson(snapshot));
    return flags.line || flags.compact ? statusLine(snapshot, { columns, ascii }) : plainView(snapshot, { columns, ascii }).trimEnd();
  };
  await monitor.ready;
  await writeStdout(`${text()}\n`);
  const follows = !flags.once && (json || (flags.line && flags.follow));
  return follows ? follow(monitor, text, json) : 0;
}

const HEARTBEAT_MS = 30_000;
const LEAST_PAUSE_MS = 100;

/** A line per change, ten a second at most, and a heartbeat for JSON readers, until a signal or a closed pipe. */
function follow(monitor: Monitor, text: () => string, json: boolean): Promise<number> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | null = null;
    let last = Number.NEGATIVE_INFINITY;
    const write = (): void => {
      timer = null;
      last = performance.now();
      void writeStdout(`${text()}\n`);
    };
    const stop = monitor.subscribe(() => {
      const pause = last + LEAST_PAUSE_MS - performance.now();
      if (timer !== null) return;
      if (pause <= 0) write();
      else timer = setTimeout(write, pause);
    });
    const heart = json
      ? setInterval(
          () => void writeStdout(`${JSON.stringify({ type: 'tick', at: new Date(monitor.get().takenAt).toISOString() })}\n`),
          HEARTBEAT_MS,
        )
      : null;
    const end = (code: number) => () => {
      stop();
      if (timer !== null) clearTimeout(timer);
      if (heart !== null) clearInterval(heart);
      resolve(code);
    };
    process.once('SIGINT', end(130));
    process.once('SIGTERM', end(143));
    process.once('SIGHUP', end(129));
  });
}

function numberIn(flag: string, text: string | undefined, min: number, max: number): number | null {
  if (text === undefined) return null;
  const n = Number(text);
  if (text.trim() === '' || !(n >= min && n <= max)) throw usageError(`${flag} takes a number from ${min} to ${max}, not "${text}"`);
  return n;
}
