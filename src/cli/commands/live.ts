import { existsSync } from 'node:fs';
import { type DemoTimes, refuseDemoTimes } from '../../app/demo-clock.ts';
import { DEMO_LIMITS, type DemoRun, openDemo } from '../../app/demo-run.ts';
import { demoLink, monitorLink } from '../../app/monitor-link.ts';
import { type App, hasNoClaude, noDataError, openApp, openAppLedger } from '../../app/open.ts';
import { recordSpan } from '../../ledger/queries/meta.ts';
import { startMonitor } from '../../monitor/monitor.ts';
import { compileCalmly } from '../../platform/calm-compiler.ts';
import { usageError } from '../../platform/errors.ts';
import { runProgram } from '../../platform/run-program.ts';
import { returnUnusedHeap } from '../../platform/unused-heap.ts';
import { boundYoungHeap } from '../../platform/young-heap.ts';
import { parseFilter } from '../../surfaces/tui/filter/parse.ts';
import type { LiveEnd } from '../../surfaces/tui/run.ts';
import { setLimits } from '../../usage/limit.ts';
import { type LiveFlags, settingsOf } from '../live-flags.ts';
import { isDrawn } from '../live-form.ts';
import { costThresholds, numberIn } from '../live-limits.ts';
import { show } from '../live-show.ts';
import { notes } from '../notes.ts';
import { tokenLimitOf, zoneOf } from '../report-request.ts';

/** Young space, both halves: pictures leave much behind, printed lines little, and those who only read them get by with little memory (LV-113). */
const [DRAWN_YOUNG_BYTES, PRINTED_YOUNG_BYTES] = [16 * 1024 * 1024, 2 * 1024 * 1024];

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
  if (!isDrawn(flags, app) && hasNoClaude(app) && recordSpan(ledger).first === null) throw noDataError(app);
  const { promise: begins, resolve: begin } = Promise.withResolvers<void>();
  const monitor = startMonitor({
    ledger,
    begins,
    claudeDirs: app.paths.claudeDirs,
    clock: app.clock,
    refreshInterval: refreshMs,
    workers: config.ingest.workers,
    stateDir: app.paths.stateDir,
    actions: config.privacy.actions,
    snapshot: {
      zone: zoneOf(flags.timezone ?? config.display.timezone ?? 'local', app.env.TZ),
      burn: config.burn,
      limits: setLimits(tokenLimitOf(flags.tokenLimit), config.limits),
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
  // What no first picture needs waits for it (LV-114).
  const onPicture = (): void => {
    if (isFollowing(flags)) {
      boundYoungHeap(isDrawn(flags, app) ? DRAWN_YOUNG_BYTES : PRINTED_YOUNG_BYTES);
      returnUnusedHeap();
      compileCalmly();
    }
    begin();
  };
  try {
    return await show({ monitor, flags, app, refreshSeconds: refreshMs / 1000, run: demo?.demo.processes.run ?? runProgram, onPicture });
  } finally {
    begin();
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
