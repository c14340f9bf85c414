/* The account's 5-hour windows: the server's (D-20), estimated ones beside them (D-21), the gaps between (D-23) and the pace (D-26). Epoch ms, half-open. */

const MINUTE_MS = 60_000;
export const FIVE_HOURS_MS = 5 * 60 * MINUTE_MS;
export const SEVEN_DAYS_MS = 7 * 24 * 60 * MINUTE_MS;
/** From here on the server rounds a window's start down to 10 minutes, before to the hour (D-21). */
const TEN_MINUTE_FLOOR_SINCE = Date.UTC(2026, 3, 23);
/** `resetsAt` of one window differs by this much between samples (D-20). */
const SAME_WINDOW_MS = 60_000;
/** A sample older than this is shown with its age, greyed (D-20). */
export const SAMPLE_FRESH_MS = 10 * MINUTE_MS;

export type WindowKind = 'five-hour' | 'weekly';

/** One statement of the server about a quota window, handed over by the client. */
export interface WindowSample {
  /** Percent used, 0 … 100. */
  readonly used: number;
  readonly resetsAt: number;
  readonly seenAt: number;
}

export interface Window {
  readonly start: number;
  readonly end: number;
  readonly source: 'official' | 'estimated';
  /** How far start and end may be off, in minutes; 0 for official ones. */
  readonly uncertaintyMinutes: number;
  /** The server's percentage, the highest seen; null for estimates. */
  readonly usedPercent: number | null;
  /** When that percentage was last seen. */
  readonly usedPercentAt: number | null;
}

export interface EstimateOptions {
  /** Rounding of a window's start in ms, or a rule by the request's time; default D-21. */
  readonly floorMs?: number | ((at: number) => number);
  /** Default 5 h. */
  readonly lengthMs?: number;
}

const KINDS: Readonly<Record<WindowKind, { readonly lengthMs: number; readonly aheadMs: number }>> = {
  'five-hour': { lengthMs: FIVE_HOURS_MS, aheadMs: FIVE_HOURS_MS + 10 * MINUTE_MS },
  weekly: { lengthMs: SEVEN_DAYS_MS, aheadMs: SEVEN_DAYS_MS + 60 * MINUTE_MS },
};

/** The sample as it counts, or null where it cannot be true: an epoch in the percent field, a reset in the past or too far ahead (D-20, D-25). */
export function acceptSample(sample: WindowSample, kind: WindowKind = 'five-hour'): WindowSample | null {
  const { used, resetsAt, seenAt } = sample;
  if (!Number.isFinite(used) || used < 0 || used > 100.5) return null;
  // Written so that a NaN in either time fails too.
  if (!(resetsAt > seenAt && resetsAt <= seenAt + KINDS[kind].aheadMs)) return null;
  return used > 100 ? { used: 100, resetsAt, seenAt } : sample;
}

/** One window of samples that mean the same one: its end as first seen, so that it does not wander, its use the maximum (D-20). */
function windowOfSamples(samples: readonly WindowSample[], lengthMs: number): Window {
  let first = samples[0]!;
  let top = first;
  for (const s of samples) {
    if (s.seenAt < first.seenAt || (s.seenAt === first.seenAt && s.resetsAt < first.resetsAt)) first = s;
    if (s.used > top.used || (s.used === top.used && s.seenAt > top.seenAt)) top = s;
  }
  const end = first.resetsAt;
  return { start: end - lengthMs, end, source: 'official', uncertaintyMinutes: 0, usedPercent: top.used, usedPercentAt: top.seenAt };
}

/** The official windows of one account, oldest first, from samples in any order. They never overlap: a newer window ends the one before (D-20, D-22). */
export function officialWindows(samples: Iterable<WindowSample>, kind: WindowKind = 'five-hour'): Window[] {
  const accepted: WindowSample[] = [];
  for (const sample of samples) {
    const good = acceptSample(sample, kind);
    if (good) accepted.push(good);
  }
  accepted.sort((a, b) => a.resetsAt - b.resetsAt);
  const groups: WindowSample[][] = [];
  for (const sample of accepted) {
    const group = groups.at(-1);
    if (group && sample.resetsAt - group[0]!.resetsAt <= SAME_WINDOW_MS) group.push(sample);
    else groups.push([sample]);
  }
  const windows = groups.map((group) => windowOfSamples(group, KINDS[kind].lengthMs)).sort((a, b) => a.end - b.end);
  return windows.map((w, i) => ({ ...w, end: Math.min(w.end, windows[i + 1]?.start ?? w.end) }));
}

/** The rounding of a window's start for a request at `at` (epoch ms), in ms (D-21). */
export function windowFloorMs(at: number): number {
  return at >= TEN_MINUTE_FLOOR_SINCE ? 10 * MINUTE_MS : 60 * MINUTE_MS;
}

function estimateAt(at: number, notBefore: number, notAfter: number, options: EstimateOptions): Window {
  const rule = options.floorMs ?? windowFloorMs;
  const floorMs = Math.max(1, typeof rule === 'number' ? rule : rule(at));
  const lengthMs = options.lengthMs ?? FIVE_HOURS_MS;
  // The former window may end inside the rounded interval; windows of an account never overlap (D-22).
  const rounded = Math.max(notBefore, Math.floor(at / floorMs) * floorMs);
  // Only where the length is set below the rounding is the request more than a length away from it.
  const start = rounded + Math.floor((at - rounded) / lengthMs) * lengthMs;
  const end = Math.min(notAfter, start + lengthMs);
  return { start, end, source: 'estimated', uncertaintyMinutes: floorMs / MINUTE_MS, usedPercent: null, usedPercentAt: null };
}

function ascending(requests: readonly { readonly at: number }[]): readonly { readonly at: number }[] {
  for (let i = 1; i < requests.length; i++) {
    if (requests[i]!.at < requests[i - 1]!.at) return [...requests].sort((a, b) => a.at - b.at);
  }
  return requests;
}

/**
 * All windows of one account, oldest first: the official ones (as `officialWindows` gives them) and estimates for the requests outside them (D-21).
 * Every request lies in exactly one; an official window cuts the estimate beside it. Requests may come in any order; sorted input is not copied.
 */
export function estimateWindows(
  requests: readonly { readonly at: number }[],
  options: EstimateOptions = {},
  official: readonly Window[] = [],
): Window[] {
  const windows: Window[] = [];
  let next = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { at } of ascending(requests)) {
    while (next < official.length && official[next]!.start <= at) {
      windows.push(official[next]!);
      end = Math.max(end, official[next]!.end);
      next++;
    }
    if (at < end) continue;
    const window = estimateAt(at, end, official[next]?.start ?? Number.POSITIVE_INFINITY, options);
    windows.push(window);
    end = window.end;
  }
  return windows.concat(official.slice(next));
}

/** The stretches of at least `minMs` between windows in which none was open, for one account's windows, oldest first (D-23). */
export function gaps(windows: readonly Window[], minMs = 60 * MINUTE_MS): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let i = 1; i < windows.length; i++) {
    const start = windows[i - 1]!.end;
    const end = windows[i]!.start;
    if (end - start >= minMs) found.push({ start, end });
  }
  return found;
}

/** The account's window that is open at `now`: at most one (D-22), null once its reset has passed (D-20). */
export function openWindow(windows: readonly Window[], now: number): Window | null {
  return windows.findLast((w) => w.start <= now && now < w.end) ?? null;
}

/** Elapsed part of a window at `now` in percent, 0 … 100. */
export function elapsedPercent(window: Pick<Window, 'start' | 'end'>, now: number): number {
  return Math.min(100, Math.max(0, ((now - window.start) / (window.end - window.start)) * 100));
}

/** Points in reserve (positive) or deficit (negative) against an even pace; null below 3 % elapsed or without a used % (D-26). */
export function reserve(window: Pick<Window, 'start' | 'end' | 'usedPercent'>, now: number): number | null {
  const elapsed = elapsedPercent(window, now);
  return window.usedPercent === null || elapsed < 3 ? null : elapsed - window.usedPercent;
}
