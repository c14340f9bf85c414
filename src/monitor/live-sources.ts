import { join } from 'node:path';
import type { AccountBook } from '../accounts/book.ts';
import { claimsOf } from '../accounts/claims.ts';
import type { Clock } from '../platform/clock.ts';
import type { ProcessTable } from '../platform/processes.ts';
import { type Capture, type Captures, officialSamples, readCaptures } from '../sessions/captures.ts';
import type { LiveSession } from '../sessions/session.ts';
import type { SessionRules } from '../sessions/states.ts';
import type { Window, WindowSample } from '../usage/window.ts';
import { type WatchOptions, watchTree } from '../watch/watch.ts';
import type { LedgerStateOptions } from './ledger-state.ts';
import type { ClientSample } from './live-input.ts';
import { LiveStates } from './live-states.ts';
import { OfficialQuota } from './official-quota.ts';
import { readSamples } from './quota-file.ts';
import type { SnapshotInput } from './snapshot-input.ts';
import { TranscriptEnds } from './transcript-ends.ts';

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
  /** Whose each session is. */
  readonly accounts: AccountBook;
  /** Files of a session's subagents. */
  readonly agentFiles: (sessionId: string) => readonly string[];
  readonly onChange: () => void;
  /** Time for a look at what others wrote to the ledger. */
  readonly onLook: () => void;
}

/** What other processes wrote to the ledger and to the profiles is looked for this often (LV-123). ms. */
const LOOK_MS = 1000;
/** Registry, journals and captures are read again once in so many looks, because events can be lost (LS-14). */
const LOOKS_PER_READ = 2;
const NO_CAPTURES: ReadonlyMap<string, Capture> = new Map();

/** What is known of sessions beside the ledger: registry, hook journals, statusline captures, transcript ends. */
export class LiveSources {
  private readonly o: LiveSourcesOptions;
  /** The transcripts' ends. */
  readonly ends: TranscriptEnds;
  private readonly quota: OfficialQuota;
  private loading = false;
  private captures: Captures | undefined;
  private samples = new Map<string, ClientSample>();
  private readonly states: LiveStates;
  private readonly watch: { close(): void } | null;
  private readonly net: NodeJS.Timeout;

  constructor(options: LiveSourcesOptions) {
    this.o = options;
    this.ends = new TranscriptEnds(options.actions === 'target');
    this.quota = new OfficialQuota(options.stateDir === null ? [] : readSamples(options.stateDir, options.clock.now()));
    this.states = new LiveStates(options.claudeDirs, options.stateDir, options.rules, options.processes);
    const folders = options.stateDir === null ? [] : ['events', 'statusline'].map((name) => join(options.stateDir!, name));
    const roots = [...options.claudeDirs.map((dir) => join(dir, 'sessions')), ...folders];
    this.watch = watchTree(roots, () => options.onChange(), { ...options.watch, depth: 0, accept: (path) => /\.jsonl?$/.test(path) });
    let looks = 0;
    this.net = setInterval(() => {
      this.loadAccounts();
      if (++looks % LOOKS_PER_READ === 0) options.onChange();
      else options.onLook();
    }, LOOK_MS);
    this.net.unref();
  }

  close(): void {
    clearInterval(this.net);
    this.watch?.close();
    this.states.close();
  }

  /** Reads all of it for the first time. */
  begin(): void {
    const now = this.o.clock.now();
    this.readStates(now, true);
    this.readCaptures();
    this.learnAccounts(now);
    this.learnQuota();
  }

  /** Another process may have written profiles or switches; what they say now is learned with the next look. */
  private loadAccounts(): void {
    if (this.loading) return;
    this.loading = true;
    this.o.accounts
      .load()
      .then((changed) => {
        if (changed) this.o.onChange();
      })
      .finally(() => {
        this.loading = false;
      });
  }

  readonly accountOf = (sessionId: string): string => this.o.accounts.of(sessionId).account;

  /** Whose a request is, and which sessions live, for what is kept of the ledger. */
  get attribution(): Pick<LedgerStateOptions, 'accountOf' | 'accountAt' | 'switched' | 'isLive'> {
    const { accounts } = this.o;
    const { accountOf, isLive } = this;
    return { accountOf, isLive, accountAt: (id, at) => accounts.at(id, at), switched: () => accounts.switchedSessions };
  }

  /** Takes what captures, hooks and directories tell of accounts. True when a session's account is another one. */
  learnAccounts(now: number): boolean {
    return this.o.accounts.learn(claimsOf(this.capturesBySession, this.states.raw, this.o.claudeDirs, now), now);
  }

  get capturesBySession(): ReadonlyMap<string, Capture> {
    return this.captures?.bySession ?? NO_CAPTURES;
  }

  /** Live sessions as they were read last. */
  get live(): readonly LiveSession[] {
    return this.states.raw;
  }

  /** The server's statements, to be kept over a restart (D-31). */
  get remembered(): OfficialQuota {
    return this.quota;
  }

  get sessionIds(): Iterable<string> {
    return this.states.all.keys();
  }

  readonly isLive = (sessionId: string): boolean => this.states.all.has(sessionId);

  /** Reads captures. True when one changed. */
  readCaptures(): boolean {
    const { stateDir, clock } = this.o;
    if (stateDir === null) return false;
    const captures = readCaptures(stateDir, clock.now(), this.captures);
    const isSame = captures.revision === this.captures?.revision;
    this.captures = captures;
    if (isSame) return false;
    this.samples = new Map(
      [...captures.bySession].map(([id, { at, context, effort }]) => [
        id,
        { at, contextPercent: context.percent, contextTokens: context.used, windowSize: context.size, effort },
      ]),
    );
    return true;
  }

  /** Takes the captures' statements once their accounts are known: each belongs to its session's account of its time. True when one is new. */
  learnQuota(): boolean {
    const { accounts, clock } = this.o;
    if (this.captures === undefined) return false;
    const nameOf = (account: string) => ({ account, label: accounts.labelOf(account) });
    return this.quota.learn(officialSamples(this.captures), ({ sessionId, at }) => nameOf(accounts.at(sessionId, at)), clock.now());
  }

  /** Statements about 5-hour windows, by account. */
  windowSamples(): ReadonlyMap<string, readonly WindowSample[]> {
    return this.quota.fiveHour();
  }

  /** Decides states anew; unless `force` only when a turn began or ended, or the last time is two seconds ago. True when one changed. */
  readStates(now: number, force: boolean): boolean {
    if (!force && !this.ends.hasTurned && !this.states.isOld(now)) return false;
    this.ends.hasTurned = false;
    return this.states.read(now, this.ends.bySession(), this.o.agentFiles);
  }

  input(
    openWindow: (account: string) => Window | null,
  ): Pick<SnapshotInput, 'live' | 'samples' | 'quotas' | 'actions' | 'accountOf' | 'labelOf'> {
    const labelOf = (account: string) => this.o.accounts.labelOf(account);
    return {
      live: this.states.all,
      samples: this.samples,
      quotas: this.quota.quotas(openWindow),
      actions: this.ends.actions,
      accountOf: this.accountOf,
      labelOf,
    };
  }
}
