import type { SessionFacts } from '../ledger/session-facts.ts';
import type { SessionInput } from './session-input.ts';
import type { SessionState } from './snapshot.ts';

/* What the ledger alone tells of a session's life: its signs, its open error, its state. */

const WORKING_MS = 2 * 60_000;
/** Times further ahead than this are no sign of life and no "now" (D-12). ms */
export const FUTURE_MS = 24 * 3_600_000;

interface Signs {
  readonly last: number;
  readonly isPast: boolean;
}
/** Newest time of a session's facts; they are replaced as a whole when one changes. */
const SIGNS = new WeakMap<SessionFacts, Signs>();

/** No sign lies too far ahead: time alone changes nothing of them. */
export function areSignsPast({ facts, lastRequestAt }: Pick<SessionInput, 'facts' | 'lastRequestAt'>, now: number): boolean {
  lastSign({ facts, lastRequestAt }, now);
  return SIGNS.get(facts)!.isPast && (lastRequestAt ?? 0) <= now + FUTURE_MS;
}

/** The newest line that said anything, or null; times more than a day ahead are no sign of life (D-12). */
export function lastSign({ facts, lastRequestAt }: Pick<SessionInput, 'facts' | 'lastRequestAt'>, now: number): number | null {
  const limit = now + FUTURE_MS;
  let signs = SIGNS.get(facts);
  // What was near is far ahead, when the clock has gone back.
  if (signs === undefined || !signs.isPast || signs.last > limit) {
    let last = 0;
    let isPast = true;
    for (const name in facts) {
      const at = facts[name as keyof SessionFacts]![1][1];
      if (at > limit) isPast = false;
      else if (at > last) last = at;
    }
    signs = { last, isPast };
    SIGNS.set(facts, signs);
  }
  const last = lastRequestAt !== null && lastRequestAt <= limit ? Math.max(lastRequestAt, signs.last) : signs.last;
  return last === 0 && lastRequestAt === null ? null : last || lastRequestAt;
}

/** The error after which no request came, as `[code, at]`. */
export function openError(session: SessionInput): readonly [code: string, at: number] | null {
  const { error, context } = session.facts;
  if (error === undefined) return null;
  const lastRequest = Math.max(context?.[1][1] ?? 0, session.lastRequestAt ?? 0);
  return error[1][1] >= lastRequest ? [error[0], error[1][1]] : null;
}

/** What the ledger alone proves of a session's state, where neither process, hook nor transcript end was looked at. */
function stateOf(session: SessionInput, lastAt: number | null, now: number): SessionState {
  const error = openError(session);
  if (error !== null) {
    const limit = session.facts.limitResetsAt;
    return limit !== undefined && limit[1][1] >= error[1] && limit[0] > now ? 'rate-limited' : 'error';
  }
  return lastAt !== null && now - lastAt < WORKING_MS ? 'working' : 'idle';
}

/** Silent for so long without a process, a hook or a growing transcript: nothing tells what it does (LS-34). ms. */
const SILENT_MS = 30 * 60_000;

/** State of a session that nothing calls live: that it ended is not proven by silence (LS-34, LS-35). */
export function goneState(session: SessionInput, lastAt: number | null, now: number): SessionState {
  return isSilent(lastAt, now) ? 'unknown' : stateOf(session, lastAt, now);
}
const isSilent = (lastAt: number | null, now: number): boolean => lastAt === null || now - lastAt >= SILENT_MS;

/** Nothing proves it alive (LS-32). ms */
const STALE_MS = 5 * 60_000;
export const isStale = (session: SessionInput, now: number): boolean => now - (lastSign(session, now) ?? 0) >= STALE_MS;
