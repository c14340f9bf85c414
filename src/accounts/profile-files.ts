import { KnownError } from '../platform/errors.ts';
import { type Stamp, sameStamp, stampOf } from '../platform/files.ts';
import type { Profile } from './contracts.ts';
import { healthDirOf } from './places.ts';
import { placeOf, readStateFile } from './state-file.ts';

/** What one `runtime-state` said when it was read. */
interface StateRead {
  readonly stamp: Stamp | null;
  readonly profiles: readonly Profile[];
  /** Profile by session id. */
  readonly links: ReadonlyMap<string, string>;
}

/** The profiles and sessions that the `runtime-state` of each Claude directory has; read again only when it changed. Makes and writes none. */
export class ProfileFiles {
  private readonly claudeDirs: readonly string[];
  private readonly states = new Map<string, StateRead>();

  constructor(claudeDirs: readonly string[]) {
    this.claudeDirs = claudeDirs;
  }

  /** True when a file changed since the last time; a broken one leaves what it said before. */
  async load(): Promise<boolean> {
    let changed = false;
    for (const claudeDir of this.claudeDirs) {
      const dir = healthDirOf(claudeDir);
      const stamp = stampOf(placeOf(dir).path);
      const before = this.states.get(claudeDir);
      if (before !== undefined && sameStamp(before.stamp, stamp)) continue;
      changed ||= before !== undefined || stamp !== null;
      this.states.set(claudeDir, await readState(dir, stamp, before));
    }
    return changed;
  }

  /** Each profile once. */
  profiles(): readonly Profile[] {
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

  /** The profile that each session was written down with, by session id. */
  links(): Map<string, string> {
    const all = new Map<string, string>();
    for (const { links } of this.states.values()) for (const [id, profile] of links) all.set(id, profile);
    return all;
  }
}

async function readState(dir: string, stamp: Stamp | null, before: StateRead | undefined): Promise<StateRead> {
  try {
    const { state } = await readStateFile(dir);
    return { stamp, profiles: state.authProfiles, links: new Map(state.sessions.map((one) => [one.sessionId, one.authProfile])) };
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    return { profiles: before?.profiles ?? [], links: before?.links ?? new Map(), stamp };
  }
}
