import { type App, openApp, openAppLedger, openReady } from '../app/open.ts';
import { findSession, lastUses } from '../ledger/find-session.ts';
import type { Ledger } from '../ledger/open.ts';
import { type Directory, loadDirectory, type SessionInfo } from '../ledger/queries/directory.ts';
import { KnownError } from '../platform/errors.ts';

export function findIn(app: App, ledger: Ledger, directory: Directory, which: string): SessionInfo {
  return findSession(directory, which, { lastUse: lastUses(ledger), current: app.env.CLAUDE_CODE_SESSION_ID });
}

/** A session and a ledger to write to. Reads what is new only when the ledger does not know it: naming takes less than 100 ms (UR-61). */
export async function openSession(
  which: string,
  configFile: string | undefined,
): Promise<{ app: App; ledger: Ledger; info: SessionInfo; [Symbol.dispose](): void }> {
  const app = await openApp({ configFile });
  const aliases = app.config.projects.aliases;
  const quick = openAppLedger(app);
  if (which !== '@last' && quick.mode === 'disk') {
    try {
      const info = findIn(app, quick, loadDirectory(quick, aliases), which);
      return { app, ledger: quick, info, [Symbol.dispose]: () => quick[Symbol.dispose]() };
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      // Perhaps it is newer than the last reading.
    }
  }
  quick[Symbol.dispose]();
  const ready = await openReady(app);
  try {
    if (ready.ledger.mode !== 'disk') throw new KnownError(ready.notices.at(-1) ?? 'The ledger cannot be written');
    return {
      app,
      ledger: ready.ledger,
      info: findIn(app, ready.ledger, loadDirectory(ready.ledger, aliases), which),
      [Symbol.dispose]: () => ready[Symbol.dispose](),
    };
  } catch (error) {
    ready[Symbol.dispose]();
    throw error;
  }
}
