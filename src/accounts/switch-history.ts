import { type Stamp, sameStamp, stampOf } from '../platform/files.ts';
import type { Profile } from './contracts.ts';
import { profileAt, readSwitches, type Switch, switchesFile } from './switches.ts';

/** The line in the file may be written a moment before or after we saw the same change. ms */
const SAME_SWITCH_MS = 120_000;

/** When sessions went from one account to another (AP-5): what any process wrote down, and what was seen here and stands in no file yet. */
export class SwitchHistory {
  private readonly stateDir: string | null;
  private stamp: Stamp | null = null;
  private fromFile: readonly Switch[] = [];
  private seen: readonly Switch[] = [];
  private changed: ReadonlySet<string> = new Set();

  /** `stateDir`: `S`; null = no file is read. */
  constructor(stateDir: string | null) {
    this.stateDir = stateDir;
  }

  /** Reads the file if it changed. True when it did. */
  load(): boolean {
    const stamp = this.stateDir === null ? null : stampOf(switchesFile(this.stateDir));
    if (sameStamp(stamp, this.stamp)) return false;
    this.stamp = stamp;
    this.fromFile = stamp === null ? [] : readSwitches(this.stateDir!);
    this.note([]);
    return true;
  }

  /** Takes what was seen now; what the file tells of already counts once. */
  note(found: readonly Switch[]): void {
    this.seen = [...this.seen, ...found].filter((one) => !this.isWritten(one));
    this.changed = new Set([...this.fromFile, ...this.seen].map(({ sessionId }) => sessionId));
  }

  private isWritten(one: Switch): boolean {
    return this.fromFile.some(
      (line) =>
        line.sessionId === one.sessionId && line.from === one.from && line.to === one.to && Math.abs(line.at - one.at) < SAME_SWITCH_MS,
    );
  }

  /** What the file has, oldest first. */
  get written(): readonly Switch[] {
    return this.fromFile;
  }

  /** Sessions that changed their account at some time. */
  get sessions(): ReadonlySet<string> {
    return this.changed;
  }

  /** Differs when the history does. */
  print(): string {
    return this.seen.map(({ sessionId, to }) => `${sessionId} ${to}`).join('\n') + this.fromFile.length;
  }

  /** The account of a session that is `account`'s now at a time, epoch ms. */
  accountAt(profiles: readonly Profile[], account: string, sessionId: string, at: number): string {
    return profileAt([...this.fromFile, ...this.seen], profiles, account, sessionId, at);
  }

  /** When a session changed its account, epoch ms, oldest first. */
  timesOf(sessionId: string): readonly number[] {
    if (!this.changed.has(sessionId)) return [];
    return [...this.fromFile, ...this.seen]
      .filter((one) => one.sessionId === sessionId)
      .map(({ at }) => at)
      .sort((a, b) => a - b);
  }
}
