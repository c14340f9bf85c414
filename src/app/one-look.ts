import { startMonitor } from '../monitor/monitor.ts';
import type { Snapshot } from '../monitor/snapshot.ts';
import { NO_COST_THRESHOLDS } from '../monitor/warnings.ts';
import { setLimits } from '../usage/limit.ts';
import { monitorLink } from './monitor-link.ts';
import { type App, openAppLedger } from './open.ts';

/**
 * The engine's state of now, for a command that runs once (ST-19). Where the files for other programs are kept and no other process keeps them, they are
 * brought up to date by the way (BG-1). `zone`: IANA name.
 */
export async function oneLook(app: App, zone: string): Promise<Snapshot> {
  const { config, paths, clock } = app;
  using link = await monitorLink(app, { publishes: true });
  using ledger = openAppLedger(app, { sample: false });
  const monitor = startMonitor({
    ledger,
    claudeDirs: paths.claudeDirs,
    clock,
    refreshInterval: config.live.refreshInterval,
    workers: 0,
    stateDir: paths.stateDir,
    actions: config.privacy.actions,
    ...link.options,
    snapshot: {
      zone,
      burn: config.burn,
      limits: setLimits(null, config.limits),
      limitCount: config.limits.count,
      cost: NO_COST_THRESHOLDS,
      demo: false,
      plan: config.limits.plan,
      hide: link.hide,
    },
    state: {
      mode: 'auto',
      aliases: config.projects.aliases,
      projects: [],
      excludeProjects: [],
      floorMs: config.window.floor,
      lengthMs: config.window.hours * 3_600_000,
    },
    watch: config.watch,
  });
  try {
    await monitor.ready;
    await link.publisher?.once(monitor);
    return monitor.get();
  } finally {
    monitor.close();
  }
}
