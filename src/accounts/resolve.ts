import { type LegacyMethod, newProfile, type Profile, type ProfileExtra } from './contracts.ts';
import { validFingerprint } from './fingerprint.ts';
import { identityOf } from './identity.ts';
import type { Evidence } from './inputs.ts';
import { matchPath } from './path-pattern.ts';

export type Method = 'env' | 'alias' | 'path' | 'account' | 'fingerprint' | 'default';

/** How sure each kind of evidence makes, and what the seeds called it (AP-1). */
export const METHODS: Readonly<Record<Method, { readonly confidence: number; readonly legacy: LegacyMethod }>> = {
  env: { confidence: 100, legacy: 'env' },
  alias: { confidence: 90, legacy: 'env' },
  path: { confidence: 90, legacy: 'path' },
  account: { confidence: 95, legacy: 'fingerprint' },
  fingerprint: { confidence: 40, legacy: 'fingerprint' },
  default: { confidence: 10, legacy: 'default' },
};

export interface Resolution {
  readonly profileId: string;
  readonly method: Method;
  /** 0 … 100. */
  readonly confidence: number;
  /** Epoch ms. */
  readonly at: number;
  /** Salted hash of the observed account; null when nothing is known of it. */
  readonly identity: string | null;
  /** The profile that was chosen by name or path belongs to another account than the one observed. */
  readonly conflict: boolean;
  /** The profiles with what this session taught: a new one, or an account bound to an old one. The same array when nothing is new. */
  readonly profiles: readonly Profile[];
}

export interface ResolveContext {
  /** The user's home directory, for `~` in patterns. */
  readonly home: string;
  /** Of `readSalt`. */
  readonly salt: string;
  /** Epoch ms. */
  readonly now: number;
}

/** A profile id is a file's content and a person's word: short and printable. */
const PROFILE_ID = /^[\w.@-][\w.@ -]{0,63}$/;

/** The profile that stands for an id now: a merged one leads to where it went (AP-11). */
export function canonicalId(profiles: readonly Profile[], id: string): string {
  let current = id;
  for (let steps = 0; steps < profiles.length; steps++) {
    const into = profiles.find((profile) => profile.profileId === current)?.tidemark?.mergedInto;
    if (into === undefined) return current;
    current = into;
  }
  return current;
}

/** The profile of one session: named, aliased, by place, by account, by a hint, or the default; the first evidence wins (AP-1 … AP-4). Pure. */
export function resolveProfile(evidence: Evidence, profiles: readonly Profile[], context: ResolveContext): Resolution {
  const identity = identityOf(evidence, context.salt);
  const found = byEnv(evidence, profiles, context) ??
    byAlias(evidence, profiles) ??
    byPath(evidence, profiles, context) ??
    byAccount(evidence, identity, profiles, context) ??
    byFingerprint(evidence, profiles, context) ?? { id: 'default', method: 'default' as const };
  const listed = withProfile(found.create ?? (found.id === 'default' ? defaultProfile(context.now) : null), profiles);
  const profileId = canonicalId(listed, found.id);
  const bound = listed.find((profile) => profile.profileId === profileId)?.tidemark?.identity ?? null;
  const { confidence } = METHODS[found.method];
  return {
    profileId,
    method: found.method,
    confidence,
    at: context.now,
    identity,
    conflict: identity !== null && bound !== null && bound !== identity && canonicalOf(listed, identity) !== profileId,
    profiles: bind(listed, profileId, found.method, identity, evidence, context.now),
  };
}

interface Found {
  readonly id: string;
  readonly method: Method;
  readonly create?: Profile;
}

const defaultProfile = (now: number): Profile => newProfile('default', 'Primary Account', 'auto', now);
const withProfile = (profile: Profile | null, profiles: readonly Profile[]): readonly Profile[] =>
  profile === null || profiles.some(({ profileId }) => profileId === profile.profileId) ? profiles : [...profiles, profile];

function byEnv({ profileEnv }: Evidence, profiles: readonly Profile[], { now }: ResolveContext): Found | null {
  const id = profileEnv?.trim();
  if (id === undefined || !PROFILE_ID.test(id)) return null;
  const isKnown = profiles.some((profile) => profile.profileId === id);
  return { id, method: 'env', ...(isKnown ? {} : { create: newProfile(id, id, 'manual', now) }) };
}

function byAlias({ alias }: Evidence, profiles: readonly Profile[]): Found | null {
  if (alias == null || alias === '') return null;
  const profile = profiles.find(({ aliases }) => aliases?.includes(alias));
  return profile === undefined ? null : { id: profile.profileId, method: 'alias' };
}

/** The longest literal prefix wins, then the order of the file. */
function byPath({ cwd }: Evidence, profiles: readonly Profile[], { home }: ResolveContext): Found | null {
  if (cwd == null || cwd === '') return null;
  let best: { readonly id: string; readonly length: number } | null = null;
  for (const { profileId, pathPatterns } of profiles)
    for (const pattern of pathPatterns ?? []) {
      const length = matchPath(pattern, cwd, home);
      if (length !== null && length > (best?.length ?? -1)) best = { id: profileId, length };
    }
  return best === null ? null : { id: best.id, method: 'path' };
}

const canonicalOf = (profiles: readonly Profile[], identity: string): string | null => {
  const owner = profiles.find(({ tidemark }) => tidemark?.identity === identity);
  return owner === undefined ? null : canonicalId(profiles, owner.profileId);
};

/** The first account of all becomes `default`, each further one a profile of its own (AP-4). */
function byAccount(_: Evidence, identity: string | null, profiles: readonly Profile[], { now }: ResolveContext): Found | null {
  if (identity === null) return null;
  const owner = canonicalOf(profiles, identity);
  if (owner !== null) return { id: owner, method: 'account' };
  const isFirst = profiles.every(({ tidemark }) => tidemark?.identity == null);
  if (isFirst) return { id: 'default', method: 'account', create: defaultProfile(now) };
  return { id: autoId(identity), method: 'account', create: automatic(identity, profiles, now) };
}

const autoId = (hash: string): string => `auto_${hash.slice(0, 8)}`;
const automatic = (hash: string, profiles: readonly Profile[], now: number): Profile =>
  newProfile(autoId(hash), `Auto-detected Account ${profiles.length + 1}`, 'auto', now);

/** A hint: it finds a profile, or contradicts the default one, which then is another account's. */
function byFingerprint({ fingerprint }: Evidence, profiles: readonly Profile[], { now }: ResolveContext): Found | null {
  if (fingerprint == null) return null;
  const owner = profiles.find((profile) => validFingerprint(profile, now) === fingerprint);
  if (owner !== undefined) return { id: canonicalId(profiles, owner.profileId), method: 'fingerprint' };
  const standing = profiles.find(({ profileId }) => profileId === 'default');
  if (standing === undefined || validFingerprint(standing, now) === null) return { id: 'default', method: 'fingerprint' };
  const hash = fingerprint.replace(/^t1:/, '');
  return { id: autoId(hash), method: 'fingerprint', create: automatic(hash, profiles, now) };
}

export const NO_EXTRA: ProfileExtra = {
  quota: { fiveHour: null, sevenDay: null },
  window: { costUSD: null, startedAt: null, source: 'unknown' },
  identity: null,
  kind: 'unknown',
};

/** A profile without an account takes the one observed, unless another profile has it; a fingerprint likewise. */
function bind(
  profiles: readonly Profile[],
  id: string,
  method: Method,
  identity: string | null,
  evidence: Evidence,
  now: number,
): readonly Profile[] {
  const profile = profiles.find(({ profileId }) => profileId === id);
  if (profile === undefined) return profiles;
  const extra = profile.tidemark ?? NO_EXTRA;
  const takesIdentity = identity !== null && extra.identity === null && canonicalOf(profiles, identity) === null;
  const takesPrint = method === 'fingerprint' && evidence.fingerprint != null && validFingerprint(profile, now) === null;
  if (!takesIdentity && !takesPrint) return profiles;
  const kind =
    evidence.kind != null && evidence.kind !== 'unknown' ? evidence.kind : evidence.account == null ? extra.kind : 'subscription';
  const bound: Profile = {
    ...profile,
    ...(takesPrint ? { billingFingerprint: evidence.fingerprint! } : {}),
    ...(takesIdentity ? { tidemark: { ...extra, identity, kind } } : {}),
  };
  return profiles.map((each) => (each === profile ? bound : each));
}
