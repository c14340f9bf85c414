import { age, percent, tokensShort } from '../text/format.ts';
import { graphemes } from '../text/graphemes.ts';
import { displayWidth } from '../text/width.ts';
import type { VerdictStyle, VerdictWindow } from './verdict-data.ts';

/** What may be left out, in the order of LV-31. */
export interface Detail {
  readonly pace: boolean;
  readonly age: boolean;
  readonly source: boolean;
  readonly resets: boolean;
}

type Clock = (at: number) => string;

const ASCII: Readonly<Record<string, string>> = { '–': '-', '…': '~', '→': '->', '±': '+-', '·': ',', '≈': '~', '≥': '>=', '—': '--' };

/** The text in bytes 0x20–0x7E; other letters as `?` of the same width (LV-102). */
export function say(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return [...graphemes(text)]
    .map((letter) => (/^[\x20-\x7e]+$/.test(letter) ? letter : (ASCII[letter] ?? '?'.repeat(displayWidth(letter)))))
    .join('');
}

export const writtenAge = (ms: number, { ascii }: Pick<VerdictStyle, 'ascii'>): string => age(Math.max(0, ms), { ascii: ascii ?? false });

/** `(official, 12 s)`, `(yours)`, `(estimated)`: where a percentage comes from stands beside it (D-1); an old sample keeps its age. */
function sourceWords({ usedPercent, stale }: VerdictWindow, style: VerdictStyle, detail: Detail): string {
  const { source, at, value } = usedPercent;
  if (value === null || (!detail.source && !stale)) return '';
  if (source === 'configured') return ' (yours)';
  if (source !== 'official') return ` (${source})`;
  return at !== null && (detail.age || stale) ? ` (official, ${writtenAge(style.now - at, style)})` : ' (official)';
}

/** A guess stops at 100, and is then said as `> 100 %` (D-34). */
function usedWords({ usedPercent, work, limit }: VerdictWindow): string {
  const { value, source } = usedPercent;
  if (value === null) return `${tokensShort(work)} work tokens`;
  if (source === 'configured' && limit.tokens !== null) return `${percent(value)} of ${tokensShort(limit.tokens)}`;
  if (source !== 'estimated') return percent(value);
  return `${limit.over ? '> 100 %' : `≈ ${percent(value)}`} ${guessWords(limit)}`;
}

/** What a guessed limit is taken from: the plan that a person named, or the own windows (D-34). */
export const guessWords = ({ rung }: Pick<VerdictWindow['limit'], 'rung'>): string =>
  rung === 'plan' ? 'of your plan' : 'of your usual peak';

/** ` resets 15:20`, or for an estimate `, ends ≈ 15:20 ± 10 min` (LV-32). */
function endWords({ source, end, uncertaintyMinutes }: VerdictWindow, detail: Detail, clock: Clock): string {
  if (!detail.resets) return '';
  if (source === 'official') return ` resets ${clock(end)}`;
  const spread = detail.age && uncertaintyMinutes > 0 ? ` ± ${uncertaintyMinutes} min` : '';
  return `, ends ≈ ${clock(end)}${spread}`;
}

/** `5h 62 % (official, 12 s) resets 15:20`; of several accounts the one meant is named and the others are counted (LV-33). */
export function windowWords(window: VerdictWindow, style: VerdictStyle, detail: Detail, clock: Clock): string {
  const { others } = window;
  const account = others > 0 ? ` ${window.label}` : '';
  const rest = others > 0 && detail.source ? ` +${others} account${others > 1 ? 's' : ''}` : '';
  return `${window.hours}h${account} ${usedWords(window)}${sourceWords(window, style, detail)}${endWords(window, detail, clock)}${rest}`;
}

/** `74–88 %`, `52.10–61.00M`: a unit that both ends share is said once. */
export function between(low: string, high: string): string {
  if (low === high) return low;
  const unitAt = (text: string) => text.search(/ ?[^\d.,]*$/);
  const isShared = low.slice(unitAt(low)) === high.slice(unitAt(high));
  return isShared ? `${low.slice(0, unitAt(low))}–${high}` : `${low}–${high}`;
}

/** `at this pace 74–88 % by reset`, or when the limit comes first `limit ≈ 14:55 at this pace` (D-32); null when nothing can be said. */
export function paceWords({ pace }: VerdictWindow, clock: Clock): string | null {
  if (pace === null) return null;
  if (pace.limitAt !== null) return `limit ≈ ${clock(pace.limitAt)} at this pace`;
  if (pace.unit === 'percent') return `at this pace ${between(percent(pace.low), percent(pace.high))} by reset`;
  return `at this pace ${between(tokensShort(pace.low), tokensShort(pace.high))} tokens`;
}
