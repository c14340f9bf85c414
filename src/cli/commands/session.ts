import { closeSync, openSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { labelOf, setName, setNote, setTags } from '../../ledger/labels.ts';
import type { Ledger } from '../../ledger/open.ts';
import { promptTimes } from '../../ledger/queries/prompts.ts';
import { errnoOf, KnownError, usageError } from '../../platform/errors.ts';
import { writeFileAtomic } from '../../platform/files.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { metaJson, SCHEMA_VERSION, sessionDetailJson, sessionJson } from '../../surfaces/export/json.ts';
import { withoutCost } from '../../surfaces/export/json-row.ts';
import { jsonChunks } from '../../surfaces/export/json-stream.ts';
import { type ExportFormat, sessionExport } from '../../surfaces/export/session-export.ts';
import { compareTable, sessionCard, turnsTable } from '../../surfaces/export/table.ts';
import { turnsJson, turnsOf } from '../../surfaces/export/turns.ts';
import type { SessionDetail } from '../../surfaces/export/types.ts';
import { terminalText } from '../../text/terminal.ts';
import { sayArchived } from '../archived-note.ts';
import { editText } from '../edit-text.ts';
import { examplesText } from '../examples.ts';
import { findIn, openSession } from '../find.ts';
import { metaOf, openReport } from '../open-report.ts';
import { printSchema } from '../print-schema.ts';
import { addReportFlags, hideFlags, type ReportFlags } from '../report-flags.ts';
import { sessionDetail } from '../session-detail.ts';
import { tableOptions } from '../table-options.ts';
import { addForgetCommand } from './session-forget.ts';
import { addRekeyCommand } from './session-rekey.ts';

const MAX_COMPARED = 6;

interface LabelFlags {
  json?: boolean;
  config?: string;
  clear?: boolean;
  edit?: boolean;
}

interface ExportFlags extends ReportFlags {
  format?: string;
  output?: string;
  force?: boolean;
}

interface CompareFlags extends ReportFlags {
  turns?: boolean;
}

const WHICH = 'SESSION is an id, a name, the beginning of one, @last, or - for the session this runs in.';

/** `tidemark session …` (UR-60 … UR-68). */
export function addSessionCommands(program: Command): void {
  const session = program.command('session').description('one session: show, name, tag, note, compare, export, forget; rekey for all');
  session.addHelpText(
    'after',
    `\n${WHICH}\n${examplesText([
      ['session show @last', 'all figures of the newest session'],
      ['session name @last "login flake"', 'a name to find it by'],
      ['session tag login +bug -wip', 'add a tag, remove another'],
      ['session compare login deploy --turns', 'two sessions, turn by turn'],
      ['session export login --format csv -o login.csv', 'its requests, one per row'],
      ['session forget login --usage', 'remove it from all figures; asks first'],
    ])}`,
  );
  const ofOne = (command: Command): Command => hideFlags(addReportFlags(command), NOT_FOR_ONE);
  ofOne(session.command('show <session>').description('all figures of a session')).action(showSession);
  ofOne(
    session
      .command('compare <session> <others...>')
      .description('up to six sessions side by side, with the difference to the first')
      .option('--turns', 'a row per turn instead of a row per figure'),
  ).action(compare);
  const label = (command: Command) =>
    command.option('--json', 'print name, tags and note as JSON').option('--config <file>', 'another configuration file');
  label(
    session.command('name <session> [text]').description('give a session a name, or print it').option('--clear', 'remove the name'),
  ).action(name);
  label(session.command('tag <session> [changes...]').description('list tags, or change them: +new -old').allowUnknownOption()).action(tag);
  label(session.command('note <session> [text]').description('describe a session, or print the description'))
    .option('--clear', 'remove the description')
    .option('--edit', 'write it in $VISUAL or $EDITOR')
    .action(note);
  session
    .command('export <session>')
    .description('the requests of a session, one per row')
    .option('--format <format>', 'json, csv or md', 'json')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--force', 'replace a file that exists')
    .option('--no-cost', 'leave money out')
    .option('-m, --mode <mode>', 'auto, calculate or display: where a cost comes from (default auto)')
    .option('-z, --timezone <zone>', 'IANA name, local or utc')
    .option('--since <date>', 'first local day')
    .option('--until <date>', 'last local day, inclusive')
    .option('-c, --config <file>', 'another configuration file')
    .option('--no-progress', 'no progress line while history is read')
    .action(exportSession);
  addForgetCommand(session);
  addRekeyCommand(session);
}

/** `session show`, and `sessions --id`. */
export async function showSession(which: string, flags: ReportFlags): Promise<void> {
  if (flags.jsonSchema) return printSchema('session');
  refuseFilters(flags);
  using open = await openReport(flags, { accounts: true });
  const info = findIn(open.app, open.ready.ledger, open.directory, which);
  const detail = sessionDetail(open, info);
  await sayArchived(open.ready.ledger, info);
  const meta = metaOf(open);
  if (flags.json || open.request.parity !== false) {
    for (const piece of jsonChunks(sessionDetailJson(detail, meta, { cost: flags.cost, parity: open.request.parity, stream: true })))
      await writeStdout(piece);
    return;
  }
  await writeStdout(`${sessionCard(detail, meta, tableOptions(open, flags)).join('\n')}\n`);
}

async function compare(first: string, others: readonly string[], flags: CompareFlags): Promise<void> {
  if (flags.jsonSchema) return printSchema('compare');
  if (others.length >= MAX_COMPARED) throw usageError(`compare takes at most ${MAX_COMPARED} sessions`);
  refuseFilters(flags);
  using open = await openReport(flags, { accounts: true });
  const infos = [first, ...others].map((which) => findIn(open.app, open.ready.ledger, open.directory, which));
  const details = infos.map((info) => sessionDetail(open, info));
  const { from, to } = open.request.filter;
  const turns = flags.turns
    ? details.map(({ entries }, i) => turnsOf(entries, promptTimes(open.ready.ledger, infos[i]!.id, from, to)))
    : null;
  if (flags.json) {
    const options = { cost: flags.cost, parity: open.request.parity };
    const body = {
      sessions: details.map((detail) => sessionJson(detail.row, { ...options, ...metadataOf(detail) })),
      ...(turns === null ? {} : { turns: turnsJson(turns) }),
      meta: metaJson(metaOf(open)),
    };
    for (const piece of jsonChunks({ schemaVersion: SCHEMA_VERSION, ...((flags.cost ? body : withoutCost(body)) as object) }))
      await writeStdout(piece);
    return;
  }
  const lines =
    turns === null
      ? compareTable(details, metaOf(open), tableOptions(open, flags))
      : turnsTable(details, turns, metaOf(open), tableOptions(open, flags));
  await writeStdout(`${lines.join('\n')}\n`);
}

const metadataOf = ({ row, metadata }: SessionDetail) => (metadata === null ? {} : { metadata: new Map([[row.sessionId, metadata]]) });

async function name(which: string, text: string | undefined, flags: LabelFlags): Promise<void> {
  if (text !== undefined && flags.clear) throw usageError('--clear takes no name');
  using open = await openSession(which, flags.config);
  const sid = open.info.sessionId;
  if (flags.clear || text !== undefined) setName(open.ledger, sid, text ?? null, open.app.clock.now());
  await printLabel(open.ledger, sid, flags, text === undefined && !flags.clear ? open.info.name : null);
}

async function tag(which: string, changes: readonly string[], flags: LabelFlags): Promise<void> {
  const wrong = changes.find((change) => !/^[+-]./.test(change));
  if (wrong !== undefined) throw usageError(`"${wrong}" does not say whether to add or remove the tag`, `write +${wrong} or -${wrong}`);
  using open = await openSession(which, flags.config);
  const sid = open.info.sessionId;
  const named = (sign: string) => changes.filter((change) => change.startsWith(sign)).map((change) => change.slice(1));
  if (changes.length > 0) setTags(open.ledger, sid, named('+'), named('-'), open.app.clock.now());
  await printLabel(open.ledger, sid, flags, (labelOf(open.ledger, sid)?.tags ?? []).join('\n') || null);
}

async function note(which: string, text: string | undefined, flags: LabelFlags): Promise<void> {
  if ([text !== undefined, flags.clear, flags.edit].filter(Boolean).length > 1) throw usageError('Give a text, --edit or --clear');
  using open = await openSession(which, flags.config);
  const sid = open.info.sessionId;
  const before = labelOf(open.ledger, sid)?.note ?? '';
  const edited = flags.edit ? editText(before, open.app.env) : text;
  if (flags.clear || edited !== undefined)
    setNote(open.ledger, sid, flags.clear || edited?.trim() === '' ? null : (edited ?? null), open.app.clock.now());
  await printLabel(open.ledger, sid, flags, edited === undefined && !flags.clear && before !== '' ? before : null);
}

/** After a change nothing but with `--json`; without one, what was asked for. */
async function printLabel(ledger: Ledger, sid: string, flags: LabelFlags, text: string | null): Promise<void> {
  if (flags.json) {
    const label = labelOf(ledger, sid);
    const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
    const body = {
      sessionId: sid,
      name: label?.name ?? null,
      tags: label?.tags ?? [],
      description: label?.note ?? null,
      createdAt: time(label?.createdAt),
      updatedAt: time(label?.updatedAt),
    };
    return writeStdout(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...body }, null, 2)}\n`);
  }
  if (text !== null) for (const line of text.split('\n')) await writeStdout(`${terminalText(line)}\n`);
}

async function exportSession(which: string, flags: ExportFlags): Promise<void> {
  const format = (['json', 'csv', 'md'] as const).find((known) => known === flags.format);
  if (format === undefined) throw usageError(`--format takes json, csv or md, not "${flags.format}"`);
  if (flags.force && flags.output === undefined) throw usageError('--force goes with --output');
  using open = await openReport(flags, { accounts: true });
  const detail = sessionDetail(open, findIn(open.app, open.ready.ledger, open.directory, which));
  const pieces = sessionExport(format satisfies ExportFormat, detail.row, detail.entries, metaOf(open), { cost: flags.cost });
  if (flags.output === undefined) for (const piece of pieces) await writeStdout(piece);
  else if (flags.force) writeFileAtomic(flags.output, [...pieces].join(''), { throughLink: true });
  else writeNew(flags.output, pieces);
}

function writeNew(path: string, pieces: Iterable<string>): void {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new KnownError(`${path} exists already`, { hint: 'use another name, or --force to replace it' });
    throw new KnownError(`Cannot write ${path} (${errnoOf(error)})`, { cause: error });
  }
  try {
    for (const piece of pieces) for (let rest = Buffer.from(piece); rest.length > 0; rest = rest.subarray(writeSync(file, rest)));
  } finally {
    closeSync(file);
  }
}

const NOT_FOR_ONE = [
  'project',
  'exclude',
  'model',
  'account',
  'session',
  'tag',
  'branch',
  'minTokens',
  'minCost',
  'subagents',
  'last',
  'sort',
  'top',
  'invert',
  'sections',
  'breakdown',
  'order',
] as const;

/** Flags that choose or order rows mean nothing for named sessions: refused rather than ignored. */
function refuseFilters(flags: ReportFlags): void {
  const given = NOT_FOR_ONE.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  throw usageError(
    `--${given.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} does not go with a named session`,
    'use it with tidemark sessions',
  );
}
