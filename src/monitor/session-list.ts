import { urgency } from '../sessions/states.ts';
import type { Window } from '../usage/window.ts';
import type { ViewContext } from './kept-views.ts';
import type { LiveSessionInput } from './live-input.ts';
import { QuotaShares } from './quota-shares.ts';
import type { SessionInput } from './session-input.ts';
import { lastSign } from './session-signs.ts';
import type { SessionView, Snapshot } from './snapshot.ts';
import type { SnapshotInput } from './snapshot-input.ts';
import { mergedTally } from './tally.ts';
import type { UsageSlot } from './usage-slot.ts';

/** A session of which it is not known whether it runs is listed for so long after its last sign of life. */
export const ALIVE_MS = 10 * 60_000;

/** A request whose session is not known still counts, so that the sums agree. */
function unknownSession(id: string, slots: readonly UsageSlot[]): SessionInput {
  const all = mergedTally(slots.map((slot) => slot.window));
  const { project, account, firstAt, lastAt } = slots[0]!;
  return {
    sessionId: id,
    name: id.slice(0, 8) || 'unknown',
    titleRank: null,
    tags: [],
    note: null,
    project,
    root: project,
    account,
    facts: {},
    total: all.sum,
    firstAt,
    lastRequestAt: lastAt,
  };
}

/** A session that runs but has no line in any transcript yet. */
function unwrittenSession(live: LiveSessionInput, account: string): SessionInput {
  const place = live.cwd ?? 'unknown';
  return {
    sessionId: live.id,
    name: live.title ?? live.id.slice(0, 8),
    titleRank: live.titleRank,
    tags: [],
    note: null,
    project: place.split(/[/\\]/).findLast((part) => part !== '') ?? place,
    root: place,
    account,
    facts: {},
    total: mergedTally([]).sum,
    firstAt: null,
    lastRequestAt: null,
  };
}

/** D-37: in its account's window, or running; where that cannot be told, with a recent sign of life. */
function isListed(session: SessionInput, live: LiveSessionInput | undefined, inWindow: boolean, now: number): boolean {
  if (inWindow || live?.alive === true) return true;
  if (live?.alive === false || live?.state === 'ended') return false;
  const last = Math.max(lastSign(session, now) ?? Number.NEGATIVE_INFINITY, live?.seenAt ?? Number.NEGATIVE_INFINITY);
  return now - last <= ALIVE_MS;
}

/** The sessions of a snapshot, most urgent first, then newest. `slots`: all of them, whatever is shown. */
export function listSessions(
  input: SnapshotInput,
  open: ReadonlyMap<string, Window | null>,
  slots: readonly UsageSlot[],
  windows: Snapshot['windows'],
): SessionView[] {
  const { shown, live, usage } = input;
  const shares = new QuotaShares(usage, windows);
  const { now, samples, actions, contextWindow, views: kept } = input;
  const context: ViewContext = { now, open, samples, actions, contextWindow, burn: input.options.burn };
  const views: SessionView[] = [];
  const list = (session: SessionInput) => {
    if (shown !== null && !shown.has(session.sessionId)) return;
    const own = usage.slotsOf(session.sessionId);
    const running = live.get(session.sessionId);
    if (isListed(session, running, own.some(isInWindow), now)) views.push(kept.of(session, running ?? null, own, shares.of(own), context));
  };
  input.sessions.forEach(list);
  const others = new Set<string>();
  for (let i = 0; i < slots.length; i++) {
    const { sessionId, window } = slots[i]!;
    if (window.events === 0 || input.sessions.has(sessionId) || others.has(sessionId)) continue;
    others.add(sessionId);
    list(unknownSession(sessionId, usage.slotsOf(sessionId)));
  }
  live.forEach((session, id) => {
    if (!input.sessions.has(id) && !others.has(id)) list(unwrittenSession(session, input.accountOf(id)));
  });
  kept.forgetOthers(now, views.length);
  return views.sort((a, b) => urgency(a.state) - urgency(b.state) || (b.lastAt ?? 0) - (a.lastAt ?? 0) || (a.id < b.id ? -1 : 1));
}

const isInWindow = ({ window }: UsageSlot): boolean => window.events > 0;
