import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { setConfig } from './edit.ts';
import { loadConfig } from './load.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-edit-'));
  file = join(folder, 'tidemark', 'config.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const COMMENTED = `# my settings

display:
  # the office is in Nepal
  timezone: Asia/Kathmandu # not local
  theme: dark

# money
limits:
  costPerDay: 25
`;

test('comments, order and other keys survive a change', async () => {
  file = join(folder, 'config.yaml');
  writeFileSync(file, COMMENTED);
  await setConfig(file, 'display.timezone', 'utc');
  expect(readFileSync(file, 'utf8')).toBe(COMMENTED.replace('Asia/Kathmandu', 'utc'));
  await setConfig(file, 'display.timezone', 'Asia/Kathmandu');
  expect(readFileSync(file, 'utf8')).toBe(COMMENTED);
});

test('a new key joins its section, a new section is added, and null removes', async () => {
  file = join(folder, 'config.yaml');
  writeFileSync(file, COMMENTED);
  await setConfig(file, 'display.ascii', 'yes');
  await setConfig(file, 'projects.include', 'api*, web');
  await setConfig(file, 'limits.tokensPerDay', '80M');
  await setConfig(file, 'limits.costPerDay', null);
  const { config } = await loadConfig(file, {});
  expect(config.display).toMatchObject({ ascii: true, theme: 'dark', timezone: 'Asia/Kathmandu' });
  expect(config.projects.include).toEqual(['api*', 'web']);
  expect(config.limits).toMatchObject({ tokensPerDay: 80_000_000, costPerDay: null });
  expect(readFileSync(file, 'utf8')).toContain('tokensPerDay: 80M');
  expect(readFileSync(file, 'utf8')).toContain('# the office is in Nepal');
});

test('SEC-50: the first setting makes the file 0600 in a 0700 directory', async () => {
  await setConfig(file, 'burn.high', '2000');
  expect(readFileSync(file, 'utf8')).toBe('burn:\n  high: 2000\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'tidemark')).mode & 0o777).toBe(0o700);
});

test('SEC-51: a linked file (dotfile repository) is written through', async () => {
  const real = join(folder, 'real.yaml');
  file = join(folder, 'config.yaml');
  writeFileSync(real, COMMENTED);
  symlinkSync(real, file);
  await setConfig(file, 'display.theme', 'light');
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toContain('theme: light');
});

test('a wrong key or value changes nothing and ends with exit 2; a broken file is refused with exit 78', async () => {
  file = join(folder, 'config.yaml');
  writeFileSync(file, COMMENTED);
  await expect(setConfig(file, 'display.colour', 'auto')).rejects.toMatchObject({ exitCode: 2, hint: 'did you mean display.color?' });
  await expect(setConfig(file, 'display.color', 'blue')).rejects.toMatchObject({ exitCode: 2 });
  expect(readFileSync(file, 'utf8')).toBe(COMMENTED);
  writeFileSync(file, 'display: [\n');
  await expect(setConfig(file, 'display.color', 'auto')).rejects.toMatchObject({ exitCode: 78 });
  expect(readFileSync(file, 'utf8')).toBe('display: [\n');
});

test('a key whose value is faulty can be mended', async () => {
  file = join(folder, 'config.yaml');
  writeFileSync(file, 'display:\n  theme: drak\n');
  await setConfig(file, 'display.theme', 'dark');
  expect(readFileSync(file, 'utf8')).toBe('display:\n  theme: dark\n');
});
