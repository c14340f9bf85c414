import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { labelKeys } from './label-keys.ts';

/* UR-69: one key file for several ledgers, in processes that run at the same time. */

const MAIN = process.env.TIDEMARK_MAIN ?? resolve('dist/main.js');
const A = 'aaaaaaaa-0000-4000-8000-000000000001';
let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-keys-'));
  file = join(dir, 'c/tidemark/metadata-key');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const keysIn = (path = file): string[] => readFileSync(path, 'utf8').match(/^[0-9a-f]{64}$/gm) ?? [];

/** Each says that it is ready, waits for the others, takes one key and tells its id. */
async function atOnce(count: number, ask: 'own' | 'renew', paths: readonly string[] = [file]): Promise<string[]> {
  const children = Array.from({ length: count }, (_, i) => {
    const place = JSON.stringify({ on: true, file: paths[i % paths.length] });
    const code = `import { labelKeys } from ${JSON.stringify(resolve('src/ledger/label-keys.ts'))};
      const keys = labelKeys(${place});
      process.stdin.once('data', () => { process.stdout.write(keys.${ask}().id); process.exit(0); });
      process.stdout.write('ready ');`;
    return spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
  });
  const said = children.map(() => '');
  await Promise.all(children.map((child, i) => ready(child, (text) => (said[i] += text))));
  for (const child of children) child.stdin!.write('go');
  await Promise.all(children.map((child) => once(child, 'close')));
  return said.map((text) => text.replace('ready ', ''));
}

async function ready(child: ChildProcess, hear: (text: string) => void): Promise<void> {
  child.stdout!.on('data', (data: Buffer) => hear(data.toString()));
  await once(child.stdout!, 'data');
}

describe('UR-69 a key file that several processes write', () => {
  test('the first key is made once', async () => {
    const ids = await atOnce(6, 'own');
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(keysIn()).toHaveLength(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, 'c/tidemark'))).toEqual(['metadata-key']);
  });

  test('newer keys drop none that another one just added', async () => {
    const [first] = await atOnce(1, 'own');
    const ids = await atOnce(6, 'renew');
    const keys = labelKeys({ on: true, file, env: undefined });
    expect(keysIn()).toHaveLength(7);
    for (const id of [first!, ...ids]) expect(keys.find(id)?.id).toBe(id);
  });

  test('the same by two links to one file', async () => {
    mkdirSync(join(dir, 'other'));
    const seed = labelKeys({ on: true, file, env: undefined }).own();
    const links = ['one', 'two'].map((name) => join(dir, 'other', name));
    for (const link of links) symlinkSync(file, link);
    await atOnce(6, 'renew', links);
    expect(keysIn()).toHaveLength(7);
    expect(labelKeys({ on: true, file: links[0]!, env: undefined }).find(seed.id)).not.toBeNull();
  });

  test('a file that is full is left as it is', () => {
    mkdirSync(join(dir, 'c/tidemark'), { recursive: true });
    const text = Array.from({ length: 1000 }, (_, i) => `${i.toString(16).padStart(64, '0')}\n`).join('');
    writeFileSync(file, text, { mode: 0o600 });
    const keys = labelKeys({ on: true, file, env: undefined });
    const refused = expect.objectContaining({ exitCode: 78, message: expect.stringContaining('has no room') });
    expect(() => {
      for (let i = 0; i < 100; i++) keys.renew();
    }).toThrow(refused);
    expect(keys.own().bytes).toHaveLength(32);
    expect(keysIn()).toContain(text.slice(0, 64));
  });
});

describe('UR-69 two ledgers with one configuration', () => {
  const LEDGERS = ['1', '2', '3', '4'];
  const environment = (ledger: string) => ({
    PATH: process.env.PATH ?? '',
    HOME: dir,
    XDG_CONFIG_HOME: join(dir, 'c'),
    XDG_STATE_HOME: join(dir, `s${ledger}`),
    TIDEMARK_DB: join(dir, `${ledger}.db`),
  });
  async function tidemark(ledger: string, ...args: string[]): Promise<string> {
    const child = spawn(process.execPath, [MAIN, ...args], { env: environment(ledger), cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    const [code] = await once(child, 'close');
    expect([args.join(' '), code, err]).toEqual([args.join(' '), 0, expect.not.stringContaining('locked')]);
    return out;
  }
  const nameIn = async (ledger: string): Promise<string | undefined> =>
    JSON.parse(await tidemark(ledger, 'sessions', '--json')).sessions.find(({ sessionId }: { sessionId: string }) => sessionId === A)?.name;

  test('names given at once, and new keys at once, all open', async () => {
    cpSync('fixtures/homes/two-projects', dir, { recursive: true });
    for (const ledger of LEDGERS) await tidemark(ledger, 'daily', '--json');
    mkdirSync(join(dir, 'c/tidemark'), { recursive: true });
    writeFileSync(join(dir, 'c/tidemark/config.yaml'), 'privacy: { encryptMetadata: true }\n');
    expect(existsSync(file)).toBe(false);
    await Promise.all(LEDGERS.map((ledger) => tidemark(ledger, 'session', 'name', A, `name-${ledger}`)));
    expect(keysIn()).toHaveLength(1);
    await Promise.all(LEDGERS.map((ledger) => tidemark(ledger, 'session', 'rekey')));
    expect(keysIn()).toHaveLength(1 + LEDGERS.length);
    for (const ledger of LEDGERS) expect(await nameIn(ledger)).toBe(`name-${ledger}`);
  });
});
