import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, cpSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/* UR-8, HZ-34: what becomes of a result that nobody can take, through the built program. */

const MAIN = process.env.TIDEMARK_MAIN ?? resolve('dist/main.js');
const FULL = '/dev/full';
const SENTENCE = 'tidemark: The output cannot be written (disk full). Make room, or send it elsewhere.\n';
const A = 'aaaaaaaa-0000-4000-8000-000000000001';
let home: string;
let full: number;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tidemark-stdout-'));
  cpSync('fixtures/homes/two-projects', home, { recursive: true });
  if (existsSync(FULL)) full = openSync(FULL, 'w');
  run(['daily'], ['ignore', 'ignore', 'ignore']);
});
afterAll(() => {
  if (existsSync(FULL)) closeSync(full);
  rmSync(home, { recursive: true, force: true });
});

const environment = () => ({ PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8', TZ: 'UTC' });
type Where = 'pipe' | 'ignore' | number;

function run(args: readonly string[], stdio: [Where, Where, Where], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    env: environment(),
    cwd: home,
    encoding: 'utf8',
    stdio,
    input,
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  return { status, stdout, stderr };
}

const COMMANDS: readonly (readonly string[])[] = [
  ['daily'],
  ['daily', '--json'],
  ['daily', '--help'],
  ['sessions', '--json'],
  ['blocks'],
  ['live', '--once'],
  ['live', '--once', '--json'],
  ['live', '--json'],
  ['live', '--line', '--follow'],
  ['query', 'cost'],
  ['session', 'show', A],
  ['ledger', 'stats'],
  ['ledger', 'verify', '--json'],
  ['config', 'show'],
  ['config', 'path'],
  ['doctor'],
  ['--help'],
  ['--version'],
  ['statusline', '--help'],
];

describe.skipIf(!existsSync(FULL))('UR-8 a full disk behind stdout (needs /dev/full)', () => {
  test.each(COMMANDS.map((args) => [args.join(' '), args] as const))('%s: one sentence, exit 1', (_name, args) => {
    expect(run(args, ['pipe', full, 'pipe'])).toMatchObject({ status: 1, stderr: SENTENCE });
  });

  test('sentences for a screen reader, where nobody waits for a write', async () => {
    const child = spawn(process.execPath, [MAIN, 'live', '--screen-reader'], {
      env: environment(),
      cwd: home,
      stdio: ['pipe', full, 'pipe'],
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr!.on('data', (data: Buffer) => (said += data.toString()));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said).toBe(SENTENCE);
  });

  test('both full: exit 1 and nothing else to be done', () => {
    for (const args of [
      ['daily', '--json'],
      ['query', 'cost'],
      ['live', '--once'],
    ])
      expect(run(args, ['pipe', full, full]).status).toBe(1);
  });

  test('stderr alone full: the result counts', () => {
    const env = { ...environment(), CLAUDE_CONFIG_DIR: `${home}/.claude,${home}/none` };
    const { status, stdout } = spawnSync(process.execPath, [MAIN, 'daily', '--json'], {
      env,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', full],
    });
    expect([status, JSON.parse(stdout).totals.requests > 0]).toEqual([0, true]);
    expect(run(['daily', '--since', 'nonsense'], ['pipe', 'pipe', full]).status).toBe(2);
  });

  test('SL-1 the statusline ends with exit 0 and says nothing', () => {
    expect(run(['statusline'], ['pipe', full, 'pipe'], '{"session_id":"s","model":{"display_name":"M"}}')).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
