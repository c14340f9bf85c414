import type { Amounts, SessionView, Snapshot } from '../../monitor/snapshot.ts';
import type { NanoUsd } from '../../pricing/types.ts';
import * as format from '../../text/format.ts';
import { graphemes } from '../../text/graphemes.ts';
import { terminalText } from '../../text/terminal.ts';
import { ambiguousIsWide, displayWidth } from './width.ts';

/** How figures and names are written in one picture. */
export interface View {
  /** Epoch ms that ages and remaining times are counted to. */
  readonly now: number;
  readonly zone: string;
  /** Only bytes 0x20–0x7E. */
  readonly ascii: boolean;
  /** `3:20 pm` instead of 15:20 (`display.hour12`). */
  readonly hour12: boolean;
  /** False while history is read: sums are then unknown, never partial (LV-35). */
  readonly complete: boolean;
}

export interface ViewOptions {
  readonly ascii: boolean;
  readonly now: number;
  readonly hour12?: boolean | undefined;
}

export function viewOf(snapshot: Snapshot, { ascii, now, hour12 = false }: ViewOptions): View {
  return { now, zone: snapshot.timezone, ascii, hour12, complete: !snapshot.ingest.reading };
}

/** Lines, bars and charts are drawn with ASCII where a terminal draws their characters in two columns. */
export const plainLines = (view: View): boolean => view.ascii || ambiguousIsWide();

export const known = (view: View): boolean => view.complete;

export const separator = (view: View): string => (view.ascii ? ', ' : ' · ');

export const blank = (width: number): string => ' '.repeat(Math.max(0, width));

export const glyphOr = (view: View, glyph: string, ascii: string): string => (view.ascii ? ascii : glyph);

const DAY_MS = 24 * 3_600_000;
const ASCII: Readonly<Record<string, string>> = { '–': '-', '…': '~', '→': '->', '±': '+-', '·': ',', '↑': '^', '↓': 'v' };

/** The text as it may be drawn: unchanged, or in ASCII with other letters as `?` of the same width. */
export function say(view: View, text: string): string {
  if (!view.ascii || /^[\x20-\x7e]*$/.test(text)) return text;
  const marked = text.replaceAll(' · ', ', ').replaceAll('—', format.unknownMark(view)).replaceAll('≥', format.lowerBoundMark(view));
  const letters = [...graphemes(marked.replaceAll('≈', format.estimateMark(view)))];
  return letters.map((letter) => (/^[\x20-\x7e]+$/.test(letter) ? letter : (ASCII[letter] ?? '?'.repeat(displayWidth(letter))))).join('');
}

export const unknown = (view: View): string => format.unknownMark(view);

/** Text from outside: through the terminal sink (TS-1), then drawable. */
export const named = (view: View, text: string): string => say(view, terminalText(text));

/** An account's name for people. */
export const accountOf = (snapshot: Snapshot, session: SessionView): string =>
  snapshot.accounts.find(({ id }) => id === session.account)?.label ?? session.account;

/** `claude-opus-4-5-20251101` → `opus-4-5`. */
export function modelName(view: View, model: string | null): string {
  return model === null ? unknown(view) : named(view, model.replace(/^claude-/, '').replace(/-\d{8}$/, ''));
}

const lower = (view: View, text: string, isLower: boolean): string => (isLower ? format.atLeast(text, 'column', view) : text);

/** Tokens as `1.20M`. */
export const short = (view: View, tokens: number): string => format.tokensShort(tokens, view);

/** Tokens in full digits with separators. */
export const full = (view: View, tokens: number): string => format.tokensFull(tokens, view);

/** All tokens of a sum; `≥` when an answer's output is not final; `—` while history is read. */
export const amount = (view: View, sum: Pick<Amounts, 'all' | 'outputIsLowerBound'>, columns?: number): string =>
  view.complete
    ? lower(
        view,
        columns === undefined ? short(view, sum.all) : format.tokensShort(sum.all, { ascii: view.ascii, columns }),
        sum.outputIsLowerBound,
      )
    : unknown(view);

export const amountFull = (view: View, sum: Pick<Amounts, 'all' | 'outputIsLowerBound'>): string =>
  view.complete ? lower(view, full(view, sum.all), sum.outputIsLowerBound) : unknown(view);

/** Dollars; null is unknown, `≥` when part of the scope has no price. */
export function money(view: View, cost: NanoUsd | null, isLower: boolean): string {
  return cost === null || !view.complete ? unknown(view) : lower(view, format.usd(cost, view), isLower);
}

/** Dollars per hour without the sign, for a column that says `$/H`. */
export function hourly(view: View, rate: NanoUsd | null): string {
  return rate === null || !view.complete ? unknown(view) : format.usd(rate, view).replace('$', '');
}

/** Tokens per minute as whole numbers with separators. */
export const perMinute = (view: View, tokens: number): string => full(view, Math.round(tokens));

/** `62 %` in text, `62%` in a column. */
export const percent = (view: View, value: number, place: 'text' | 'cell' = 'text'): string =>
  place === 'text' ? format.percent(value, view) : format.percentColumn(value, view);

export const shareCell = (view: View, value: number | null): string =>
  value === null || !view.complete ? unknown(view) : percent(view, value, 'cell');

/** A stretch of time in ms: `2 h 14 m`. */
export const duration = (view: View, ms: number): string => format.duration(Math.max(0, ms), view);

/** How long ago an instant was: `53 s`, in a column `53s`. */
export const age = (view: View, at: number, place: 'text' | 'cell' = 'text'): string =>
  format.age(view.now - at, { ascii: view.ascii, column: place === 'cell' });

/** How long something waits, where seconds matter: `2 m 14 s`. */
export const waited = (view: View, since: number): string => duration(view, view.now - since);

/** `Tue 24 Nov 09:00`, of another year `2025-11-24 09:00`. */
export const dayClock = (view: View, at: number): string => format.dayTimeFrom(view.now, at, view.zone, view);

/** `15:20`; of another local day as {@link dayClock}. */
export function clock(view: View, at: number): string {
  const isToday = format.formatInstant(at, view.zone, 'isoDate') === format.formatInstant(view.now, view.zone, 'isoDate');
  return isToday ? format.formatInstant(at, view.zone, 'time', view) : dayClock(view, at);
}

/** `15:20` of the last 24 hours, else the day alone, `Tue 24 Nov`: where a name needs the room. */
export const briefClock = (view: View, at: number): string =>
  format.formatInstant(at, view.zone, at <= view.now && view.now - at < DAY_MS ? 'time' : 'day', view);

/** `13:42:10`. */
export const timeOfDay = (view: View, at: number): string => format.formatInstant(at, view.zone, 'seconds', view);

/** `Fri 20 Nov 13:42:10 UTC`. */
export const dateTime = (view: View, at: number): string => format.formatInstant(at, view.zone, 'full', view);
