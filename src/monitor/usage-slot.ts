import { workTokens } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import { isIn, type NewestRequest, SettledUse, type Span, tallyOf } from './settled-use.ts';
import { Tally } from './tally.ts';
import type { UsagePrint } from './usage-print.ts';
import { RunningSpans, type Spans } from './usage-spans.ts';

/** Times that decide which sums an event belongs to. Epoch ms, half-open. */
export interface Bounds {
  /** The open window of each account; an account without one has nothing in a window. */
  readonly windows: ReadonlyMap<string, Span | null>;
  readonly dayStart: number;
  readonly dayEnd: number;
}

const MINUTE_MS = 60_000;
const NOTHING: readonly UsageEvent[] = [];
/** Of all slots' changes: no version is ever given twice. */
let changes = 0;
const NO_WINDOW: Span = { start: Number.POSITIVE_INFINITY, end: Number.NEGATIVE_INFINITY };
const isSameSpan = (a: Span, b: Span): boolean => a.start === b.start && a.end === b.end;

/** One session's requests under one account with the sums that a snapshot needs of them: the newer ones singly, those before them as sums. */
export class UsageSlot {
  readonly account: string;
  readonly sessionId: string;
  /** Project root of its first request. */
  readonly project: string;
  /** In order of time, then of key: at least those of the last half hour ({@link settle}). */
  readonly events: UsageEvent[] = [];
  window = new Tally();
  windowSidechain = new Tally();
  today = new Tally();
  models = new Map<string, Tally>();
  /** Work tokens by minute of the epoch. */
  readonly minutes = new Map<number, number>();
  /** Rises with each change of its events, and is no other slot's. */
  version = ++changes;
  private readonly settled = new SettledUse();
  private readonly spans = new RunningSpans(this.events);
  private firstIn: number | null | undefined;
  private bounds: Span;
  private day: Span;
  /** The same over all slots. */
  private readonly shared: Map<number, number>;

  constructor({ account, sessionId, project }: UsageEvent, bounds: Bounds, shared: Map<number, number>) {
    this.account = account;
    this.sessionId = sessionId;
    this.project = project;
    this.shared = shared;
    this.bounds = bounds.windows.get(account) ?? NO_WINDOW;
    this.day = dayIn(bounds);
  }

  /** No request is known of it any more. */
  get isEmpty(): boolean {
    return this.events.length === 0 && this.settled.isEmpty;
  }

  add(event: UsageEvent): void {
    let i = this.events.length;
    while (i > 0 && isAfter(this.events[i - 1]!, event)) i--;
    this.events.splice(i, 0, event);
    this.spans.inserted(event, i);
    this.count(event, 1);
    this.countMinute(event, 1);
  }

  remove(event: UsageEvent): void {
    const i = this.events.lastIndexOf(event);
    if (i < 0) return;
    this.events.splice(i, 1);
    this.spans.removed(event, i);
    this.count(event, -1);
    this.countMinute(event, -1);
  }

  /** Counts a request that need not be at hand singly. */
  addSettled(event: UsageEvent): void {
    this.settled.add(event, this.bounds, this.day);
    this.count(event, 1);
    this.countMinute(event, 1);
  }

  /** Keeps only sums of the requests before an instant (epoch ms), and hands these over. What they are counted in stays as it is. */
  settle(before: number): readonly UsageEvent[] {
    const { events } = this;
    let count = 0;
    while (count < events.length && events[count]!.at < before) this.settled.add(events[count++]!, this.bounds, this.day);
    if (count === 0) return NOTHING;
    this.spans.droppedFirst(count);
    return events.splice(0, count);
  }

  /** False when requests that are not at hand would have to be looked at for this. */
  fits(all: Bounds): boolean {
    return this.settled.fits(this.bounds, all.windows.get(this.account) ?? NO_WINDOW, this.day, dayIn(all));
  }

  /** Counts anew when the window or the day is another one; to bounds that {@link fits} agrees to. */
  setBounds(all: Bounds): void {
    const [window, day] = [all.windows.get(this.account) ?? NO_WINDOW, dayIn(all)];
    if (isSameSpan(window, this.bounds) && isSameSpan(day, this.day)) return;
    const { settled } = this;
    settled.fit(this.bounds, window, this.day, day);
    [this.bounds, this.day] = [window, day];
    this.window = new Tally().merge(settled.window);
    this.windowSidechain = new Tally().merge(settled.sidechain);
    this.today = new Tally().merge(settled.today);
    this.models = new Map([...settled.models].map(([name, tally]) => [name, new Tally().merge(tally)]));
    for (const event of this.events) this.count(event, 1);
    this.changed();
  }

  /** Forgets settled requests and minutes before these instants (epoch ms); `from` begins a cell. */
  dropBefore(from: number, minutesFrom: number): void {
    this.settled.dropBefore(from);
    const first = Math.floor(minutesFrom / MINUTE_MS);
    // In time order, but for the few that came late: those go at the next look.
    for (const minute of this.minutes.keys()) if (minute < first) this.minutes.delete(minute);
  }

  /** First request known of it, and in the window; epoch ms, null = none. */
  get firstAt(): number | null {
    return finite(Math.min(this.settled.firstAt, this.events[0]?.at ?? Number.POSITIVE_INFINITY));
  }

  get firstInWindowAt(): number | null {
    if (this.firstIn === undefined) this.firstIn = this.findFirstInWindow();
    return this.firstIn;
  }

  /** Its newest request, epoch ms; null = none. */
  get lastAt(): number | null {
    return finite(Math.max(this.settled.lastAt, this.events.at(-1)?.at ?? Number.NEGATIVE_INFINITY));
  }

  /** Its newest main-thread request in the window. */
  get lastMain(): NewestRequest | null {
    return this.events.findLast((event) => !event.sidechain && isIn(event.at, this.bounds)) ?? this.settled.lastMain;
  }

  /** Of all its requests since the beginning of a cell (epoch ms). */
  printSince(from: number): UsagePrint {
    const print = this.settled.printSince(from);
    for (const event of this.events) if (event.at >= from) print.add(event);
    return print;
  }

  /** Sums over the spans of D-28 up to `now`. */
  spansAt(now: number): Spans {
    return this.spans.spansAt(now);
  }

  private findFirstInWindow(): number | null {
    if (this.window.events === 0) return null;
    const first = this.events.find(({ at }) => at >= this.bounds.start);
    return finite(Math.min(this.settled.firstInWindow, first?.at ?? Number.POSITIVE_INFINITY));
  }

  private changed(): void {
    this.version = ++changes;
    this.firstIn = undefined;
  }

  private count(event: UsageEvent, sign: 1 | -1): void {
    this.changed();
    const { at } = event;
    if (isIn(at, this.bounds)) {
      this.window.add(event, sign);
      if (event.sidechain) this.windowSidechain.add(event, sign);
      tallyOf(this.models, event.model).add(event, sign);
    }
    if (isIn(at, this.day)) this.today.add(event, sign);
  }

  private countMinute({ at, tokens }: UsageEvent, sign: 1 | -1): void {
    const minute = Math.floor(at / MINUTE_MS);
    const work = sign * workTokens(tokens);
    this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + work);
    this.shared.set(minute, (this.shared.get(minute) ?? 0) + work);
  }
}

/** Of one moment they stand as the ledger reads them, whichever was known first. */
const isAfter = (a: UsageEvent, b: UsageEvent): boolean => a.at > b.at || (a.at === b.at && a.key > b.key);
const dayIn = ({ dayStart, dayEnd }: Bounds): Span => ({ start: dayStart, end: dayEnd });
const finite = (at: number): number | null => (Number.isFinite(at) ? at : null);
