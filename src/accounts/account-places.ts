import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { KnownError } from '../platform/errors.ts';
import { type Stamp, sameStamp, stampOf } from '../platform/files.ts';
import { newProfile, type Profile } from './contracts.ts';
import { directoryIdentity, readAccount, readSalt } from './identity.ts';
import { NO_EXTRA } from './resolve.ts';

export interface PlacesOptions {
  readonly claudeDirs: readonly string[];
  readonly named: boolean;
  readonly home: string | null;
  readonly dataDir: string | null;
}

/** Only for hashes that never leave the process. */
const NO_SALT = '00'.repeat(32);

/** Which account each Claude directory is logged in with, as salted hashes; read again only when the client's file changed (AP-10). */
export class AccountPlaces {
  private readonly o: PlacesOptions;
  private readonly accounts = new Map<string, { readonly stamp: Stamp | null; readonly account: string | null }>();
  private readonly reals = new Map<string, string>();
  private secret: string | null = null;

  constructor(options: PlacesOptions) {
    this.o = options;
  }

  /** The installation's secret; without a place for one, a constant one. */
  salt(): string {
    if (this.o.dataDir === null) return NO_SALT;
    try {
      this.secret ??= readSalt(this.o.dataDir);
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      return NO_SALT;
    }
    return this.secret;
  }

  /** Changes when an account may have changed. */
  print(): string {
    return this.o.claudeDirs.map((dir) => JSON.stringify(stampOf(this.fileOf(dir)))).join('');
  }

  real(dir: string): string {
    const known = this.reals.get(dir);
    if (known !== undefined) return known;
    let real = dir;
    try {
      real = realpathSync(dir);
    } catch {
      // A directory that is gone keeps its name.
    }
    this.reals.set(dir, real);
    return real;
  }

  /** The directory's account; where the client records none and there are `several` directories, the directory itself (D-4). */
  accountOf(configDir: string, several: boolean): string | null {
    const recorded = this.recorded(configDir);
    if (recorded !== null || !several || this.isFirst(configDir)) return recorded;
    return directoryIdentity(configDir, this.salt());
  }

  /** The profiles with the first directory's account as `default`, where no account is bound to any yet (AP-4). */
  withFirst(profiles: readonly Profile[], several: boolean): readonly Profile[] {
    const [first] = this.o.claudeDirs;
    if (first === undefined || profiles.some(({ tidemark }) => tidemark?.identity != null)) return profiles;
    const identity = this.recorded(first) ?? (several ? directoryIdentity(first, this.salt()) : null);
    if (identity === null) return profiles;
    const standing = profiles.find(({ profileId }) => profileId === 'default') ?? newProfile('default', 'Primary Account', 'auto', 0);
    if (standing.tidemark?.mergedInto !== undefined) return profiles;
    const bound: Profile = { ...standing, tidemark: { ...(standing.tidemark ?? NO_EXTRA), identity, kind: 'subscription' } };
    return [bound, ...profiles.filter(({ profileId }) => profileId !== 'default')];
  }

  private isFirst(configDir: string): boolean {
    const [first] = this.o.claudeDirs;
    return first !== undefined && this.real(first) === this.real(configDir);
  }

  /** Without `CLAUDE_CONFIG_DIR` only `~/.claude` has its file in the home; another directory's lies in it. */
  private fileOf(configDir: string): string {
    return join(this.isInHome(configDir) ? this.o.home! : configDir, '.claude.json');
  }

  private isInHome(configDir: string): boolean {
    return this.o.home !== null && !this.o.named && this.isFirst(configDir);
  }

  private recorded(configDir: string): string | null {
    const stamp = stampOf(this.fileOf(configDir));
    const before = this.accounts.get(configDir);
    if (before !== undefined && sameStamp(before.stamp, stamp)) return before.account;
    const place = { configDir, named: !this.isInHome(configDir), home: this.o.home ?? configDir };
    // Nothing is hashed, and no secret made, where there is no file.
    const account = stamp === null ? null : readAccount(place, this.salt());
    this.accounts.set(configDir, { stamp, account });
    return account;
  }
}
