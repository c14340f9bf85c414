import type { Warning } from './snapshot.ts';

/**
 * What a rule sees now of one subject (alerts.md §2). `holds` = at or beyond the threshold; false = below it, but within the hysteresis, which keeps an
 * open episode open and opens none. A subject that is not mentioned is below both.
 */
export interface Condition {
  readonly warning: Omit<Warning, 'level' | 'since'>;
  readonly holds: boolean;
  /** Since when it holds, where the data tell (epoch ms; a function where that costs something); null = since it was first seen. */
  readonly since: number | null | (() => number);
  /** How long it must hold before it opens, and how long it stays after it ended. ms. */
  readonly forMs: number;
  readonly keepMs: number;
}

interface Episode {
  condition: Condition;
  since: number;
  /** When it last held or was near, epoch ms. */
  lastAt: number;
  open: boolean;
}

const SEVERITY = { crit: 0, warn: 1, info: 2 } as const;

/** The open warnings over time: what opens, what stays by hysteresis and holding time, what ends. */
export class Episodes {
  private readonly episodes = new Map<string, Episode>();

  /** Takes what holds at `now` and gives the open warnings, worst first, then oldest (LV §9). A clock that went back ends nothing. */
  update(now: number, conditions: readonly Condition[]): Warning[] {
    const seen = new Set(conditions.map(({ warning }) => warning.key));
    for (const condition of conditions) this.see(condition, now);
    for (const [key, { open, lastAt, condition }] of this.episodes) {
      if (!seen.has(key) && (!open || condition.keepMs === 0 || now - lastAt > condition.keepMs)) this.episodes.delete(key);
    }
    const open = [...this.episodes.values()].filter((episode) => episode.open).map(warningOf);
    return open.sort((a, b) => SEVERITY[a.severity] - SEVERITY[b.severity] || a.since - b.since);
  }

  private see(condition: Condition, now: number): void {
    const { key } = condition.warning;
    const known = this.episodes.get(key);
    if (known === undefined && !condition.holds) return;
    const episode = known ?? { condition, since: now, lastAt: now, open: false };
    // Not yet open, only a run without a break counts.
    if (known !== undefined && !known.open && !condition.holds) {
      this.episodes.delete(key);
      return;
    }
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

/** Its age counts from when it opened: a rule that must hold for five minutes is not older than one that opens at once. */
const warningOf = ({ condition: { warning, forMs }, since }: Episode): Warning => ({
  ...warning,
  level: warning.severity === 'info' ? 'info' : 'warning',
  since: since + forMs,
});
