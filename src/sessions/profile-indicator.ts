import type { Summary } from './summary-file.ts';

/** Below this the profile is a guess, marked with `?` (AP-9). */
const SURE_CONFIDENCE = 50;

/**
 * The profile as it is named beside a session, for every surface (AP-9); null = not to be shown. An address in place of a label is not shown: only a person
 * could have meant it, and then it is the profile's label, not what detection found. Untrusted text: a sink of `text/` takes it.
 */
export function profileIndicator(profile: {
  readonly label: string;
  readonly confidence: number;
  /** Profiles with a live session. */
  readonly liveProfiles: number;
  readonly show: boolean | 'auto';
  /** A person typed the label. */
  readonly isTyped?: boolean;
}): string | null {
  const { label, confidence, liveProfiles, show, isTyped = false } = profile;
  if (label === '' || show === false || (show === 'auto' && liveProfiles < 2)) return null;
  if (!isTyped && /\S@\S/.test(label)) return null;
  return confidence < SURE_CONFIDENCE ? `${label}?` : label;
}

/** Profiles that have a live session in the summary. */
export function liveProfileCount(summary: Summary | null): number {
  return new Set(Object.values(summary?.sessions ?? {}).map(({ profile }) => profile)).size;
}
