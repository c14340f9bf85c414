import type { CellFilter } from './cells.ts';
import type { Directory, SessionInfo } from './directory.ts';

/** Filters as a person gives them: globs, `!x` excludes; comma lists already split. Days as instants, epoch ms, half-open. */
export interface ReportFilter {
  readonly from: number | null;
  readonly to: number | null;
  readonly projects: readonly string[];
  readonly excludeProjects: readonly string[];
  readonly models: readonly string[];
  readonly accounts: readonly string[];
  readonly sessions: readonly string[];
  readonly tags: readonly string[];
  readonly branches: readonly string[];
  readonly subagents: 'include' | 'only' | 'exclude';
}

export const NO_FILTER: ReportFilter = {
  from: null,
  to: null,
  projects: [],
  excludeProjects: [],
  models: [],
  accounts: [],
  sessions: [],
  tags: [],
  branches: [],
  subagents: 'include',
};

/** Turns names into ids of the ledger's tables; null where nothing is filtered. */
export function cellFilter(filter: ReportFilter, directory: Directory): CellFilter {
  const bySession = [filter.projects, filter.excludeProjects, filter.accounts, filter.sessions, filter.tags, filter.branches].some(
    (list) => list.length > 0,
  );
  const sessions = bySession
    ? [...directory.sessions.values()].filter((info) => sessionMatches(info, filter, directory)).map((info) => info.id)
    : null;
  const models =
    filter.models.length > 0 ? [...directory.models].filter(([, name]) => matches(filter.models, [name])).map(([id]) => id) : null;
  const without = otherParts(filter.accounts, directory);
  return { from: filter.from, to: filter.to, sessions, models, subagents: filter.subagents, ...(without.length === 0 ? {} : { without }) };
}

/** What sessions did under accounts that were not asked for (AP-5). */
function otherParts(accounts: readonly string[], { accountParts }: Directory): NonNullable<CellFilter['without']> {
  if (accounts.length === 0 || accountParts === undefined) return [];
  return [...accountParts].flatMap(([session, parts]) =>
    parts.filter(({ account }) => !matches(accounts, [account])).map(({ from, to }) => ({ session, from, to })),
  );
}

function accountMatches(info: SessionInfo, accounts: readonly string[], { accountParts }: Directory): boolean {
  const parts = accountParts?.get(info.id);
  return parts === undefined ? matches(accounts, [info.account]) : parts.some(({ account }) => matches(accounts, [account]));
}

function sessionMatches(info: SessionInfo, filter: ReportFilter, directory: Directory): boolean {
  return (
    projectMatches(info, filter.projects) &&
    (filter.excludeProjects.length === 0 || !projectMatches(info, filter.excludeProjects)) &&
    accountMatches(info, filter.accounts, directory) &&
    matches(filter.sessions, [info.sessionId, info.name]) &&
    matches(filter.tags, info.tags) &&
    matches(filter.branches, [info.facts.branch?.[0] ?? ''])
  );
}

/** A name, a glob, or a directory: then everything below it (UR-22). Names without regard to case, directories exactly. */
function projectMatches(info: SessionInfo, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return true;
  const directories = [info.root, info.facts.cwd?.[0] ?? info.root];
  const hits = (pattern: string): boolean => {
    if (/[/\\]/.test(pattern) && !/[*?]/.test(pattern)) {
      const dir = pattern.replace(/[/\\]+$/, '');
      if (directories.some((d) => d === dir || d.startsWith(`${dir}/`) || d.startsWith(`${dir}\\`))) return true;
    }
    return globMatches(pattern, info.project) || globMatches(pattern, info.root.split(/[/\\]/).at(-1) ?? '') || info.folder === pattern;
  };
  return select(patterns, hits);
}

/** True when one of the values fits the patterns: at least one that includes (if there are any), none that excludes. */
export function matches(patterns: readonly string[], values: readonly string[]): boolean {
  return patterns.length === 0 || select(patterns, (pattern) => values.some((value) => globMatches(pattern, value)));
}

function select(patterns: readonly string[], hits: (pattern: string) => boolean): boolean {
  const include = patterns.filter((p) => !p.startsWith('!'));
  const exclude = patterns.filter((p) => p.startsWith('!')).map((p) => p.slice(1));
  return (include.length === 0 || include.some(hits)) && !exclude.some(hits);
}

/** `*` any run, `?` one character; case does not matter. Linear: no regular expression is built from a person's text. */
export function globMatches(pattern: string, value: string): boolean {
  const p = pattern.toLowerCase();
  const v = value.toLowerCase();
  let i = 0;
  let j = 0;
  let star = -1;
  let mark = 0;
  while (j < v.length) {
    if (i < p.length && (p[i] === '?' || (p[i] !== '*' && p[i] === v[j]))) {
      i++;
      j++;
    } else if (p[i] === '*') {
      star = i++;
      mark = j;
    } else if (star >= 0) {
      i = star + 1;
      j = ++mark;
    } else return false;
  }
  while (p[i] === '*') i++;
  return i === p.length;
}
