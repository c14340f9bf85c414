import type { SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import { age, clock, glyphOr, known, named, percent, say, separator, short, type View } from '../figures.ts';
import { clip, firstFitting, type Line, type Span, span, textOf, widthOf } from '../spans.ts';
import { countStates, hasNoData, STATE_LOOK, type StateCounts } from './states.ts';
import { ALL_DETAIL, canTell, type Detail, nearestLimit, paceWords, windowWords } from './window-words.ts';

interface Level extends Detail {
  readonly yourTurn: boolean;
}

/** LV-31: from the right, pace, age, source word, your-turn, `resets` go; the names of the counts go last. */
const LEVELS: readonly Level[] = [
  { ...ALL_DETAIL, yourTurn: true },
  { ...ALL_DETAIL, yourTurn: true, pace: false },
  { pace: false, age: false, source: true, resets: true, yourTurn: true },
  { pace: false, age: false, source: false, resets: true, yourTurn: true },
  { pace: false, age: false, source: false, resets: true, yourTurn: false },
  { pace: false, age: false, source: false, resets: false, yourTurn: false },
];

/** When a rate-limited session may go on: the end of its account's window, if that is full. */
function limitedUntil(snapshot: Snapshot, session: SessionView | undefined): number | null {
  const window = snapshot.windows.find((open) => open.account === session?.account);
  return window !== undefined && (window.usedPercent.value ?? 0) >= 100 ? window.end : null;
}

/** `Nothing is running · last: api-docs, 2 h ago` (LV-34). */
function nothingRuns(view: View, snapshot: Snapshot): readonly Span[] {
  if (hasNoData(snapshot)) return [span('No Claude Code data found yet')];
  const spoken = snapshot.sessions.filter((session) => session.lastAt !== null);
  const [last] = spoken.sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
  const words = span('Nothing is running');
  return last?.lastAt == null ? [words] : [words, span(`last: ${named(view, last.name)}, ${age(view, last.lastAt)} ago`)];
}

/** Who needs a person, what failed, what runs: in words, most urgent first, nothing that is zero (LV-30). */
function countWords(view: View, snapshot: Snapshot, counts: StateCounts, yourTurn: boolean): readonly Span[] {
  if (counts.needsYou + counts.failed + counts.limited + counts.working + counts.yourTurn === 0) return nothingRuns(view, snapshot);
  const until = limitedUntil(
    snapshot,
    snapshot.sessions.find((session) => session.state === 'rate-limited'),
  );
  const parts: Span[] = [];
  if (counts.needsYou > 0) parts.push(span(`${counts.needsYou} need${counts.needsYou === 1 ? 's' : ''} you`, 'attention'));
  if (counts.failed > 0) parts.push(span(`${counts.failed} failed`, 'error'));
  if (counts.limited > 0) parts.push(span(`${counts.limited} limited${until === null ? '' : ` until ${clock(view, until)}`}`, 'error'));
  if (counts.working > 0) parts.push(span(`${counts.working} working`, 'working'));
  if (counts.yourTurn > 0 && (yourTurn || parts.length === 0)) parts.push(span(`${counts.yourTurn} your turn`));
  return parts;
}

function windowParts(view: View, snapshot: Snapshot, detail: Detail): readonly Span[] {
  const window = nearestLimit(snapshot.windows);
  if (window === null) return hasNoData(snapshot) || !known(view) ? [] : [span('no window open')];
  if (!canTell(view, window)) return [];
  const pace = detail.pace ? paceWords(view, window) : null;
  const words = windowWords(view, window, snapshot.windows.length - 1, detail);
  return pace === null ? [words] : [words, pace];
}

function readingParts(snapshot: Snapshot): readonly Span[] {
  const { reading, percent: done } = snapshot.ingest;
  if (!reading) return [];
  return [span(done === null ? 'reading history' : `reading history ${Math.floor(done)} %`)];
}

/** `2! 2● 1✓ 62%`: what is left when no word fits; then without the window, then the most urgent alone. */
function shortest(view: View, snapshot: Snapshot, counts: StateCounts): readonly Line[] {
  const look = (state: keyof typeof STATE_LOOK) => glyphOr(view, STATE_LOOK[state].glyph, STATE_LOOK[state].letter);
  const window = nearestLimit(snapshot.windows);
  const parts: Span[] = [];
  if (counts.needsYou > 0) parts.push(span(`${counts.needsYou}!`, 'attention'));
  if (counts.failed > 0) parts.push(span(`${counts.failed}${look('error')}`, 'error'));
  if (counts.limited > 0) parts.push(span(`${counts.limited}${look('rate-limited')}`, 'error'));
  if (counts.working > 0) parts.push(span(`${counts.working}${look('working')}`, 'working'));
  if (counts.yourTurn > 0) parts.push(span(`${counts.yourTurn}${look('your-turn')}`));
  if (parts.length === 0) parts.push(span(hasNoData(snapshot) ? 'no data' : 'idle'));
  const used = window?.usedPercent.value ?? null;
  const figure =
    window === null || !canTell(view, window) ? [] : [span(used === null ? short(view, window.amounts.work) : percent(view, used, 'cell'))];
  return [joined([...parts, ...figure], ' '), joined(parts, ' '), joined(parts.slice(0, 1), ' ')];
}

export function joined(parts: readonly Span[], between: string): Line {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [span(between), part]));
}

/** Where to begin shortening: with everything, without the pace, without pace, age and source. */
export type Fullness = 'full' | 'no-pace' | 'brief';

const FIRST_LEVEL: Readonly<Record<Fullness, number>> = { full: 0, 'no-pace': 1, brief: 3 };

/** Says in one line who needs you, what runs, how far the window is and whether it will hold (LV-30…LV-35), in at most `width` columns. */
export function verdict(view: View, snapshot: Snapshot, width: number, fullness: Fullness = 'full'): Line {
  const counts = countStates(snapshot.sessions);
  const candidates = LEVELS.slice(FIRST_LEVEL[fullness]).map((level) => {
    const parts = [...countWords(view, snapshot, counts, level.yourTurn), ...windowParts(view, snapshot, level), ...readingParts(snapshot)];
    return joined(parts, separator(view));
  });
  return firstFitting([...candidates, ...shortest(view, snapshot, counts)], width);
}

/** Whether the cut fell into a word, not into a number or right behind it: `2 need you · 2 wo…`, never `2 need you · 1…`. */
const cutInWord = (drawn: Line): boolean => /[a-z]+.$/i.test(textOf(drawn));

/** The verdict over two lines, for narrow screens: counts, then the window. */
export function verdictInTwo(view: View, snapshot: Snapshot, width: number): readonly [Line, Line] {
  const counts = countStates(snapshot.sessions);
  const words = countWords(view, snapshot, counts, true);
  const first = joined([...words, ...readingParts(snapshot)], separator(view));
  const least = joined(words.slice(0, 1), '');
  const shown = widthOf(first) <= width ? first : cutInWord(clip(first, width)) ? clip(first, width) : least;
  const windows = LEVELS.map((level) => joined(windowParts(view, snapshot, level), separator(view)));
  return [clip(shown, width), firstFitting(windows, width)];
}

/** The whole sentence as text, for surfaces without a width. */
export const verdictText = (view: View, snapshot: Snapshot): string =>
  say(
    view,
    verdict(view, snapshot, Number.POSITIVE_INFINITY)
      .map((part) => part.text)
      .join(''),
  );
