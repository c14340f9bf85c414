import { type AccountName, AccountNames, UNKNOWN_ACCOUNT } from './account-names.ts';
import { AccountPlaces } from './account-places.ts';
import type { AccountClaim } from './claims.ts';
import type { Profile } from './contracts.ts';
import { fingerprintOf, type ResetSeen } from './fingerprint.ts';
import type { Evidence } from './inputs.ts';
import { linkSessions } from './link.ts';
import { ProfileFiles } from './profile-files.ts';
import { canonicalId, type Resolution } from './resolve.ts';
import { SwitchHistory } from './switch-history.ts';

export { type AccountName, UNKNOWN_ACCOUNT } from './account-names.ts';

export interface BookOptions {
  readonly claudeDirs: readonly string[];
  /** `CLAUDE_CONFIG_DIR` named them: then `.claude.json` lies in each, else in the home. */
  readonly named: boolean;
  readonly home: string | null;
  /** `S` and `D`; null = nothing of them is read or made. */
  readonly stateDir: string | null;
  readonly dataDir: string | null;
}

const MAX_RESETS = 200;

/**
 * Whose each session is, and was at any time (D-4, AP-1, AP-5): what the sessions tell, over the profiles and sessions of `runtime-state`, over the
 * directory they lie in. The same for the live view, the reports and the files we publish.
 */
export class AccountBook {
  readonly places: AccountPlaces;
  private readonly o: BookOptions;
  private readonly files: ProfileFiles;
  private readonly history: SwitchHistory;
  private readonly names = new AccountNames();
  private known: readonly Profile[] = [];
  private resolutions: ReadonlyMap<string, Resolution> = new Map();
  private resets = new Map<string, ResetSeen[]>();
  private claims: readonly AccountClaim[] = [];
  private located: ReadonlyMap<string, string> = new Map();
  private print = '';

  constructor(options: BookOptions) {
    this.o = options;
    this.places = new AccountPlaces(options);
    this.files = new ProfileFiles(options.claudeDirs);
    this.history = new SwitchHistory(options.stateDir);
  }

  /** Reads the files that changed since the last time. True when one did; a broken one leaves what it said before. */
  async load(): Promise<boolean> {
    const isOther = await this.files.load();
    const changed = this.history.load() || isOther;
    if (changed) this.print = '';
    return changed;
  }

  /** Takes what the sessions tell now (epoch ms). True when an account of one changed. */
  learn(claims: readonly AccountClaim[], now: number): boolean {
    for (const claim of claims) this.noteReset(claim);
    const print = `${this.places.print()}${JSON.stringify(claims.map(({ weekly: _, ...claim }) => claim))}`;
    if (print === this.print) return false;
    this.print = print;
    const switches = this.history.print();
    this.claims = claims;
    const links = this.links();
    const several =
      new Set([this.o.claudeDirs[0] ?? '', ...claims.map(({ configDir }) => configDir)].map((dir) => this.places.real(dir))).size > 1;
    const profiles = this.seeded(several);
    const sessions = claims.map((claim) => ({
      id: claim.sessionId,
      cwd: claim.cwd ?? '',
      evidence: this.evidenceOf(claim, several, links, now),
      lastActivity: 0,
    }));
    const before = { authProfiles: profiles, sessions: [...links].map(([sessionId, authProfile]) => ({ sessionId, authProfile })) };
    const linked = linkSessions(before, sessions, { home: this.o.home ?? '', salt: this.places.salt(), now });
    this.known = linked.profiles;
    this.resolutions = linked.resolutions;
    this.history.note(linked.switches);
    return this.rename(claims) || this.history.print() !== switches;
  }

  /** Which directory each session's transcript lies in, for sessions that say nothing (AP-12). Only those outside the first directory need to be named. */
  locate(directories: ReadonlyMap<string, string>): void {
    this.located = directories;
  }

  of(sessionId: string): AccountName {
    const name = this.names.bySession.get(sessionId);
    if (name !== undefined) return name;
    const linked = this.links().get(sessionId);
    if (linked !== undefined) return this.named(canonicalId(this.profiles(), linked), 'account', 50);
    const dir = this.located.get(sessionId);
    return dir === undefined ? this.named('default', 'default', 10) : this.ofDirectory(dir);
  }

  /** The account at a time, epoch ms: usage stays with the one that was valid then (AP-5). */
  at(sessionId: string, at: number): string {
    const { account } = this.of(sessionId);
    return this.history.sessions.has(sessionId) ? this.history.accountAt(this.profiles(), account, sessionId, at) : account;
  }

  /** Sessions that changed their account at some time. */
  get switchedSessions(): ReadonlySet<string> {
    return this.history.sessions;
  }

  /** Whose a session was from when to when, oldest first; one part for nearly all. Epoch ms, half-open; null = open. */
  partsOf(sessionId: string): readonly { readonly account: string; readonly from: number | null; readonly to: number | null }[] {
    const starts = [null, ...this.history.timesOf(sessionId)];
    return starts.map((from, i) => ({ account: this.at(sessionId, from ?? Number.NEGATIVE_INFINITY), from, to: starts[i + 1] ?? null }));
  }

  labelOf(account: string): string {
    return this.names.labels.get(account) ?? this.named(account, 'default', 10).label;
  }

  /** Every account that is known, with its label. */
  get accounts(): ReadonlyMap<string, string> {
    return new Map([...this.profiles().map(({ profileId }) => [profileId, this.labelOf(profileId)] as const), ...this.names.labels]);
  }

  /** Files' profiles with what was learned beyond them. */
  profiles(): readonly Profile[] {
    return this.known.length > 0 ? this.known : this.files.profiles();
  }

  resolution(sessionId: string): Resolution | null {
    return this.resolutions.get(sessionId) ?? null;
  }

  /** What tells of a session's account now, for those who publish it. */
  evidence(sessionId: string, now: number): Evidence | null {
    const claim = this.claims.find((one) => one.sessionId === sessionId);
    if (claim === undefined) return null;
    const several = new Set(this.claims.map(({ configDir }) => this.places.real(configDir))).size > 1;
    return this.evidenceOf(claim, several, this.links(), now);
  }

  /** The Claude directory a session belongs to: its own word, else where its transcript lies, else the first (AP-12). */
  directoryOf(sessionId: string): string {
    return this.claims.find((one) => one.sessionId === sessionId)?.configDir ?? this.located.get(sessionId) ?? this.o.claudeDirs[0] ?? '';
  }

  /** The profile that each session is known to have had last. */
  private links(): Map<string, string> {
    const links = this.files.links();
    for (const [id, { profileId }] of this.resolutions) links.set(id, profileId);
    for (const { sessionId, to } of this.history.written) if (!links.has(sessionId)) links.set(sessionId, to);
    return links;
  }

  /** The first directory's account is the first of all, whoever speaks first (AP-4). */
  private seeded(several: boolean): readonly Profile[] {
    const profiles = this.known.length > 0 ? this.merged() : this.files.profiles();
    return this.places.withFirst(profiles, several);
  }

  /** Files may have changed under what was learned: theirs count, with ours behind them. */
  private merged(): readonly Profile[] {
    const stored = this.files.profiles();
    const ids = new Set(stored.map(({ profileId }) => profileId));
    const learned = new Map(this.known.map((profile) => [profile.profileId, profile]));
    const own = stored.map((profile) => {
      const other = learned.get(profile.profileId);
      return profile.tidemark?.identity == null && other?.tidemark?.identity != null ? { ...profile, tidemark: other.tidemark } : profile;
    });
    return [...own, ...this.known.filter(({ profileId }) => !ids.has(profileId))];
  }

  private evidenceOf(claim: AccountClaim, several: boolean, links: ReadonlyMap<string, string>, now: number): Evidence {
    const { configDir, profileEnv, alias, kind, cwd } = claim;
    // What a directory says now tells nothing of a session that ended under another account.
    const holds = claim.live || !links.has(claim.sessionId);
    const account = holds ? this.places.accountOf(configDir, several) : null;
    const fingerprint = account === null && holds ? fingerprintOf(this.resets.get(configDir) ?? [], now) : null;
    return { configDir, profileEnv, alias, kind: holds ? kind : null, cwd, account, fingerprint };
  }

  private noteReset({ configDir, weekly }: AccountClaim): void {
    if (weekly === null) return;
    const seen = this.resets.get(configDir) ?? [];
    if (seen.some(({ at, resetsAt }) => at === weekly.at && resetsAt === weekly.resetsAt)) return;
    this.resets.set(configDir, [...seen, weekly].slice(-MAX_RESETS));
  }

  /** True when the account of a session is another one. */
  private rename(claims: readonly AccountClaim[]): boolean {
    const before = this.names.bySession;
    this.names.learn(claims, this.profiles(), this.resolutions);
    const after = this.names.bySession;
    const ids = new Set([...before.keys(), ...after.keys()]);
    return [...ids].some(
      (id) => before.get(id)?.account !== after.get(id)?.account && (before.get(id) ?? UNKNOWN_ACCOUNT).account !== this.of(id).account,
    );
  }

  private named(account: string, method: AccountName['method'], confidence: number): AccountName {
    return this.names.named(this.profiles(), account, method, confidence);
  }

  private ofDirectory(dir: string): AccountName {
    const identity = this.places.accountOf(dir, true);
    const owner = this.profiles().find(({ tidemark }) => identity !== null && tidemark?.identity === identity);
    return owner === undefined
      ? this.named('default', 'default', 10)
      : this.named(canonicalId(this.profiles(), owner.profileId), 'account', 95);
  }
}

/** The book of an installation, read once. */
export async function openBook(options: BookOptions): Promise<AccountBook> {
  const book = new AccountBook(options);
  await book.load();
  return book;
}

/** A book that touches no file but the clients'. */
export const bookOf = (claudeDirs: readonly string[]): AccountBook =>
  new AccountBook({ claudeDirs, named: true, home: null, stateDir: null, dataDir: null });
