import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { readArchive } from '../../accounts/archive.ts';
import { convertState } from '../../accounts/convert.ts';
import { handsOff } from '../../accounts/legacy.ts';
import { type Migration, migrate } from '../../accounts/migrate.ts';
import { healthDir } from '../../accounts/publish.ts';
import { type FileReport, reportState, type StateReport } from '../../accounts/state-report.ts';
import { oneLook } from '../../app/one-look.ts';
import { type App, openApp } from '../../app/open.ts';
import type { SessionView } from '../../monitor/snapshot.ts';
import { EXIT_CONFIG, KnownError, usageError } from '../../platform/errors.ts';
import { tildePath } from '../../platform/paths.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { age } from '../../text/format.ts';
import { terminalText } from '../../text/terminal.ts';
import { padded } from '../columns.ts';
import { notes } from '../notes.ts';
import { zoneOf } from '../report-request.ts';

interface StateFlags {
  readonly json?: boolean;
  readonly config?: string;
  readonly archived?: boolean;
  readonly dryRun?: boolean;
  readonly merge?: boolean;
  readonly to?: string;
  readonly yes?: boolean;
}

/** `state show | migrate | convert`: the runtime state and the files other programs read (ST-18, ST-19, MG-5, MG-6). */
export function addStateCommands(program: Command, exit: (code: number) => void): void {
  const state = program.command('state').description('the runtime state and the files beside it: show, migrate, convert');
  const command = (name: string, about: string): Command =>
    state.command(name).description(about).option('-j, --json', 'as JSON').option('--config <file>', 'another configuration file');
  command(
    'show [session]',
    'sessions and profiles, and each file with its age, size, validity and writer; exit 78 when a file has to be mended',
  )
    .option('--archived', 'sessions that were archived')
    .action(async (id: string | undefined, flags: StateFlags) => exit(await show(id, flags)));
  command('migrate', 'takes older files into the runtime state; they stay as they are')
    .option('--dry-run', 'list what would be done, write nothing')
    .option('--merge', 'take in a runtime-state.json beside the YAML file and put it aside')
    .action(runMigrate);
  command('convert', 'writes the runtime state in the other format and keeps the old file beside it')
    .requiredOption('--to <format>', 'yaml or json')
    .option('--dry-run', 'say what would be done, write nothing')
    .option('-y, --yes', 'do not ask')
    .action(convert);
}

const json = (body: object): Promise<void> => writeStdout(`${JSON.stringify({ schemaVersion: 1, ...body }, null, 2)}\n`);
const some = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
const shown = (app: App, path: string): string => terminalText(tildePath(path, app.paths.home), 1000);

async function show(id: string | undefined, flags: StateFlags): Promise<number> {
  const app = await openApp({ configFile: flags.config });
  if (flags.archived) {
    await showArchived(app, id, flags);
    return 0;
  }
  const snapshot = await oneLook(app, zoneOf(app.config.display.timezone ?? 'local', app.env.TZ));
  const now = app.clock.now();
  const live = snapshot.sessions.filter((session) => id === undefined || session.id.startsWith(id));
  const reports = await Promise.all(app.paths.claudeDirs.map((dir) => reportState(healthDir(dir), now)));
  const sessions = reports.flatMap(({ state }) => state?.sessions ?? []);
  const wanted = id === undefined ? sessions : sessions.filter(({ sessionId }) => sessionId.startsWith(id));
  const broken = reports.flatMap((report) => report.broken ?? []);
  if (id !== undefined && wanted.length === 0 && live.length === 0 && broken.length === 0)
    throw new KnownError(`The runtime state has no session ${terminalText(id, 100)}`, {
      hint: 'tidemark state show --archived finds older ones',
    });
  if (flags.json) {
    const files = reports.map(({ dir, exists, twin, files: list }) => ({ dir, exists, twin, files: list }));
    await json({
      live: live.map(liveJson),
      sessions: wanted,
      profiles: reports.flatMap(({ state }) => state?.authProfiles ?? []),
      folders: files,
      problems: broken.map((e) => e.message),
    });
  } else await writeStdout(`${[...liveLines(live, now), ...reports.flatMap((report) => reportLines(app, report, id, now))].join('\n')}\n`);
  for (const error of broken) await notes([error.message, ...(error.hint === undefined ? [] : [error.hint])]);
  return broken.length > 0 ? EXIT_CONFIG : 0;
}

/** What the engine says of a session; a contradiction between its sources is kept (LS-8). */
const liveJson = ({ id, name, state, stateSource, since, alive, stale, account, project, lastAt, disagreements }: SessionView) => ({
  sessionId: id,
  name,
  state,
  stateSource,
  since,
  alive,
  stale,
  account,
  project,
  lastAt,
  disagreements,
});

function liveLines(live: readonly SessionView[], now: number): readonly string[] {
  if (live.length === 0) return [];
  const rows = live.map((session) => [
    `  ${terminalText(session.id, 40)}`,
    session.stale ? `${session.state}, stale` : session.state,
    session.stateSource ?? '—',
    terminalText(session.account, 40),
    age(session.since === null ? null : now - session.since, { column: true }),
    terminalText(session.name, 60),
  ]);
  const odd = live.flatMap(({ id, disagreements }) => disagreements.map((text) => `  ${terminalText(id, 40)}: ${terminalText(text, 200)}`));
  return [`now: ${some(live.length, 'session')}`, ...padded(rows), ...odd];
}

function reportLines(app: App, report: StateReport, id: string | undefined, now: number): readonly string[] {
  const { state } = report;
  const head = shown(app, report.dir);
  if (!report.exists) return [`${head}: does not exist`];
  const sessions = (state?.sessions ?? []).filter(({ sessionId }) => id === undefined || sessionId.startsWith(id));
  const rows = sessions.map((s) => [
    `  ${terminalText(s.sessionId, 40)}`,
    terminalText(s.health.status, 20),
    terminalText(s.authProfile, 40),
    terminalText(s.model.value, 30) || '—',
    age(s.metadata.lastActivity > 0 ? now - s.metadata.lastActivity : null, { column: true }),
    terminalText(tildePath(s.projectPath, app.paths.home), 200),
  ]);
  const summary =
    state === null ? 'not readable' : `${some(state.sessions.length, 'session')}, ${some(state.authProfiles.length, 'profile')}`;
  const off = handsOff(app.config.state.legacyFiles, app.paths.stateDir, report.dir, now);
  return [
    `${head}: ${summary}`,
    ...padded(rows),
    ...padded(report.files.map(fileRow)),
    ...(report.twin === null
      ? []
      : [`  ${shown(app, report.twin)} is not used: the YAML file counts (tidemark state migrate --merge takes it in)`]),
    ...(off === null ? [] : [`  ${OFF_WORDS[off]}`]),
  ];
}

const OFF_WORDS = {
  off: 'The files are not kept up to date: state.legacyFiles is off.',
  'not-installed': 'The files are not kept up to date: run tidemark install hooks, or tidemark state migrate.',
  'foreign-writer': 'The files are left alone: another program wrote here within the last day.',
} as const;

const fileRow = (file: FileReport): readonly string[] => [
  `  ${terminalText(file.name, 80)}`,
  age(file.ageMs, { column: true }),
  `${file.bytes} B`,
  file.valid ? 'valid' : 'invalid',
  file.writer,
];

async function showArchived(app: App, id: string | undefined, flags: StateFlags): Promise<void> {
  const found = readArchive(app.paths.dataDir, id);
  if (id !== undefined && found.length === 0) throw new KnownError(`No archived session has the id ${terminalText(id, 100)}`);
  if (flags.json) return json({ archived: found });
  if (found.length === 0) return writeStdout('Nothing is archived.\n');
  const rows = found.map(({ sessionId, archivedAt, runtime }) => {
    const path = (runtime as { projectPath?: unknown } | null)?.projectPath;
    return [
      terminalText(sessionId, 64),
      new Date(archivedAt).toISOString().slice(0, 10),
      typeof path === 'string' ? terminalText(path, 200) : '—',
    ];
  });
  await writeStdout(`${padded(rows).join('\n')}\n`);
}

async function runMigrate(flags: StateFlags): Promise<void> {
  const app = await openApp({ configFile: flags.config });
  const dryRun = flags.dryRun ?? false;
  const now = app.clock.now();
  const done: (Migration & { readonly dir: string })[] = [];
  for (const claudeDir of app.paths.claudeDirs) {
    const dir = healthDir(claudeDir);
    const options = { dir, stateDir: app.paths.stateDir, format: app.config.state.format, mergeTwin: flags.merge ?? false, now, dryRun };
    done.push({ dir, ...(await migrate(options)) });
  }
  for (const { warnings, twin } of done) {
    await notes(warnings);
    if (twin !== null) await notes([`${twin} stands beside the YAML file and is not used: --merge takes it in and puts it aside`]);
  }
  if (flags.json) return json({ dryRun, folders: done });
  const steps = done.flatMap(({ steps: list }) => list);
  const lines = steps.map(({ action, path, to, bytes }) => [
    `${dryRun ? 'would ' : ''}${dryRun ? action : PAST[action]}`,
    to === undefined ? shown(app, path) : `${shown(app, path)} → ${shown(app, to)}`,
    `${bytes} B`,
  ]);
  const sum = (of: (m: Migration) => number): number => done.reduce((total, m) => total + of(m), 0);
  const total = `${some(
    sum((m) => m.sessions),
    'session',
  )}, ${some(
    sum((m) => m.profiles),
    'profile',
  )}`;
  await writeStdout(`${[...padded(lines), total].join('\n')}\n`);
}

const PAST = { create: 'created', change: 'changed', move: 'moved' } as const;

async function convert(flags: StateFlags): Promise<void> {
  const { to } = flags;
  if (to !== 'yaml' && to !== 'json') throw usageError('--to takes yaml or json');
  const app = await openApp({ configFile: flags.config });
  const options = (dir: string, dryRun: boolean) => ({ dir, stateDir: app.paths.stateDir, to, now: app.clock.now(), dryRun }) as const;
  const dirs = app.paths.claudeDirs.map(healthDir);
  const plans = (await Promise.all(dirs.map((dir) => convertState(options(dir, true))))).flatMap((plan) => plan ?? []);
  const lost = plans.flatMap(({ lostComments }) => lostComments);
  if (lost.length > 0)
    await notes([`JSON has no comments; these are lost (the old file keeps them):`, ...lost.map((comment) => `  ${comment}`)]);
  if (lost.length > 0 && !flags.dryRun && !flags.yes && !(await confirmed(`Convert and lose ${some(lost.length, 'comment')}?`)))
    throw new KnownError('Nothing was converted');
  const done = flags.dryRun ? plans : (await Promise.all(dirs.map((dir) => convertState(options(dir, false))))).flatMap((one) => one ?? []);
  if (flags.json) return json({ dryRun: flags.dryRun ?? false, converted: done });
  if (done.length === 0) return writeStdout(`There is nothing to convert to ${to}.\n`);
  const verb = flags.dryRun ? 'would write' : 'written';
  await writeStdout(
    `${done.map((one) => `${verb} ${shown(app, one.to)} (${one.bytes} B); the old file is ${shown(app, one.backup)}`).join('\n')}\n`,
  );
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw usageError(`${question} There is no terminal to answer on`, 'use --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
