import type { Snapshot } from '../../../monitor/snapshot.ts';
import { nearestLimit, type VerdictPart, verdictInTwo, verdictParts } from '../../../monitor/verdict.ts';
import type { View } from '../figures.ts';
import { type Line, span, type Tone } from '../spans.ts';
import { partTone, usedTone } from './window-words.ts';

/** The first line of all surfaces (LV-30 … LV-35), in this one's colours. */

const TONES: Readonly<Partial<Record<VerdictPart['kind'], Tone>>> = {
  attention: 'attention',
  error: 'error',
  working: 'working',
  dim: 'dim',
};

function coloured(snapshot: Snapshot, parts: readonly VerdictPart[]): Line {
  const window = nearestLimit(snapshot.windows);
  const tones = {
    ...TONES,
    window: window === null ? undefined : usedTone(window),
    weekly: partTone(snapshot.verdict.weekly?.usedPercent.value ?? null),
  };
  return parts.map(({ kind, text }) => span(text, tones[kind]));
}

const styleOf = (view: View, width: number, weekly: boolean) => ({
  width,
  now: view.now,
  zone: view.zone,
  ascii: view.ascii,
  hour12: view.hour12,
  weekly,
});

/** In at most `width` columns. */
export const verdictLine = (view: View, snapshot: Snapshot, width: number): Line =>
  coloured(snapshot, verdictParts(snapshot.verdict, styleOf(view, width, true)));

/** Over two lines, for narrow screens: the counts, then the window. */
export const verdictLines = (view: View, snapshot: Snapshot, width: number): readonly Line[] =>
  verdictInTwo(snapshot.verdict, styleOf(view, width, false)).map((parts) => coloured(snapshot, parts));
