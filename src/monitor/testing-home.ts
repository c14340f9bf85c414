import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Ledger, openLedger } from '../ledger/open.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { builtinTable } from '../pricing/table.ts';
import { type Monitor, startMonitor } from './monitor.ts';
import type { MonitorOptions } from './monitor-options.ts';
import type { Snapshot } from './snapshot.ts';
import { SNAPSHOT_OPTIONS } from './testing.ts';

/* A home that monitors follow, for tests. */

/** Follows one Claude directory: changes are seen soon, and only they make a snapshot. */
export const followOptions = (ledger: Ledger, claudeDir: string, more: Partial<MonitorOptions> = {}): MonitorOptions => ({
  ledger,
  claudeDirs: [claudeDir],
  clock: systemClock,
  refreshInterval: 60_000,
  workers: 0,
  snapshot: SNAPSHOT_OPTIONS,
  state: { mode: 'auto', aliases: {}, projects: [], excludeProjects: [], floorMs: null, lengthMs: null },
  watch: { pollInterval: 50 },
  ...more,
});

/** Settles with the first snapshot that is as it should be; fails after `late` ms. */
export function until(m: Monitor, holds: (s: Snapshot) => boolean, late = 5000): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    const check = () => {
      if (!holds(m.get())) return;
      clearTimeout(timer);
      end();
      resolve(m.get());
    };
    const end = m.subscribe(check);
    const fail = () => {
      const { ingest, combined, sessions } = m.get();
      reject(new Error(`late: ${JSON.stringify({ ingest, combined, sessions })}`));
    };
    const timer = setTimeout(fail, late);
    check();
  });
}

/** An empty home with the ledgers and monitors that a test opens in it, and their time. */
export class FollowedHome {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'tidemark-monitor-'));
  readonly claude = path.join(this.dir, 'claude');
  readonly state = path.join(this.dir, 'state');
  /** The transcripts of one project; not made yet. */
  readonly folder = path.join(this.claude, 'projects/-p-api');
  readonly ledger: Ledger;
  /** The home's time, for all that is started in it. */
  readonly clock: Clock = { now: () => this.now, monotonic: systemClock.monotonic };
  private stands: number | null;
  private readonly ledgers: Ledger[] = [];
  private readonly monitors: Monitor[] = [];

  /** `now`: where time stands until it is set, epoch ms; absent = it is the system's, and runs. */
  constructor(now: number | null = null) {
    this.stands = now;
    this.ledger = this.open();
  }

  /** Epoch ms. */
  get now(): number {
    return this.stands ?? systemClock.now();
  }

  set now(at: number) {
    this.stands = at;
  }

  /** The folders that the client and Tidemark's hooks write to. */
  makeFolders(): this {
    for (const name of ['claude/projects/-p-api', 'claude/sessions', 'state/events', 'state/statusline'])
      mkdirSync(path.join(this.dir, name), { recursive: true });
    return this;
  }

  readonly fileOf = (session: string): string => path.join(this.folder, `${session}.jsonl`);

  open(name = 'ledger.db'): Ledger {
    const ledger = openLedger({ path: path.join(this.dir, name), table: builtinTable(), version: '0', now: this.now });
    this.ledgers.push(ledger);
    return ledger;
  }

  start(more: Partial<MonitorOptions> = {}): Monitor {
    const monitor = startMonitor(followOptions(this.ledger, this.claude, { clock: this.clock, ...more }));
    this.monitors.push(monitor);
    return monitor;
  }

  remove(): void {
    for (const monitor of this.monitors) monitor.close();
    for (const ledger of this.ledgers) ledger[Symbol.dispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
