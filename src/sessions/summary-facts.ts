import type { SummarySession } from './summary-file.ts';
import { rankOfSource, type Title } from './title.ts';

/** What the monitor resolved for a session. */
export interface SummaryFacts {
  readonly title: Title | null;
  readonly profile: { readonly id: string; readonly method: string; readonly confidence: number } | null;
}

const NOTHING: SummaryFacts = { title: null, profile: null };

/** What the monitor's summary adds to a session (session-state §2.11), by what it holds of it; null = nothing. Pure. */
export function summaryFacts(session: SummarySession | null): SummaryFacts {
  if (session === null) return NOTHING;
  const { profile, method, confidence, title } = session;
  return {
    title: title === undefined ? null : { text: title.text, rank: rankOfSource(title.source) },
    profile: profile === '' ? null : { id: profile, method, confidence },
  };
}
