import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/* An empty home with a stand-in for the client, for the tests of installing and of the doctor. */

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const MAIN = path.join(ROOT, 'dist/main.js');

export let home: string;
let bin: string;

/** A new home before each test: its path has what a shell would trip over. */
export function freshHome(): void {
  beforeEach(() => {
    home = path.join(mkdtempSync(path.join(tmpdir(), 'tidemark-inst-')), `it's a home`);
    bin = path.join(home, 'bin');
    mkdirSync(bin, { recursive: true });
  });
  afterEach(() => rmSync(path.dirname(home), { recursive: true, force: true }));
}

export const environment = (more: Readonly<Record<string, string>> = {}) => ({
  PATH: `${bin}:/usr/bin:/bin`,
  HOME: home,
  TZ: 'UTC',
  ...more,
});

export function tidemark(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { env: environment(more), cwd: home, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

/** A stand-in for the client that tells its version. */
export function claude(version: string): void {
  program('claude', `#!/bin/sh\n[ "$1" = --version ] && echo '${version} (Claude Code)'\n`);
}
export function program(name: string, text: string): void {
  writeFileSync(path.join(bin, name), text);
  chmodSync(path.join(bin, name), 0o755);
}

export const claudeDir = () => path.join(home, '.claude');
export const settings = () => path.join(claudeDir(), 'settings.json');
export const read = () => readFileSync(settings(), 'utf8');
export function give(text: string | Buffer): void {
  mkdirSync(claudeDir(), { recursive: true });
  writeFileSync(settings(), text);
}
/** Every path below the home with its content, so that "nothing was written" can be told. */
export function tree(): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const file = path.join(home, name);
      const stat = lstatSync(file);
      const content = stat.isSymbolicLink() ? readlinkSync(file) : stat.isFile() ? readFileSync(file, 'base64') : '';
      return `${name} ${stat.mode} ${content}`;
    });
}
export const json = (text: string) => JSON.parse(text.replace(/^\uFEFF/, '').replaceAll(/\/\/[^"\n]*$|\/\*.*?\*\//gm, '') || '{}');
