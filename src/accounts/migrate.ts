import { existsSync, renameSync, statSync } from 'node:fs';
import { withLock } from '../platform/locks.ts';
import { adopt } from './adopt.ts';
import type { RuntimeState } from './contracts.ts';
import { enableHealthFiles } from './legacy.ts';
import { encodeState } from './state-encode.ts';
import { placeOf, readPlace, readStateFile, type StateFormat } from './state-file.ts';
import { stateLock, updateState } from './state-store.ts';

export interface MigrateOptions {
  /** `<claude dir>/session-health`. */
  readonly dir: string;
  readonly stateDir: string;
  readonly format: StateFormat;
  /** Take in a JSON file that stands beside the YAML one, and put it aside (MG-6). */
  readonly mergeTwin: boolean;
  readonly now: number;
  readonly dryRun: boolean;
}

/** One thing that is done, or would be. `bytes` is the size afterwards. */
export interface MigrationStep {
  readonly action: 'create' | 'change' | 'move';
  readonly path: string;
  readonly to?: string;
  readonly bytes: number;
}

export interface Migration {
  readonly steps: readonly MigrationStep[];
  /** In the runtime state afterwards. */
  readonly sessions: number;
  readonly profiles: number;
  /** A JSON file beside the YAML one that was left alone. */
  readonly twin: string | null;
  readonly warnings: readonly string[];
}

/** `runtime-state.json.bak-20261121T120000Z` */
export const backupName = (path: string, now: number): string =>
  `${path}.bak-${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/**
 * Takes older files into the runtime state (MG-1, MG-2, MG-6); they stay as they are. A dry run lists what the real one does, and writes nothing (MG-5). Throws
 * when a person's file is broken.
 */
export async function migrate(options: MigrateOptions): Promise<Migration> {
  const { dir, stateDir, format, now, dryRun } = options;
  const read = await readStateFile(dir, format);
  const { twin } = read.place;
  const joined = options.mergeTwin && twin !== null ? await readPlace({ path: twin, format: 'json', exists: true, twin: null }) : null;
  const warnings: string[] = [];
  const change = (state: RuntimeState): RuntimeState => {
    const adopted = adopt(joined === null ? state : union(state, joined.state), dir, new Set(), now);
    warnings.splice(0, warnings.length, ...adopted.warnings);
    return adopted.state;
  };
  const next = counted(change(read.state), now);
  const steps: MigrationStep[] = [];
  const isChanged = next.sessions.length !== read.state.sessions.length || next.authProfiles.length !== read.state.authProfiles.length;
  const something = next.sessions.length > 0 || next.authProfiles.length > 0;
  if (!read.newer && isChanged && something) {
    const bytes = Buffer.byteLength(await encodeState(read, next, now));
    steps.push({ action: read.place.exists ? 'change' : 'create', path: read.place.path, bytes });
    if (!dryRun) await updateState({ dir, stateDir, format, now }, change);
  }
  if (joined !== null && twin !== null) {
    steps.push({ action: 'move', path: twin, to: backupName(twin, now), bytes: statSync(twin).size });
    if (!dryRun) await withLock(stateLock(stateDir, dir), () => renameSync(twin, backupName(twin, now)));
  }
  if (!dryRun && existsSync(dir)) enableHealthFiles(stateDir, 'state migrate', now);
  return { steps, sessions: next.sessions.length, profiles: next.authProfiles.length, twin: joined === null ? twin : null, warnings };
}

const counted = (state: RuntimeState, now: number): RuntimeState => ({
  ...state,
  metadata: { ...state.metadata, totalAuthProfiles: state.authProfiles.length, lastUpdated: now },
});

/** By id; the first wins. */
function union(first: RuntimeState, second: RuntimeState): RuntimeState {
  const profiles = new Set(first.authProfiles.map(({ profileId }) => profileId));
  const sessions = new Set(first.sessions.map(({ sessionId }) => sessionId));
  return {
    ...first,
    authProfiles: [...first.authProfiles, ...second.authProfiles.filter(({ profileId }) => !profiles.has(profileId))],
    sessions: [...first.sessions, ...second.sessions.filter(({ sessionId }) => !sessions.has(sessionId))],
  };
}

/** Whether the place of a folder could be made in the other format, for `state convert`. */
export const formatOf = (dir: string): StateFormat | null => {
  const place = placeOf(dir);
  return place.exists ? place.format : null;
};
