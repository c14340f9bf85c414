import type { SessionState, SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import { Kept } from '../keep.ts';
import type { Tone } from '../spans.ts';

export { isActive, STATES as URGENCY } from '../../../sessions/states.ts';

export interface StateLook {
  /** Letter of D-36, always shown. */
  readonly letter: string;
  /** One column wide; left out in ASCII. */
  readonly glyph: string;
  readonly tone?: Tone;
  /** Whether the whole row steps back. */
  readonly quiet: boolean;
}

export const STATE_LOOK: Readonly<Record<SessionState, StateLook>> = {
  'needs-permission': { letter: 'P', glyph: '▲', tone: 'attention', quiet: false },
  'needs-answer': { letter: 'Q', glyph: '◆', tone: 'attention', quiet: false },
  error: { letter: 'E', glyph: '‼', tone: 'error', quiet: false },
  'rate-limited': { letter: 'L', glyph: '✕', tone: 'error', quiet: false },
  'your-turn': { letter: 'Y', glyph: '✓', tone: 'turn', quiet: false },
  working: { letter: 'W', glyph: '●', tone: 'working', quiet: false },
  compacting: { letter: 'C', glyph: '◐', tone: 'working', quiet: false },
  idle: { letter: 'I', glyph: '○', tone: 'dim', quiet: true },
  unknown: { letter: 'U', glyph: '?', quiet: false },
  ended: { letter: 'X', glyph: '–', tone: 'dim', quiet: true },
};

/** Sessions by what they ask of a person (D-36). `active` = W, C, P, Q, Y. */
export interface StateCounts {
  readonly needsYou: number;
  readonly failed: number;
  readonly limited: number;
  readonly working: number;
  readonly yourTurn: number;
  readonly idle: number;
  readonly unknown: number;
  readonly ended: number;
  readonly active: number;
  readonly all: number;
}

const COUNTED: Readonly<Record<SessionState, Exclude<keyof StateCounts, 'active' | 'all'>>> = {
  'needs-permission': 'needsYou',
  'needs-answer': 'needsYou',
  error: 'failed',
  'rate-limited': 'limited',
  'your-turn': 'yourTurn',
  working: 'working',
  compacting: 'working',
  idle: 'idle',
  unknown: 'unknown',
  ended: 'ended',
};

const COUNTS = new Kept<StateCounts>(2);

/** Counted once for all lines of a picture. */
export const countStates = (sessions: readonly SessionView[]): StateCounts => COUNTS.of([sessions], () => counted(sessions));

function counted(sessions: readonly SessionView[]): StateCounts {
  const counts = { needsYou: 0, failed: 0, limited: 0, working: 0, yourTurn: 0, idle: 0, unknown: 0, ended: 0 };
  for (let at = 0; at < sessions.length; at++) counts[COUNTED[sessions[at]!.state]]++;
  return { ...counts, active: counts.needsYou + counts.working + counts.yourTurn, all: sessions.length };
}

/** Whether the engine found any Claude Code data at all. */
export const hasNoData = (snapshot: Snapshot): boolean =>
  snapshot.sessions.length === 0 && snapshot.ingest.files === 0 && !snapshot.ingest.reading;
