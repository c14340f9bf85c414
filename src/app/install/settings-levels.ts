import { join } from 'node:path';
import { KnownError } from '../../platform/errors.ts';
import { readSettings, settingsPath } from './settings-file.ts';
import { parseSettings, settingsValue } from './settings-text.ts';

/** Whose settings a file holds; a later one of this list wins over an earlier one (hooks.md §4). */
export type Level = 'user' | 'project' | 'local' | 'managed';

export interface SettingsLevel {
  readonly level: Level;
  readonly path: string;
  /** Null when there is no such file or it cannot be used. */
  readonly value: Readonly<Record<string, unknown>> | null;
  /** The file's text, null when there is none or it cannot be read. */
  readonly text: string | null;
  /** One sentence with file:line:column; null when it is fine. */
  readonly problem: string | null;
}

/** Where an administrator's settings are (hooks.md §7). */
export function managedPath(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return '/Library/Application Support/ClaudeCode/managed-settings.json';
  return platform === 'win32' ? 'C:\\Program Files\\ClaudeCode\\managed-settings.json' : '/etc/claude-code/managed-settings.json';
}

export function readLevel(level: Level, path: string): SettingsLevel {
  let text: string | null = null;
  try {
    text = readSettings(path);
    return { level, path, text, value: text === null ? null : settingsValue(parseSettings(text, path)), problem: null };
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    return { level, path, text, value: null, problem: error.message.replace('; nothing was written', '') };
  }
}

/** A Claude directory's own settings, those of the given working directories, and the administrator's. */
export function readLevels(claudeDir: string, workDirs: readonly string[], managed: string): readonly SettingsLevel[] {
  const user = settingsPath(claudeDir);
  const project = workDirs.flatMap((dir) => [
    ['project', join(dir, '.claude', 'settings.json')] as const,
    ['local', join(dir, '.claude', 'settings.local.json')] as const,
  ]);
  const files = [['user', user] as const, ...project.filter(([, path]) => path !== user), ['managed', managed] as const];
  return files.map(([level, path]) => readLevel(level, path));
}
