import type { Ledger } from '../ledger/open.ts';
import { type CellTokens, cellTokens } from '../ledger/queries/cell-tokens.ts';
import { DEFAULT_ACCOUNT, type Directory, type SessionInfo } from '../ledger/queries/directory.ts';
import { usageEvents } from '../ledger/queries/events.ts';
import { CELL_MS } from '../ledger/schema.ts';
import type { CostMode, TokenCounts } from '../pricing/types.ts';
import type { FinishedWindow } from '../usage/limit.ts';
import type { UsageEvent } from '../usage/types.ts';
import { estimateWindows, officialWindows, type Window, type WindowSample } from '../usage/window.ts';
import { FUTURE_MS } from './session-signs.ts';

/** The quota windows of one account, oldest first, and what its finished ones held (tokens), for the rungs of D-34. */
export interface AccountWindows {
  readonly account: string;
  readonly windows: readonly Window[];
  readonly finished: readonly FinishedWindow[];
}

export interface WindowOptions {
  /** Epoch ms. */
  readonly now: number;
  /** Overrides of estimates in ms (`window.floor`, `window.hours`); null = D-21. */
  readonly floorMs: number | null;
  readonly lengthMs: number | null;
  /** What the server said beyond the transcripts, by account: the samples of statusline runs (D-20). */
  readonly samples?: ReadonlyMap<string, readonly WindowSample[]>;
  /** Account of a session at a time (AP-5); absent = the directory's. */
  readonly accountAt?: (session: SessionInfo, at: number) => string;
  readonly switched?: ReadonlySet<string>;
}

/** A usage-limit error is the server's word that the window is full, and when it resets (D-20). */
export function limitSamples(directory: Directory): Map<string, WindowSample[]> {
  const samples = new Map<string, WindowSample[]>();
  for (const { account, facts } of directory.sessions.values()) {
    const fact = facts.limitResetsAt;
    if (fact === undefined) continue;
    const own = samples.get(account) ?? [];
    own.push({ used: 100, resetsAt: fact[0], seenAt: fact[1][1] });
    samples.set(account, own);
  }
  return samples;
}

/** A cell's first and last request stand for all of it: windows start at multiples of the cell's five minutes (D-21). */
type CellUse = Pick<CellTokens, 'firstAt' | 'lastAt' | keyof TokenCounts>;

type Attribution = Pick<WindowOptions, 'accountAt' | 'switched'>;

function usesByAccount(cells: readonly CellTokens[], directory: Directory, { switched }: Attribution): Map<string, CellUse[]> {
  const uses = new Map<string, CellUse[]>();
  const only = [...directory.sessions.values()][0]?.account ?? DEFAULT_ACCOUNT;
  for (const cell of cells) {
    const info = cell.session === null ? undefined : directory.sessions.get(cell.session);
    if (info !== undefined && switched?.has(info.sessionId)) continue;
    addUse(uses, cell.session === null ? only : (info?.account ?? DEFAULT_ACCOUNT), cell);
  }
  return uses;
}

function addUse(uses: Map<string, CellUse[]>, account: string, use: CellUse): void {
  const own = uses.get(account);
  if (own === undefined) uses.set(account, [use]);
  else own.push(use);
}

/** Sessions that changed their account are few: of them each request is looked at, for a cell may hold both accounts' (AP-5). */
function addSwitched(
  uses: Map<string, CellUse[]>,
  events: (session: number) => readonly UsageEvent[],
  directory: Directory,
  { switched, accountAt }: Attribution,
): void {
  if (switched === undefined || switched.size === 0) return;
  for (const info of directory.sessions.values()) {
    if (!switched.has(info.sessionId)) continue;
    for (const event of events(info.id))
      addUse(uses, accountAt?.(info, event.at) ?? info.account, { firstAt: event.at, lastAt: event.at, ...event.tokens });
  }
}

/** Adds up the cells of each finished window; `uses` and `windows` oldest first. */
function finishedOf(windows: readonly Window[], uses: readonly CellUse[], now: number): FinishedWindow[] {
  const finished: FinishedWindow[] = [];
  let next = 0;
  for (const window of windows) {
    if (window.end > now) break;
    const tokens = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
    for (; next < uses.length && uses[next]!.firstAt < window.end; next++)
      if (uses[next]!.firstAt >= window.start) addTokens(tokens, uses[next]!);
    finished.push({ end: window.end, tokens });
  }
  return finished;
}

function addTokens(into: { -readonly [K in keyof TokenCounts]: number }, more: TokenCounts): void {
  into.input += more.input;
  into.output += more.output;
  into.cacheWrite5m += more.cacheWrite5m;
  into.cacheWrite1h += more.cacheWrite1h;
  into.cacheRead += more.cacheRead;
}

/** Windows that are over and whose use is known: one that ended since the last look is not counted yet. */
function settledOf({ windows, finished }: AccountWindows, now: number): readonly Window[] {
  const until = Math.min(now - CELL_MS, finished.at(-1)?.end ?? Number.NEGATIVE_INFINITY);
  return windows.filter((w) => w.end <= until);
}

/**
 * All windows of each account from the rollup: no request is looked at. `before` are earlier results whose finished windows still hold: then only the
 * cells after them are read. Windows are chained (D-21), so they are taken over up to the last finished one.
 */
export function accountWindows(
  ledger: Ledger,
  directory: Directory,
  mode: CostMode,
  options: WindowOptions,
  before: readonly AccountWindows[] = [],
): AccountWindows[] {
  const settled = new Map(before.map((a) => [a.account, settledOf(a, options.now)]));
  const ends = [...settled.values()].map((windows) => windows.at(-1)?.end ?? 0);
  const since = ends.length === 0 ? null : Math.min(...ends);
  const from = since === null || since === 0 ? null : Math.floor(since / CELL_MS) * CELL_MS;
  // Of one account alone nobody asks whose a cell is: fewer sums.
  const bySession = (options.switched?.size ?? 0) > 0 || new Set([...directory.sessions.values()].map(({ account }) => account)).size > 1;
  const uses = usesByAccount(cellTokens(ledger, from, bySession), directory, options);
  const until = options.now + FUTURE_MS;
  addSwitched(uses, (session) => usageEvents(ledger, directory, mode, from ?? 0, until, session), directory, options);
  const samples = limitSamples(directory);
  for (const [account, more] of options.samples ?? []) samples.set(account, [...(samples.get(account) ?? []), ...more]);
  const accounts = new Set([...uses.keys(), ...samples.keys(), ...settled.keys()]);
  return [...accounts].sort().map((account) => {
    const kept = settled.get(account) ?? [];
    const end = kept.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
    const own = (uses.get(account) ?? []).filter((use) => use.lastAt >= end).sort((a, b) => a.firstAt - b.firstAt);
    const official = officialWindows(samples.get(account) ?? []).filter((w) => w.end > end);
    const points = own.flatMap((use) => [{ at: use.firstAt }, { at: use.lastAt }]).filter(({ at }) => at >= end);
    const windows = estimateWindows(
      points,
      {
        ...(options.floorMs === null ? {} : { floorMs: options.floorMs }),
        ...(options.lengthMs === null ? {} : { lengthMs: options.lengthMs }),
      },
      official,
    );
    const old = before.find((a) => a.account === account)?.finished.filter((w) => w.end <= end) ?? [];
    return { account, windows: [...kept, ...windows], finished: [...old, ...finishedOf(windows, own, options.now)] };
  });
}
