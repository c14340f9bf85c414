import type { SeenLines } from '../transcripts/seen-lines.ts';
import type { LastAction } from './snapshot.ts';
import { type TailNews, TranscriptTail } from './transcript-tail.ts';

/** Transcript ends that are followed at once. */
const MAX_TAILS = 500;

/** A session that is listed or may be, and where its transcript lies. */
export interface Followed {
  readonly sessionId: string;
  readonly path: string;
}

/** Sessions that are or may be listed, with their transcripts, newest first. */
export function followedOf(
  sessions: readonly { readonly sessionId: string; readonly lastRequestAt: number | null }[],
  files: { mainOf(sessionId: string): string | null },
): Followed[] {
  const newest = [...sessions].sort((a, b) => (b.lastRequestAt ?? 0) - (a.lastRequestAt ?? 0));
  return newest.flatMap(({ sessionId }) => {
    const path = files.mainOf(sessionId);
    return path === null ? [] : [{ sessionId, path }];
  });
}

/** The ends of the transcripts of sessions that are or may be listed. */
export class TranscriptEnds {
  /** A turn began or ended since somebody set this to false. */
  hasTurned = false;
  /** Newest action of each followed session that has one. */
  readonly actions = new Map<string, LastAction>();
  private readonly tails = new Map<string, TranscriptTail>();
  private readonly paths = new Map<string, string>();
  private readonly sessionOfPath = new Map<string, string>();
  private readonly withTargets: boolean;

  constructor(withTargets: boolean) {
    this.withTargets = withTargets;
  }

  /** What a transcript has grown by; `known` bytes of it were in the ledger before, `until` are now. `seen`: its new lines, where they were just read. */
  grown(path: string, known: number, until: number, seen?: SeenLines): TailNews {
    const tail = this.tailOf(path, known);
    const { last } = tail;
    const news = tail.read(until, seen);
    this.noteAction(path);
    this.hasTurned ||= tail.last?.kind !== last?.kind || tail.last?.since !== last?.since;
    return news;
  }

  /** Follows the transcripts of these sessions. Costs a read of the end for those not followed yet. */
  follow(sessions: readonly Followed[], sizeOf: (path: string) => number): void {
    const wanted = sessions.slice(0, MAX_TAILS);
    if (this.tails.size > 2 * MAX_TAILS) this.keepOnly(wanted);
    this.paths.clear();
    this.sessionOfPath.clear();
    this.actions.clear();
    for (const { sessionId, path } of wanted) {
      this.paths.set(sessionId, path);
      this.sessionOfPath.set(path, sessionId);
      const size = sizeOf(path);
      // What the ledger has not read yet would be taken for known here, and never be named.
      if (size > 0 && !this.tails.has(path)) this.tailOf(path, size).read(size);
      this.noteAction(path);
    }
  }

  /** Files of subagents and of sessions that are over pile up while it follows for days. */
  private keepOnly(wanted: readonly Followed[]): void {
    const paths = new Set(wanted.map(({ path }) => path));
    for (const path of this.tails.keys()) if (!paths.has(path)) this.tails.delete(path);
  }

  /** How many ends are known. */
  get size(): number {
    return this.tails.size;
  }

  /** Keeps the newest action of a transcript's session at hand: a snapshot would look at every transcript for those of a few. */
  private noteAction(path: string): void {
    const id = this.sessionOfPath.get(path);
    const action = this.tails.get(path)?.action;
    if (id !== undefined && action) this.actions.set(id, action);
    else if (id !== undefined) this.actions.delete(id);
  }

  private tailOf(path: string, known: number): TranscriptTail {
    let tail = this.tails.get(path);
    if (!tail) {
      tail = new TranscriptTail(path, known, this.withTargets);
      this.tails.set(path, tail);
    }
    return tail;
  }

  /** Tail of a session's own transcript, if it is followed. */
  ofSession(sessionId: string): TranscriptTail | null {
    const path = this.paths.get(sessionId);
    return path === undefined ? null : (this.tails.get(path) ?? null);
  }

  /** The tails of all followed sessions, by session id. */
  bySession(): ReadonlyMap<string, TranscriptTail> {
    const tails = new Map<string, TranscriptTail>();
    for (const [id, path] of this.paths) {
      const tail = this.tails.get(path);
      if (tail !== undefined) tails.set(id, tail);
    }
    return tails;
  }
}
