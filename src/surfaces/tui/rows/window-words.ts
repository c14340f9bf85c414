import type { WindowView } from '../../../monitor/snapshot.ts';
import { age, clock, known, percent, say, short, type View } from '../figures.ts';
import { type Span, span, type Tone } from '../spans.ts';

/** Samples older than this are shown with their age and greyed (D-20). */
const STALE_AFTER_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;

/** What may be left out, in the order of LV-31. */
export interface Detail {
  readonly pace: boolean;
  readonly age: boolean;
  readonly source: boolean;
  readonly resets: boolean;
}

export const ALL_DETAIL: Detail = { pace: true, age: true, source: true, resets: true };

/** `5h`, or the length of the window in whole hours where it was set otherwise. */
export function windowLabel(window: WindowView): string {
  const hours = Math.round(((window.end - window.start) / HOUR_MS) * 2) / 2;
  return window.source === 'official' || hours < 0.5 ? '5h' : `${hours}h`;
}

export const isStale = (view: View, window: WindowView): boolean =>
  window.usedPercent.source === 'official' && window.usedPercent.at !== null && view.now - window.usedPercent.at > STALE_AFTER_MS;

/** The window nearest its limit; among unknown ones the most used (LV-33). */
export function nearestLimit(windows: readonly WindowView[]): WindowView | null {
  const used = (window: WindowView) => window.usedPercent.value ?? -1;
  return [...windows].sort((a, b) => used(b) - used(a) || b.amounts.work - a.amounts.work)[0] ?? null;
}

/** Yellow from 80 %, red from 95 % of the limit; grey when the sample is old. */
export function usedTone(view: View, window: WindowView): Tone | undefined {
  const used = window.usedPercent.value;
  if (isStale(view, window)) return 'dim';
  if (used === null || used < 80) return undefined;
  return used < 95 ? 'attention' : 'error';
}

/** `(official, 12 s)`, `(yours)`, `(estimated)`: where a percentage comes from stands beside it (D-1). */
function sourceWords(view: View, window: WindowView, detail: Detail): string {
  const { source, at } = window.usedPercent;
  if (!detail.source) return '';
  if (source === 'configured') return ' (yours)';
  if (source !== 'official') return ` (${source})`;
  const stale = isStale(view, window);
  return at !== null && (detail.age || stale) ? ` (official, ${age(view, at)})` : ' (official)';
}

/** ` resets 15:20`, or for an estimate `, ends ≈ 15:20 ± 10 min` (LV-32). */
function endWords(view: View, window: WindowView, detail: Detail): string {
  if (!detail.resets) return '';
  if (window.source === 'official') return ` resets ${clock(view, window.end)}`;
  const spread = detail.age && window.uncertaintyMinutes > 0 ? ` ± ${window.uncertaintyMinutes} min` : '';
  return `, ends ≈ ${clock(view, window.end)}${spread}`;
}

/** A guessed limit is never exceeded on screen: `> 100 %` (D-34). */
function usedWords(view: View, window: WindowView): string {
  const { value, source } = window.usedPercent;
  if (value === null) return `${short(view, window.amounts.work)} work tokens`;
  if (source === 'configured' && window.limit.tokens !== null) return `${percent(view, value)} of ${short(view, window.limit.tokens)}`;
  if (source !== 'estimated') return percent(view, value);
  return `${value > 100 ? '> 100 %' : `≈ ${percent(view, value)}`} of your usual peak`;
}

/** Whether anything can be said of the window now: while history is read only an official figure is complete (LV-35). */
export const canTell = (view: View, window: WindowView): boolean =>
  known(view) || (window.usedPercent.source === 'official' && window.usedPercent.value !== null);

/** `5h 62 % (official, 12 s) resets 15:20`; several accounts name the one meant and count the others. */
export function windowWords(view: View, window: WindowView, others: number, detail: Detail): Span {
  const account = others > 0 ? ` ${window.account}` : '';
  const source = window.usedPercent.value === null ? '' : sourceWords(view, window, detail);
  const rest = others > 0 && detail.source ? ` +${others} account${others > 1 ? 's' : ''}` : '';
  const words = `${windowLabel(window)}${account} ${usedWords(view, window)}${source}${endWords(view, window, detail)}${rest}`;
  return span(say(view, words), usedTone(view, window));
}

/**
 * The forecast as percent of the limit, only where the limit counts the same tokens as the projection, which counts all of them (D-30).
 */
export function projectedPercent(window: WindowView): { readonly at: number; readonly low: number; readonly high: number } | null {
  const { projection, limit } = window;
  if (projection === null || limit.tokens === null || limit.tokens <= 0 || limit.count !== 'all') return null;
  const part = (tokens: number) => (tokens / limit.tokens!) * 100;
  return { at: part(projection.tokens), low: part(projection.low), high: part(projection.high) };
}

/** `74–88 %`, `52.10–61.00M`: a unit that both ends share is said once. */
function between(low: string, high: string): string {
  if (low === high) return low;
  const unit = (text: string) => / ?[^\d.,]*$/.exec(text)?.[0] ?? '';
  return unit(low) === unit(high) ? `${low.slice(0, low.length - unit(low).length)}–${high}` : `${low}–${high}`;
}

/** `74–88 %`, or in tokens where no limit is known: `52.10–61.00M tokens`. */
export function rangeWords(view: View, window: WindowView): string | null {
  if (window.projection === null || !known(view)) return null;
  const part = projectedPercent(window);
  if (part !== null) return between(percent(view, part.low), percent(view, part.high));
  return `${between(short(view, window.projection.low), short(view, window.projection.high))} tokens`;
}

/** `at this pace 74–88 % by reset`, or when the limit comes first `limit ≈ 14:55 at this pace` (D-32). */
export function paceWords(view: View, window: WindowView): Span | null {
  const range = rangeWords(view, window);
  if (range === null || isStale(view, window)) return null;
  const limitAt = window.projection?.limitAt ?? null;
  if (limitAt !== null) return span(say(view, `limit ≈ ${clock(view, limitAt)} at this pace`), 'attention');
  return span(say(view, projectedPercent(window) === null ? `at this pace ${range}` : `at this pace ${range} by reset`));
}
