import { AGES, FUTURE_MS } from './constants.ts';
import type { HealthStatus } from './contracts.ts';
import type { Thresholds } from './thresholds.ts';

const MINUTE = 60_000;

/** Evidence from the future counts as now; a small step of the clock is no future (ST-22). */
export const notAfter = (at: number, now: number): number => (at > now + FUTURE_MS ? now : at);

export interface TranscriptFacts {
  /** A path is known. */
  readonly named: boolean;
  /** mtime, epoch ms; null when there is no file. */
  readonly mtime: number | null;
  /** Newest main-thread event that shows work, epoch ms; null = none. */
  readonly lastEvent: number | null;
}

/** Stale: not written for longer than the threshold. At risk: work was seen that long after the last writing; up to a minute of lag is normal (SH-3). */
export function transcriptHealth(
  facts: TranscriptFacts,
  thresholds: Thresholds,
  now: number,
): { readonly stale: boolean; readonly atRisk: boolean } {
  if (facts.mtime === null) return { stale: false, atRisk: false };
  const limit = thresholds.transcriptStaleMinutes * MINUTE;
  const event = facts.lastEvent === null ? null : notAfter(facts.lastEvent, now);
  return { stale: now - facts.mtime > limit, atRisk: event !== null && event - facts.mtime > Math.max(limit, MINUTE) };
}

export interface HealthFacts {
  readonly transcript: TranscriptFacts & { readonly responsesSeen: number };
  readonly secretTypes: readonly string[] | null;
  /** Whole per cent; null = unknown. */
  readonly contextPercent: number | null;
  /** Active in the sense of D-36. */
  readonly active: boolean;
  /** Epoch ms of the newest evidence behind the billing numbers; null or 0 = never known. */
  readonly billingAt: number | null;
  /** The higher of the profile's quota windows, per cent; null = unknown. */
  readonly quotaPercent: number | null;
}

export interface Health {
  readonly status: HealthStatus;
  readonly issues: readonly string[];
}

/** Health in the seeds' words, worst first, always in this order (SH-1). */
export function sessionHealth(facts: HealthFacts, thresholds: Thresholds, now: number): Health {
  const { transcript, contextPercent, quotaPercent } = facts;
  const isMissing = transcript.named && transcript.mtime === null && transcript.responsesSeen > 0;
  const critical = [isMissing && 'Transcript file missing', (facts.secretTypes?.length ?? 0) > 0 && 'Secrets detected'];
  const { atRisk } = transcriptHealth(transcript, thresholds, now);
  const isBillingStale = facts.active && !!facts.billingAt && now - facts.billingAt > AGES.billing.stale;
  const warning = [
    atRisk && `Data loss risk: transcript not updated in ${Math.floor((now - transcript.mtime!) / MINUTE)}m`,
    contextPercent !== null && contextPercent >= thresholds.contextWarningPercent && `Context ${contextPercent}% full`,
    isBillingStale && 'Billing data stale',
    quotaPercent !== null && quotaPercent >= thresholds.budgetWarningPercent && `Quota ${Math.floor(quotaPercent)}% used`,
  ];
  const said = (list: readonly (string | false)[]): string[] => list.filter((issue) => issue !== false);
  const [bad, odd] = [said(critical), said(warning)];
  const knowsNothing =
    !transcript.named && transcript.lastEvent === null && contextPercent === null && quotaPercent === null && !facts.billingAt;
  const status =
    bad.length > 0 ? 'critical' : odd.length > 0 ? 'warning' : knowsNothing && facts.secretTypes === null ? 'unknown' : 'healthy';
  return { status, issues: [...bad, ...odd] };
}

/** "<1m", "12m", "3h", "2d"; "" when unknown (§2.4). */
export function agoText(at: number | null, now: number): string {
  if (at === null || at <= 0) return '';
  const minutes = Math.floor((now - notAfter(at, now)) / MINUTE);
  if (minutes < 1) return '<1m';
  if (minutes < 60) return `${minutes}m`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / (24 * 60))}d`;
}
