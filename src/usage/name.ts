/* What projects and sessions are called (D-7, D-8). The names are untrusted text: surfaces escape them. */

/** Path parts of a POSIX or Windows path. A client's dashed folder name has no separator and is one part: it is never decoded. */
function partsOf(path: string): string[] {
  return path.split(/[/\\]+/).filter((part) => part !== '');
}

/** The last `depth` parts; the whole path where that is all of it. */
function suffix(path: string, parts: readonly string[], depth: number): string {
  return depth > parts.length || parts.length === 0 ? path : parts.slice(-depth).join('/');
}

function countBy(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Display name by project path: the last part, and for projects of one name their shortest differing path (`a/web`, `b/web`). D-7. */
export function projectNames(paths: Iterable<string>): Map<string, string> {
  const names = new Map<string, string>();
  let open = [...new Set(paths)].map((path) => ({ path, parts: partsOf(path) }));
  // A suffix that occurs once at its depth is unique; one that occurs twice needs a part more. A path used up keeps its full form.
  for (let depth = 1; open.length > 0; depth++) {
    const counts = countBy(open.map((p) => suffix(p.path, p.parts, depth)));
    const still: typeof open = [];
    for (const project of open) {
      const name = suffix(project.path, project.parts, depth);
      if (counts.get(name) === 1 || depth > project.parts.length) names.set(project.path, name);
      else still.push(project);
    }
    open = still;
  }
  return names;
}

/** The names a session may have, strongest first; prompt text is never one (D-8, LS-25). */
export interface SessionNameSources {
  /** Given in Tidemark. */
  readonly given?: string | null | undefined;
  /** Set by the user in the client. */
  readonly client?: string | null | undefined;
  readonly customTitle?: string | null | undefined;
  readonly aiTitle?: string | null | undefined;
  readonly openTask?: string | null | undefined;
  /** Derived by the client. */
  readonly derived?: string | null | undefined;
  /** The project's display name. */
  readonly project: string;
  readonly sessionId: string;
}

/** A session's display name and its rank, 0 (given in Tidemark) … 6 (made of project and id). Blank names do not count (D-8). */
export function rankedSessionName(s: SessionNameSources): { readonly name: string; readonly rank: number } {
  const candidates = [s.given, s.client, s.customTitle, s.aiTitle, s.openTask, s.derived];
  const rank = candidates.findIndex((name) => typeof name === 'string' && name.trim() !== '');
  if (rank >= 0) return { name: candidates[rank]!.trim(), rank };
  return { name: `${s.project} ${s.sessionId.slice(0, 4)}`.trim(), rank: candidates.length };
}

export function sessionName(sources: SessionNameSources): string {
  return rankedSessionName(sources).name;
}
