import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import type { ProcessTable } from '../platform/processes.ts';
import { type Captures, officialSamples, readCaptures } from '../sessions/captures.ts';
import type { SessionRules } from '../sessions/states.ts';
import type { Window, WindowSample } from '../usage/window.ts';
import { type WatchOptions, watchTree } from '../watch/watch.ts';
import { Accounts } from './accounts.ts';
import type { SnapshotInput } from './build.ts';
import type { ClientSample } from './live-input.ts';
import { LiveStates } from './live-states.ts';
import { OfficialQuota } from './official-quota.ts';
import type { LastAction } from './snapshot.ts';
import { type TailNews, TranscriptTail } from './transcript-tail.ts';

export interface LiveSourcesOptions {
  readonly claudeDirs: readonly string[];
  /** `S`: hook journals and statusline captures; null = neither is read. */
  readonly stateDir: string | null;
  readonly clock: Clock;
  /** `privacy.actions` (LV-52). */
  readonly actions: 'target' | 'tool';
  /** Clocks of idle and stale sessions, ms; default LS-32's. */
  readonly rules?: SessionRules | undefined;
  /** Tells which processes live; default the system's. */
  readonly processes?: ProcessTable | undefined;
  readonly watch: WatchOptions;
  readonly onChange: () => void;
}

/** Registry and captures are read again at least this often, because events can be lost (LS-14), and what other processes wrote is looked for. ms. */
const NET_MS = 1000;
/** Transcript ends that are followed at once. */
const MAX_TAILS = 500;

/** A session that is listed or may be, and where its transcript lies. */
export interface Followed {
  readonly sessionId: string;
  readonly path: string;
}

/** What is known of sessions beside the ledger: registry, hook journals, statusline captures, transcript ends. */
export class LiveSources {
  private readonly o: LiveSourcesOptions;
  private readonly tails = new Map<string, TranscriptTail>();
  private readonly paths = new Map<string, string>();
  private readonly accounts = new Accounts();
  private readonly quota = new OfficialQuota();
  private captures: Captures | undefined;
  private samples = new Map<string, ClientSample>();
  private readonly states: LiveStates;
  /** A turn began or ended since states were decided. */
  private hasTurned = false;
  private readonly watch: { close(): void } | null;
  private readonly net: NodeJS.Timeout;

  constructor(options: LiveSourcesOptions) {
    this.o = options;
    this.states = new LiveStates(options.claudeDirs, options.stateDir, options.rules, options.processes);
    const folders = options.stateDir === null ? [] : ['events', 'statusline'].map((name) => join(options.stateDir!, name));
    const roots = [...options.claudeDirs.map((dir) => join(dir, 'sessions')), ...folders];
    this.watch = watchTree(roots, () => options.onChange(), { ...options.watch, depth: 0, accept: (path) => /\.jsonl?$/.test(path) });
    this.net = setInterval(() => options.onChange(), NET_MS);
    this.net.unref();
  }

  close(): void {
    clearInterval(this.net);
    this.watch?.close();
  }

  readonly accountOf = (sessionId: string): string => this.accounts.of(sessionId).account;

  get sessionIds(): Iterable<string> {
    return this.states.all.keys();
  }

  readonly isLive = (sessionId: string): boolean => this.states.all.has(sessionId);

  /** Reads captures. True in `accounts` when a session changed its account, in `quota` when the server said something new, in `any` at any change. */
  readCaptures(): { readonly accounts: boolean; readonly quota: boolean; readonly any: boolean } {
    const { stateDir, clock } = this.o;
    if (stateDir === null) return { accounts: false, quota: false, any: false };
    const captures = readCaptures(stateDir, clock.now(), this.captures);
    const isSame = captures.revision === this.captures?.revision;
    this.captures = captures;
    if (isSame) return { accounts: false, quota: false, any: false };
    this.samples = new Map(
      [...captures.bySession].map(([id, { at, context, effort }]) => [
        id,
        { at, contextPercent: context.percent, contextTokens: context.used, windowSize: context.size, effort },
      ]),
    );
    const accounts = this.accounts.learn([...captures.bySession.values()]);
    const quota = this.quota.learn(officialSamples(captures), ({ sessionId }) => this.accounts.of(sessionId), clock.now());
    return { accounts, quota, any: true };
  }

  /** Statements about 5-hour windows, by account. */
  windowSamples(): ReadonlyMap<string, readonly WindowSample[]> {
    return this.quota.fiveHour();
  }

  /** What a transcript has grown by; `known` bytes of it are in the ledger already. */
  grown(path: string, known: number): TailNews {
    const tail = this.tailOf(path, known);
    const { last } = tail;
    const news = tail.read();
    this.hasTurned ||= tail.last?.kind !== last?.kind || tail.last?.since !== last?.since;
    return news;
  }

  /** Follows the transcripts of these sessions. Costs a read of the end for those not followed yet. */
  follow(sessions: readonly Followed[], sizeOf: (path: string) => number): void {
    const wanted = sessions.slice(0, MAX_TAILS);
    if (this.tails.size > 2 * MAX_TAILS) this.tails.clear();
    this.paths.clear();
    for (const { sessionId, path } of wanted) {
      this.paths.set(sessionId, path);
      if (!this.tails.has(path)) this.tailOf(path, sizeOf(path)).read();
    }
  }

  private tailOf(path: string, known: number): TranscriptTail {
    let tail = this.tails.get(path);
    if (!tail) {
      tail = new TranscriptTail(path, known, this.o.actions === 'target');
      this.tails.set(path, tail);
    }
    return tail;
  }

  /** Tail of a session's own transcript, if it is followed. */
  tailOfSession(sessionId: string): TranscriptTail | null {
    const path = this.paths.get(sessionId);
    return path === undefined ? null : (this.tails.get(path) ?? null);
  }

  /** Decides states anew; unless `force` only when a turn began or ended, or the last time is a second ago. True when one changed. */
  readStates(now: number, force: boolean): boolean {
    if (!force && !this.hasTurned && !this.states.isOld(now)) return false;
    this.hasTurned = false;
    const tails = new Map<string, TranscriptTail>();
    for (const [id, path] of this.paths) {
      const tail = this.tails.get(path);
      if (tail !== undefined) tails.set(id, tail);
    }
    return this.states.read(now, tails);
  }

  input(openWindow: (account: string) => Window | null): Pick<SnapshotInput, 'live' | 'samples' | 'quotas' | 'actions' | 'accountOf'> {
    const actions = new Map<string, LastAction>();
    for (const [id, path] of this.paths) {
      const action = this.tails.get(path)?.action;
      if (action) actions.set(id, action);
    }
    return { live: this.states.all, samples: this.samples, quotas: this.quota.quotas(openWindow), actions, accountOf: this.accountOf };
  }
}
