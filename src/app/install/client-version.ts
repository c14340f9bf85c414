import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../../platform/env.ts';
import { onPath, runIsolated } from './programs.ts';

/** Major, minor, patch of a Claude Code client. */
export type ClientVersion = readonly [number, number, number];

/** A client found on this machine; null = it did not tell its version. */
export interface FoundClient {
  readonly path: string;
  readonly version: ClientVersion | null;
}

const TIMEOUT_MS = 5000;
/** Beyond this many the machine is a museum, and the oldest of them is old enough. */
const MAX_CLIENTS = 12;

/** `2.1.329 (Claude Code)` → [2, 1, 329]; null for anything else. */
export function parseVersion(text: string): ClientVersion | null {
  const match = /^\s*v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?![\d.])/.exec(text);
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}

const compare = (a: ClientVersion, b: ClientVersion): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
export const atLeast = (version: ClientVersion, wanted: ClientVersion): boolean => compare(version, wanted) >= 0;
export const versionText = (version: ClientVersion | null): string => version?.join('.') ?? 'unknown';

/** The version that all found clients understand; null when there is none or one of them did not answer (LS-44). */
export function lowestVersion(clients: readonly FoundClient[]): ClientVersion | null {
  const versions = clients.map(({ version }) => version);
  if (versions.includes(null)) return null;
  return (versions as ClientVersion[]).sort(compare)[0] ?? null;
}

/** Every client of this machine and its version: on the PATH, of the local installer, and bundled with editors. */
export async function findClients(
  env: Env,
  home: string,
  platform: NodeJS.Platform = process.platform,
  timeoutMs = TIMEOUT_MS,
): Promise<readonly FoundClient[]> {
  const names = platform === 'win32' ? ['claude.exe', 'claude.cmd'] : ['claude'];
  const programs = [
    ...names.flatMap((name) => onPath(env, name)),
    ...names.flatMap((name) => [join(home, '.claude', 'local', name), join(home, '.local', 'bin', name)]),
  ].filter(distinct(new Set()));
  const asked = programs.slice(0, MAX_CLIENTS).map(async (path) => {
    const { out, code } = await runIsolated(path, ['--version'], { ...env, DISABLE_AUTOUPDATER: '1' }, timeoutMs);
    return { path, version: code === 0 ? parseVersion(out) : null };
  });
  return [...(await Promise.all(asked)), ...bundled(home)];
}

function distinct(seen: Set<string>): (path: string) => boolean {
  return (path) => {
    try {
      const real = realpathSync(path);
      return !seen.has(real) && seen.add(real) !== undefined;
    } catch {
      return false;
    }
  };
}

const EDITORS = ['.vscode', '.vscode-server', '.vscode-insiders', '.cursor', '.cursor-server', '.windsurf'];

/** An editor's extension has its version in its folder's name, so nothing need be started. */
function bundled(home: string): readonly FoundClient[] {
  return EDITORS.flatMap((editor) => {
    const folder = join(home, editor, 'extensions');
    return namesIn(folder).flatMap((name) => {
      const version = /^anthropic\.claude-code-(\d+\.\d+\.\d+)(?:-|$)/.exec(name)?.[1];
      return version === undefined ? [] : [{ path: join(folder, name), version: parseVersion(version) }];
    });
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
