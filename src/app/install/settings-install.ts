import { lstatSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { disableHealthFiles, enableHealthFiles } from '../../accounts/legacy.ts';
import { KnownError } from '../../platform/errors.ts';
import { forgetChain } from './chain.ts';
import { atLeast, findClients, lowestVersion, versionText } from './client-version.ts';
import { fileStamp, type InstallContext, type InstallPlan, targetDirs } from './context.ts';
import { type EventSet, eventsFor } from './events.ts';
import type { HookSpec } from './hook-entries.ts';
import { hookCommand, type LauncherCommand, removeLauncher, writeLauncher } from './launcher.ts';
import { runIsolated } from './programs.ts';
import { type FileRecord, type InstallRecord, isEmpty, readRecord, writeRecord } from './record.ts';
import { carryOut, readState, settingsPath, tidyUp } from './settings-file.ts';
import { type FilePlan, planInstall, planUninstall } from './settings-plan.ts';
import { lineOf } from './statusline-entry.ts';

export interface HooksOptions {
  readonly dir?: string | undefined;
  readonly events: EventSet;
  /** The budget guard besides (GRD-5); one that is installed stays without being asked for again. */
  readonly guard?: boolean;
}

/** The hooks for the clients of this machine (LS-44, LS-45). */
export async function hookSpec(
  context: InstallContext,
  set: EventSet,
): Promise<{ readonly spec: HookSpec; readonly guard: LauncherCommand; readonly note: string }> {
  const clients = await findClients(context.env, context.paths.home, context.platform);
  const version = lowestVersion(clients);
  const events = eventsFor(version, set);
  const knowsArgs = version !== null && atLeast(version, [2, 1, 139]);
  const command = hookCommand(context.launcher.path, context.platform, knowsArgs);
  const guard = hookCommand(context.launcher.path, context.platform, knowsArgs, GUARD);
  const found = clients.map((client) => `${versionText(client.version)} at ${client.path}`).join(', ');
  const note =
    clients.length === 0
      ? `No Claude Code was found on this machine: only the ${events.length} events are used that every version knows.`
      : `${events.length} events for Claude Code ${versionText(version)} (found: ${found}).`;
  return { spec: { command, events }, guard, note };
}

/** `install hooks` (LS-43). */
export async function planHooks(context: InstallContext, options: HooksOptions): Promise<InstallPlan> {
  const { spec, guard, note } = await hookSpec(context, options.events);
  if (options.guard) await checkGuard(context);
  const record = readRecord(context.paths.dataDir);
  const plans = targetDirs(context.paths, options.dir).map((dir) => {
    const path = settingsPath(dir);
    const isGuarded = options.guard === true || record.files[path]?.hooks?.guard !== undefined;
    const hooks = isGuarded ? { ...spec, guard } : spec;
    return planInstall(readState(path, record.files[path] ?? null), { hooks, lines: null }, context.now);
  });
  return settingsPlan(context, plans, options.guard ? [note, ...GUARD_NOTES] : [note], {
    first: async () => prepare(context, 'install hooks'),
  });
}

const GUARD = ['budget', 'guard'];
const GUARD_PROBE_MS = 5000;
/** What the guard costs, and who reads what it says (GRD-9). */
const GUARD_NOTES = [
  'The guard starts one process for each prompt and each tool call, and the session waits for it.',
  'When it stops a tool, its text is shown to Claude as an error of that tool.',
];

/** Nothing that cannot do it is put before every tool call: without input a guard ends well and says nothing (GRD-4). */
async function checkGuard({ launcher, env }: InstallContext): Promise<void> {
  const { code, out } = await runIsolated(launcher.node, [launcher.entry, ...GUARD], env, GUARD_PROBE_MS);
  if (code === 0 && out === '') return;
  throw new KnownError('Nothing was written: this Tidemark has no budget guard that works', {
    hint: 'tidemark install hooks installs the hooks without it',
  });
}

export interface UninstallOptions {
  readonly dir?: string | undefined;
  readonly hooks: boolean;
  readonly lines: boolean;
}

/** `uninstall hooks` and the settings part of `uninstall statusline` (LS-46, SL-38). */
export function planSettingsRemoval(context: InstallContext, options: UninstallOptions): InstallPlan {
  const record = readRecord(context.paths.dataDir);
  const known = options.dir === undefined ? [...context.paths.claudeDirs.map(settingsPath), ...Object.keys(record.files)] : [];
  const paths = options.dir === undefined ? [...new Set(known)] : targetDirs(context.paths, options.dir).map(settingsPath);
  const notes: string[] = [];
  const plans = paths.map((path) => {
    const state = readState(path, record.files[path] ?? null);
    const plan = planUninstall(state, options);
    const isForeign =
      options.lines && state.record?.lines !== null && state.text !== null && lineOf(state.text, 'statusLine', path)?.isOurs === false;
    if (isForeign && state.record !== null)
      notes.push(`The status line in ${path} was changed since it was installed: it is left as it is.`);
    return plan;
  });
  return settingsPlan(context, plans, notes, {
    async last() {
      if (options.hooks) for (const path of paths) restoreStatusLink(path);
      const had = (files: InstallRecord['files']): boolean =>
        Object.values(files).some(({ lines, replaced }) => lines !== null && replaced.statusLine !== undefined);
      if (options.lines && had(record.files) && !had(readRecord(context.paths.dataDir).files)) await forgetChain(context);
    },
  });
}

/** What a plan over settings files does besides. */
export interface Besides {
  /** Before the settings name it: the launcher, the chained command. */
  readonly first?: () => Promise<void>;
  /** After the settings no longer name it. */
  readonly last?: () => Promise<void>;
}

export function settingsPlan(context: InstallContext, plans: readonly FilePlan[], notes: readonly string[], besides: Besides): InstallPlan {
  const { dataDir } = context.paths;
  return {
    changes: plans.filter(({ before, after }) => before !== after),
    notes,
    ...(plans.length === 0 ? { nothing: 'Nothing was changed.' } : {}),
    async apply() {
      if (plans.length === 0) return [];
      await besides.first?.();
      for (const plan of plans) {
        const old = readRecord(dataDir).files[plan.path] ?? null;
        carryOut(plan, fileStamp(context.now), (file) => remember(dataDir, plan.path, file));
        tidyUp(plan, old);
      }
      await besides.last?.();
      leaveNothing(context);
      return [];
    },
  };
}

function remember(dataDir: string, path: string, file: FileRecord | null): void {
  const record = readRecord(dataDir);
  const { [path]: _, ...others } = record.files;
  const next: InstallRecord = { ...record, files: file === null ? others : { ...others, [path]: file } };
  // An uninstall without a record has none to write.
  if (!isEmpty(record) || !isEmpty(next)) writeRecord(dataDir, next);
}

/** With nothing installed any more the launcher goes too. */
export function leaveNothing({ paths, launcher }: InstallContext): void {
  if (!isEmpty(readRecord(paths.dataDir))) return;
  removeLauncher(launcher.path);
  disableHealthFiles(paths.stateDir);
}

/** Before anything names it: the launcher, and the word that the files for other programs are wanted (MG-3). */
export function prepare({ paths, launcher, now }: InstallContext, by: string): void {
  writeLauncher(launcher);
  enableHealthFiles(paths.stateDir, by, now);
}

/** The regular `status.json` that was moved away for our link comes back; without one the link goes (MG-4). */
function restoreStatusLink(settings: string): void {
  const folder = settings.slice(0, -'settings.json'.length);
  const link = join(folder, 'status.json');
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true || !/^status[\\/]/.test(readlinkSync(link))) return;
  const [backup] = readdirSync(folder)
    .filter((name) => name.startsWith('status.json.tidemark-backup-'))
    .sort();
  if (backup === undefined) rmSync(link, { force: true });
  else renameSync(join(folder, backup), link);
}
