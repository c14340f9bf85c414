import type { Summary } from './summary-file.ts';
import { rankOfSource, type Title } from './title.ts';

/** What the monitor resolved for a session. */
export interface SummaryFacts {
  readonly title: Title | null;
  readonly profile: { readonly id: string; readonly method: string; readonly confidence: number } | null;
}

const NOTHING: SummaryFacts = { title: null, profile: null };

/** What the monitor's summary adds to a session (session-state §2.11). Pure. */
export function summaryFacts(summary: Summary | null, id: string): SummaryFacts {
  if (summary === null || !Object.hasOwn(summary.sessions, id)) return NOTHING;
  const { profile, method, confidence, title } = summary.sessions[id]!;
  return {
    title: title === undefined ? null : { text: title.text, rank: rankOfSource(title.source) },
    profile: profile === '' ? null : { id: profile, method, confidence },
  };
}
