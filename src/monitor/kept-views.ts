import { burnStart, NOW_SPAN_MS } from '../usage/burn.ts';
import { NO_POINTS } from './quota-shares.ts';
import type { SessionInput } from './session-input.ts';
import { lastSign } from './session-signs.ts';
import { type SessionScope, viewOf } from './session-view.ts';
import type { SessionView } from './snapshot.ts';
import type { UsageSlot } from './usage-slot.ts';
import { SpanTotals } from './usage-totals.ts';

interface Burn {
  readonly burn: SessionView['burnNow'];
  /** Until then, epoch ms, the rate stays as it is while no request comes. */
  readonly burnUntil: number;
}

/** A session's last view, and what it was made of. */
interface Kept extends Burn {
  scope: SessionScope;
  readonly versions: number | string;
  readonly ledgerAt: number | null;
  view: SessionView;
}
/** With 100 sessions nearly all are as they were a moment ago. */
const KEPT = new WeakMap<SessionInput, Kept>();

/** One session of the snapshot. Equal facts give the same object, but for what only time and the others' use change. */
export function sessionView(session: SessionInput, scope: SessionScope): SessionView {
  const ledgerAt = lastSign(session, scope.now);
  const versions = versionOf(scope.slots);
  const kept = KEPT.get(session);
  if (kept === undefined || kept.versions !== versions || kept.ledgerAt !== ledgerAt || isTimed(kept, scope) || !isSame(kept.scope, scope))
    return keep(session, scope, burnOf(session, scope), versions, ledgerAt);
  if (scope.now < kept.scope.now || scope.now >= kept.burnUntil) {
    const burn = burnOf(session, scope);
    if (!sameBurn(kept.burn, burn.burn)) return keep(session, scope, burn, versions, ledgerAt);
    KEPT.set(session, { ...kept, ...burn, scope, view: withShare(kept.view, scope) });
    return KEPT.get(session)!.view;
  }
  kept.scope = scope;
  kept.view = withShare(kept.view, scope);
  return kept.view;
}

function keep(session: SessionInput, scope: SessionScope, burn: Burn, versions: Kept['versions'], ledgerAt: number | null): SessionView {
  const view = viewOf(session, scope, burn.burn, ledgerAt);
  KEPT.set(session, { ...burn, scope, versions, ledgerAt, view });
  return view;
}

/** The share changes with each request of any session. */
function withShare(view: SessionView, { share: parts }: SessionScope): SessionView {
  const share = parts?.share ?? null;
  const points = parts?.points ?? NO_POINTS;
  if (view.share === share && view.points.value === points.value && view.points.at === points.at) return view;
  return { ...view, share, shareBasis: parts?.basis ?? 'cost', points };
}

/** Without other evidence the state follows from time alone; a limit may reset while nothing else happens. */
const isTimed = ({ view }: Kept, { live, now }: SessionScope): boolean => live === null || (view.limitResetsAt ?? now + 1) <= now;

const sameBurn = (a: SessionView['burnNow'], b: SessionView['burnNow']): boolean =>
  a.work === b.work && a.all === b.all && a.costPerHour === b.costPerHour;

/** Differs as soon as a request of them does: versions only rise, and none is given twice. A sum of them could come again with fewer slots. */
function versionOf(slots: readonly UsageSlot[]): number | string {
  return slots.length === 1 ? slots[0]!.version : slots.map(({ version }) => version).join(' ');
}

/** The rate of the last minutes, and until when it stays so. */
function burnOf(session: SessionInput, { now, slots, window }: SessionScope): Burn {
  const t0 = burnStart(window?.start ?? null, session.firstAt);
  const totals = new SpanTotals(slots, now);
  // A scope younger than the span is divided by its age.
  const isSteady = t0 === null || t0 <= now - NOW_SPAN_MS;
  return { burn: totals.rate('now', t0), burnUntil: isSteady ? totals.until : now };
}

function isSame(a: SessionScope, b: SessionScope): boolean {
  return (
    a.live === b.live &&
    a.sample === b.sample &&
    a.action === b.action &&
    a.window?.start === b.window?.start &&
    a.window?.end === b.window?.end &&
    a.burn === b.burn
  );
}
