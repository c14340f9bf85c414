import { existsSync } from 'node:fs';
import { type DemoTimes, refuseDemoTimes } from '../../app/demo-clock.ts';
import { DEMO_LIMITS, type DemoRun, openDemo } from '../../app/demo-run.ts';
import { demoLink, monitorLink } from '../../app/monitor-link.ts';
import { type App, hasNoClaude, noDataError, openApp, openAppLedger } from '../../app/open.ts';
import type { Config } from '../../config/schema.ts';
import { type Monitor, startMonitor } from '../../monitor/monitor.ts';
import { type CostThresholds, NO_COST_THRESHOLDS } from '../../monitor/warnings.ts';
import { usageError } from '../../platform/errors.ts';
import { runProgram } from '../../platform/run-program.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { describeTerminal } from '../../platform/terminal.ts';
import { parseFilter } from '../../surfaces/tui/filter/parse.ts';
import { follow } from '../../surfaces/tui/follow.ts';
import { snapshotJson } from '../../surfaces/tui/json.ts';
import { statusLine } from '../../surfaces/tui/line.ts';
import { plainView } from '../../surfaces/tui/plain.ts';
import type { LiveEnd } from '../../surfaces/tui/run.ts';
import type { FirstState } from '../../surfaces/tui/ui/state.ts';
import { measureAmbiguousWide } from '../../surfaces/tui/width.ts';
import type { TokenLimit } from '../../usage/limit.ts';
import { type LiveFlags, settingsOf } from '../live-flags.ts';
import { notes } from '../notes.ts';
import { tokenLimitOf, zoneOf } from '../report-request.ts';

export async function runLive(flags: LiveFlags): Promise<number> {
  const seconds = numberIn('--refresh-interval', flags.refreshInterval, 0.2, 3600);
  numberIn('--session-duration', flags.sessionDuration, 0.5, 24);
  costThresholds(flags.costThreshold ?? [], null);
  if (!flags.demo) refuseDemoTimes(flags as DemoTimes);
  const own = flags.demo ? null : await openApp({ configFile: flags.config, flags: settingsOf(flags) });
  if (own !== null) checkFilter(own.config.live.filter);
  const nothing = own !== null && hasNoClaude(own) && !existsSync(own.paths.ledger);
  // A script gets the error; on a terminal `tidemark live` waits for data and offers the demo (LV-34), bare `tidemark` shows it at once.
  if (nothing && !isDrawn(flags, own)) throw noDataError(own);
  const offered = nothing && process.argv.slice(2).every((argument) => argument.startsWith('-'));
  if (offered) await notes([noDataError(own).message, 'This is the demo, with made-up sessions; q ends it.']);
  const end = own === null || offered ? await showDemo(flags, seconds) : await showApp(own, flags, seconds, null);
  return end.demo ? (await showDemo(flags, seconds)).code : end.code;
}

async function showDemo(flags: LiveFlags, seconds: number | null): Promise<LiveEnd> {
  using demo = await openDemo({ times: flags as DemoTimes, configFile: flags.config, flags: settingsOf(flags) });
  checkFilter(demo.app.config.live.filter);
  return await showApp(demo.app, { ...DEMO_LIMITS, ...flags }, seconds, demo);
}

async function showApp(app: App, flags: LiveFlags, seconds: number | null, demo: DemoRun | null): Promise<LiveEnd> {
  const { config } = app;
  const refreshMs = seconds === null ? config.live.refreshInterval : seconds * 1000;
  const hours = numberIn('--session-duration', flags.sessionDuration, 0.5, 24) ?? config.window.hours;
  using link = demo === null ? await monitorLink(app, { publishes: isFollowing(flags) }) : demoLink(app);
  using ledger = openAppLedger(app);
  if (!isDrawn(flags, app) && hasNoClaude(app) && ledger.db.sql('SELECT 1 FROM event LIMIT 1').get() === undefined) throw noDataError(app);
  const monitor = startMonitor({
    ledger,
    claudeDirs: app.paths.claudeDirs,
    clock: app.clock,
    refreshInterval: refreshMs,
    workers: config.ingest.workers,
    stateDir: app.paths.stateDir,
    actions: config.privacy.actions,
    snapshot: {
      zone: zoneOf(flags.timezone ?? config.display.timezone ?? 'local', app.env.TZ),
      burn: config.burn,
      tokenLimit: limitOf(flags, config),
      limitCount: config.limits.count,
      cost: costThresholds(flags.costThreshold ?? [], config.limits.costPerDay),
      demo: demo !== null,
      plan: config.limits.plan,
      hide: link.hide,
    },
    state: {
      mode: 'auto',
      aliases: config.projects.aliases,
      projects: flags.projects ?? config.projects.include,
      excludeProjects: flags.exclude ?? config.projects.exclude,
      floorMs: config.window.floor,
      lengthMs: hours * 3_600_000,
    },
    watch: { debounce: config.watch.debounce, pollInterval: config.watch.pollInterval },
    ...link.options,
    ...demo?.monitor,
  });
  link.follow(monitor);
  using ticker = demo === null ? null : demo.start();
  void ticker;
  try {
    return await show(monitor, flags, app, refreshMs / 1000, demo?.demo.processes.run);
  } finally {
    monitor.close();
  }
}

/** A single look leaves the files of others to those who keep running (BG-1). */
const isFollowing = (flags: LiveFlags): boolean => flags.once !== true;

/** A filter from flag, environment or file that cannot be read is a usage error, with the place (LV-80). */
function checkFilter(text: string): void {
  const parsed = parseFilter(text);
  if (!parsed.ok)
    throw usageError(`The filter "${text}" cannot be read at character ${parsed.fault.at + 1}: expected ${parsed.fault.expected}`);
}

/** `25` is the combined cost on screen; `25/day`, `25/project`, `5/session` are others (LV-14). */
/** What `--cost-threshold` says; the day's from `limits.costPerDay` where it says none. */
function costThresholds(texts: readonly string[], perDayUsd: number | null): CostThresholds {
  const day = perDayUsd === null ? null : Math.round(perDayUsd * 1e9);
  const found: Record<'combined' | 'day' | 'project' | 'session', number | null> = { ...NO_COST_THRESHOLDS, day };
  for (const text of texts) {
    const [amount = '', scope = 'combined'] = text.replace(/^\$/, '').split('/');
    if (scope !== 'combined' && scope !== 'day' && scope !== 'project' && scope !== 'session')
      throw usageError(`--cost-threshold takes 25, 25/day, 25/project or 5/session, not "${text}"`);
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

type Form = 'screen' | 'reader' | 'table' | 'line' | 'json';

/** What is shown: flags first, then `live.mode`; a full screen needs a terminal that can be drawn on (LV-130). */
function formOf(flags: LiveFlags, app: App): Form {
  const { mode } = app.config.live;
  if (flags.json || flags.followJson) return 'json';
  if (flags.line) return 'line';
  if (flags.once) return flags.compact ? 'line' : 'table';
  if (mode === 'json') return 'json';
  if (mode === 'table') return 'table';
  if (mode === 'compact') return 'line';
  if (app.config.display.screenReader || app.env.INK_SCREEN_READER === 'true') return 'reader';
  if (!describeTerminal(app.env, process.stdout).canDraw) return flags.compact ? 'line' : 'table';
  return 'screen';
}

const isDrawn = (flags: LiveFlags, app: App): boolean => formOf(flags, app) === 'screen';

async function show(monitor: Monitor, flags: LiveFlags, app: App, refreshSeconds: number, run = runProgram): Promise<LiveEnd> {
  const { config, env } = app;
  const terminal = describeTerminal(env, process.stdout, flags.color === false ? 'never' : config.display.color);
  const utf8 = /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || 'utf-8');
  const ascii = config.display.ascii || !utf8;
  const { hour12 } = config.display;
  const columns = process.stdout.isTTY || env.COLUMNS !== undefined ? terminal.columns : 120;
  let form = formOf(flags, app);
  const done = (code: number): LiveEnd => ({ code, demo: false });
  if (form === 'screen') {
    const { runLiveView } = await import('../../surfaces/tui/run.ts');
    try {
      return await runLiveView(monitor, monitor.queries, {
        first: firstOf(flags, app, refreshSeconds),
        fixed: fixedBy(flags, app),
        ascii,
        hour12,
        emoji: config.display.emoji,
        ambiguousWide: config.display.ambiguousWide,
        colour: terminal.colour,
        mouse: config.live.mouse,
        readOnly: config.live.readOnly,
        bell: config.live.bell,
        title: config.live.title,
        maxSessions: config.live.maxSessions,
        scope: scopeOf(flags, config),
        env,
        run,
        stateDir: app.paths.stateDir,
        debug: flags.debug ?? false,
        now: () => app.clock.now(),
        monotonic: () => app.clock.monotonic(),
      });
    } catch (error) {
      if (!isRawModeRefused(error)) throw error;
      await notes(['this terminal cannot be drawn on; one line follows the sessions instead']);
      form = 'line';
    }
  }
  measureAmbiguousWide(config.display.ambiguousWide);
  await monitor.ready;
  if (form === 'reader') {
    const { runReader } = await import('../../surfaces/tui/reader/run.ts');
    return runReader(monitor, monitor.queries, {
      write: writeStdout,
      input: process.stdin,
      once: flags.once ?? false,
      first: firstOf(flags, app, refreshSeconds),
      hour12,
      readOnly: config.live.readOnly,
      maxSessions: config.live.maxSessions,
      scope: scopeOf(flags, config),
      now: () => app.clock.now(),
      env,
      run,
      stateDir: app.paths.stateDir,
    });
  }
  const json = form === 'json';
  const isLine = form === 'line';
  const text = (): string => {
    const snapshot = monitor.get();
    if (json) return flags.once ? JSON.stringify(snapshotJson(snapshot), null, 2) : JSON.stringify(snapshotJson(snapshot));
    return isLine ? statusLine(snapshot, { columns, ascii, hour12 }) : plainView(snapshot, { columns, ascii, hour12 }).trimEnd();
  };
  const follows = !flags.once && (json || (isLine && (flags.follow === true || !flags.line)));
  if (!follows) {
    await writeStdout(`${text()}\n`);
    return done(0);
  }
  const tick = () => JSON.stringify({ type: 'tick', at: new Date(monitor.get().takenAt).toISOString() });
  const inPlace = isLine && terminal.canDraw;
  const code = await follow(monitor, {
    text,
    write: writeStdout,
    inPlace,
    heartbeat: json ? tick : null,
    everyMs: isLine ? refreshSeconds * 1000 : null,
  });
  if (inPlace) await writeStdout('\n');
  return done(code);
}

/** The terminal takes no raw mode (LV-131): a system error of the terminal call, before anything was drawn. */
const isRawModeRefused = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  (error.syscall === 'setRawMode' || error.syscall === 'uv_tty_set_mode' || /setRawMode/.test(error.message));

function firstOf(flags: LiveFlags, { config }: App, refreshSeconds: number): FirstState {
  const { live, display } = config;
  return {
    refreshSeconds,
    compact: flags.compact ?? false,
    theme: display.theme,
    sort: live.sort,
    group: live.group,
    accounts: live.account,
    filter: live.filter,
  };
}

/** What a flag, the environment or the file decides is not remembered over (LV-22, LV-86). */
function fixedBy(flags: LiveFlags, { loaded }: App): ReadonlySet<keyof FirstState> {
  const keys = { theme: 'display.theme', sort: 'live.sort', group: 'live.group', filter: 'live.filter', accounts: 'live.account' } as const;
  const set = Object.entries(keys).filter(([, key]) => loaded.origins.get(key) !== 'default');
  return new Set([...set.map(([name]) => name as keyof FirstState), ...(flags.compact === undefined ? [] : (['compact'] as const))]);
}

/** `projects api*`, for the header (LV-13). */
function scopeOf(flags: LiveFlags, config: Config): string | null {
  const only = flags.projects ?? config.projects.include;
  const without = flags.exclude ?? config.projects.exclude;
  const words = [
    ...(only.length > 0 ? [`projects ${only.join(', ')}`] : []),
    ...(without.length > 0 ? [`without ${without.join(', ')}`] : []),
  ];
  return words.length === 0 ? null : words.join(' · ');
}

function numberIn(flag: string, text: string | undefined, min: number, max: number): number | null {
  if (text === undefined) return null;
  const n = Number(text);
  if (text.trim() === '' || !(n >= min && n <= max)) throw usageError(`${flag} takes a number from ${min} to ${max}, not "${text}"`);
  return n;
}
