import type { WindowView } from '../../../monitor/snapshot.ts';
import { between } from '../../../monitor/verdict-words.ts';
import { known, percent, short, type View } from '../figures.ts';
import type { Tone } from '../spans.ts';

const HOUR_MS = 3_600_000;

/** `5h`, or the length of the window in hours where it was set otherwise. */
export function windowLabel(window: Pick<WindowView, 'start' | 'end' | 'source'>): string {
  const hours = Math.round(((window.end - window.start) / HOUR_MS) * 2) / 2;
  return window.source === 'official' || hours < 0.5 ? '5h' : `${hours}h`;
}

/** Colour of a part of a limit: below 50 calm, from 50 noticed, from 80 yellow, from 95 red (LV-54). */
export function partTone(percentUsed: number | null): Tone | undefined {
  if (percentUsed === null || percentUsed < 50) return undefined;
  if (percentUsed < 80) return 'turn';
  return percentUsed < 95 ? 'attention' : 'error';
}

/** Grey when the server's figure is old (D-20). */
export const usedTone = ({ usedPercent, stale }: Pick<WindowView, 'usedPercent' | 'stale'>): Tone | undefined =>
  stale ? 'dim' : partTone(usedPercent.value);

/** The forecast as percent of the limit: by the server's own samples (D-31), else where the limit counts the tokens that the projection counts (D-30). */
export function projectedPercent(window: WindowView): { readonly at: number; readonly low: number; readonly high: number } | null {
  const { projection, percentProjection, limit } = window;
  if (percentProjection !== null) return { at: percentProjection.percent, low: percentProjection.low, high: percentProjection.high };
  if (projection === null || limit.tokens === null || limit.tokens <= 0 || limit.count !== 'all') return null;
  const part = (tokens: number) => (tokens / limit.tokens!) * 100;
  return { at: part(projection.tokens), low: part(projection.low), high: part(projection.high) };
}

/** `74–88 %`, or in tokens where no limit is known: `52.10–61.00M tokens`; null when nothing can be said. */
export function rangeWords(view: View, window: WindowView): string | null {
  if (!known(view)) return null;
  const part = projectedPercent(window);
  if (part !== null) return between(percent(view, part.low), percent(view, part.high));
  return window.projection === null ? null : `${between(short(view, window.projection.low), short(view, window.projection.high))} tokens`;
}
