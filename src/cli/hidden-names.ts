import { type Directory, plainInfo, type SessionInfo } from '../ledger/queries/directory.ts';
import type { SessionFacts } from '../ledger/session-facts.ts';
import type { Pseudonym } from '../monitor/hidden-names.ts';

/* Reports and exports without names (LS-27, DSH-8), loaded only when a person wants them so. */

/** The directory with stand-ins for every name, made when it is first asked for: a report by day needs none. Filters go by the real one. */
export function hiddenDirectory(real: Directory, hide: Pseudonym): Directory {
  let made: Pick<Directory, 'sessions' | 'projects'> | null = null;
  const all = (): Pick<Directory, 'sessions' | 'projects'> => {
    made ??= withoutNames(real, hide);
    return made;
  };
  return {
    get sessions() {
      return all().sessions;
    },
    get projects() {
      return all().projects;
    },
    get models() {
      return real.models;
    },
    ...(real.accountParts === undefined ? {} : { accountParts: real.accountParts }),
  };
}

function withoutNames(real: Directory, hide: Pseudonym): Pick<Directory, 'sessions' | 'projects'> {
  const roots = standIns([...real.projects.keys(), ...[...real.sessions.values()].map(({ root }) => root)], hide);
  return {
    sessions: new Map([...real.sessions].map(([id, info]) => [id, hiddenInfo(info, roots.get(info.root)!, hide)])),
    projects: new Map([...roots.values()].map((name) => [name, name])),
  };
}

/** A stand-in by project directory. Rows are added up by it: two that happen to share their four digits must stay two. */
function standIns(roots: Iterable<string>, hide: Pseudonym): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const taken = new Set<string>();
  for (const root of new Set(roots)) {
    const short = hide('project', root);
    let name = short;
    for (let n = 2; taken.has(name); n++) name = `${short}-${n}`;
    taken.add(name);
    found.set(root, name);
  }
  return found;
}

function hiddenInfo(info: SessionInfo, project: string, hide: Pseudonym): SessionInfo {
  const { name, facts, ...rest } = plainInfo(info);
  return {
    ...rest,
    name: hide('session', info.sessionId),
    title: null,
    // Compared with what a person types, and printed nowhere: whoever knows the name still finds the session.
    givenName: name,
    tags: [],
    note: null,
    folder: project,
    root: project,
    project,
    facts: hiddenFacts(facts, hide),
  };
}

function hiddenFacts(facts: SessionFacts, hide: Pseudonym): SessionFacts {
  const { cwd: _, customTitle: _1, aiTitle: _2, agentName: _3, relocatedCwd: _4, originalCwd: _5, branch, ...rest } = facts;
  return branch === undefined ? rest : { ...rest, branch: [hide('branch', branch[0]), branch[1]] };
}

/** The lists of {@link hiddenFilters} whose words are names; models and accounts are none. */
const NAMING: ReadonlySet<string> = new Set(['project', 'exclude', 'session', 'tag', 'branch']);

/** What a person narrowed the report by, for its head: that there was a filter, not which name it had. */
export const hiddenFilters = (texts: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(texts).map(([flag, words]) => [flag, NAMING.has(flag) ? words.map(() => 'hidden') : words]));

/** A sentence without the folders of transcripts, whose names spell the projects' paths. */
export const withoutFolders = (sentence: string): string => sentence.replace(/([\\/]projects[\\/])[^\\/\s]+/g, '$1…');
