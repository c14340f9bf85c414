import { openApp, recoverAppLedger } from '../app/open.ts';
import { isDamaged } from '../ledger/open.ts';
import { notes } from './notes.ts';

/** After a command ended at a damaged page: puts a sound ledger in place and says so. False when the error was something else. */
export async function mendAfter(error: unknown, argv: readonly string[]): Promise<boolean> {
  if (!isDamaged(error)) return false;
  const at = argv.findIndex((word) => word === '--config' || word.startsWith('--config='));
  const configFile = at < 0 ? undefined : (argv[at]!.split('=')[1] ?? argv[at + 1]);
  await notes([recoverAppLedger(await openApp({ configFile }), error)]);
  return true;
}
