import { KnownError } from '../platform/errors.ts';
import { nearestOf } from '../text/nearest.ts';
import type { Ledger } from './open.ts';
import type { Directory, SessionInfo } from './queries/directory.ts';

const MIN_ID_PREFIX = 4;
const MAX_CANDIDATES = 10;
const NEAREST = 3;

export interface FindOptions {
  /** Epoch ms of the last request by session row id. */
  readonly lastUse: ReadonlyMap<number, number>;
  /** `CLAUDE_CODE_SESSION_ID`, for `-`. */
  readonly current: string | undefined;
}

export function lastUses(ledger: Ledger): Map<number, number> {
  const rows = ledger.db.sql('SELECT session, max(last_at) AS last FROM rollup GROUP BY session').all();
  return new Map(rows.map((row) => [row.session as number, row.last as number]));
}

/** Exact id → exact name → unique id prefix (≥ 4) → unique name prefix; `-` the surrounding session, `@last` the newest (UR-60). */
export function findSession(directory: Directory, which: string, options: FindOptions): SessionInfo {
  const all = [...directory.sessions.values()];
  if (which === '@last') return newest(all, options);
  const text = which === '-' ? currentId(options) : which.trim();
  const word = text.toLowerCase();
  if (word === '') throw new KnownError('A session needs an id or a name');
  const steps: readonly ((s: SessionInfo) => boolean)[] = [
    (s) => s.sessionId.toLowerCase() === word,
    (s) => s.givenName?.toLowerCase() === word,
    (s) => s.name.toLowerCase() === word,
    (s) => word.length >= MIN_ID_PREFIX && s.sessionId.toLowerCase().startsWith(word),
    (s) => s.name.toLowerCase().startsWith(word),
  ];
  for (const hits of which === '-' ? steps.slice(0, 1) : steps) {
    const found = all.filter(hits);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) throw severalHits(text, found, options);
  }
  throw nothing(text, all);
}

function currentId({ current }: FindOptions): string {
  if (current !== undefined && current !== '') return current;
  throw new KnownError('"-" is the session this runs in, but CLAUDE_CODE_SESSION_ID is not set', { hint: 'name a session, or use @last' });
}

function newest(all: readonly SessionInfo[], { lastUse }: FindOptions): SessionInfo {
  const used = all
    .filter((s) => lastUse.has(s.id))
    .sort((a, b) => lastUse.get(b.id)! - lastUse.get(a.id)! || (a.sessionId < b.sessionId ? -1 : 1));
  if (used[0] === undefined) throw new KnownError('There is no session yet');
  return used[0];
}

function severalHits(text: string, found: readonly SessionInfo[], { lastUse }: FindOptions): KnownError {
  const sorted = [...found].sort((a, b) => (lastUse.get(b.id) ?? 0) - (lastUse.get(a.id) ?? 0) || (a.sessionId < b.sessionId ? -1 : 1));
  const used = (s: SessionInfo) => (lastUse.has(s.id) ? new Date(lastUse.get(s.id)!).toISOString() : 'never');
  const lines = sorted.slice(0, MAX_CANDIDATES).map((s) => `  ${s.sessionId}  ${s.name}  (${s.project}, last use ${used(s)})`);
  const more = found.length > MAX_CANDIDATES ? [`  and ${found.length - MAX_CANDIDATES} more`] : [];
  return new KnownError([`"${text}" may be ${found.length} sessions:`, ...lines, ...more].join('\n'), {
    hint: 'give the id or more of it',
  });
}

function nothing(text: string, all: readonly SessionInfo[]): KnownError {
  const near = nearestOf(text, new Set(all.flatMap((s) => [s.name, s.sessionId])), NEAREST);
  return new KnownError(`There is no session "${text}"`, {
    hint: near.length === 0 ? 'list them with: tidemark sessions' : `did you mean ${near.join(', ')}?`,
  });
}
