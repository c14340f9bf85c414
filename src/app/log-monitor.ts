import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Monitor } from '../monitor/monitor.ts';
import type { Log } from '../platform/log.ts';
import { eventsDir, readJournal } from '../sessions/journal.ts';

/** A monitor is looked at so often, and so are the hooks' journals. ms */
const LOOK_MS = 5000;
const JOURNALS_MS = 60_000;

/** Writes into the log what goes wrong while sessions are followed. Returns what ends it. `now`: epoch ms. */
export function logMonitor(log: Log, monitor: Pick<Monitor, 'get'>, stateDir: string, now: () => number): () => void {
  const notices = new NoticeLog(log);
  const journals = new JournalLog(log, stateDir);
  let journalsAt = Number.NEGATIVE_INFINITY;
  const look = (): void => {
    const { ingest, sessions } = monitor.get();
    notices.note(ingest);
    if (Math.abs(now() - journalsAt) < JOURNALS_MS) return;
    journalsAt = now();
    const { files, lines, rejectedLines, reading } = ingest;
    log.debug('sessions are followed', { sessions: sessions.length, files, lines, rejectedLines, reading });
    journals.look(now());
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** What the live view says of its reading, once for each change: files or a ledger that cannot be read or written, watching that falls back. */
export class NoticeLog {
  private readonly log: Log;
  private notice: string | null = null;
  private polling = false;

  constructor(log: Log) {
    this.log = log;
  }

  note({ notice, polling = false }: { readonly notice: string | null; readonly polling?: boolean }): void {
    if (notice !== this.notice && notice !== null) this.log.warn('something is held back', { notice });
    if (notice === null && this.notice !== null) this.log.info('nothing is held back any more');
    if (polling !== this.polling) this.watching(polling);
    this.notice = notice;
    this.polling = polling;
  }

  private watching(polling: boolean): void {
    if (polling) this.log.warn('directories are polled: this system gives no file events');
    else this.log.info('file events arrive again');
  }
}

/** Hook journals with lines that are no events, or that cannot be read at all. */
export class JournalLog {
  private readonly log: Log;
  private readonly dir: string;
  private readonly seen = new Map<string, string>();

  constructor(log: Log, stateDir: string) {
    this.log = log;
    this.dir = eventsDir(stateDir);
  }

  /** Reads the ends of those that changed since the last look. */
  look(now: number): void {
    for (const name of journalsIn(this.dir)) {
      const path = join(this.dir, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      const stamp = `${stat?.size} ${stat?.mtimeMs}`;
      if (stat === undefined || this.seen.get(name) === stamp) continue;
      this.seen.set(name, stamp);
      const read = readJournal(path, now);
      if (read === null) this.log.warn('a hook journal cannot be read', { journal: name });
      else if (read.skipped > 0) this.log.warn('a hook journal has lines that are no events', { journal: name, lines: read.skipped });
    }
  }
}

function journalsIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith('.jsonl'));
  } catch {
    // No hooks, or a state directory that is not ours to read: doctor says so.
    return [];
  }
}
