import type { Ledger } from '../ledger/open.ts';
import { EVERYTHING, groupCells, RowBuilder } from '../ledger/queries/cells.ts';
import { type Directory, loadDirectory, plainInfo, type SessionInfo } from '../ledger/queries/directory.ts';
import { usageEvents } from '../ledger/queries/events.ts';
import { cellFilter, NO_FILTER } from '../ledger/queries/filters.ts';
import { CELL_MS } from '../ledger/schema.ts';
import { contextWindowOf } from '../pricing/lookup.ts';
import type { CostMode } from '../pricing/types.ts';
import { earliest } from './amounts.ts';
import { ALIVE_MS, retainFrom, type SnapshotInput } from './build.ts';
import { lastSign, type SessionInput } from './session-view.ts';
import { type AccountWindows, accountWindows, type WindowOptions } from './windows.ts';

export interface LedgerStateOptions {
  readonly mode: CostMode;
  readonly zone: string;
  readonly aliases: Readonly<Record<string, string>>;
  /** `--projects` and `--exclude`: globs or directories. */
  readonly projects: readonly string[];
  readonly excludeProjects: readonly string[];
  readonly floorMs: number | null;
  readonly lengthMs: number | null;
}

/** Requests newer than this are read anew at every change; older ones only when their sums changed. */
const TAIL_MS = 10 * 60_000;
const FUTURE_MS = 24 * 3_600_000;
const PRINT = `SELECT sum(events) AS a, sum(input + output + write5m + write1h + read) AS b, sum(calc + logged) AS c, sum(session * (events + output)) AS d,
  sum(model * events) AS e FROM rollup WHERE cell >= ? AND cell < ?`;

/** What the monitor keeps of the ledger in memory, brought up to date after a change. */
export class LedgerState {
  directory: Directory;
  private windows: AccountWindows[] = [];
  private events: SnapshotInput['events'] = [];
  private sessions: SessionInput[] = [];
  private shown: ReadonlySet<string> | null = null;
  private since = new Map<string, number>();
  private from = Number.POSITIVE_INFINITY;
  private fingerprint = '';
  private settled = Number.NEGATIVE_INFINITY;
  private readonly ledger: Ledger;
  private readonly options: LedgerStateOptions;

  constructor(ledger: Ledger, options: LedgerStateOptions) {
    this.ledger = ledger;
    this.options = options;
    this.directory = loadDirectory(ledger, options.aliases);
  }

  /** Reads what may have changed. `all`: the whole history too, as after a pass over all files. */
  refresh(now: number, all: boolean): void {
    const { ledger, options } = this;
    this.directory = loadDirectory(ledger, options.aliases);
    const window: WindowOptions = { now, floorMs: options.floorMs, lengthMs: options.lengthMs };
    this.windows = accountWindows(ledger, this.directory, options.mode, window, all ? [] : this.windows);
    this.refreshEvents(now, retainFrom(now, options.zone, this.windows));
    const filter = cellFilter({ ...NO_FILTER, projects: options.projects, excludeProjects: options.excludeProjects }, this.directory);
    this.shown = filter.sessions === null ? null : new Set(filter.sessions.map((id) => this.directory.sessions.get(id)!.sessionId));
    this.refreshSessions(now);
  }

  input(): Pick<SnapshotInput, 'events' | 'sessions' | 'projectsSince' | 'windows' | 'shown' | 'contextWindow'> {
    return {
      events: this.events,
      sessions: this.sessions,
      projectsSince: this.since,
      windows: this.windows,
      shown: this.shown,
      contextWindow: (model) => contextWindowOf(this.ledger.table, model),
    };
  }

  private refreshEvents(now: number, from: number): void {
    const { ledger, directory, options } = this;
    const holds = from === this.from && this.settled > from && this.printOf(from, this.settled) === this.fingerprint;
    const start = holds ? this.settled : from;
    const old = holds ? this.events.filter((e) => e.at < start) : [];
    const tail = Math.max(holds ? this.settled : from, Math.floor((now - TAIL_MS) / CELL_MS) * CELL_MS);
    // Taken before the requests: what another process writes in between makes the next comparison fail, and is not missed.
    this.fingerprint = this.printOf(from, tail);
    this.events = [...old, ...usageEvents(ledger, directory, options.mode, start, now + FUTURE_MS)];
    this.from = from;
    this.settled = tail;
  }

  /** Sums of the cells before `to`: equal sums, equal requests. */
  private printOf(from: number, to: number): string {
    return JSON.stringify(this.ledger.db.sql(PRINT).get(Math.floor(from / CELL_MS), Math.floor(to / CELL_MS)) ?? null);
  }

  private refreshSessions(now: number): void {
    const used = new Set(this.events.map((e) => e.sessionId));
    const infos = [...this.directory.sessions.values()];
    const bare = (info: SessionInfo): SessionInput => ({
      ...plainInfo(info),
      total: new RowBuilder().build().sum,
      firstAt: null,
      lastRequestAt: null,
    });
    const near = infos.filter((info) => used.has(info.sessionId) || now - (lastSign(bare(info), now) ?? 0) <= ALIVE_MS);
    const rows = new Map(near.map((info) => [info.id, new RowBuilder()]));
    for (const group of groupCells(this.ledger, ['session'], { ...EVERYTHING, sessions: near.map((info) => info.id) }, this.options.mode))
      rows.get(group.group[0]!)?.add(group, '');
    this.sessions = near.map((info) => {
      const row = rows.get(info.id)!;
      return { ...plainInfo(info), total: row.sum, firstAt: row.firstAt, lastRequestAt: row.lastAt };
    });
    this.since = new Map();
    for (const info of infos) {
      const first = rows.has(info.id) ? undefined : info.facts.cwd?.[1][1];
      if (first !== undefined) this.since.set(info.root, earliest([first, this.since.get(info.root) ?? null])!);
    }
  }
}
