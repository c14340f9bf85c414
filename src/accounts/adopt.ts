import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { looseObject } from '../platform/loose.ts';
import { readSmallJson } from '../platform/small-file.ts';
import { sessionFileName } from '../sessions/file-name.ts';
import { SIZES } from './constants.ts';
import { newProfile, type Profile, type RuntimeSession, type RuntimeState } from './contracts.ts';
import { isRaw, numberOrNull, type Raw, readBilling, readSession } from './tolerant.ts';

/* What older files of the folder say, taken into the runtime state (MG-1, MG-2). The files themselves are only read. */

export interface Adopted {
  readonly state: RuntimeState;
  /** Sessions and profiles that came from older files in this pass. */
  readonly sessions: number;
  readonly profiles: number;
  readonly warnings: readonly string[];
}

/** A session's health file by its shape, not by its name: an id, and at least one of the blocks only such files have. */
export function isHealthFile(raw: Raw | null): raw is Raw {
  if (raw === null || typeof raw.sessionId !== 'string' || raw.sessionId === '') return false;
  const hasHealth = isRaw(raw.health) ? 'status' in raw.health : typeof raw.health === 'string';
  return hasHealth && (isRaw(raw.launch) || isRaw(raw.transcript) || isRaw(raw.context) || typeof raw.projectPath === 'string');
}

/** The health files of a folder, by name order; anything else is passed over. `skip` says which ids are known already. */
export function healthFiles(
  dir: string,
  skip: (fileName: string) => boolean = () => false,
): readonly { readonly path: string; readonly raw: Raw }[] {
  let names: string[];
  try {
    names = readdirSync(dir).sort();
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    if (!name.endsWith('.json') || name.startsWith('.') || skip(name.slice(0, -5))) return [];
    const path = join(dir, name);
    const raw = readSmallJson(path, SIZES.healthFile);
    return isHealthFile(raw) ? [{ path, raw }] : [];
  });
}

/** A health file as an entry of the runtime state; its profile is the one it names, else `default`. */
export function sessionOfFile(raw: Raw): RuntimeSession | null {
  const session = readSession({ ...raw, authProfile: looseObject(raw.launch).authProfile, metadata: {} });
  if (session === null) return null;
  const gatheredAt = numberOrNull(raw.gatheredAt) ?? session.health.lastUpdate;
  const own = numberOrNull(looseObject(raw.tidemark).lastActivity);
  const lastActivity = own ?? numberOrNull(looseObject(raw.transcript).lastMessageTime) ?? 0;
  return {
    ...session,
    metadata: { gatheredAt, lastActivity: lastActivity > 0 ? lastActivity : session.transcript.lastModified || gatheredAt },
  };
}

/** The state with the sessions and, where there is no profile at all, the account of the older files. */
export function adopt(state: RuntimeState, dir: string, skipIds: ReadonlySet<string>, now: number): Adopted {
  const known = new Set([...state.sessions.map(({ sessionId }) => sessionFileName(sessionId)), ...[...skipIds].map(sessionFileName)]);
  const found = healthFiles(dir, (name) => known.has(name)).flatMap(({ raw }) => sessionOfFile(raw) ?? []);
  const sessions = distinct(found, new Set(state.sessions.map(({ sessionId }) => sessionId)));
  const warnings: string[] = [];
  const isFirst = state.authProfiles.length === 0;
  const shared = isFirst ? sharedProfile(dir, now, warnings) : null;
  // An account is made only where something is known: an empty folder stays empty.
  const first = shared ?? (isFirst && sessions.length > 0 ? newProfile('default', 'Primary Account', 'auto', now) : null);
  const lastUsed = Math.max(0, ...sessions.map(({ metadata }) => metadata.lastActivity)) || now;
  const linked = first === null ? null : { ...first, metadata: { ...first.metadata, lastUsed, totalSessions: sessions.length } };
  return {
    state: {
      ...state,
      authProfiles: linked === null ? state.authProfiles : [linked],
      sessions: [...state.sessions, ...(first === null ? sessions : sessions.map((session) => ({ ...session, authProfile: 'default' })))],
    },
    sessions: sessions.length,
    profiles: linked === null ? 0 : 1,
    warnings,
  };
}

function distinct(found: readonly RuntimeSession[], seen: Set<string>): readonly RuntimeSession[] {
  return found.filter(({ sessionId }) => !seen.has(sessionId) && seen.add(sessionId));
}

/** `billing-shared.json` as the account `default` (MG-1); null when there is no such file. */
function sharedProfile(dir: string, now: number, warnings: string[]): Profile | null {
  const path = join(dir, 'billing-shared.json');
  const empty = newProfile('default', 'Primary Account', 'auto', now);
  const raw = readSmallJson(path, SIZES.healthFile);
  if (raw !== null && 'costToday' in raw) return { ...empty, billing: readBilling(raw) };
  if (readdirNames(dir).includes('billing-shared.json')) {
    warnings.push(`${path}: holds no billing; the account starts empty`);
    return empty;
  }
  return null;
}

function readdirNames(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
