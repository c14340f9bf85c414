import { existsSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePrivateDir, writeFileAtomic } from '../../platform/files.ts';

/*
 * The launcher is the one path that is written into other programs' settings. It stays where it is when Node or this package moves or goes,
 * and then says nothing, so that no session ever shows an error of ours (LS-45).
 */

export interface Launcher {
  readonly path: string;
  /** The Node and the program's entry that it starts. */
  readonly node: string;
  readonly entry: string;
}

/** What is started, in the form that a settings file takes. */
export interface LauncherCommand {
  readonly command: string;
  readonly args?: readonly string[];
}

const NAME = 'tidemark-run';
const MODE = 0o700;

export function launcherPath(dataDir: string, platform: NodeJS.Platform = process.platform): string {
  return join(dataDir, 'bin', platform === 'win32' ? `${NAME}.mjs` : NAME);
}

/** `'` ends the quoted text, gives one escaped, and begins again. */
export const shellQuoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The POSIX script: recorded Node and entry, else the PATH's node, else silence; the status line alone says what to do (SL-32). */
export function launcherScript({ node, entry }: Launcher): string {
  return `#!/bin/sh
# Written by "tidemark install": starts Tidemark for hooks and status line, and says nothing when it has gone.
node=${always(node)}
entry=${always(entry)}
if [ -f "$entry" ]; then
  # A guard that fails must not stop a session: only what it says counts.
  if [ "$1" = budget ] && [ -x "$node" ]; then
    "$node" "$entry" "$@" 2>/dev/null
    exit 0
  fi
  if [ -x "$node" ]; then exec "$node" "$entry" "$@"; fi
  if command -v node >/dev/null 2>&1; then
    node "$entry" "$@" 2>/dev/null && exit 0
  fi
fi
if [ "$1" = statusline ]; then printf '%s' 'tidemark ⚠ run: tidemark doctor'; fi
exit 0
`;
}
const always = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same for Windows, where no \`sh\` can be counted on: Node starts it. */
export function launcherModule({ entry }: Launcher): string {
  return `// Written by "tidemark install": starts Tidemark for hooks and status line, and says nothing when it has gone.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
const entry = ${JSON.stringify(entry)};
if (existsSync(entry)) {
  // A guard that fails must not stop a session: only what it says counts.
  if (process.argv[2] === 'budget') process.on('exit', () => (process.exitCode = 0));
  process.argv[1] = entry;
  await import(pathToFileURL(entry).href);
} else if (process.argv[2] === 'statusline') process.stdout.write('tidemark \\u26a0 run: tidemark doctor');
`;
}

export function launcherText(launcher: Launcher, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? launcherModule(launcher) : launcherScript(launcher);
}

export function writeLauncher(launcher: Launcher): void {
  ensurePrivateDir(dirname(launcher.path), { ours: true });
  const text = launcherText(launcher);
  if (textAt(launcher.path) !== text) writeFileAtomic(launcher.path, text, { mode: MODE });
}

/** Takes the launcher away, and the folders above it as far as they are empty. */
export function removeLauncher(path: string): void {
  rmSync(path, { force: true });
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

/** What an existing launcher starts; null when there is none or it is not ours. */
export function readLauncher(path: string): Launcher | null {
  const text = textAt(path);
  if (text === null) return null;
  const entry = quotedValue(text, 'entry');
  const node = path.endsWith('.mjs') ? process.execPath : quotedValue(text, 'node');
  return entry === null || node === null ? null : { path, node, entry };
}

function quotedValue(text: string, name: string): string | null {
  const quoted = new RegExp(`^(?:const )?${name} ?= ?(.*?);?$`, 'm').exec(text)?.[1];
  if (quoted === undefined) return null;
  if (quoted.startsWith("'")) return quoted.slice(1, -1).replaceAll("'\\''", "'");
  try {
    return String(JSON.parse(quoted));
  } catch {
    return null;
  }
}

const textAt = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null);

/** `node` with arguments needs a client of 2.1.139 or later; older ones would leave the arguments out (hooks.md §4). */
export function hookCommand(
  path: string,
  platform: NodeJS.Platform,
  knowsArgs: boolean,
  words: readonly string[] = ['hook'],
): LauncherCommand {
  const rest = words.join(' ');
  if (platform !== 'win32') return { command: `${shellQuoted(path)} ${rest}` };
  const slashed = path.replaceAll('\\', '/');
  return knowsArgs ? { command: 'node', args: [slashed, ...words] } : { command: `node "${slashed}" ${rest}` };
}

/** `rest` are words of ours. Forward slashes and `node` first on Windows: works under Git Bash and PowerShell (SL-43). */
export function shellCommand(path: string, platform: NodeJS.Platform, rest: string): string {
  return platform === 'win32' ? `node "${path.replaceAll('\\', '/')}" ${rest}` : `${shellQuoted(path)} ${rest}`;
}

const OURS = /^(?:node )?["']?[^|;&<>`\n]*[\\/]tidemark[\\/]bin[\\/]tidemark-run(?:\.mjs)?["']?(?: [ \w-]+)?$/;

/** Whether a handler of a settings file is one of ours: recognised by the launcher's path (LS-46). */
export function isOurCommand(handler: unknown): boolean {
  if (typeof handler !== 'object' || handler === null) return false;
  const { command, args } = handler as { command?: unknown; args?: unknown };
  if (typeof command !== 'string') return false;
  if (OURS.test(command)) return true;
  return command === 'node' && Array.isArray(args) && typeof args[0] === 'string' && OURS.test(args[0]);
}
