import type { Capture } from './captures.ts';
import type { LimitReset } from './evidence.ts';
import type { Summary } from './summary-file.ts';
import { rankOfSource, type Title } from './title.ts';

/* What the statusline's capture and the monitor's summary add to a session (session-state §2.11). Pure. */

/** Per cent from which a quota counts as used up. */
const FULL = 99.5;

/** The latest reset among the quotas that are used up; null when none is. */
export function limitResetOf(capture: Capture | null): LimitReset | null {
  let found: LimitReset | null = null;
  for (const { used, resetsAt, at } of Object.values(capture?.quota ?? {})) {
    if (used >= FULL && (found === null || resetsAt > found.resetsAt)) found = { resetsAt, at };
  }
  return found;
}

/** What the monitor resolved for a session. */
export interface SummaryFacts {
  readonly title: Title | null;
  readonly profile: { readonly id: string; readonly method: string; readonly confidence: number } | null;
}

const NOTHING: SummaryFacts = { title: null, profile: null };

export function summaryFacts(summary: Summary | null, id: string): SummaryFacts {
  if (summary === null || !Object.hasOwn(summary.sessions, id)) return NOTHING;
  const { profile, method, confidence, title } = summary.sessions[id]!;
  return {
    title: title === undefined ? null : { text: title.text, rank: rankOfSource(title.source) },
    profile: profile === '' ? null : { id: profile, method, confidence },
  };
}
