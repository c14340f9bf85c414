import type { Command } from 'commander';
import { hasKeyInEnv, keyFileOf } from '../../app/label-words.ts';
import { type App, openApp, openAppLedger } from '../../app/open.ts';
import { lockedCount, type Rekeyed, rekey } from '../../ledger/label-seal.ts';
import { KnownError } from '../../platform/errors.ts';
import { tildePath } from '../../platform/paths.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { terminalText } from '../../text/terminal.ts';
import { confirmed } from '../confirm.ts';

interface RekeyFlags {
  dropLocked?: boolean;
  yes?: boolean;
  config?: string;
}

/** `tidemark session rekey` (UR-69). */
export function addRekeyCommand(session: Command): void {
  session
    .command('rekey')
    .description('encrypt names, tags and descriptions with a new key; with privacy.encryptMetadata: false, store them in the clear')
    .option('--drop-locked', 'remove, for good, those whose key is lost')
    .option('-y, --yes', 'do not ask')
    .option('-c, --config <file>', 'another configuration file')
    .action(rekeyAll);
}

async function rekeyAll(flags: RekeyFlags): Promise<void> {
  const app = await openApp({ configFile: flags.config });
  using ledger = openAppLedger(app);
  if (ledger.mode !== 'disk') throw new KnownError('The ledger cannot be written: nothing was changed');
  const locked = flags.dropLocked ? lockedCount(ledger) : 0;
  if (locked > 0 && !flags.yes && !(await confirmed(`Remove name, tags and description of ${counted(locked)} for good?`)))
    throw new KnownError('Nothing was changed');
  await writeStdout(`${terminalText(doneText(app, rekey(ledger, flags.dropLocked ?? false)), 1000)}\n`);
}

function doneText(app: App, { sessions, dropped, sealed }: Rekeyed): string {
  const gone = dropped === 0 ? '' : ` Those of ${counted(dropped)} were removed.`;
  if (sessions === 0) return `There are no names, tags or descriptions.${gone}`;
  if (!sealed) return `Names, tags and descriptions of ${counted(sessions)} are stored in the clear.${gone}`;
  const key = hasKeyInEnv(app)
    ? 'the first key of TIDEMARK_METADATA_KEY'
    : `a new key in ${tildePath(keyFileOf(app), app.paths.home)}: keep a copy of it`;
  return `Names, tags and descriptions of ${counted(sessions)} are encrypted with ${key}.${gone}`;
}

const counted = (count: number): string => `${count} ${count === 1 ? 'session' : 'sessions'}`;
