import { tokensFull } from '../text/format.ts';
import { type BurnThresholds, burnRate, NOW_SPAN_MS } from '../usage/burn.ts';
import type { UsageEvent } from '../usage/types.ts';
import type { ProjectView, Snapshot } from './snapshot.ts';
import { recentOf } from './usage-rates.ts';
import type { UsageSlot } from './usage-slot.ts';
import type { Condition } from './warning-episodes.ts';

const MINUTE_MS = 60_000;
/** A project must burn high for this long, and stay below for as long, and this part below, before it ends. */
const HOLD_MS = 5 * MINUTE_MS;
const HYSTERESIS = 0.8;
const STEP_MS = 20_000;

/**
 * Since when the rate has been above the threshold, looked back at most as long as it must hold: the data tell it, so that a program started
 * a moment ago warns like one that has run for hours.
 */
function highSince(events: readonly UsageEvent[], now: number, threshold: number, t0: number | null): number {
  let since = now;
  for (let at = now - STEP_MS; at >= now - HOLD_MS; at -= STEP_MS) {
    if (burnRate(events, NOW_SPAN_MS, at, t0).work <= threshold) break;
    since = at;
  }
  return since;
}

interface BurnScope {
  readonly burn: BurnThresholds;
  readonly slots: readonly UsageSlot[];
}

interface Scope {
  readonly key: string;
  readonly project: string | null;
  readonly rate: number;
  readonly startedAt: number | null;
  readonly text: string;
  readonly slots: () => readonly UsageSlot[];
}

function conditionOf(scope: Scope, now: number, threshold: number): Condition {
  const holds = scope.rate > threshold;
  const since = () => highSince([...recentOf(scope.slots(), now - NOW_SPAN_MS - HOLD_MS)], now, threshold, scope.startedAt);
  return {
    warning: { rule: 'burn', severity: 'warn', key: scope.key, sessionId: null, project: scope.project, text: scope.text },
    holds,
    since: holds ? since : null,
    forMs: HOLD_MS,
    keepMs: HOLD_MS,
  };
}

/** HIGH burn per project, or of all together where no project alone burns high (LV-92). */
export function burnConditions(
  { projects, sessions, combined, takenAt }: Pick<Snapshot, 'projects' | 'sessions' | 'combined' | 'takenAt'>,
  { burn, slots }: BurnScope,
): Condition[] {
  const near = projects.filter((project) => project.burnNow.work >= burn.high * HYSTERESIS);
  const isCombined = combined.burnNow.work >= burn.high * HYSTERESIS && !projects.some(({ burnNow }) => burnNow.work > burn.high);
  const conditions = near.map((project) =>
    conditionOf(
      {
        key: `burn:${project.path}`,
        project: project.path,
        rate: project.burnNow.work,
        startedAt: project.startedAt,
        text: textOf(project, burn),
        slots: () => slotsIn(project, sessions, slots),
      },
      takenAt,
      burn.high,
    ),
  );
  if (!isCombined) return conditions;
  const rate = combined.burnNow.work;
  const text =
    rate > burn.high
      ? `Combined burn rate is HIGH (${tokensFull(rate)} > ${tokensFull(burn.high)} tok/min)`
      : `Combined burn rate was HIGH (now ${tokensFull(rate)} tok/min)`;
  return [...conditions, conditionOf({ key: 'burn', project: null, rate, startedAt: null, text, slots: () => slots }, takenAt, burn.high)];
}

function slotsIn({ path }: ProjectView, sessions: Snapshot['sessions'], slots: readonly UsageSlot[]): readonly UsageSlot[] {
  const own = new Set(sessions.filter((session) => session.projectPath === path).map(({ id }) => id));
  return slots.filter((slot) => own.has(slot.sessionId));
}

const textOf = ({ name, burnNow }: ProjectView, burn: BurnThresholds): string =>
  burnNow.work > burn.high
    ? `Project '${name}' has HIGH burn rate (${tokensFull(burnNow.work)} > ${tokensFull(burn.high)} tok/min)`
    : `Project '${name}' had HIGH burn rate (now ${tokensFull(burnNow.work)} tok/min)`;
