import { duration, percent } from '../text/format.ts';
import type { SessionView, Snapshot } from './snapshot.ts';
import type { Condition } from './warning-episodes.ts';

const CONTEXT_WARN = 80;
const CONTEXT_CRIT = 90;
const CONTEXT_HYSTERESIS = 5;
const NEW_SESSION_MS = 60_000;
const NEEDS_YOU_MS = 120_000;
const STUCK_MS = 15 * 60_000;

const condition = (
  session: SessionView,
  rule: Condition['warning']['rule'],
  severity: 'crit' | 'warn' | 'info',
  text: string,
  more: Partial<Condition> = {},
): Condition => ({
  warning: { rule, severity, key: `${rule}:${session.id}`, sessionId: session.id, project: null, text },
  holds: true,
  since: null,
  forMs: 0,
  keepMs: 0,
  ...more,
});

/** LV-95. A context falls by compaction or clearing alone: below the hysteresis the warning is over at once. */
function contextCondition(session: SessionView): Condition[] {
  const { value } = session.contextPercent;
  if (value === null || value < CONTEXT_WARN - CONTEXT_HYSTERESIS || session.state === 'ended') return [];
  const text = `${session.name}: context ${percent(value)}, compaction is near`;
  return [condition(session, 'context', value >= CONTEXT_CRIT ? 'crit' : 'warn', text, { holds: value >= CONTEXT_WARN })];
}

/** LV-96: waiting for a person, failed, limited, working without a sign of life. */
function stateConditions(session: SessionView, now: number): Condition[] {
  const { state, name } = session;
  switch (state) {
    case 'needs-permission':
    case 'needs-answer': {
      const since = session.waiting?.since ?? session.since ?? now;
      if (now - since <= NEEDS_YOU_MS) return [];
      const what = state === 'needs-permission' ? 'for permission' : 'for an answer';
      return [condition(session, 'needs-you', 'warn', `${name} waits ${duration(now - since)} ${what}`, { since })];
    }
    case 'error':
      return [condition(session, 'failed', 'warn', `${name} failed: ${session.lastError ?? 'unknown error'}`, { since: session.since })];
    case 'rate-limited':
      return [condition(session, 'limited', 'crit', `${name} has reached its usage limit`, { since: session.since })];
    case 'working':
      if (session.alive !== true || session.lastAt === null || now - session.lastAt <= STUCK_MS) return [];
      return [
        condition(session, 'stuck', 'warn', `${name} works without a sign of life for ${duration(now - session.lastAt)}`, {
          since: session.lastAt,
        }),
      ];
    default:
      return [];
  }
}

function newCondition(session: SessionView, firstSeen: number | undefined, now: number): Condition[] {
  if (firstSeen === undefined || now - firstSeen >= NEW_SESSION_MS) return [];
  return [condition(session, 'new-session', 'info', `New session '${session.name}' in project '${session.project}'`, { since: firstSeen })];
}

/** What the rules about single sessions see. */
export function sessionConditions(
  { sessions, takenAt }: Pick<Snapshot, 'sessions' | 'takenAt'>,
  newSessions: ReadonlyMap<string, number>,
): Condition[] {
  return sessions.flatMap((session) => [
    ...contextCondition(session),
    ...stateConditions(session, takenAt),
    ...newCondition(session, newSessions.get(session.id), takenAt),
  ]);
}
