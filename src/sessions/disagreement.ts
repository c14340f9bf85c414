import type { TranscriptEvidence, Verdict } from './evidence.ts';
import { CLOCKS, type State } from './states.ts';

/** States that say the same about whose step is next. */
const SIDE: Readonly<Record<State, 'claude' | 'question' | 'over' | null>> = {
  working: 'claude',
  compacting: 'claude',
  'needs-permission': 'question',
  'needs-answer': 'question',
  'your-turn': 'over',
  idle: 'over',
  error: 'over',
  'rate-limited': 'over',
  unknown: null,
  ended: null,
};

/** Levels that contradict each other for more than 10 s, each pair as one line of plain words (LS-8). */
export function disagreements(levels: readonly (Verdict | null)[], transcript: TranscriptEvidence | null, now: number): readonly string[] {
  const said = levels.filter((level) => level !== null);
  const lines: string[] = [];
  for (const [i, a] of said.entries()) {
    for (const b of said.slice(i + 1)) {
      const differ = SIDE[a.state] !== null && SIDE[b.state] !== null && SIDE[a.state] !== SIDE[b.state];
      if (differ && a.source !== b.source && now - Math.max(a.since, b.since) > CLOCKS.disagreement)
        lines.push(`${a.source} ${a.state}, ${b.source} ${b.state}`);
    }
  }
  const [first] = said;
  // A tool may run long; hours of work without a line are worth a look (§13 19).
  const isSilent = transcript?.kind === 'open' && now - transcript.grewAt >= CLOCKS.mtimeLive;
  if (first?.source === 'registry' && first.state === 'working' && isSilent) lines.push('registry working, transcript silent');
  return lines;
}
