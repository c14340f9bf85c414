// One command for all measurements: `npm run bench` (1 GB), `npm run bench -- --quick` (50 MB). Runs on the pinned Node.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const node = existsSync(pinned) ? pinned : process.execPath;
const stop = (status) => process.exit(status ?? 1);

const PEER = 'ccusage@20.0.24';
const peer = join(root, '.bench', 'peer');
if (!existsSync(join(peer, 'node_modules', 'ccusage'))) {
  mkdirSync(peer, { recursive: true });
  writeFileSync(join(peer, 'package.json'), '{ "private": true }\n');
  const installed = spawnSync('npm', ['install', '--no-save', '--no-package-lock', PEER], {
    cwd: peer,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (installed.status !== 0) stop(installed.status);
}
if (!process.argv.includes('--no-build')) {
  const built = spawnSync(node, [join(root, 'scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) stop(built.status);
}
const args = process.argv.slice(2).filter((argument) => argument !== '--no-build');
stop(spawnSync(node, [join(root, 'bench', 'run.ts'), ...args], { cwd: root, stdio: 'inherit' }).status);
