import { CELL_MS } from '../ledger/schema.ts';
import type { UsageEvent } from '../usage/types.ts';
import { Tally } from './tally.ts';
import { UsagePrint } from './usage-print.ts';

/** A span of time that sums are made for, half-open; epoch ms. An empty one begins at Infinity and ends at -Infinity. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a cell of the ledger holds of them, to be held against its own sums. Epoch ms. */
interface Cell {
  readonly print: UsagePrint;
  firstAt: number;
  lastAt: number;
}

/** The newest main-thread request of a span. Epoch ms. */
export interface NewestRequest {
  readonly at: number;
  readonly model: string;
}

/**
 * One session's requests that no rate looks at any more: their sums, by the window and the day they were made for. A request takes a kilobyte, and a day of many
 * sessions has tens of thousands (LV-113).
 */
export class SettledUse {
  window = new Tally();
  sidechain = new Tally();
  today = new Tally();
  models = new Map<string, Tally>();
  /** First request in the window; Infinity = none. */
  firstInWindow = Number.POSITIVE_INFINITY;
  lastMain: NewestRequest | null = null;
  /** Of all that is summed here; Infinity and -Infinity = nothing is. */
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = Number.NEGATIVE_INFINITY;
  private readonly cells = new Map<number, Cell>();

  get isEmpty(): boolean {
    return this.cells.size === 0;
  }

  add(event: UsageEvent, window: Span, day: Span): void {
    const { at } = event;
    const number = Math.floor(at / CELL_MS);
    let cell = this.cells.get(number);
    if (cell === undefined) {
      cell = { print: new UsagePrint(), firstAt: at, lastAt: at };
      this.cells.set(number, cell);
    }
    cell.print.add(event);
    cell.firstAt = Math.min(cell.firstAt, at);
    cell.lastAt = Math.max(cell.lastAt, at);
    this.firstAt = Math.min(this.firstAt, at);
    this.lastAt = Math.max(this.lastAt, at);
    if (isIn(at, day)) this.today.add(event, 1);
    if (!isIn(at, window)) return;
    this.window.add(event, 1);
    if (event.sidechain) this.sidechain.add(event, 1);
    else if (at >= (this.lastMain?.at ?? Number.NEGATIVE_INFINITY)) this.lastMain = { at, model: event.model };
    this.firstInWindow = Math.min(this.firstInWindow, at);
    tallyOf(this.models, event.model).add(event, 1);
  }

  /** Whether its sums can be told for another window and day. {@link fit} makes them so. */
  fits(before: Span, after: Span, dayBefore: Span, dayAfter: Span): boolean {
    return this.memberships(before, after) !== 'other' && this.memberships(dayBefore, dayAfter) !== 'other';
  }

  /** Brings the sums to another window and day that {@link fits} agrees to. */
  fit(before: Span, after: Span, dayBefore: Span, dayAfter: Span): void {
    if (this.memberships(before, after) === 'none') {
      this.window = new Tally();
      this.sidechain = new Tally();
      this.models = new Map();
      this.firstInWindow = Number.POSITIVE_INFINITY;
      this.lastMain = null;
    }
    if (this.memberships(dayBefore, dayAfter) === 'none') this.today = new Tally();
  }

  /** Forgets what lies before the beginning of a cell; in no window and no day any more. */
  dropBefore(from: number): void {
    for (const number of this.cells.keys()) if (number * CELL_MS < from) this.cells.delete(number);
    this.firstAt = this.isEmpty ? Number.POSITIVE_INFINITY : Math.max(this.firstAt, from);
    if (this.isEmpty) this.lastAt = Number.NEGATIVE_INFINITY;
  }

  /** Of those since the beginning of a cell. */
  printSince(from: number): UsagePrint {
    const sum = new UsagePrint();
    for (const [number, { print }] of this.cells) if (number * CELL_MS >= from) sum.merge(print);
    return sum;
  }

  /** Which of the requests are in the span after it changed: the same as before, none, or it cannot be told from here. */
  private memberships(before: Span, after: Span): 'same' | 'none' | 'other' {
    if (this.isEmpty || (before.start === after.start && before.end === after.end)) return 'same';
    if (this.lastAt < after.start || this.firstAt >= after.end) return 'none';
    const isSame = !this.hasBetween(before.start, after.start) && !this.hasBetween(before.end, after.end);
    return isSame ? 'same' : 'other';
  }

  /** Whether a request may lie between two instants. */
  private hasBetween(a: number, b: number): boolean {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    if (from === to) return false;
    for (const { firstAt, lastAt } of this.cells.values()) if (lastAt >= from && firstAt < to) return true;
    return false;
  }
}

export const isIn = (at: number, { start, end }: Span): boolean => at >= start && at < end;

export function tallyOf(models: Map<string, Tally>, model: string): Tally {
  let tally = models.get(model);
  if (tally === undefined) {
    tally = new Tally();
    models.set(model, tally);
  }
  return tally;
}
