import type { Directory } from '../ledger/queries/directory.ts';

/** Sessions that were not there when the program started, by when they were first seen (epoch ms). */
export class NewSessions {
  readonly since = new Map<string, number>();
  private seen: Set<string> | null = null;

  notice(directory: Directory, now: number): void {
    const ids = [...directory.sessions.values()].map((info) => info.sessionId);
    this.seen ??= new Set(ids);
    for (const id of ids) {
      if (this.seen.has(id)) continue;
      this.seen.add(id);
      this.since.set(id, now);
    }
  }
}
