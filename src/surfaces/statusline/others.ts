import { type Loose, looseNumber, looseObject, looseText } from '../../platform/loose.ts';

/* The other sessions, from `C/status/index.json` (session-state §2.2). Readers apply the clocks themselves (LS-35). */

export interface Others {
  /** Sessions active now, this one included (D-36). */
  readonly active: number;
  /** Sessions that wait for the person, this one left out. */
  readonly needsYou: number;
  /** The fullest context of the other active sessions, percent; null = none is known. */
  readonly maxContext: number | null;
}

/** `sessions.idleAfter` and `sessions.staleAfter` in ms: your turn for longer is idle, no proof of life for longer is stale. */
export interface Clocks {
  readonly idleAfter: number;
  readonly staleAfter: number;
}

const NEEDS_YOU = new Set(['needs-permission', 'needs-answer']);
const ACTIVE = new Set(['working', 'compacting', 'needs-permission', 'needs-answer']);

/** Counts over the indexes of all Claude directories (SL-13); null when there is none. A session in two of them counts once. `now` epoch ms. */
export function countOthers(indexes: readonly Loose[], ownId: string | null, now: number, clocks: Clocks): Others | null {
  if (indexes.length === 0) return null;
  const seen = new Set<string>();
  let active = 0;
  let needsYou = 0;
  let maxContext: number | null = null;
  for (const entry of indexes.flatMap(({ sessions }) => (Array.isArray(sessions) ? sessions : [])).map(looseObject)) {
    const id = looseText(entry.session_id);
    if (id === null || seen.has(id)) continue;
    seen.add(id);
    const extra = looseObject(entry.tidemark);
    if (!isActive(entry, extra, now, clocks)) continue;
    active++;
    if (id === ownId) continue;
    if (NEEDS_YOU.has(String(extra.state))) needsYou++;
    const context = extra.context_known === false ? null : looseNumber(entry.context_pct, 0, 100.5);
    if (context !== null) maxContext = Math.max(maxContext ?? 0, context);
  }
  return { active, needsYou, maxContext };
}

function isActive(entry: Loose, extra: Loose, now: number, { idleAfter, staleAfter }: Clocks): boolean {
  if (extra.alive === false) return false;
  const updatedAt = Date.parse(looseText(entry.updated_at, 40) ?? '');
  // Proven alive is never stale (LS-32); otherwise silence decides.
  if (extra.alive !== true && !(now - updatedAt <= staleAfter)) return false;
  // An entry of another program has no state: it is active while it speaks.
  if (typeof extra.state !== 'string') return entry.status !== 'stale';
  if (extra.state === 'your-turn') return now - (looseNumber(extra.state_since) ?? updatedAt) <= idleAfter;
  return ACTIVE.has(extra.state);
}
