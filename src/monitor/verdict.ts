import { formatInstant } from '../text/format.ts';
import { terminalText } from '../text/terminal.ts';
import { displayWidth, fitEnd } from '../text/width.ts';
import type { Verdict, VerdictPart, VerdictStyle, VerdictWindow } from './verdict-data.ts';
import { type Detail, paceWords, say, windowWords, writtenAge } from './verdict-words.ts';

export type { Verdict, VerdictPart, VerdictPartKind, VerdictStyle, VerdictWindow } from './verdict-data.ts';
export { nearestLimit, verdictOf } from './verdict-of.ts';

interface Level extends Detail {
  readonly weekly: boolean;
  readonly yourTurn: boolean;
}

const ALL: Level = { weekly: true, pace: true, age: true, source: true, resets: true, yourTurn: true };

/** LV-31: from the right, weekly, pace, age, source word, your-turn, `resets` go; the names of the counts go last. */
const LEVELS: readonly Level[] = [
  ALL,
  { ...ALL, weekly: false },
  { ...ALL, weekly: false, pace: false },
  { ...ALL, weekly: false, pace: false, age: false },
  { ...ALL, weekly: false, pace: false, age: false, source: false },
  { ...ALL, weekly: false, pace: false, age: false, source: false, yourTurn: false },
  { weekly: false, pace: false, age: false, source: false, yourTurn: false, resets: false },
];

/** Where to begin shortening: with everything, without the pace, or without pace, age and source. */
export type Fullness = 'full' | 'no-pace' | 'brief';
const FIRST_LEVEL: Readonly<Record<Fullness, number>> = { full: 0, 'no-pace': 2, brief: 4 };

const clockOf = (style: VerdictStyle, at: number): string => {
  const sameDay = formatInstant(at, style.zone, 'isoDate') === formatInstant(style.now, style.zone, 'isoDate');
  return formatInstant(at, style.zone, sameDay ? 'time' : 'dayTime', { hour12: style.hour12 ?? false });
};

const running = (v: Verdict): number => v.needsYou + v.failed + v.limited + v.working + v.yourTurn;

/** `Nothing is running · last: api-docs, 2 h ago` (LV-34). */
function nothingRuns(v: Verdict, style: VerdictStyle): VerdictPart[] {
  if (v.noData) return [{ kind: 'plain', text: 'No Claude Code data found yet' }];
  const words: VerdictPart = { kind: 'plain', text: 'Nothing is running' };
  if (v.last === null) return [words];
  return [words, { kind: 'plain', text: `last: ${terminalText(v.last.name)}, ${writtenAge(style.now - v.last.at, style)} ago` }];
}

/** Who needs a person, what failed, what runs: in words, most urgent first, nothing that is zero (LV-30). */
function countParts(v: Verdict, style: VerdictStyle, yourTurn: boolean): VerdictPart[] {
  if (running(v) === 0) return nothingRuns(v, style);
  const parts: VerdictPart[] = [];
  const until = v.limitedUntil === null ? '' : ` until ${clockOf(style, v.limitedUntil)}`;
  if (v.needsYou > 0) parts.push({ kind: 'attention', text: `${v.needsYou} need${v.needsYou === 1 ? 's' : ''} you` });
  if (v.failed > 0) parts.push({ kind: 'error', text: `${v.failed} failed` });
  if (v.limited > 0) parts.push({ kind: 'error', text: `${v.limited} limited${until}` });
  if (v.working > 0) parts.push({ kind: 'working', text: `${v.working} working` });
  if (v.yourTurn > 0 && (yourTurn || parts.length === 0)) parts.push({ kind: 'plain', text: `${v.yourTurn} your turn` });
  return parts;
}

/** While history is read only an official figure is complete (LV-35). */
const canTell = (v: Verdict, window: VerdictWindow): boolean =>
  v.reading === null || (window.usedPercent.source === 'official' && window.usedPercent.value !== null);

function windowParts(v: Verdict, style: VerdictStyle, level: Level): VerdictPart[] {
  const { window, weekly } = v;
  const parts: VerdictPart[] = [];
  if (window === null) {
    if (!v.noData && v.reading === null) parts.push({ kind: 'plain', text: 'no window open' });
  } else if (canTell(v, window)) {
    const pace = level.pace && v.reading === null ? paceWords(window, (at) => clockOf(style, at)) : null;
    parts.push({ kind: window.stale ? 'dim' : 'window', text: windowWords(window, style, level, (at) => clockOf(style, at)) });
    if (pace !== null) parts.push({ kind: window.pace?.limitAt == null ? 'pace' : 'attention', text: pace });
  }
  const used = weekly?.usedPercent.value ?? null;
  if (style.weekly && level.weekly && weekly !== null && used !== null) {
    const resets = weekly.resetsAt === null ? '' : ` resets ${clockOf(style, weekly.resetsAt)}`;
    parts.push({ kind: weekly.stale ? 'dim' : 'weekly', text: `weekly ${Math.round(used)} % (official)${resets}` });
  }
  return parts;
}

function readingParts({ reading }: Verdict): VerdictPart[] {
  if (reading === null) return [];
  return [{ kind: 'dim', text: reading.percent === null ? 'reading history' : `reading history ${Math.floor(reading.percent)} %` }];
}

/** `2! 2● 1✓ 62%`: what is left when no word fits; then without the window, then the most urgent alone. */
function shortest(v: Verdict, style: VerdictStyle): VerdictPart[][] {
  const glyph = (drawn: string, letter: string) => (style.ascii ? letter : drawn);
  const parts: VerdictPart[] = [];
  if (v.needsYou > 0) parts.push({ kind: 'attention', text: `${v.needsYou}!` });
  if (v.failed > 0) parts.push({ kind: 'error', text: `${v.failed}${glyph('‼', 'E')}` });
  if (v.limited > 0) parts.push({ kind: 'error', text: `${v.limited}${glyph('✕', 'L')}` });
  if (v.working > 0) parts.push({ kind: 'working', text: `${v.working}${glyph('●', 'W')}` });
  if (v.yourTurn > 0) parts.push({ kind: 'plain', text: `${v.yourTurn}${glyph('✓', 'Y')}` });
  if (parts.length === 0) parts.push({ kind: 'plain', text: v.noData ? 'no data' : 'idle' });
  const used = v.window !== null && canTell(v, v.window) ? v.window.usedPercent.value : null;
  const figure: VerdictPart[] = used === null ? [] : [{ kind: 'window', text: `${Math.round(used)}%` }];
  return [joined([...parts, ...figure], ' '), joined(parts, ' '), parts.slice(0, 1)];
}

const joined = (parts: readonly VerdictPart[], between: string): VerdictPart[] =>
  parts.flatMap((part, i): VerdictPart[] => (i === 0 ? [part] : [{ kind: 'separator', text: between }, part]));

const widthOf = (parts: readonly VerdictPart[]): number => parts.reduce((sum, part) => sum + displayWidth(part.text), 0);

/** The first that fits, each made when those before it do not; else the beginning of the last one. */
function firstFitting(candidates: Iterable<readonly VerdictPart[]>, width: number): readonly VerdictPart[] {
  let last: readonly VerdictPart[] = [];
  for (const parts of candidates) {
    if (widthOf(parts) <= width) return parts;
    last = parts;
  }
  return last.slice(0, 1).map((only) => ({ ...only, text: fitEnd(only.text, Math.max(0, width), '') }));
}

const written = (parts: readonly VerdictPart[], style: VerdictStyle): VerdictPart[] =>
  style.ascii ? parts.map((part) => ({ ...part, text: say(part.text) })) : [...parts];

/** The verdict in parts for colouring, in at most `style.width` columns (LV-30, LV-31). */
export function verdictParts(v: Verdict, style: VerdictStyle, fullness: Fullness = 'full'): readonly VerdictPart[] {
  return firstFitting(candidates(v, style, fullness), style.width);
}

function* candidates(v: Verdict, style: VerdictStyle, fullness: Fullness): Generator<readonly VerdictPart[]> {
  const between = style.ascii ? ', ' : ' · ';
  for (const level of LEVELS.slice(FIRST_LEVEL[fullness]))
    yield written(joined([...countParts(v, style, level.yourTurn), ...windowParts(v, style, level), ...readingParts(v)], between), style);
  // A long name must not cost the sentence: who was last goes before the words do.
  const [calm] = running(v) === 0 ? nothingRuns(v, style) : [];
  if (calm !== undefined) {
    yield written(joined([calm, ...windowParts(v, style, LEVELS.at(-1)!)], between), style);
    yield written([calm], style);
  }
  for (const parts of shortest(v, style)) yield written(parts, style);
}

/** The verdict in one line of text (LV-30, LV-31). `width` may be Infinity: the whole sentence. */
export const verdictText = (v: Verdict, style: VerdictStyle, fullness: Fullness = 'full'): string =>
  verdictParts(v, style, fullness)
    .map((part) => part.text)
    .join('');

/** The verdict over two lines, for narrow screens: the counts, then the window. */
export function verdictInTwo(v: Verdict, style: VerdictStyle): readonly [readonly VerdictPart[], readonly VerdictPart[]] {
  const between = style.ascii ? ', ' : ' · ';
  const counts = countParts(v, style, true);
  const first = [
    joined([...counts, ...readingParts(v)], between),
    joined(counts, between),
    ...counts.map((_, i) => joined(counts.slice(0, -1 - i), between)),
  ];
  const second = LEVELS.slice(1).map((level) => joined(windowParts(v, style, level), between));
  const shortened = (lines: readonly VerdictPart[][]) =>
    firstFitting(
      lines.filter((parts, i) => i === 0 || parts.length > 0).map((parts) => written(parts, style)),
      style.width,
    );
  return [shortened(first), shortened(second)];
}
