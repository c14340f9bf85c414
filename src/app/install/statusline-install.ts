import { compileConfig } from '../../config/compile.ts';
import { setConfig } from '../../config/edit.ts';
import { resolvePaths } from '../../platform/paths.ts';
import { type CommandObject, storeChain } from './chain.ts';
import { atLeast, findClients, lowestVersion } from './client-version.ts';
import { type InstallContext, type InstallPlan, targetDirs } from './context.ts';
import { shellCommand } from './launcher.ts';
import { readRecord } from './record.ts';
import { readState, settingsPath } from './settings-file.ts';
import { prepare, settingsPlan } from './settings-install.ts';
import { managedPath, readLevels } from './settings-levels.ts';
import { type FilePlan, planInstall } from './settings-plan.ts';
import { type FoundLine, lineOf } from './statusline-entry.ts';

export interface StatuslineOptions {
  readonly dir?: string | undefined;
  readonly layout?: string | undefined;
  /** Replaces another tool's line without showing it any more; it is stored all the same (SL-37). */
  readonly force: boolean;
  /** Rows of subagents too (SL-42). */
  readonly subagents: boolean;
}

/** Seconds between runs of an idle session; clients know the setting since this version (SL-36). */
const REFRESH_S = 10;
const REFRESH_SINCE = [2, 1, 97] as const;

/** A foreign line that can be run: an object of type command. */
function runnable(line: FoundLine | null): CommandObject | null {
  if (line === null || line.isOurs || typeof line.value !== 'object' || line.value === null) return null;
  const value = line.value as Record<string, unknown>;
  return (value.type === undefined || value.type === 'command') && typeof value.command === 'string' ? (value as CommandObject) : null;
}

const paddingOf = (line: FoundLine | null): { padding?: unknown } => {
  const { padding } = (line?.value ?? {}) as { padding?: unknown };
  return padding === undefined ? {} : { padding };
};

/** `install statusline`: our line in place of another tool's, which is stored and shown by ours (SL-36, SL-37). */
export async function planStatusline(context: InstallContext, options: StatuslineOptions): Promise<InstallPlan> {
  const version = lowestVersion(await findClients(context.env, context.paths.home, context.platform));
  const refresh = version !== null && atLeast(version, REFRESH_SINCE) ? { refreshInterval: REFRESH_S } : {};
  const record = readRecord(context.paths.dataDir);
  const command = (rest: string) => ({ type: 'command', command: shellCommand(context.launcher.path, context.platform, rest) });
  const notes: string[] = [];
  const plans: FilePlan[] = [];
  let chained: CommandObject | null = null;
  for (const dir of targetDirs(context.paths, options.dir)) {
    const path = settingsPath(dir);
    const state = readState(path, record.files[path] ?? null);
    const [line, rows] = (['statusLine', 'subagentStatusLine'] as const).map((key) =>
      state.text === null ? null : lineOf(state.text, key, path),
    );
    const foreign = runnable(line!);
    const blocked = line !== null && !line!.isOurs && !options.force && whyNot(foreign, chained);
    if (blocked) {
      notes.push(`${path} is left as it is: ${blocked}.`);
      continue;
    }
    chained ??= foreign;
    if (options.subagents && rows !== null && !rows!.isOurs)
      notes.push(`${path} has a subagentStatusLine of another tool: it is left as it is.`);
    const lines = {
      statusLine: { ...command('statusline'), ...paddingOf(line!), ...refresh },
      ...(options.subagents && (rows === null || rows!.isOurs) ? { subagentStatusLine: command('statusline --subagents') } : {}),
    };
    plans.push(planInstall(state, { hooks: null, lines }, context.now));
    notes.push(...overriders(context, dir));
  }
  if (chained !== null)
    notes.push(
      `The present status line "${chained.command}" is kept: ${options.force ? 'stored, not shown' : 'Tidemark runs it and shows its output'}.`,
    );
  const { configFile } = context.paths;
  return settingsPlan(context, plans, notes, {
    async first() {
      prepare(context, 'install statusline');
      if (chained !== null) await storeChain(configFile, chained, options.force);
      if (options.layout !== undefined) await setConfig(configFile, 'statusline.layout', options.layout);
      await compileConfig(configFile, resolvePaths(context.env).stateDir);
    },
  });
}

function whyNot(foreign: CommandObject | null, chained: CommandObject | null): string | false {
  if (foreign === null) return 'its status line is of a kind that cannot be run by another; --force replaces it, uninstall puts it back';
  if (chained !== null && chained.command !== foreign.command)
    return 'its status line differs from the one of another directory, and one can be chained; use --dir';
  return false;
}

/** Files that win over the user's settings and have a status line of their own (SL-37). */
function overriders(context: InstallContext, dir: string): readonly string[] {
  const above = readLevels(dir, [process.cwd()], managedPath(context.platform)).filter(({ level }) => level !== 'user');
  return above
    .filter(({ value }) => value?.statusLine !== undefined)
    .map(({ path }) => `${path} has a status line of its own, which wins where it applies.`);
}
