import { age, duration, percent } from '../text/format.ts';
import type { SessionView, Snapshot } from './snapshot.ts';
import type { Condition } from './warning-episodes.ts';
import { CONTEXT_POINTS, CONTEXT_STEPS, onPercent } from './warnings-percent.ts';
import { resetsText } from './warnings-quota.ts';

const NEW_SESSION_MS = 60_000;
const NEEDS_YOU_MS = 120_000;
const STUCK_MS = 15 * 60_000;
/** Below it no level of {@link CONTEXT_STEPS} is held either. */
const NEAR_CONTEXT = CONTEXT_STEPS.at(-1)![0] - CONTEXT_POINTS;

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
function contextCondition(session: SessionView): Condition | undefined {
  const { value } = session.contextPercent;
  if (value === null || value < NEAR_CONTEXT || session.state === 'ended') return undefined;
  const text = `${session.name}: context ${percent(value)}, compaction is near`;
  const warning = { rule: 'context', key: `context:${session.id}`, sessionId: session.id, project: null, text } as const;
  return onPercent(value, CONTEXT_STEPS, CONTEXT_POINTS, warning)[0];
}

/** LV-96: waiting for a person, failed, limited, working without a sign of life. */
function stateCondition(session: SessionView, now: number, timezone: string | undefined): Condition | undefined {
  const { state, name } = session;
  switch (state) {
    case 'needs-permission':
    case 'needs-answer': {
      const since = session.waiting?.since ?? session.since ?? now;
      if (now - since <= NEEDS_YOU_MS) return undefined;
      const what = state === 'needs-permission' ? 'for permission' : 'for an answer';
      return condition(session, 'needs-you', 'warn', `${name} waits ${duration(now - since)} ${what}`, { since });
    }
    case 'error':
      return condition(session, 'failed', 'warn', failedText(session, now), { since: session.since });
    case 'rate-limited': {
      const text = `${name} has reached its usage limit${resetsText(session.limitResetsAt, now, timezone)}`;
      return condition(session, 'limited', 'crit', text, { since: session.since });
    }
    case 'working':
      if (session.alive !== true || session.lastAt === null || now - session.lastAt <= STUCK_MS) return undefined;
      return condition(session, 'stuck', 'warn', `${name} works without a sign of life for ${duration(now - session.lastAt)}`, {
        since: session.lastAt,
      });
    default:
      return undefined;
  }
}

function failedText({ name, since, lastError }: SessionView, now: number): string {
  const when = since === null ? '' : ` ${age(Math.max(0, now - since))} ago`;
  return `${name} failed${when}: ${lastError ?? 'unknown error'}`;
}

function newCondition(session: SessionView, firstSeen: number | undefined, now: number): Condition | undefined {
  if (firstSeen === undefined || now - firstSeen >= NEW_SESSION_MS) return undefined;
  return condition(session, 'new-session', 'info', `New session '${session.name}' in project '${session.project}'`, { since: firstSeen });
}

/** What the rules about single sessions see. */
export function sessionConditions(
  { sessions, takenAt, timezone }: Pick<Snapshot, 'sessions' | 'takenAt'> & Partial<Pick<Snapshot, 'timezone'>>,
  newSessions: ReadonlyMap<string, number>,
): Condition[] {
  const conditions: Condition[] = [];
  const add = (found: Condition | undefined): void => {
    if (found !== undefined) conditions.push(found);
  };
  for (let i = 0; i < sessions.length; i++) {
    const session = sessions[i]!;
    add(contextCondition(session));
    add(stateCondition(session, takenAt, timezone));
    add(newCondition(session, newSessions.get(session.id), takenAt));
  }
  return conditions;
}
