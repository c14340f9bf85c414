import { plain } from '../text/plain.ts';
import { rankedSessionName, type SessionNameSources } from '../usage/name.ts';

/** Where a title comes from, in the contract's words (session-state §2.1). */
export type TitleSource = 'user' | 'client' | 'ai' | 'task' | 'project';

/** A title and its rank: 0 (given in Tidemark) … 6 (made of project and id); the lower rank wins (LS-25). */
export interface Title {
  readonly text: string;
  readonly rank: number;
}

/** By rank of `usage/name.ts`: given, client, custom, AI, task, derived, project. */
const SOURCES: readonly TitleSource[] = ['user', 'user', 'user', 'ai', 'task', 'client', 'project'];
export const MAX_TITLE = 200;

export const titleSource = (rank: number): TitleSource => SOURCES[rank] ?? 'project';

/** Ranks by every word for a source that files and the snapshot use. */
const RANKS: Readonly<Record<string, number>> = {
  user: 0,
  given: 0,
  client: 1,
  'custom-title': 2,
  ai: 3,
  'ai-title': 3,
  task: 4,
  derived: 5,
  project: 6,
};

/** The best rank that a source in the monitor's summary may stand for. */
export const rankOfSource = (source: string): number => RANKS[source] ?? 6;

/** The rank of a title in a status file, in whose words `client` is the client's derived name. */
export const rankOfStored = (source: unknown): number => (source === 'client' ? 5 : rankOfSource(String(source)));

/** The first name there is, without anything a sink must not see, at most 200 graphemes (LS-25, LS-26). */
export function resolveTitle(sources: SessionNameSources): Title {
  const clean = (name: string | null | undefined) => (typeof name === 'string' ? plain(name, MAX_TITLE) : null);
  const { name, rank } = rankedSessionName({
    given: clean(sources.given),
    client: clean(sources.client),
    customTitle: clean(sources.customTitle),
    aiTitle: clean(sources.aiTitle),
    openTask: clean(sources.openTask),
    derived: clean(sources.derived),
    project: plain(sources.project, MAX_TITLE),
    sessionId: plain(sources.sessionId, 8),
  });
  return { text: name, rank };
}

/** Of two titles the stronger; of equals the second, which is the newer. */
export const strongerTitle = (a: Title, b: Title | null): Title => (b !== null && b.rank <= a.rank ? b : a);

/** The last part of a working directory, a worktree named after its repository. */
export function projectOf(cwd: string | null): string {
  const path = cwd ?? '';
  const root = (path.includes('worktrees') && path.replace(/[/\\]\.claude[/\\]worktrees[/\\].*$/, '')) || path;
  return root.split(/[/\\]+/).findLast((part) => part !== '') ?? '';
}
