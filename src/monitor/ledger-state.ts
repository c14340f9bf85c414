import type { Ledger } from '../ledger/open.ts';
import type { RowBuilder } from '../ledger/queries/cells.ts';
import type { SessionInfo } from '../ledger/queries/directory.ts';
import { cellFilter, NO_FILTER } from '../ledger/queries/filters.ts';
import { LiveDirectory } from '../ledger/queries/live-directory.ts';
import { totalRows } from '../ledger/queries/total-rows.ts';
import { contextWindowOf } from '../pricing/lookup.ts';
import { openWindow, type Window, type WindowSample } from '../usage/window.ts';
import { earliest } from './amounts.ts';
import { LedgerUsage, type LedgerUsageOptions } from './ledger-usage.ts';
import type { LiveUsage } from './live-usage.ts';
import { type SessionInput, sessionInput } from './session-input.ts';
import { ALIVE_MS } from './session-list.ts';
import { lastSign } from './session-signs.ts';
import type { SnapshotInput } from './snapshot-input.ts';
import type { TailNews } from './transcript-tail.ts';
import { type AccountWindows, accountWindows, type WindowOptions } from './windows.ts';

export interface LedgerStateOptions extends LedgerUsageOptions {
  readonly aliases: Readonly<Record<string, string>>;
  /** `--projects` and `--exclude`: globs or directories. */
  readonly projects: readonly string[];
  readonly excludeProjects: readonly string[];
  readonly floorMs: number | null;
  readonly lengthMs: number | null;
  /** Account of a session where something tells it; else the ledger's default. */
  readonly accountOf?: (sessionId: string) => string;
  /** Sessions that registry, hooks or a transcript's end call live, whatever the ledger knows of them. */
  readonly isLive?: (sessionId: string) => boolean;
}

/** End of an account's newest window that is over, epoch ms; they are in order. */
const lastFinished = ({ windows }: AccountWindows, now: number): number | undefined => windows.findLast(({ end }) => end <= now)?.end;

/** What the monitor keeps of the ledger in memory: read whole at times, followed by the sessions that changed in between. */
export class LedgerState {
  readonly directory: LiveDirectory;
  private windows: AccountWindows[] = [];
  /** State of the ledger when it was last read whole or in part; null before. */
  private readAt: string | null = null;
  private version: unknown = null;
  /** Another process has written since the last pass over all files. */
  private haveOthersWritten = false;
  private samples: ReadonlyMap<string, readonly WindowSample[]> = new Map();
  private sessions = new Map<string, SessionInput>();
  private shown: ReadonlySet<string> | null = null;
  private since = new Map<string, number>();
  private readonly requests: LedgerUsage;
  private readonly ledger: Ledger;
  private readonly options: LedgerStateOptions;

  constructor(ledger: Ledger, options: LedgerStateOptions) {
    this.ledger = ledger;
    this.options = options;
    // Whoever follows for hours reads few pages again: most of a report's cache would lie there unused (LV-113).
    ledger.db.exec('PRAGMA cache_size = -4096');
    this.directory = new LiveDirectory(ledger, options.aliases, options.accountOf);
    this.requests = new LedgerUsage(ledger, this.directory, options, () => this.windows);
  }

  /** Reads what may have changed, epoch ms. `whole`: the history too, and what other processes wrote, as after a pass over all files. */
  refresh(now: number, whole: boolean): void {
    const { options } = this;
    // What another process has written is not as this one remembers it.
    this.ledger.appender.memory.check();
    // A pass that found nothing new leaves the history as it was read.
    const state = this.ledgerState();
    const all = whole && state !== this.readAt;
    const { sessions } = this.directory;
    this.directory.load();
    // Another process may have forgotten some: history has less then.
    const isLess = [...sessions.values()].some(({ sessionId }) => this.directory.find(sessionId) === null);
    this.refreshWindows(now, all || isLess);
    const version = this.dataVersion();
    this.haveOthersWritten ||= this.version !== null && version !== this.version;
    this.version = version;
    this.requests.refresh(now, whole && this.haveOthersWritten);
    if (whole) this.haveOthersWritten = false;
    const filter = cellFilter({ ...NO_FILTER, projects: options.projects, excludeProjects: options.excludeProjects }, this.directory);
    this.shown = filter.sessions === null ? null : new Set(filter.sessions.map((id) => this.directory.sessions.get(id)!.sessionId));
    this.refreshSessions(now);
    this.readAt = state;
  }

  /** Differs after every change of the ledger, by this process or another. */
  private ledgerState(): string {
    return `${this.dataVersion()}:${this.ledger.db.sql('SELECT total_changes() AS n').get()?.n}`;
  }

  /** Differs after every change by another process. */
  private dataVersion(): unknown {
    return this.ledger.db.sql('PRAGMA data_version').get()?.data_version;
  }

  /** Takes in what some files have grown by, at the cost of their sessions alone. False when only {@link refresh} can. Epoch ms. */
  follow(now: number, news: readonly TailNews[]): boolean {
    const requests = news.flatMap((part) => part.requests);
    for (const { at } of requests) this.requests.named(at ?? now);
    if (news.some(({ gap }) => gap) || requests.some(({ sessionId }) => sessionId === null)) return false;
    const ids = new Set(news.flatMap((part) => [...part.sessions]));
    if (![...ids].every((id) => this.directory.reload(id))) return false;
    if (this.shown !== null && ![...ids].every((id) => this.sessions.has(id))) return false;
    for (const id of ids) {
      const own = requests.filter((request) => request.sessionId === id);
      if (own.length > 0 && !this.requests.follow(id, own, now)) return false;
    }
    const outside = requests.some(({ sessionId, at }) => sessionId !== null && at !== null && !this.isInWindow(sessionId, at));
    if (outside || this.isHistoryOld(now)) this.refreshWindows(now, false);
    if (this.requests.isBehind(now)) return false;
    for (const id of ids) this.refreshSession(this.directory.find(id)!);
    return true;
  }

  /** Brings the sums to the windows and the day of `now`: before each snapshot. */
  prepare(now: number): void {
    // Of a ledger that has just taken another one's place nothing is known yet.
    if (this.readAt === null) this.refresh(now, true);
    // A window that has ended while nothing was written is history now (D-34).
    if (this.windows.some((account) => lastFinished(account, now) !== account.finished.at(-1)?.end)) this.refreshWindows(now, false);
    this.requests.prepare(now);
  }

  get usage(): LiveUsage {
    return this.requests.usage;
  }

  /** Whether the ledger knows one of these sessions that was not at hand when it was last read. */
  lacks(sessionIds: Iterable<string>): boolean {
    for (const id of sessionIds) if (!this.sessions.has(id) && this.directory.find(id) !== null) return true;
    return false;
  }

  /** The server's statements about 5-hour windows, by account. */
  setSamples(now: number, samples: ReadonlyMap<string, readonly WindowSample[]>): void {
    this.samples = samples;
    if (this.readAt !== null) this.refreshWindows(now, false);
  }

  /** All windows of each account. */
  get accountWindows(): readonly AccountWindows[] {
    return this.windows;
  }

  openWindow(account: string, now: number): Window | null {
    return openWindow(this.windows.find((a) => a.account === account)?.windows ?? [], now);
  }

  input(): Pick<SnapshotInput, 'usage' | 'sessions' | 'projectsSince' | 'windows' | 'shown' | 'contextWindow'> {
    return {
      usage: this.usage,
      sessions: this.sessions,
      projectsSince: this.since,
      windows: this.windows,
      shown: this.shown,
      contextWindow: (model) => contextWindowOf(this.ledger.table, model),
    };
  }

  private isInWindow(sessionId: string, at: number): boolean {
    const account = this.requests.accountAt(sessionId, at);
    return this.windows.find((a) => a.account === account)?.windows.findLast((w) => w.start <= at && at < w.end) !== undefined;
  }

  private refreshWindows(now: number, all: boolean): void {
    const { floorMs, lengthMs, mode } = this.options;
    const { switched } = this.options;
    const window: WindowOptions = {
      now,
      floorMs,
      lengthMs,
      samples: this.samples,
      accountAt: (info, at) => this.requests.accountAt(info.sessionId, at),
      ...(switched === undefined ? {} : { switched: switched() }),
    };
    this.windows = accountWindows(this.ledger, this.directory, mode, window, all || this.isHistoryOld(now) ? [] : this.windows);
    this.requests.oldest = Number.POSITIVE_INFINITY;
  }

  /** A line told of a request in a finished window or before one: its sum is another now, and so may be where the windows after it begin (D-21). */
  private isHistoryOld(now: number): boolean {
    return this.windows.some((account) => (lastFinished(account, now) ?? Number.NEGATIVE_INFINITY) > this.requests.oldest);
  }

  private refreshSessions(now: number): void {
    const infos = [...this.directory.sessions.values()];
    const { isLive } = this.options;
    const near = infos.filter(
      (info) =>
        this.usage.slotsOf(info.sessionId).some((slot) => !slot.isEmpty) ||
        isLive?.(info.sessionId) ||
        now - (lastSign({ facts: info.facts, lastRequestAt: null }, now) ?? 0) <= ALIVE_MS,
    );
    const rows = this.totalsOf(near);
    this.sessions = new Map(near.map((info) => [info.sessionId, sessionInput(info, rows.get(info.id) ?? null)]));
    this.since = new Map();
    for (const info of infos) {
      const first = rows.has(info.id) ? undefined : info.facts.cwd?.[1][1];
      if (first !== undefined) this.since.set(info.root, earliest([first, this.since.get(info.root) ?? null])!);
    }
  }

  private refreshSession(info: SessionInfo): void {
    this.sessions.set(info.sessionId, sessionInput(info, this.totalsOf([info]).get(info.id) ?? null));
  }

  private totalsOf(infos: readonly SessionInfo[]): Map<number, RowBuilder> {
    const ids = infos.map(({ id }) => id);
    return totalRows(this.ledger, ids, this.options.mode);
  }
}
