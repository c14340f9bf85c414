import type { QuotaName, QuotaReading } from '../../sessions/captures.ts';
import type { Summary, SummaryProfile, SummarySession } from '../../sessions/summary-file.ts';
import type { WindowSample } from '../../usage/window.ts';
import type { Input } from './input.ts';
import type { Others } from './others.ts';
import { type QuotaView, quotaView } from './quota.ts';

/** From the session's own status file; null where it says nothing. */
export interface OwnStatus {
  readonly agents: number;
  readonly task: string | null;
  readonly loadAverage: number | null;
}

/** How the line is drawn, from the compiled configuration. */
export interface LineSettings {
  /** Percent from which a figure is a warning, and critical (SL-9). */
  readonly warning: number;
  readonly critical: number;
  /** Percent of the context at which the client compacts. */
  readonly compactionPercent: number;
  readonly zone: string;
  readonly hour12: boolean;
  readonly ascii: boolean;
  readonly useEmoji: boolean;
  readonly links: boolean;
  readonly showAuthProfile: boolean | 'auto';
  readonly ambiguousWide: boolean;
}

/** Everything a segment may show. Plain data: no segment reads a file or the clock (SL-8). Texts are hostile. */
export interface Facts {
  /** Epoch ms. */
  readonly now: number;
  readonly home: string;
  /** The current directory. */
  readonly dir: string;
  readonly input: Input;
  /** This session's quota statements, this run's merged in. */
  readonly quota: Readonly<Partial<Record<QuotaName, QuotaReading>>>;
  readonly summary: Summary | null;
  readonly others: Others | null;
  readonly own: OwnStatus | null;
  readonly branch: string | null;
  readonly isConfigStale: boolean;
  /** From the environment (AP-1); certain. */
  readonly envProfile: string | null;
  readonly settings: LineSettings;
}

/** Rates and alerts of a summary older than this say nothing about now; an open alert holds longer, for a quiet machine writes nothing (ST-14). */
const RATES_FRESH_MS = 10 * 60_000;
const ALERTS_FRESH_MS = 60 * 60_000;

export function ownSession(facts: Facts): SummarySession | null {
  const { summary, input } = facts;
  return input.sessionId !== null && summary !== null && Object.hasOwn(summary.sessions, input.sessionId)
    ? summary.sessions[input.sessionId]!
    : null;
}

/** The profile of this session, never another one's (AP-7). */
export function ownProfile(facts: Facts): SummaryProfile | null {
  const id = ownSession(facts)?.profile;
  return id !== undefined && facts.summary !== null && Object.hasOwn(facts.summary.profiles, id) ? facts.summary.profiles[id]! : null;
}

export const summaryAge = ({ summary, now }: Facts): number =>
  summary === null ? Number.POSITIVE_INFINITY : Math.max(0, now - summary.at);
export const hasFreshRates = (facts: Facts): boolean => summaryAge(facts) <= RATES_FRESH_MS;
export const hasFreshAlerts = (facts: Facts): boolean => summaryAge(facts) <= ALERTS_FRESH_MS;

/** Whether cost is a list-price equivalent rather than a bill (D-14): only subscribers are handed quota. */
export function isSubscription(facts: Facts): boolean {
  const kind = ownProfile(facts)?.kind;
  if (kind !== undefined && kind !== 'unknown') return kind === 'subscription';
  return facts.quota.five_hour !== undefined || facts.quota.seven_day !== undefined;
}

/** The account's window from this session's statements and its profile's (AP-8). */
export function quotaOf(name: QuotaName, facts: Facts): QuotaView | null {
  const samples: WindowSample[] = [];
  const own = facts.quota[name];
  if (own !== undefined) samples.push({ used: own.used, resetsAt: own.resetsAt * 1000, seenAt: own.at });
  const quota = ownProfile(facts)?.quota;
  const shared = name === 'five_hour' ? quota?.fiveHour : name === 'seven_day' ? quota?.sevenDay : null;
  if (shared?.source === 'official') samples.push({ used: shared.usedPercent, resetsAt: shared.resetsAt * 1000, seenAt: shared.at });
  return samples.length === 0 ? null : quotaView(name, samples, facts.now);
}
