import { type BurnThresholds, burnStart, NOW_SPAN_MS } from '../usage/burn.ts';
import type { Window } from '../usage/window.ts';
import type { ClientSample, LiveSessionInput } from './live-input.ts';
import type { SessionShare } from './quota-shares.ts';
import type { SessionInput } from './session-input.ts';
import { areSignsPast, lastSign } from './session-signs.ts';
import { type SessionScope, viewOf } from './session-view.ts';
import type { LastAction, SessionView } from './snapshot.ts';
import type { UsageSlot } from './usage-slot.ts';
import { SpanTotals } from './usage-totals.ts';

/** What all sessions of a snapshot are seen with. Epoch ms. */
export interface ViewContext {
  readonly now: number;
  /** The open window of each account. */
  readonly open: ReadonlyMap<string, Window | null>;
  readonly samples: ReadonlyMap<string, ClientSample>;
  readonly actions: ReadonlyMap<string, LastAction>;
  readonly contextWindow: (model: string) => number | null;
  readonly burn: BurnThresholds;
}

/** A session's last view, and what it was made of. */
interface Kept {
  readonly session: SessionInput;
  readonly scope: SessionScope;
  readonly versions: number | string;
  readonly ledgerAt: number | null;
  /** Between `from` and `until`, epoch ms, time alone changes nothing of it. */
  readonly from: number;
  readonly until: number;
  view: SessionView;
  /** Of the last snapshot that listed it, epoch ms. */
  seenAt: number;
}

/**
 * The last view of each session: with a hundred of them nearly all are as they were a moment ago. All that a view is made of is compared for each session and each
 * snapshot; only what costs more than that is left out (LV-113).
 */
export class KeptViews {
  private readonly kept = new Map<string, Kept>();

  /** One session of the snapshot. Equal facts give the same object, but for what only time and the others' use change. */
  of(
    session: SessionInput,
    live: LiveSessionInput | null,
    slots: readonly UsageSlot[],
    share: SessionShare,
    context: ViewContext,
  ): SessionView {
    const kept = this.kept.get(session.sessionId);
    const versions = versionOf(slots);
    const isSame =
      kept !== undefined &&
      kept.session === session &&
      kept.versions === versions &&
      kept.scope.live === live &&
      // What was over is not, when the clock has gone back.
      context.now >= kept.from &&
      isLike(kept.scope, session, context);
    if (isSame && context.now < kept.until) {
      kept.seenAt = context.now;
      kept.view = withShare(kept.view, share);
      return kept.view;
    }
    const made = madeOf(session, live, slots, share, versions, context, isSame ? kept : null);
    this.kept.set(session.sessionId, made);
    return made.view;
  }

  /** Forgets sessions that the snapshot of `now` did not list; `listed`: how many it did. */
  forgetOthers(now: number, listed: number): void {
    if (this.kept.size === listed) return;
    this.kept.forEach(({ seenAt }, id) => {
      if (seenAt !== now) this.kept.delete(id);
    });
  }
}

/** `before`: the last view, of the same facts; it stays when time has changed nothing. */
function madeOf(
  session: SessionInput,
  live: LiveSessionInput | null,
  slots: readonly UsageSlot[],
  share: SessionShare,
  versions: Kept['versions'],
  { now, open, samples, actions, contextWindow, burn: thresholds }: ViewContext,
  before: Kept | null,
): Kept {
  const window = open.get(session.account) ?? null;
  const [sample, action] = [samples.get(session.sessionId) ?? null, actions.get(session.sessionId) ?? null];
  const scope: SessionScope = { now, window, slots, share, live, sample, action, contextWindow, burn: thresholds };
  const ledgerAt = lastSign(session, now);
  const { burn, until } = burnOf(session, scope);
  const stays =
    before !== null && !isTimed(before.view, live, now) && before.ledgerAt === ledgerAt && isSameBurn(before.view.burnNow, burn);
  const view = stays ? withShare(before.view, share) : viewOf(session, scope, burn, ledgerAt);
  const isFixed = live !== null && areSignsPast(session, now);
  const resets = view.limitResetsAt ?? Number.POSITIVE_INFINITY;
  return { session, scope, versions, ledgerAt, from: now, until: isFixed ? Math.min(until, resets) : now, view, seenAt: now };
}

/** The share changes with each request of any session. */
function withShare(view: SessionView, { share, basis, points }: SessionShare): SessionView {
  if (view.share === share && view.shareBasis === basis && view.points.value === points.value && view.points.at === points.at) return view;
  return { ...view, share, shareBasis: basis, points };
}

/** Without other evidence the state follows from time alone; a limit may reset while nothing else happens. */
const isTimed = ({ limitResetsAt }: SessionView, live: LiveSessionInput | null, now: number): boolean =>
  live === null || (limitResetsAt ?? now + 1) <= now;

const isSameBurn = (a: SessionView['burnNow'], b: SessionView['burnNow']): boolean =>
  a.work === b.work && a.all === b.all && a.costPerHour === b.costPerHour;

/** Differs as soon as a request of them does: versions only rise, and none is given twice. A sum of them could come again with fewer slots. */
function versionOf(slots: readonly UsageSlot[]): number | string {
  return slots.length === 1 ? slots[0]!.version : slots.map(({ version }) => version).join(' ');
}

/** The rate of the last minutes, and until when (epoch ms) it stays as it is while no request comes. */
function burnOf(
  session: SessionInput,
  { now, slots, window }: SessionScope,
): { readonly burn: SessionView['burnNow']; readonly until: number } {
  const t0 = burnStart(window?.start ?? null, session.firstAt);
  const totals = new SpanTotals(slots, now);
  // A scope younger than the span is divided by its age.
  const isSteady = t0 === null || t0 <= now - NOW_SPAN_MS;
  return { burn: totals.rate('now', t0), until: isSteady ? totals.until : now };
}

/** What a session was seen with is what it is seen with now. */
function isLike(scope: SessionScope, { sessionId, account }: SessionInput, { open, samples, actions, burn }: ViewContext): boolean {
  const window = open.get(account);
  return (
    scope.sample === (samples.get(sessionId) ?? null) &&
    scope.action === (actions.get(sessionId) ?? null) &&
    scope.window?.start === window?.start &&
    scope.window?.end === window?.end &&
    scope.burn === burn
  );
}
