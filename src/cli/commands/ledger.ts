import { cpus } from 'node:os';
import type { Command } from 'commander';
import { openApp, openReady, type Ready } from '../../app/open.ts';
import { removeStaleRestores } from '../../ledger/backup.ts';
import { rebuild } from '../../ledger/rebuild.ts';
import { type LedgerStats, ledgerStats } from '../../ledger/stats.ts';
import { type VerifyResult, verify } from '../../ledger/verify.ts';
import { KnownError } from '../../platform/errors.ts';
import { expandPath } from '../../platform/paths.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { SCHEMA_VERSION } from '../../surfaces/export/json.ts';
import { terminalText } from '../../text/terminal.ts';
import { padded } from '../columns.ts';
import { examplesText } from '../examples.ts';
import { notes } from '../notes.ts';
import { addArchiveCommands } from './ledger-archive.ts';
import { addBackupCommands } from './ledger-backup.ts';

interface LedgerFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly file?: string;
}

const SHOWN_DIFFERENCES = 20;

/**
 * `ledger stats | verify | rebuild | archive | forget | backup | restore`: what the ledger holds, whether it is right, making it right again, and keeping less
 * of it (REL-2, REL-13, REL-15, REL-24, REL-25, SEC-82).
 */
export function addLedgerCommands(program: Command, exit: (code: number) => void): void {
  const ledger = program.command('ledger').description('the stored history: figures, check, rebuild, archive, backup');
  ledger.addHelpText(
    'after',
    examplesText([
      ['ledger stats', 'how much is kept, and where'],
      ['ledger verify', 'is every figure right?'],
      ['ledger rebuild', 'makes them right again; nothing is lost'],
      ['ledger archive --before 6m', 'packs old requests into a compressed file; figures stay'],
      ['ledger forget --before 2025-01-01', 'removes sessions that ended before from it; asks first'],
      ['ledger backup', 'a copy beside the ledger'],
      ['ledger restore ~/ledger.db', 'goes back to a copy; asks first'],
    ]),
  );
  const command = (name: string, about: string): Command =>
    ledger.command(name).description(about).option('--config <file>', 'this configuration file').option('--json', 'as JSON');
  command('stats', 'what the ledger holds, and what could not be read').action(stats);
  command('verify', 'compares the ledger with itself and with all transcripts, read in full; exit 1 on a difference').action(
    async (flags: LedgerFlags) => {
      if (!(await check(flags))) exit(1);
    },
  );
  command('rebuild', 'reads all transcripts again; what has no transcript any more is kept as it is')
    .option('--file <path>', 'only this transcript')
    .action(async (flags: LedgerFlags) => {
      if (!(await again(flags))) exit(1);
    });
  addArchiveCommands(command);
  addBackupCommands(command);
}

async function open(flags: LedgerFlags): Promise<{ app: Awaited<ReturnType<typeof openApp>>; ready: Ready }> {
  const app = await openApp({ configFile: flags.config });
  removeStaleRestores(app.paths.ledger, app.clock.now());
  const ready = await openReady(app, undefined, { sample: true });
  await notes(ready.notices);
  return { app, ready };
}

async function stats(flags: LedgerFlags): Promise<void> {
  const { app, ready } = await open(flags);
  using _ = ready;
  const figures = ledgerStats(ready.ledger, app.paths.ledger, app.clock.now());
  const directories = app.paths.claudeDirs;
  if (flags.json) return writeStdout(`${asJson({ ...statsJson(figures), claudeDirs: directories, unreadable: ready.result.skipped })}\n`);
  const lines = statLines(figures, directories);
  for (const { path, code } of ready.result.skipped) lines.push(['unreadable', `${terminalText(path, 1000)} (${code})`]);
  await writeStdout(`${padded(lines).join('\n')}\n`);
}

const asJson = (body: object): string => JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...body }, null, 2);
const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const statsJson = ({ archive: { formerPrices: _, ...archive }, ...figures }: LedgerStats) => ({
  ...figures,
  archive,
  firstRecord: instant(figures.firstRecord),
  lastRecord: instant(figures.lastRecord),
});

function statLines(s: LedgerStats, directories: readonly string[]): string[][] {
  const rejected = Object.entries(s.rejected).flatMap(([reason, { lines, files }]) => [
    [`rejected ${reason}`, whole(lines)],
    ...files.map((file) => ['', `${whole(file.lines)} in ${terminalText(file.path, 1000)}`]),
  ]);
  return [
    ['ledger', terminalText(s.path, 1000)],
    ['mode', s.mode],
    ['size on disk', `${whole(s.bytes)} bytes`],
    ['schema', String(s.schema)],
    ['SQLite', s.sqlite],
    ...directories.map((dir, i) => [i === 0 ? 'Claude directories' : '', terminalText(dir, 1000)]),
    ['transcripts', `${whole(s.files.present)} present, ${whole(s.files.gone)} gone`],
    ['lines', whole(s.lines)],
    ...rejected,
    ...s.rewritten.map(({ path, times }, i) => [
      i === 0 ? 'rewritten' : '',
      `${terminalText(path, 1000)}${times > 1 ? `, ${whole(times)} times` : ''}: changed without a new size or time, read again`,
    ]),
    ...s.failing.map(({ path, code, times, isLeftAlone }, i) => [
      i === 0 ? 'failing' : '',
      `${terminalText(path, 1000)} (${code}), ${some(times, 'time')} in a row${isLeftAlone ? ', left alone for 5 minutes' : ''}`,
    ]),
    ['requests', whole(s.events)],
    ...(s.archive.requests === 0
      ? []
      : [['archived of them', `${whole(s.archive.requests)} in ${some(s.archive.files, 'file')}, ${whole(s.archive.bytes)} bytes`]]),
    ...s.archive.missing.map((path) => ['', `gone or cut: ${terminalText(path, 1000)}`]),
    ...(s.archive.formerPrices ? [['', 'their cost may be at former prices: a file could not be read when the prices changed']] : []),
    ['sessions', whole(s.sessions)],
    ['prompts', whole(s.prompts)],
    ['labels', whole(s.labels)],
    ['forgotten sessions', whole(s.forgotten)],
    ['first record', instant(s.firstRecord) ?? 'none'],
    ['last record', instant(s.lastRecord) ?? 'none'],
    ['price table', s.priceTable],
  ];
}

const whole = (n: number): string => n.toLocaleString('en-US');
const some = (n: number, one: string): string => `${whole(n)} ${one}${n === 1 ? '' : 's'}`;

async function check(flags: LedgerFlags): Promise<boolean> {
  const { app, ready } = await open(flags);
  using _ = ready;
  const result = verify(ready.ledger, app.paths.claudeDirs);
  await writeStdout(flags.json ? `${asJson(result)}\n` : `${verifyLines(result).join('\n')}\n`);
  return result.ok;
}

function verifyLines(r: VerifyResult): string[] {
  const { files, requests, sums, prompts } = r.checked;
  const lines = [
    `Compared ${some(requests, 'request')}, ${some(sums, 'sum')} and ${some(prompts, 'prompt')} with ${some(files, 'transcript')}, read in full.`,
  ];
  if (r.ledgerOnly > 0) lines.push(`${some(r.ledgerOnly, 'request')} only in the ledger: no present transcript has them. They are kept.`);
  if (r.larger.count > 0)
    lines.push(
      `${some(r.larger.count, 'request')} with more in the ledger than in the present transcripts, which were rewritten since: ${r.larger.keys
        .slice(0, 5)
        .map((key) => terminalText(key, 200))
        .join(', ')}${r.larger.count > 5 ? ', …' : ''}`,
    );
  for (const { path, code } of r.skipped) lines.push(`Not compared: ${terminalText(path, 1000)} (${code})`);
  if (r.ok) return [...lines, 'No difference.'];
  const counts = Object.entries(r.counts).map(([kind, n]) => `${n} ${kind}`);
  const total = Object.values(r.counts).reduce((sum, n) => sum + n, 0);
  for (const { kind, what, message } of r.differences.slice(0, SHOWN_DIFFERENCES))
    lines.push(terminalText(`${kind}: ${what}: ${message}`, 2000));
  if (total > SHOWN_DIFFERENCES) lines.push(`… and ${whole(total - SHOWN_DIFFERENCES)} more`);
  const help =
    r.counts.integrity === undefined
      ? Object.keys(r.counts).join() === 'archive'
        ? 'put the archive file back; until then its requests count, and cannot be listed one by one. tidemark ledger rebuild takes them from transcripts that are still there'
        : 'tidemark ledger rebuild mends what still has a transcript, and all sums'
      : 'the database file is damaged: move it away and run any report; labels are lost with it';
  return [...lines, `${some(total, 'difference')} (${counts.join(', ')}). What to do: ${help}.`];
}

async function again(flags: LedgerFlags): Promise<boolean> {
  const { app, ready } = await open(flags);
  using _ = ready;
  if (ready.ledger.mode === 'memory')
    throw new KnownError(`The ledger ${app.paths.ledger} cannot be written: nothing was rebuilt`, {
      hint: 'make it writable, or set TIDEMARK_DB to another file',
    });
  const file = flags.file === undefined ? {} : { file: expandPath(flags.file, app.paths.home, process.cwd()) };
  const workers = Math.min(app.config.ingest.workers, Math.max(1, cpus().length));
  const result = await rebuild(ready.ledger, { claudeDirs: app.paths.claudeDirs, workers, now: app.clock.now(), ...file });
  const { stopped, ...figures } = result;
  if (stopped !== null) throw new KnownError('The ledger could not be written while it was rebuilt; run it again', { cause: stopped });
  if (flags.json) await writeStdout(`${asJson(figures)}\n`);
  else
    await writeStdout(
      `Read ${some(result.filesRead, 'transcript')} again: ${some(result.after, 'request')}, ${whole(result.after - result.before)} new, ${whole(result.changed)} changed, ${whole(result.mended)} mended. All sums were made again.\n`,
    );
  if (!flags.json && result.unproven > 0)
    await notes([
      `${some(result.unproven, 'transcript')} had other sums than its requests, and is gone or shortened: nothing proves these requests any more, they were kept as they are`,
    ]);
  return result.skipped.length === 0;
}
