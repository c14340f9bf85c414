import type { SessionLine, UsageLine } from '../transcripts/types.ts';

/** Place of a fact in time: main thread over sidechain, then time (epoch ms), then byte position in its file. */
export type FactOrder = readonly [main: 0 | 1, at: number, position: number];
export type Fact<T> = readonly [value: T, order: FactOrder];

/** What is known of a session from its lines, each fact with its place in time, so that files may be read in any order. Stored as JSON. */
export interface SessionFacts {
  /** The first working directory wins, of all others the latest. */
  cwd?: Fact<string>;
  branch?: Fact<string>;
  version?: Fact<string>;
  customTitle?: Fact<string>;
  aiTitle?: Fact<string>;
  agentName?: Fact<string>;
  clientCost?: Fact<number>;
  relocatedCwd?: Fact<string>;
  originalCwd?: Fact<string>;
  forkedFrom?: Fact<string>;
  compactedTo?: Fact<number | null>;
  error?: Fact<string>;
  limitResetsAt?: Fact<number>;
  /** Newest main-thread request in the session's own files, copies included: prompt tokens and model, for the context gauge (D-35). */
  context?: Fact<{ readonly tokens: number; readonly model: string | null }>;
  compactions?: Fact<number>;
}

/** A line's order counts `main` up for the main thread, so that a subagent's directory or branch never hides the session's own. */
export const factOrder = (sidechain: boolean, at: number, position: number): FactOrder => [sidechain ? 0 : 1, at, position];

const FIRST: ReadonlySet<keyof SessionFacts> = new Set(['cwd', 'forkedFrom', 'originalCwd']);
const LATEST: readonly (keyof SessionLine & keyof SessionFacts)[] = [
  'cwd',
  'branch',
  'version',
  'customTitle',
  'aiTitle',
  'agentName',
  'clientCost',
  'relocatedCwd',
  'originalCwd',
  'forkedFrom',
  'compactedTo',
  'error',
  'limitResetsAt',
];

export function learnSession(facts: SessionFacts, line: SessionLine, order: FactOrder): void {
  for (const name of LATEST) {
    const value = line[name];
    if (value !== undefined) keep(facts, name, [value, order] as unknown as Fact<never>);
  }
}

export function learnUsage(facts: SessionFacts, line: UsageLine, order: FactOrder): void {
  if (line.rank !== 2) return;
  keep(facts, 'context', [{ tokens: line.input + line.cacheWrite5m + line.cacheWrite1h + line.cacheRead, model: line.model }, order]);
}

/** Whether two plain lines tell the same of one session. */
export const saysSame = (a: SessionLine, b: SessionLine): boolean =>
  a.isPlain &&
  a.sessionId === b.sessionId &&
  a.sidechain === b.sidechain &&
  a.cwd === b.cwd &&
  a.branch === b.branch &&
  a.version === b.version &&
  a.forkedFrom === b.forkedFrom;

export function mergeFacts(into: SessionFacts, from: SessionFacts): void {
  for (const name of Object.keys(from) as (keyof SessionFacts)[]) keep(into, name, from[name] as Fact<never>);
}

function keep<K extends keyof SessionFacts>(facts: SessionFacts, name: K, fact: NonNullable<SessionFacts[K]>): void {
  const before = facts[name] as Fact<unknown> | undefined;
  if (before === undefined || better(name, fact as Fact<unknown>, before)) facts[name] = fact;
}

/** In time, then in the file; of lines of one kind (main thread or sidechain). */
export const compareOrders = (a: FactOrder, b: FactOrder): number => a[1] - b[1] || a[2] - b[2];

function better(name: keyof SessionFacts, a: Fact<unknown>, b: Fact<unknown>): boolean {
  const first = FIRST.has(name);
  if (a[1][0] !== b[1][0]) return a[1][0] > b[1][0];
  const c = compareOrders(a[1], b[1]);
  if (c !== 0) return first ? c < 0 : c > 0;
  // The same place in two files (a copy): the smaller text, whatever was read first.
  return JSON.stringify(a[0]) < JSON.stringify(b[0]);
}
