import { basename } from 'node:path';
import { KnownError } from '../platform/errors.ts';
import { type Stamp, sameStamp, stampOf } from '../platform/files.ts';
import { AccountPlaces } from './account-places.ts';
import type { AccountClaim } from './claims.ts';
import type { Profile } from './contracts.ts';
import { fingerprintOf, type ResetSeen } from './fingerprint.ts';
import type { Evidence } from './inputs.ts';
import { linkSessions } from './link.ts';
import { healthDirOf } from './places.ts';
import { canonicalId, type Method, type Resolution } from './resolve.ts';
import { placeOf, readStateFile } from './state-file.ts';
import { profileAt, readSwitches, type Switch, switchesFile } from './switches.ts';

/** An account as sessions, quotas and reports name it (D-4). */
export interface AccountName {
  /** The profile's id; a second account under one profile has a part of its hash behind it, so that their quotas stay apart (AP-7). */
  readonly account: string;
  /** For people; hostile text. */
  readonly label: string;
  readonly method: Method;
  /** 0 … 100. */
  readonly confidence: number;
}

export interface BookOptions {
  readonly claudeDirs: readonly string[];
  /** `CLAUDE_CONFIG_DIR` named them: then `.claude.json` lies in each, else in the home. */
  readonly named: boolean;
  readonly home: string | null;
  /** `S` and `D`; null = nothing of them is read or made. */
  readonly stateDir: string | null;
  readonly dataDir: string | null;
}

/** Where nothing is known. */
export const UNKNOWN_ACCOUNT: AccountName = { account: 'default', label: 'default', method: 'default', confidence: 10 };
const AUTOMATIC = /^(?:Primary Account|Auto-detected Account \d+)$/;
/** The line in the file may be written a moment before or after we saw the same change. ms */
const SAME_SWITCH_MS = 120_000;
const MAX_RESETS = 200;

interface StateRead {
  readonly stamp: Stamp | null;
  readonly profiles: readonly Profile[];
  readonly links: ReadonlyMap<string, string>;
}

/**
 * Whose each session is, and was at any time (D-4, AP-1, AP-5): what the sessions tell, over the profiles and sessions of `runtime-state`, over the
 * directory they lie in. The same for the live view, the reports and the files we publish.
 */
export class AccountBook {
  readonly places: AccountPlaces;
  private readonly o: BookOptions;
  private readonly states = new Map<string, StateRead>();
  private switchStamp: Stamp | null = null;
  private written: readonly Switch[] = [];
  /** Changes seen here that the file does not tell of yet. */
  private seen: Switch[] = [];
  private switched: ReadonlySet<string> = new Set();
  private known: readonly Profile[] = [];
  private resolutions: ReadonlyMap<string, Resolution> = new Map();
  private names = new Map<string, AccountName>();
  private labels = new Map<string, string>();
  private resets = new Map<string, ResetSeen[]>();
  private claims: readonly AccountClaim[] = [];
  private located: ReadonlyMap<string, string> = new Map();
  private print = '';

  constructor(options: BookOptions) {
    this.o = options;
    this.places = new AccountPlaces(options);
  }

  /** Reads the files that changed since the last time. True when one did; a broken one leaves what it said before. */
  async load(): Promise<boolean> {
    let changed = false;
    for (const claudeDir of this.o.claudeDirs) {
      const dir = healthDirOf(claudeDir);
      const stamp = stampOf(placeOf(dir).path);
      const before = this.states.get(claudeDir);
      if (before !== undefined && sameStamp(before.stamp, stamp)) continue;
      changed ||= before !== undefined || stamp !== null;
      this.states.set(claudeDir, await this.readState(dir, stamp, before));
    }
    const stamp = this.o.stateDir === null ? null : stampOf(switchesFile(this.o.stateDir));
    if (!sameStamp(stamp, this.switchStamp)) {
      this.switchStamp = stamp;
      this.written = stamp === null ? [] : readSwitches(this.o.stateDir!);
      this.noteSwitches([]);
      changed = true;
    }
    if (changed) this.print = '';
    return changed;
  }

  private async readState(dir: string, stamp: Stamp | null, before: StateRead | undefined): Promise<StateRead> {
    try {
      const { state } = await readStateFile(dir);
      return { stamp, profiles: state.authProfiles, links: new Map(state.sessions.map((one) => [one.sessionId, one.authProfile])) };
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      return { profiles: before?.profiles ?? [], links: before?.links ?? new Map(), stamp };
    }
  }

  /** Takes what the sessions tell now (epoch ms). True when an account of one changed. */
  learn(claims: readonly AccountClaim[], now: number): boolean {
    for (const claim of claims) this.noteReset(claim);
    const print = `${this.places.print()}${JSON.stringify(claims.map(({ weekly: _, ...claim }) => claim))}`;
    if (print === this.print) return false;
    this.print = print;
    const switches = this.switchPrint();
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
    this.noteSwitches(linked.switches);
    return this.rename(claims) || this.switchPrint() !== switches;
  }

  private switchPrint(): string {
    return this.seen.map(({ sessionId, to }) => `${sessionId} ${to}`).join('\n') + this.written.length;
  }

  /** Which directory each session's transcript lies in, for sessions that say nothing (AP-12). Only those outside the first directory need to be named. */
  locate(directories: ReadonlyMap<string, string>): void {
    this.located = directories;
  }

  of(sessionId: string): AccountName {
    const name = this.names.get(sessionId);
    if (name !== undefined) return name;
    const linked = this.links().get(sessionId);
    if (linked !== undefined) return this.named(canonicalId(this.profiles(), linked), 'account', 50);
    const dir = this.located.get(sessionId);
    return dir === undefined ? this.named('default', 'default', 10) : this.ofDirectory(dir);
  }

  /** The account at a time, epoch ms: usage stays with the one that was valid then (AP-5). */
  at(sessionId: string, at: number): string {
    const { account } = this.of(sessionId);
    return this.switched.has(sessionId) ? profileAt([...this.written, ...this.seen], this.profiles(), account, sessionId, at) : account;
  }

  /** Sessions that changed their account at some time. */
  get switchedSessions(): ReadonlySet<string> {
    return this.switched;
  }

  /** Whose a session was from when to when, oldest first; one part for nearly all. Epoch ms, half-open; null = open. */
  partsOf(sessionId: string): readonly { readonly account: string; readonly from: number | null; readonly to: number | null }[] {
    const times = this.switched.has(sessionId)
      ? [...this.written, ...this.seen].filter((one) => one.sessionId === sessionId).map(({ at }) => at)
      : [];
    const starts = [null, ...times.sort((a, b) => a - b)];
    return starts.map((from, i) => ({ account: this.at(sessionId, from ?? Number.NEGATIVE_INFINITY), from, to: starts[i + 1] ?? null }));
  }

  labelOf(account: string): string {
    return this.labels.get(account) ?? this.named(account, 'default', 10).label;
  }

  /** Every account that is known, with its label. */
  get accounts(): ReadonlyMap<string, string> {
    return new Map([...this.profiles().map(({ profileId }) => [profileId, this.labelOf(profileId)] as const), ...this.labels]);
  }

  /** Files' profiles with what was learned beyond them. */
  profiles(): readonly Profile[] {
    return this.known.length > 0 ? this.known : this.stored();
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

  private stored(): readonly Profile[] {
    const all = new Map<string, Profile>();
    for (const { profiles } of this.states.values())
      for (const profile of profiles) {
        const other = all.get(profile.profileId);
        // Two folders may know one profile; the account stands where it was seen.
        if (other === undefined || (other.tidemark?.identity == null && profile.tidemark?.identity != null))
          all.set(profile.profileId, profile);
      }
    return [...all.values()];
  }

  /** The profile that each session is known to have had last. */
  private links(): Map<string, string> {
    const links = new Map<string, string>();
    for (const { links: own } of this.states.values()) for (const [id, profile] of own) links.set(id, profile);
    for (const [id, { profileId }] of this.resolutions) links.set(id, profileId);
    for (const { sessionId, to } of this.written) if (!links.has(sessionId)) links.set(sessionId, to);
    return links;
  }

  /** The first directory's account is the first of all, whoever speaks first (AP-4). */
  private seeded(several: boolean): readonly Profile[] {
    const profiles = this.known.length > 0 ? this.merged() : this.stored();
    return this.places.withFirst(profiles, several);
  }

  /** Files may have changed under what was learned: theirs count, with ours behind them. */
  private merged(): readonly Profile[] {
    const stored = this.stored();
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

  private noteSwitches(found: readonly Switch[]): void {
    const isWritten = (one: Switch): boolean =>
      this.written.some(
        (line) =>
          line.sessionId === one.sessionId && line.from === one.from && line.to === one.to && Math.abs(line.at - one.at) < SAME_SWITCH_MS,
      );
    this.seen = [...this.seen, ...found].filter((one) => !isWritten(one));
    this.switched = new Set([...this.written, ...this.seen].map(({ sessionId }) => sessionId));
  }

  private rename(claims: readonly AccountClaim[]): boolean {
    const before = this.names;
    const keyOf = new Map<string, string>();
    this.labels = new Map();
    for (const claim of claims) {
      const { profileId, identity } = this.resolutions.get(claim.sessionId)!;
      const bound = this.known.find((profile) => profile.profileId === profileId)?.tidemark?.identity ?? null;
      const account = identity !== null && bound !== null && identity !== bound ? `${profileId}~${identity.slice(0, 8)}` : profileId;
      keyOf.set(claim.sessionId, account);
      const label = this.labelFor(profileId, claim);
      if (label !== null && !this.labels.has(account)) this.labels.set(account, label);
    }
    this.names = new Map(
      claims.map(({ sessionId }) => {
        const { method, confidence } = this.resolutions.get(sessionId)!;
        return [sessionId, this.named(keyOf.get(sessionId)!, method, confidence)];
      }),
    );
    const ids = new Set([...before.keys(), ...this.names.keys()]);
    return [...ids].some(
      (id) =>
        before.get(id)?.account !== this.names.get(id)?.account && (before.get(id) ?? UNKNOWN_ACCOUNT).account !== this.of(id).account,
    );
  }

  /** A person's label, else the name the session was started by, else the directory's. */
  private labelFor(profileId: string, claim: AccountClaim): string | null {
    const label = this.known.find((profile) => profile.profileId === profileId)?.label;
    if (label !== undefined && !AUTOMATIC.test(label)) return label;
    if (claim.alias ?? claim.profileEnv) return claim.alias ?? claim.profileEnv;
    const folder = basename(claim.configDir).replace(/^\.+/, '');
    return folder === '' || folder === 'claude' ? null : folder;
  }

  private named(account: string, method: Method, confidence: number): AccountName {
    const own = this.labels.get(account);
    const label = own ?? this.profiles().find(({ profileId }) => profileId === account)?.label;
    return {
      account,
      label: label === undefined || (account === 'default' && AUTOMATIC.test(label)) ? account : label,
      method,
      confidence,
    };
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
