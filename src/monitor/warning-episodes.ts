import type { Warning } from './snapshot.ts';

export type WarningSeverity = Warning['severity'];

/**
 * What a rule sees now of one subject (alerts.md §2). `holds` = at or beyond the threshold; false = below it, but within the hysteresis, which keeps an
 * open episode open and opens none. A subject that is not mentioned is below both.
 */
export interface Condition {
  readonly warning: Omit<Warning, 'level' | 'since'>;
  readonly holds: boolean;
  /** The severity that an episode keeps if it has reached it, by the hysteresis below that level (alerts.md §3). Absent = the warning's own. */
  readonly held?: WarningSeverity;
  /** Since when it holds, where the data tell (epoch ms; a function where that costs something); null = since it was first seen. */
  readonly since: number | null | (() => number);
  /** How long it must hold before it opens, and how long it stays after it ended. ms. */
  readonly forMs: number;
  readonly keepMs: number;
  /** When the period it is about ends, epoch ms: behind that nothing of it stays (alerts.md §3). Absent or null = it is about none. */
  readonly endsAt?: number | null;
}

interface Episode {
  condition: Condition;
  severity: WarningSeverity;
  since: number;
  /** When it last held or was near, epoch ms. */
  lastAt: number;
  open: boolean;
}

const SEVERITY = { crit: 0, warn: 1, info: 2 } as const;
const worse = (a: WarningSeverity, b: WarningSeverity): WarningSeverity => (SEVERITY[a] <= SEVERITY[b] ? a : b);
const milder = (a: WarningSeverity, b: WarningSeverity): WarningSeverity => (SEVERITY[a] <= SEVERITY[b] ? b : a);

/** The open warnings over time: what opens, what stays by hysteresis and holding time, what ends. */
export class Episodes {
  private readonly episodes = new Map<string, Episode>();

  /** Takes what holds at `now` and gives the open warnings, worst first, then oldest (LV §9). A clock that went back ends nothing. */
  update(now: number, conditions: readonly Condition[]): Warning[] {
    const seen = new Set(conditions.map(({ warning }) => warning.key));
    for (const condition of conditions) this.see(condition, now);
    for (const [key, episode] of this.episodes) if (!seen.has(key) && isOver(episode, now)) this.episodes.delete(key);
    const open = [...this.episodes.values()].filter((episode) => episode.open).map(warningOf);
    return open.sort((a, b) => SEVERITY[a.severity] - SEVERITY[b.severity] || a.since - b.since);
  }

  private see(condition: Condition, now: number): void {
    const { key, severity } = condition.warning;
    const known = this.episodes.get(key);
    if (known === undefined && !condition.holds) return;
    const episode = known ?? { condition, severity, since: now, lastAt: now, open: false };
    // Not yet open, only a run without a break counts.
    if (known !== undefined && !known.open && !condition.holds) {
      this.episodes.delete(key);
      return;
    }
    episode.severity = episode.open ? worse(severity, milder(episode.severity, condition.held ?? severity)) : severity;
    episode.condition = condition;
    episode.lastAt = now;
    if (!episode.open) {
      const since = typeof condition.since === 'function' ? condition.since() : condition.since;
      episode.since = Math.min(episode.since, since ?? now);
      episode.open = now - episode.since >= condition.forMs;
    }
    this.episodes.set(key, episode);
  }
}

/** An episode of a subject that is not mentioned any more. */
function isOver({ open, lastAt, condition: { keepMs, endsAt } }: Episode, now: number): boolean {
  return !open || keepMs === 0 || now - lastAt > keepMs || (endsAt != null && now >= endsAt);
}

/** Its age counts from when it opened: a rule that must hold for five minutes is not older than one that opens at once. */
const warningOf = ({ condition: { warning, forMs }, severity, since }: Episode): Warning => ({
  ...warning,
  severity,
  level: severity === 'info' ? 'info' : 'warning',
  since: since + forMs,
});
