import { KnownError, usageError } from '../platform/errors.ts';
import { nearestOf } from '../text/nearest.ts';
import { terminalText } from '../text/terminal.ts';
import type { Profile, RuntimeState } from './contracts.ts';
import { equal } from './equal.ts';
import { NO_EXTRA } from './resolve.ts';

/* What a person does to profiles (AP-11): pure changes of the state, written by the store. */

const MAX_LABEL = 200;

/** The profile of an id. An unknown one ends with exit 1 and the nearest ids (AP-6). */
export function findProfile(profiles: readonly Profile[], id: string): Profile {
  const found = profiles.find(({ profileId }) => profileId === id);
  if (found !== undefined) return found;
  const ids = profiles.map(({ profileId }) => profileId);
  const near = nearestOf(id, ids, 3);
  const shown = (near.length > 0 ? near : ids.slice(0, 5)).map((each) => terminalText(each, 64)).join(', ');
  throw new KnownError(`There is no profile ${terminalText(id, 64)}`, {
    hint:
      shown === ''
        ? 'no profile is known yet: they appear when a session is seen'
        : near.length > 0
          ? `did you mean ${shown}?`
          : `there are: ${shown}`,
  });
}

const replaced = (state: RuntimeState, id: string, change: (profile: Profile) => Profile): RuntimeState => ({
  ...state,
  authProfiles: state.authProfiles.map((profile) => (profile.profileId === id ? change(profile) : profile)),
});

export function labelled(state: RuntimeState, id: string, label: string): RuntimeState {
  const text = label.trim();
  if (text === '') throw usageError('a label must not be empty');
  if (text.length > MAX_LABEL) throw usageError(`a label may have ${MAX_LABEL} characters`);
  findProfile(state.authProfiles, id);
  return replaced(state, id, (profile) => ({ ...profile, label: text }));
}

/** Moves the sessions of one profile to another and leaves a tombstone, so that its account is never detected as a profile of its own again. */
export function merged(state: RuntimeState, from: string, into: string): RuntimeState {
  if (from === into) throw usageError('a profile cannot be merged with itself');
  const source = findProfile(state.authProfiles, from);
  const target = findProfile(state.authProfiles, into);
  if (source.tidemark?.mergedInto !== undefined)
    throw new KnownError(`${terminalText(from, 64)} is already merged into ${terminalText(source.tidemark.mergedInto, 64)}`, {
      hint: `tidemark profiles merge ${from} ${source.tidemark.mergedInto} --undo takes it back`,
    });
  if (target.tidemark?.mergedInto !== undefined)
    throw new KnownError(`${terminalText(into, 64)} is itself merged into ${terminalText(target.tidemark.mergedInto, 64)}`);
  const mergedSessions = state.sessions.filter(({ authProfile }) => authProfile === from).map(({ sessionId }) => sessionId);
  const moved = moveSessions(state, new Set(mergedSessions), into);
  return replaced(moved, from, (profile) => ({
    ...profile,
    tidemark: { ...(profile.tidemark ?? NO_EXTRA), mergedInto: into, mergedSessions },
  }));
}

/** Takes a merge back: the file is as it was, the sessions return. */
export function unmerged(state: RuntimeState, from: string, into: string): RuntimeState {
  const source = findProfile(state.authProfiles, from);
  if (source.tidemark?.mergedInto !== into)
    throw new KnownError(`${terminalText(from, 64)} is not merged into ${terminalText(into, 64)}: nothing to undo`);
  const { mergedInto: _, mergedSessions = [], ...rest } = source.tidemark;
  const back = moveSessions(state, new Set(mergedSessions), from);
  return replaced(back, from, (profile) => {
    const { tidemark: __, ...plain } = profile;
    return equal(rest, NO_EXTRA) ? plain : { ...plain, tidemark: rest };
  });
}

const moveSessions = (state: RuntimeState, ids: ReadonlySet<string>, to: string): RuntimeState => ({
  ...state,
  sessions: state.sessions.map((session) => (ids.has(session.sessionId) ? { ...session, authProfile: to } : session)),
});
