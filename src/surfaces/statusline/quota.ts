import type { QuotaName } from '../../sessions/captures.ts';
import { officialWindows, SAMPLE_FRESH_MS, type WindowSample } from '../../usage/window.ts';
import { floorMinute } from './time.ts';

/** A quota window as it is shown (SL-10). */
export interface QuotaView {
  /** Percent. */
  readonly used: number;
  /** Epoch ms of the reset. */
  readonly resetsAt: number;
  /** Age in ms when it is no longer fresh, else null. */
  readonly age: number | null;
}

/**
 * One window from all statements about one account: this session's and, where the monitor runs, its profile's (AP-8): newest reset wins, within it the
 * maximum. Null without one, and once its reset has passed. `now` epoch ms.
 */
export function quotaView(name: QuotaName, samples: readonly WindowSample[], now: number): QuotaView | null {
  // A clock that was set back makes statements of the future: they count as now (ST-22).
  const known = samples.map((sample) => ({ ...sample, seenAt: Math.min(sample.seenAt, now) }));
  if (name === 'spend_limit') {
    const newest = known.filter(({ resetsAt }) => resetsAt > now).sort((a, b) => b.seenAt - a.seenAt)[0];
    return newest === undefined ? null : view(newest.used, newest.resetsAt, newest.seenAt, now);
  }
  const window = officialWindows(known, name === 'five_hour' ? 'five-hour' : 'weekly').findLast(({ end }) => end > now);
  if (window?.usedPercent == null) return null;
  return view(window.usedPercent, window.end, window.usedPercentAt ?? now, now);
}

function view(used: number, resetsAt: number, seenAt: number, now: number): QuotaView {
  const age = floorMinute(now) - floorMinute(seenAt);
  return { used, resetsAt, age: age < SAMPLE_FRESH_MS ? null : age };
}
