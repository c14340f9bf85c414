import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { compileConfig } from '../../config/compile.ts';
import { compiledFile } from '../../config/compiled.ts';
import { setConfig } from '../../config/edit.ts';
import { checkConfig, type LoadedConfig, loadConfig, type Origin } from '../../config/load.ts';
import { ConfigError, type Problem, problemLine } from '../../config/problems.ts';
import { envNames, SETTING_BY_KEY } from '../../config/schema.ts';
import { readEnv } from '../../platform/env.ts';
import { configError, usageError } from '../../platform/errors.ts';
import { expandPath, resolvePaths } from '../../platform/paths.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { SCHEMA_VERSION } from '../../surfaces/export/json.ts';
import { terminalText } from '../../text/terminal.ts';
import { padded } from '../columns.ts';
import { notes } from '../notes.ts';

interface ConfigFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly unset?: boolean;
}

/** `config show | path | set | validate`: what is set, where, by which layer, and what is wrong with it (UR-104, UR-122). */
export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('settings: show, set and check them');
  const command = (name: string, about: string): Command =>
    config.command(name).description(about).option('--config <file>', 'this configuration file');
  command('show', 'every setting, its value and the layer it comes from').option('--json', 'as JSON').action(show);
  command('path', 'where the configuration file is, or would be').action(async (flags: ConfigFlags) => writeStdout(`${fileOf(flags)}\n`));
  command('set <key> [value]', 'writes a setting into the file; comments and order stay')
    .option('--unset', 'takes the setting out of the file')
    .action(set);
  command(
    'validate [file]',
    'everything that is wrong with the configuration, with file, line and column; exit 78 when anything is',
  ).action(validate);
}

/** The file in use, without reading it: these commands are for a broken one too. */
function fileOf(flags: ConfigFlags): string {
  const env = readEnv();
  return resolvePaths(flags.config === undefined ? env : { ...env, TIDEMARK_CONFIG: flags.config }).configFile;
}

/**
 * Makes what the file says now hold for statusline and hooks, which read only its compiled form (ST-17); said where the disk refuses. A file of this one
 * command says nothing about what they shall do.
 */
async function compile(flags: ConfigFlags): Promise<void> {
  if (flags.config !== undefined) return;
  const { configFile, stateDir } = resolvePaths(readEnv());
  if (await compileConfig(configFile, stateDir)) return;
  await notes([`statusline and hooks keep their former settings: ${terminalText(compiledFile(stateDir), 1000)} cannot be written`]);
}

async function show(flags: ConfigFlags): Promise<void> {
  const file = fileOf(flags);
  const loaded = await loadConfig(file, readEnv());
  const rows = [...SETTING_BY_KEY.keys()].map((key) => ({
    key,
    value: settingOf(loaded, key),
    layer: loaded.origins.get(key) ?? 'default',
  }));
  if (flags.json)
    return writeStdout(`${JSON.stringify({ schemaVersion: SCHEMA_VERSION, file, exists: existsSync(file), settings: rows }, null, 2)}\n`);
  const lines = padded(rows.map(({ key, value, layer }) => [key, shown(key, value), `${layerText(key, layer)}${idleText(key, value)}`]));
  await writeStdout(`${terminalText(file, 1000)}${existsSync(file) ? '' : ' (does not exist: defaults hold)'}\n\n${lines.join('\n')}\n`);
}

function settingOf(loaded: LoadedConfig, key: string): unknown {
  const [section, name] = key.split('.') as [string, string];
  return (loaded.config as unknown as Record<string, Record<string, unknown>>)[section]?.[name] ?? null;
}

function layerText(key: string, layer: Origin): string {
  const env = readEnv();
  const variable = layer === 'env' ? envNames(key).find((name) => (env[name] ?? '').trim() !== '') : undefined;
  return variable === undefined ? layer : `${layer} ${variable}`;
}

/** What is valid in a value and yet does nothing. */
const idleText = (key: string, value: unknown): string =>
  (SETTING_BY_KEY.get(key)?.notices?.(value) ?? []).map(({ message }) => `, ${terminalText(message, 200)}`).join('');

/** As a person would write it in the file. */
function shown(key: string, value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'number') return SETTING_BY_KEY.get(key)?.expected.includes('a duration') ? durationText(value) : String(value);
  if (typeof value === 'string') return value === '' ? '""' : terminalText(value, 200);
  return terminalText(JSON.stringify(value), 200);
}

function durationText(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const)
    if (ms > 0 && ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}

async function set(key: string, value: string | undefined, flags: ConfigFlags): Promise<void> {
  const unset = flags.unset ?? false;
  if (unset && value !== undefined) throw usageError('--unset takes no value', 'leave one of the two out');
  if (!unset && value === undefined) throw usageError(`config set ${key} needs a value`, 'or --unset to take it out of the file');
  const file = fileOf(flags);
  await setConfig(file, key, unset ? null : value!);
  await compile(flags);
  const loaded = await loadConfig(file, readEnv());
  await writeStdout(
    `${key}: ${shown(key, settingOf(loaded, key))} (${layerText(key, loaded.origins.get(key) ?? 'default')}) in ${terminalText(file, 1000)}\n`,
  );
  if (loaded.origins.get(key) === 'env')
    await notes([`the file was changed, but ${layerText(key, 'env').slice(4)} is set in the environment and wins`]);
  const ignored = (await checkConfig(file)).filter((problem) => problem.kind === 'notice' && problem.key === key);
  if (ignored.length > 0) await notes(ignored.map(({ message }) => terminalText(message, 200)));
}

async function validate(named: string | undefined, flags: ConfigFlags): Promise<void> {
  const env = readEnv();
  const file = named === undefined ? fileOf(flags) : expandPath(named, resolvePaths(env).home, process.cwd());
  if ((named !== undefined || flags.config !== undefined) && !existsSync(file)) throw configError(`There is no configuration file ${file}`);
  let problems = await checkConfig(file);
  if (named === undefined && problems.every(({ kind }) => kind === 'notice')) await compile(flags);
  // The environment is a layer too, but not of a file that a person only wants checked.
  if (problems.length === 0 && named === undefined) problems = await environmentProblems(file);
  if (problems.length === 0)
    return writeStdout(`${terminalText(file, 1000)}: ${existsSync(file) ? 'fine' : 'does not exist: defaults hold'}\n`);
  for (const problem of problems) await writeStdout(`${terminalText(problemLine(problem), 2000)}\n`);
  throw configError(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the configuration`);
}

async function environmentProblems(file: string): Promise<readonly Problem[]> {
  try {
    await loadConfig(file, readEnv());
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
