import { basename } from 'node:path';
import type { AccountClaim } from './claims.ts';
import type { Profile } from './contracts.ts';
import type { Method, Resolution } from './resolve.ts';

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

/** Where nothing is known. */
export const UNKNOWN_ACCOUNT: AccountName = { account: 'default', label: 'default', method: 'default', confidence: 10 };

/** Labels that no person gave. */
const AUTOMATIC = /^(?:Primary Account|Auto-detected Account \d+)$/;

/** What the accounts of the sessions that spoke are called. */
export class AccountNames {
  /** By session id. */
  bySession: ReadonlyMap<string, AccountName> = new Map();
  /** By account: what its sessions call it. */
  labels: ReadonlyMap<string, string> = new Map();

  /** Names the accounts of these sessions anew; each of them has its resolution. */
  learn(claims: readonly AccountClaim[], profiles: readonly Profile[], resolutions: ReadonlyMap<string, Resolution>): void {
    const accounts = new Map<string, string>();
    const labels = new Map<string, string>();
    for (const claim of claims) {
      const resolution = resolutions.get(claim.sessionId)!;
      const profile = profiles.find(({ profileId }) => profileId === resolution.profileId);
      const account = accountOf(resolution, profile);
      accounts.set(claim.sessionId, account);
      const label = labelFor(profile, claim);
      if (label !== null && !labels.has(account)) labels.set(account, label);
    }
    this.labels = labels;
    this.bySession = new Map(
      claims.map(({ sessionId }) => {
        const { method, confidence } = resolutions.get(sessionId)!;
        return [sessionId, this.named(profiles, accounts.get(sessionId)!, method, confidence)];
      }),
    );
  }

  /** The name of an account: what its sessions call it, else its profile's label, else its id. */
  named(profiles: readonly Profile[], account: string, method: Method, confidence: number): AccountName {
    const label = this.labels.get(account) ?? profiles.find(({ profileId }) => profileId === account)?.label;
    return {
      account,
      label: label === undefined || (account === 'default' && AUTOMATIC.test(label)) ? account : label,
      method,
      confidence,
    };
  }
}

function accountOf({ profileId, identity }: Resolution, profile: Profile | undefined): string {
  const bound = profile?.tidemark?.identity ?? null;
  return identity !== null && bound !== null && identity !== bound ? `${profileId}~${identity.slice(0, 8)}` : profileId;
}

/** A person's label, else the name the session was started by, else the directory's. */
function labelFor(profile: Profile | undefined, claim: AccountClaim): string | null {
  const label = profile?.label;
  if (label !== undefined && !AUTOMATIC.test(label)) return label;
  if (claim.alias ?? claim.profileEnv) return claim.alias ?? claim.profileEnv;
  const folder = basename(claim.configDir).replace(/^\.+/, '');
  return folder === '' || folder === 'claude' ? null : folder;
}
