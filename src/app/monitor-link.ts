import { statSync } from 'node:fs';
import { type AccountBook, bookOf, openBook } from '../accounts/book.ts';
import type { Pseudonym } from '../monitor/hidden-names.ts';
import type { MonitorOptions, RunningMonitor } from '../monitor/monitor.ts';
import { retentionGaps } from '../monitor/retention.ts';
import { pseudonym, readSalt } from '../sessions/pseudonym.ts';
import { accountOptions } from './accounts.ts';
import { logMonitor } from './log-monitor.ts';
import type { App } from './open.ts';
import { Publisher } from './publisher.ts';

/** What a monitor is given besides a command's own options, and what publishes what it knows. Disposing of it gives the writer's right back. */
export interface MonitorLink extends Disposable {
  readonly options: Pick<MonitorOptions, 'accounts' | 'isWriter' | 'gitOf' | 'retention' | 'sessions'>;
  /** For `snapshot.hide`: `privacy.names: hide` (LS-27). */
  readonly hide: Pseudonym | null;
  readonly book: AccountBook;
  readonly publisher: Publisher | null;
  /** Lets the monitor's process publish for others. */
  follow(monitor: RunningMonitor): void;
}

/** Names that stay the same on all surfaces and tell nothing; null while names are shown. */
export function hidingOf({ config, paths }: App): Pseudonym | null {
  if (config.privacy.names !== 'hide') return null;
  const salt = readSalt(paths.dataDir);
  const made = new Map<string, string>();
  return (kind, name) => {
    const key = `${kind} ${name}`;
    let hidden = made.get(key);
    if (hidden === undefined) {
      hidden = pseudonym(kind, name, salt);
      made.set(key, hidden);
    }
    return hidden;
  };
}

/** When anything of ours last wrote into the ledger, epoch ms; null = there is none. To be asked before it is opened. */
function lastReadAt(ledger: string): number | null {
  const times = [ledger, `${ledger}-wal`].flatMap((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

export interface LinkOptions {
  /** It keeps running and publishes what others read; else it only looks. */
  readonly publishes: boolean;
}

/** To be made before the ledger is opened. */
export async function monitorLink(app: App, { publishes }: LinkOptions): Promise<MonitorLink> {
  const { paths, clock, config } = app;
  const retention = retentionGaps(paths.claudeDirs, lastReadAt(paths.ledger), clock.now());
  const book = await openBook(accountOptions(app));
  const publisher = publishes ? new Publisher(app, book) : null;
  let endLog: (() => void) | null = null;
  return {
    options: {
      accounts: book,
      retention,
      sessions: config.sessions,
      isWriter: publisher?.isWriter ?? (() => false),
      ...(publisher === null ? {} : { gitOf: publisher.gitOf }),
    },
    hide: hidingOf(app),
    book,
    publisher,
    follow(monitor) {
      publisher?.follow(monitor);
      if (publishes) endLog = logMonitor(app.log, monitor, paths.stateDir, () => clock.now());
    },
    [Symbol.dispose]() {
      endLog?.();
      publisher?.close();
    },
  };
}

/** For a made-up home: nothing is published, and nothing but its own files is looked at. */
export const demoLink = (app: App): MonitorLink => ({
  options: { accounts: bookOf(app.paths.claudeDirs), sessions: app.config.sessions },
  hide: hidingOf(app),
  book: bookOf(app.paths.claudeDirs),
  publisher: null,
  follow: () => {},
  [Symbol.dispose]: () => {},
});
