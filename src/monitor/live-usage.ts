import { workTokens } from '../usage/sum.ts';
import type { UsageEvent } from '../usage/types.ts';
import { type Bounds, UsageSlot } from './usage-slot.ts';

const NO_BOUNDS: Bounds = { windows: new Map(), dayStart: 0, dayEnd: 0 };

/** The requests at hand, with sums that follow each change: a snapshot costs its sessions, not their requests. */
export class LiveUsage {
  private readonly slots = new Map<string, UsageSlot>();
  private readonly sessions = new Map<string, UsageSlot[]>();
  private readonly byKey = new Map<string, readonly UsageEvent[]>();
  private bounds: Bounds = NO_BOUNDS;
  /** Work tokens of all sessions by minute of the epoch. */
  readonly minutes = new Map<number, number>();

  static of(events: Iterable<UsageEvent>): LiveUsage {
    const usage = new LiveUsage();
    usage.putAll(events);
    return usage;
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
    const { key } = parts[0]!;
    const before = this.byKey.get(key);
    if (before !== undefined) for (const event of before) this.slotOf(event).remove(event);
    for (const event of parts) this.slotOf(event).add(event);
    // A list that was grown has room for sixteen more: too much for what is kept of every request of the day.
    this.byKey.set(key, parts.slice());
  }

  /** Epoch ms of a known request, else undefined. */
  timeOf(key: string): number | undefined {
    return this.byKey.get(key)?.[0]?.at;
  }

  clear(): void {
    this.slots.clear();
    this.sessions.clear();
    this.byKey.clear();
    this.minutes.clear();
  }

  /** Forgets what lies before an instant and is of no use any more. */
  dropBefore(from: number): void {
    for (const [key, parts] of this.byKey) {
      if (parts[0]!.at >= from) continue;
      for (const event of parts) this.slotOf(event).remove(event);
      this.byKey.delete(key);
    }
  }

  setBounds(bounds: Bounds): void {
    this.bounds = bounds;
    for (const slot of this.slots.values()) slot.setBounds(bounds);
  }

  all(): readonly UsageSlot[] {
    return [...this.slots.values()];
  }

  slotsOf(sessionId: string): readonly UsageSlot[] {
    return this.sessions.get(sessionId) ?? [];
  }

  get size(): number {
    return this.byKey.size;
  }

  /** Sums over everything at hand, to compare with the ledger's; `idOf` numbers the owners. */
  totals(from: number, idOf: (sessionId: string) => number): { readonly events: number; readonly tokens: number; readonly owners: number } {
    let [events, tokens, owners] = [0, 0, 0];
    for (const { sessionId, events: own } of this.slots.values()) {
      let count = 0;
      for (const { at, tokens: t } of own) {
        if (at < from) continue;
        count++;
        tokens += workTokens(t) + t.cacheRead;
      }
      events += count;
      owners += count * idOf(sessionId);
    }
    return { events, tokens, owners };
  }

  private slotOf({ account, sessionId }: UsageEvent): UsageSlot {
    const name = `${account}\0${sessionId}`;
    let slot = this.slots.get(name);
    if (!slot) {
      slot = new UsageSlot(account, sessionId, this.bounds, this.minutes);
      this.slots.set(name, slot);
      this.sessions.set(sessionId, [...(this.sessions.get(sessionId) ?? []), slot]);
    }
    return slot;
  }
}
