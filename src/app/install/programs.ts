import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Env } from '../../platform/env.ts';

export interface Ran {
  /** Null when it could not be started, was ended by a signal, or took too long. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const MAX_OUTPUT = 1024 * 1024;
/** What a program gets of the environment (SEC-45): enough to find its home, its bus and its language. */
const PASSED = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'LOCALAPPDATA',
  'LANG',
  'LC_ALL',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'DISABLE_AUTOUPDATER',
];

/** Executable files of this name on the PATH, at absolute directories only (SEC-45), first found first. */
export function onPath(env: Env, name: string): readonly string[] {
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => isAbsolute(directory));
  return directories.map((directory) => join(directory, name)).filter(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Runs a program without a shell, with a short environment, a time limit in ms and ≤ 1 MiB of output; never throws. */
export function runIsolated(path: string, args: readonly string[], env: Env, timeoutMs: number): Promise<Ran> {
  const passed = Object.fromEntries(PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
  // Windows starts its command scripts through its shell only; the arguments are constants of ours.
  const shell = /\.(?:cmd|bat)$/i.test(path);
  return new Promise((resolve) => {
    try {
      const child = execFile(
        path,
        [...args],
        { env: passed, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT, windowsHide: true, shell },
        (error, out, err) => resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : null, out, err }),
      );
      child.stdin?.end();
    } catch {
      resolve({ code: null, out: '', err: '' });
    }
  });
}
