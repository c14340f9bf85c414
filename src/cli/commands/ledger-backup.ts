import { join } from 'node:path';
import type { Command } from 'commander';
import { type App, openApp, openReady, type Ready } from '../../app/open.ts';
import { VERSION } from '../../app/version.ts';
import { backupDir } from '../../ledger/archive-file.ts';
import { backupLedger, backupName, removeStaleRestores } from '../../ledger/backup.ts';
import { restoreLedger, stillMissing } from '../../ledger/backup-restore.ts';
import { KnownError } from '../../platform/errors.ts';
import { expandPath } from '../../platform/paths.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { SCHEMA_VERSION } from '../../surfaces/export/json.ts';
import { tokensFull } from '../../text/format.ts';
import { terminalText } from '../../text/terminal.ts';
import { confirmed } from '../confirm.ts';
import { notes } from '../notes.ts';

interface BackupFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** `ledger backup | restore` (REL-25). `command` adds one with the options that all ledger commands have. */
export function addBackupCommands(command: (name: string, about: string) => Command): void {
  command('backup [file]', 'copies the ledger into one file, while others may use it; without a name beside the ledger').action(backup);
  command('restore <file>', 'goes back to a backup, then reads what the transcripts say since; the ledger of now is backed up before')
    .option('-y, --yes', 'do not ask')
    .action(restore);
}

async function open(flags: BackupFlags): Promise<{ app: App; ready: Ready }> {
  const app = await openApp({ configFile: flags.config });
  removeStaleRestores(app.paths.ledger, app.clock.now());
  const ready = await openReady(app);
  await notes(ready.notices);
  if (ready.ledger.mode === 'disk') return { app, ready };
  ready[Symbol.dispose]();
  throw new KnownError(`The ledger ${app.paths.ledger} cannot be used: nothing was done`, {
    hint: 'make it writable, or set TIDEMARK_DB to another file',
  });
}

const ownBackup = (app: App): string => join(backupDir(app.paths.ledger), backupName(app.clock.now()));
const say = (flags: BackupFlags, body: object, text: string): Promise<void> =>
  writeStdout(flags.json ? `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...body }, null, 2)}\n` : `${text}\n`);
const shown = (path: string): string => terminalText(path, 1000);

async function backup(file: string | undefined, flags: BackupFlags): Promise<void> {
  const { app, ready } = await open(flags);
  using _ = ready;
  const path = file === undefined ? ownBackup(app) : expandPath(file, app.paths.home, process.cwd());
  const bytes = backupLedger(ready.ledger, path);
  await say(
    flags,
    { path, bytes },
    `Wrote ${shown(path)} (${tokensFull(bytes)} bytes). To go back to it: tidemark ledger restore ${shown(path)}`,
  );
}

async function restore(file: string, flags: BackupFlags): Promise<void> {
  const { app, ready } = await open(flags);
  const path = expandPath(file, app.paths.home, process.cwd());
  let missing: ReturnType<typeof restoreLedger>;
  let former: string;
  try {
    if (!flags.yes && !(await confirmed(`Put the backup ${shown(path)} in the place of the ledger?`)))
      throw new KnownError('Nothing was changed');
    former = ownBackup(app);
    const options = { path: app.paths.ledger, table: ready.ledger.table, version: VERSION, now: app.clock.now() };
    missing = restoreLedger(ready.ledger, path, options, () => backupLedger(ready.ledger, former));
  } finally {
    ready[Symbol.dispose]();
  }
  // Opened anew: what the program had in memory of sessions and models is no longer true.
  using again = await openReady(app);
  await notes(again.notices);
  const lost = stillMissing(again.ledger, missing);
  const back = missing.keys.length - lost;
  await say(
    flags,
    { path, former, missing: missing.keys.length, cameBack: back, lost },
    [
      `Restored ${shown(path)}. The ledger of before is ${shown(former)}.`,
      ...(missing.keys.length === 0
        ? []
        : [
            `${some(missing.keys.length)} since then: ${tokensFull(back)} came back from transcripts, ${tokensFull(lost)} are in neither and no longer count.`,
          ]),
    ].join('\n'),
  );
}

const some = (n: number): string => `${tokensFull(n)} request${n === 1 ? '' : 's'}`;
