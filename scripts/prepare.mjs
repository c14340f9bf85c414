// What `npm start`, `npm test` and the test runner share: install what is missing, build what is stale. Runs on any Node >= 20, no dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WINDOWS = process.platform === 'win32';
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.tidemark-installed');
const pinned = join(modules, 'node', 'bin', WINDOWS ? 'node.exe' : 'node');
export const program = join(root, 'dist', 'main.js');

/** Epoch ms of the last change, 0 when the file is not there. */
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Runs a program from the repository; `quiet` keeps its output back unless it fails. Returns whether it succeeded. */
export function run(command, args, { quiet = false, env = process.env } = {}) {
  const shell = WINDOWS && command === 'npm';
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env,
    shell,
    stdio: quiet ? 'pipe' : 'inherit',
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  const ok = status === 0 && error === undefined;
  if (!ok && quiet) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  if (error) process.stderr.write(`${command}: ${error.message}\n`);
  return ok;
}

/** `npm ci` when nothing is installed or the lockfile changed since. npm's own record of an install counts too: a person may have run npm. */
export function ensureInstalled() {
  const installedAt = Math.max(changedAt(stamp), changedAt(join(modules, '.package-lock.json')));
  if (installedAt >= changedAt(join(root, 'package-lock.json')) && installedAt > 0 && existsSync(join(modules, 'rolldown'))) return true;
  process.stderr.write('Installing dependencies with npm ci (once)\n');
  if (!run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { quiet: true })) return false;
  writeFileSync(stamp, '');
  return true;
}

/** The Node that everything runs on: the pinned one; the running one only where npm was told to run no install scripts and it is new enough. */
export function node() {
  if (existsSync(pinned)) return pinned;
  const [major, minor, patch] = process.versions.node.split('.').map(Number);
  const fits = major >= 26 || (major === 24 && minor >= 15) || (major === 22 && (minor > 22 || (minor === 22 && patch >= 3)));
  if (fits) return process.execPath;
  process.stderr.write('Node 24 is missing from node_modules. Get it with: npm rebuild node --ignore-scripts=false\n');
  process.exit(1);
}

/** The newest change below `directory`, tests and snapshots aside; a directory's own time tells of deleted files. */
function newestIn(directory) {
  let newest = changedAt(directory);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name.includes('.test.') || entry.name === '__snapshots__') continue;
    const path = join(directory, entry.name);
    newest = Math.max(newest, entry.isDirectory() ? newestIn(path) : changedAt(path));
  }
  return newest;
}

export function isBuildStale() {
  const builtAt = changedAt(program);
  const sources = [
    newestIn(join(root, 'src')),
    ...['package.json', 'package-lock.json', 'scripts/build.mjs'].map((name) => changedAt(join(root, name))),
  ];
  return builtAt === 0 || sources.some((at) => at > builtAt);
}

/** Builds dist/ where it is missing or older than the source; silent unless it fails. */
export function ensureBuilt() {
  return !isBuildStale() || run(node(), [join(root, 'scripts', 'build.mjs')], { quiet: true });
}
