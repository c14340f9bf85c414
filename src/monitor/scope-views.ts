import { isActive } from '../sessions/states.ts';
import { type BurnThresholds, burnStart } from '../usage/burn.ts';
import { amountsOf, earlier, earliest, groupBy, severityOf } from './amounts.ts';
import type { Amounts, ModelView, ProjectView, SessionView } from './snapshot.ts';
import { Tally } from './tally.ts';
import type { UsageSlot } from './usage-slot.ts';
import { SpanTotals } from './usage-totals.ts';

const percentOf = (part: number, whole: number): number | null => (whole === 0 ? null : (part / whole) * 100);

interface ProjectScope {
  readonly sessions: readonly SessionView[];
  /** Of all the sessions shown. */
  readonly all: Amounts;
  readonly slotsOf: (sessionId: string) => readonly UsageSlot[];
  /** Epoch ms; `start` of the earliest open window. */
  readonly now: number;
  readonly start: number | null;
  readonly since: ReadonlyMap<string, number>;
  readonly burn: BurnThresholds;
}

/** The listed sessions by project (D-7), the largest share first. */
export function projectViews({ sessions, all, slotsOf, now, start, since, burn }: ProjectScope): ProjectView[] {
  // By cost, or by tokens for all of them when anything has no price: never mixed (LV-55).
  const isPriced = all.cost !== null && !all.costIsLowerBound;
  const views = [...groupBy(sessions, (s) => s.projectPath)].map(([path, own]): ProjectView => {
    const slots: UsageSlot[] = [];
    for (let i = 0; i < own.length; i++) slots.push(...slotsOf(own[i]!.id));
    const tally = new Tally();
    for (let i = 0; i < slots.length; i++) tally.merge(slots[i]!.window);
    const window = amountsOf(tally.sum);
    const first = earlier(earliest(own.map((s) => s.startedAt)), since.get(path) ?? null);
    const rate = new SpanTotals(slots, now).rate('now', burnStart(start, first));
    return {
      name: own[0]!.project,
      path,
      window,
      share: isPriced ? percentOf(window.cost ?? 0, all.cost ?? 0) : percentOf(window.all, all.all),
      startedAt: earliest(own.map((s) => s.windowStartedAt ?? s.startedAt)),
      sessions: own.length,
      activeSessions: own.filter((s) => isActive(s.state)).length,
      burnNow: rate,
      severity: severityOf(rate, burn),
    };
  });
  return views.sort((a, b) => (b.share ?? 0) - (a.share ?? 0) || b.window.all - a.window.all || (a.path < b.path ? -1 : 1));
}

/** Use in the window by model, the largest share first; the share as for projects. */
export function modelViews(slots: readonly UsageSlot[], all: Amounts): ModelView[] {
  const isPriced = all.cost !== null && !all.costIsLowerBound;
  const models = new Map<string, { tally: Tally; sessions: Set<string> }>();
  for (const { models: own, sessionId } of slots)
    own.forEach((tally, name) => {
      if (tally.events === 0) return;
      let model = models.get(name);
      if (!model) {
        model = { tally: new Tally(), sessions: new Set() };
        models.set(name, model);
      }
      model.tally.merge(tally);
      model.sessions.add(sessionId);
    });
  return [...models]
    .map(([model, { tally, sessions }]) => {
      const window = amountsOf(tally.sum);
      const share = isPriced ? percentOf(window.cost ?? 0, all.cost ?? 0) : percentOf(window.all, all.all);
      return { model, window, share, sessions: sessions.size };
    })
    .sort((a, b) => (b.share ?? 0) - (a.share ?? 0) || b.window.all - a.window.all || (a.model < b.model ? -1 : 1));
}
