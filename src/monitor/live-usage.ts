import type { UsageEvent } from '../usage/types.ts';
import { groupBy } from './amounts.ts';
import { UsagePrint } from './usage-print.ts';
import { type Bounds, UsageSlot } from './usage-slot.ts';

const NO_BOUNDS: Bounds = { windows: new Map(), dayStart: 0, dayEnd: 0 };
const MINUTE_MS = 60_000;

/**
 * The requests at hand, with sums that follow each change: a snapshot costs its sessions, not their requests. Requests that lie too far back for any rate are kept
 * as sums ({@link settle}); a change of one of these cannot be taken in here.
 */
export class LiveUsage {
  private readonly slots = new Map<string, UsageSlot>();
  private list: readonly UsageSlot[] | null = null;
  private accounts: Map<string, UsageSlot[]> | null = null;
  private readonly sessions = new Map<string, readonly UsageSlot[]>();
  private byKey = new Map<string, readonly UsageEvent[]>();
  /** Requests that were settled since {@link byKey} was made. */
  private settled = 0;
  private bounds: Bounds = NO_BOUNDS;
  /** Requests before this instant are known as sums only. Epoch ms. */
  private until = Number.NEGATIVE_INFINITY;
  /** Work tokens of all sessions by minute of the epoch. */
  readonly minutes = new Map<number, number>();

  static of(events: Iterable<UsageEvent>): LiveUsage {
    const usage = new LiveUsage();
    usage.putAll(events);
    return usage;
  }

  /** The first requests. Parts of one request stand together; those before `settledUntil` (epoch ms) are taken as sums at once. */
  begin(events: Iterable<UsageEvent>, bounds: Bounds, settledUntil: number): void {
    this.bounds = bounds;
    this.until = settledUntil;
    this.putAll(events);
  }

  /** Takes events of requests, replacing what was known of the same requests. Parts of one request stand together. */
  putAll(events: Iterable<UsageEvent>): void {
    let parts: UsageEvent[] = [];
    for (const event of events) {
      if (parts.length > 0 && parts[0]!.key !== event.key) {
        this.put(parts);
        parts = [];
      }
      parts.push(event);
    }
    if (parts.length > 0) this.put(parts);
  }

  private put(parts: readonly UsageEvent[]): void {
    const { key, at } = parts[0]!;
    const before = this.byKey.get(key);
    if (before !== undefined) for (const event of before) this.slotOf(event).remove(event);
    if (at < this.until) {
      this.byKey.delete(key);
      for (const event of parts) this.slotOf(event).addSettled(event);
      return;
    }
    for (const event of parts) this.slotOf(event).add(event);
    // A list that was grown has room for sixteen more: too much for what is kept of every request.
    this.byKey.set(key, parts.slice());
  }

  /** Epoch ms of a request that is at hand singly, else undefined. */
  timeOf(key: string): number | undefined {
    return this.byKey.get(key)?.[0]?.at;
  }

  /** Session of a request that is at hand singly, else undefined. */
  ownerOf(key: string): string | undefined {
    return this.byKey.get(key)?.[0]?.sessionId;
  }

  /** Before this instant requests are known as sums only: of those none can be replaced. Epoch ms. */
  get settledUntil(): number {
    return this.until;
  }

  /** Keeps only sums of what lies before an instant; forgets what lies before `from` (the beginning of a cell) and minutes before `minutesFrom`. Epoch ms. */
  settle(before: number, from: number, minutesFrom: number): void {
    if (before <= this.until) return;
    this.until = before;
    for (const slot of this.slots.values()) {
      for (const { key } of slot.settle(before)) if (this.byKey.delete(key)) this.settled++;
      slot.dropBefore(from, minutesFrom);
      if (slot.isEmpty) this.drop(slot);
    }
    this.pack();
    const first = Math.floor(minutesFrom / MINUTE_MS);
    for (const minute of this.minutes.keys()) if (minute < first) this.minutes.delete(minute);
  }

  /** V8 doubles the table of a full map of which less than half is deleted: half an hour of requests that move on had one of twice their number. */
  private pack(): void {
    if (this.settled < this.byKey.size / 4) return;
    this.byKey = new Map(this.byKey);
    this.settled = 0;
  }

  /** Sums are of these bounds from now on. False, and nothing is changed, when requests that are not at hand would have to be looked at for it. */
  setBounds(bounds: Bounds): boolean {
    if (isSame(bounds, this.bounds)) return true;
    for (const slot of this.slots.values()) if (!slot.fits(bounds)) return false;
    this.bounds = bounds;
    for (const slot of this.slots.values()) slot.setBounds(bounds);
    return true;
  }

  all(): readonly UsageSlot[] {
    this.list ??= [...this.slots.values()];
    return this.list;
  }

  byAccount(): ReadonlyMap<string, readonly UsageSlot[]> {
    this.accounts ??= groupBy(this.all(), (slot) => slot.account);
    return this.accounts;
  }

  slotsOfAccount(account: string): readonly UsageSlot[] {
    return this.byAccount().get(account) ?? NO_SLOTS;
  }

  slotsOf(sessionId: string): readonly UsageSlot[] {
    return this.sessions.get(sessionId) ?? NO_SLOTS;
  }

  /** How many requests are at hand singly. */
  get size(): number {
    return this.byKey.size;
  }

  /** Of everything since the beginning of a cell, to compare with the ledger's; `idOf` numbers the owners. */
  print(from: number, idOf: (sessionId: string) => number): UsagePrint {
    const print = new UsagePrint();
    for (const slot of this.slots.values()) print.merge(slot.printSince(from), idOf(slot.sessionId));
    return print;
  }

  private drop(slot: UsageSlot): void {
    const { account, sessionId } = slot;
    this.slots.delete(nameOf(account, sessionId));
    this.list = this.accounts = null;
    const others = this.slotsOf(sessionId).filter((other) => other !== slot);
    if (others.length === 0) this.sessions.delete(sessionId);
    else this.sessions.set(sessionId, others);
  }

  private slotOf(event: UsageEvent): UsageSlot {
    const { account, sessionId } = event;
    const name = nameOf(account, sessionId);
    let slot = this.slots.get(name);
    if (!slot) {
      slot = new UsageSlot(event, this.bounds, this.minutes);
      this.slots.set(name, slot);
      this.list = this.accounts = null;
      this.sessions.set(sessionId, [...(this.sessions.get(sessionId) ?? []), slot]);
    }
    return slot;
  }
}

const nameOf = (account: string, sessionId: string): string => `${account}\0${sessionId}`;
const NO_SLOTS: readonly UsageSlot[] = [];

function isSame(a: Bounds, b: Bounds): boolean {
  if (a.dayStart !== b.dayStart || a.dayEnd !== b.dayEnd || a.windows.size !== b.windows.size) return false;
  for (const [account, span] of a.windows) {
    const other = b.windows.get(account);
    if (other === undefined || span?.start !== other?.start || span?.end !== other?.end) return false;
  }
  return true;
}
