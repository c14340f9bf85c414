import { existsSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import type { AccountBook } from '../accounts/book.ts';
import { AGES, WRITES } from '../accounts/constants.ts';
import { logDaemon } from '../accounts/daemon-log.ts';
import { GitReader } from '../accounts/git.ts';
import { layeredThresholds, readHumanConfig } from '../accounts/human-config.ts';
import { isEnabled } from '../accounts/legacy.ts';
import { healthDir, type Published, publishHealth, tryWriter } from '../accounts/publish.ts';
import { placeOf } from '../accounts/state-file.ts';
import { healthMaterial, type MaterialSources } from '../monitor/health-material.ts';
import type { RunningMonitor } from '../monitor/monitor.ts';
import type { Snapshot } from '../monitor/snapshot.ts';
import { KnownError } from '../platform/errors.ts';
import { type Stamp, sameStamp, stampOf } from '../platform/files.ts';
import type { Lock } from '../platform/locks.ts';
import { sessionFileName } from '../sessions/file-name.ts';
import type { SummaryGit } from '../sessions/summary-file.ts';
import type { App } from './open.ts';
import { SecretScans } from './secret-scans.ts';
import { StatusFiles } from './status-files.ts';

/** One kind of problem is logged at most so often (ST-20). ms */
const SAY_AGAIN_MS = 3_600_000;
/** Above this load per processor what is not needed at once pauses (BG-4). */
const BUSY_PER_CPU = 2;

const isBusy = (): boolean => (loadavg()[0] ?? 0) > BUSY_PER_CPU * availableParallelism();

/**
 * Publishes what other programs read, while its process is the one that may (BG-1): the session-health contract (session-state §2.4 – 2.10) and the status
 * files of sessions without hooks, and only after somebody asked for it (MG-3). Nothing that goes wrong here reaches who follows the sessions (BG-2).
 */
export class Publisher {
  private readonly app: App;
  private readonly book: AccountBook;
  private readonly git: GitReader;
  private readonly status: StatusFiles;
  private readonly secrets = new SecretScans();
  private readonly said = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private lock: Lock | null = null;
  private hasLooked = false;
  private running = false;
  private passAt = Number.NEGATIVE_INFINITY;
  private states = '';
  private figures = '';
  private expected: readonly string[] = [];
  private stamps: readonly (Stamp | null)[] = [];
  private logged: readonly string[] = [];

  constructor(app: App, book: AccountBook) {
    this.app = app;
    this.book = book;
    this.git = new GitReader({ path: app.env.PATH, home: app.paths.home, now: () => app.clock.now() });
    this.status = new StatusFiles(app);
  }

  /** This process writes what others read; looked up when it is first asked for, after the first picture of a view (LV-114), then once a second. */
  readonly isWriter = (): boolean => {
    if (!this.hasLooked) this.take();
    return this.lock !== null;
  };

  readonly gitOf = (folder: string): SummaryGit | null => this.git.get(folder);

  /** Publishes what the monitor knows until it is closed. */
  follow(monitor: RunningMonitor): void {
    this.timer = setInterval(() => this.tick(monitor), WRITES.takeOver);
    this.timer.unref();
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    for (const dir of this.logged) logDaemon(dir, 'INFO', 'the monitor stopped', this.app.clock.now());
    this.lock?.release();
    this.lock = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** One pass now, for a command that runs once; null while another process writes, or nobody asked for the files. */
  async once(monitor: RunningMonitor): Promise<Published | null> {
    if (!this.isWriter() || !this.isAsked()) return null;
    const sources = monitor.material();
    await Promise.all(this.folders(sources).map((folder) => this.git.refresh(folder)));
    return await this.pass(sources, false);
  }

  private take(): void {
    this.hasLooked = true;
    try {
      if (this.lock !== null && !this.lock.isHeld()) this.lock = null;
      this.lock ??= tryWriter(this.app.paths.stateDir);
    } catch (error) {
      // A state directory that cannot be written: nothing is, and the next second tries again.
      if (!(error instanceof KnownError)) throw error;
    }
  }

  private tick(monitor: RunningMonitor): void {
    this.take();
    if (this.lock === null || this.running || !this.isAsked()) return;
    const snapshot = monitor.get();
    if (snapshot.ingest.reading) return;
    const sources = monitor.material();
    this.safely(() => this.status.publish(sources));
    if (!isBusy()) for (const folder of this.folders(sources)) void this.git.refresh(folder);
    const due = this.due(snapshot, sources.now);
    if (due === null) return;
    this.running = true;
    this.pass(sources, due === 'figures')
      .catch((error: unknown) => this.say([reasonOf(error)], 'ERROR'))
      .finally(() => {
        this.running = false;
      });
  }

  /** The person asked for the files, or the setting says so (MG-3). */
  private isAsked(): boolean {
    const { legacyFiles } = this.app.config.state;
    return legacyFiles === 'on' || isEnabled(this.app.paths.stateDir);
  }

  private folders({ live }: MaterialSources): readonly string[] {
    return [...new Set(live.flatMap(({ cwd, ended }) => (cwd === null || ended !== null ? [] : [cwd])))];
  }

  /** Which kind of pass is due: states at once, figures at their pace, and a look whether a file is missing or was mended (ST-4, ST-11, ST-14). */
  private due({ sessions, combined }: Snapshot, now: number): 'states' | 'figures' | null {
    const since = Math.abs(now - this.passAt);
    if (since < WRITES.json) return null;
    const states = sessions.map(({ id, state, alive, account }) => `${id} ${state} ${alive} ${account}`).join('\n');
    if (states !== this.states) {
      this.states = states;
      return 'states';
    }
    const figures = `${combined.all} ${Math.max(0, ...sessions.map(({ lastAt }) => lastAt ?? 0))}`;
    if (figures !== this.figures && since >= WRITES.figures) {
      this.figures = figures;
      return 'figures';
    }
    // Ages change some issues, and once a day there is something to clean up.
    if (since >= AGES.billing.refresh) return 'figures';
    if (since < WRITES.look) return null;
    const isMissing = !this.expected.every((path) => existsSync(path));
    return isMissing || this.stampsNow().some((stamp, i) => !sameStamp(stamp, this.stamps[i] ?? null)) ? 'states' : null;
  }

  private stampsNow(): readonly (Stamp | null)[] {
    return this.app.paths.claudeDirs.map((dir) => stampOf(placeOf(healthDir(dir)).path));
  }

  private async pass(sources: MaterialSources, figuresOnly: boolean): Promise<Published> {
    const { paths, config, loaded } = this.app;
    const { sessions, usage } = healthMaterial(sources);
    const cwds = new Map(sources.live.map(({ id, cwd }) => [id, cwd]));
    const human = readHumanConfig(healthDir(paths.claudeDirs[0] ?? ''));
    // Off: no file is read for it (SH-7).
    const found = config.alerts.secrets === 'on' ? this.secrets.pass(sessions, sources.now, isBusy()) : null;
    const isSet = (key: string) => (loaded.origins.get(key) ?? 'default') !== 'default';
    const done = await publishHealth(
      {
        // The client's own directory is never made for it.
        claudeDirs: paths.claudeDirs.filter((dir) => existsSync(dir)),
        stateDir: paths.stateDir,
        dataDir: paths.dataDir,
        home: paths.home,
        settings: {
          format: config.state.format,
          legacyFiles: config.state.legacyFiles,
          archive: config.state.archive === 'on',
          thresholds: layeredThresholds(human.thresholds, config.thresholds, isSet),
          compactionPercent: config.context.compactionPercent,
          hideNames: config.privacy.names === 'hide',
        },
        sessions: sessions.map((session) => ({
          ...session,
          git: this.git.get(cwds.get(session.id) ?? session.cwd),
          secretTypes: found?.get(session.id) ?? null,
        })),
        usage,
        known: this.book.profiles(),
        figuresOnly,
      },
      sources.now,
    );
    this.passAt = sources.now;
    this.stamps = this.stampsNow();
    this.expected = done.dirs.flatMap(({ claudeDir, handsOff, state }) => {
      const own = sessions.filter(({ evidence }) => evidence.configDir === claudeDir).map(({ id }) => `${sessionFileName(id)}.json`);
      const isWhole = handsOff === null && state !== 'failed' && state !== 'broken';
      return isWhole ? [...own, 'sessions.json'].map((name) => join(healthDir(claudeDir), name)).filter((path) => existsSync(path)) : [];
    });
    this.greet(done, sources.now);
    this.say(done.problems, 'WARN');
    return done;
  }

  private greet(done: Published, now: number): void {
    if (this.timer === null) return;
    for (const { claudeDir, handsOff } of done.dirs) {
      const dir = healthDir(claudeDir);
      if (handsOff !== null || this.logged.includes(dir) || !existsSync(dir)) continue;
      this.logged = [...this.logged, dir];
      logDaemon(dir, 'INFO', `the monitor started (process ${process.pid})`, now);
    }
  }

  private safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.say([reasonOf(error)], 'ERROR');
    }
  }

  private say(problems: readonly string[], level: 'WARN' | 'ERROR'): void {
    const now = this.app.clock.now();
    for (const problem of problems) {
      if (now - (this.said.get(problem) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) continue;
      this.said.set(problem, now);
      for (const dir of this.logged) logDaemon(dir, level, problem, now);
      // The message of an error that is no known one may quote what was read.
      this.app.log.warn('files for other programs are not whole', { problem: level === 'ERROR' ? problem.split(':', 1)[0] : problem });
    }
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error');
