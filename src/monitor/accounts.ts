import { basename } from 'node:path';
import { DEFAULT_ACCOUNT } from '../ledger/queries/directory.ts';
import type { CaptureIdentity } from '../sessions/captures.ts';
import type { AccountName } from './official-quota.ts';

interface Claim {
  readonly sessionId: string;
  readonly configDir: string;
  readonly identity: CaptureIdentity;
}

/** What tells accounts apart where the client records nothing better (D-4): the profile's configuration directory, and the kind of access. */
const identityOf = ({ configDir, identity }: Claim): string => `${identity.configDir || configDir}\0${identity.kind}`;

function labelOf({ configDir, identity }: Claim): string | null {
  if (identity.alias) return identity.alias;
  if (identity.profileEnv) return identity.profileEnv;
  const folder = basename(identity.configDir || configDir).replace(/^\.+/, '');
  return folder === '' || folder === 'claude' ? null : folder;
}

/**
 * Which account a session belongs to. As long as all statements come from one account, that one and every session that says nothing are the ledger's
 * `default`; with several each has a name of its own, and the silent sessions stay with `default`.
 */
export class Accounts {
  private bySession = new Map<string, AccountName>();
  private print = '';

  /** True when a session changed its account. */
  learn(claims: readonly Claim[]): boolean {
    const identities = [...new Set(claims.map(identityOf))].sort();
    const print = JSON.stringify(claims.map((claim) => [claim.sessionId, identityOf(claim), labelOf(claim)]).sort());
    if (print === this.print) return false;
    this.print = print;
    const before = this.bySession;
    const several = identities.length > 1;
    const nameOf = (claim: Claim): AccountName => {
      const label = labelOf(claim);
      if (!several) return { account: DEFAULT_ACCOUNT, label: label ?? DEFAULT_ACCOUNT };
      const [dir, kind] = identityOf(claim).split('\0');
      return { account: `${dir}#${kind}`, label: label ?? (kind === 'subscription' ? basename(dir ?? '') : kind!) };
    };
    this.bySession = new Map(claims.map((claim) => [claim.sessionId, nameOf(claim)]));
    const ids = new Set([...before.keys(), ...this.bySession.keys()]);
    return [...ids].some((id) => (before.get(id)?.account ?? DEFAULT_ACCOUNT) !== (this.bySession.get(id)?.account ?? DEFAULT_ACCOUNT));
  }

  of(sessionId: string): AccountName {
    return this.bySession.get(sessionId) ?? { account: DEFAULT_ACCOUNT, label: DEFAULT_ACCOUNT };
  }
}
