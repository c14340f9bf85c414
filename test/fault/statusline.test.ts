import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/* The built program as the client runs it: whatever comes, at least one line that is not empty, exit 0, nothing on stderr (SL-1). */

const MAIN = process.env.TIDEMARK_TEST_MAIN ?? resolve(import.meta.dirname, '..', '..', 'dist', 'main.js');
const LONG = process.env.TIDEMARK_LONG === '1';
const CAPTURED = resolve(import.meta.dirname, '..', '..', '..', 'shared', 'fixtures', 'captured', 'statusline');
const ID = 'd3110000-0000-4000-8000-000000000001';

let home: string;
let state: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'statusline-'));
  state = join(home, '.local/state/tidemark');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const payload = (change: object = {}): string =>
  JSON.stringify({
    session_id: ID,
    transcript_path: join(home, '.claude/projects/-x', `${ID}.jsonl`),
    cwd: join(home, 'api'),
    model: { id: 'claude-opus-5-5', display_name: 'Opus 5.5' },
    workspace: { current_dir: join(home, 'api'), project_dir: join(home, 'api') },
    version: '2.1.329',
    cost: { total_cost_usd: 3.21, total_api_duration_ms: 5 },
    context_window: { context_window_size: 1_000_000, used_percentage: 33 },
    rate_limits: { five_hour: { used_percentage: 41, resets_at: Math.floor(Date.now() / 1000) + 9000 } },
    ...change,
  });

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  HOME: home,
  PATH: process.env.PATH,
  TERM: 'xterm-256color',
  COLUMNS: '120',
  ...more,
});

function start(more: NodeJS.ProcessEnv = {}, args: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [MAIN, 'statusline', ...args], { env: environment(more), stdio: 'pipe' });
}

/** Runs it with a stdin; null = left open without a byte; a list = written piece by piece and left open. */
function run(
  stdin: string | Buffer | null | readonly string[],
  more: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
): Promise<Ended> {
  const began = performance.now();
  const child = start(more, args);
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr!.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  child.stdin!.on('error', () => {});
  if (Array.isArray(stdin)) for (const piece of stdin) child.stdin!.write(piece);
  else if (stdin !== null) child.stdin!.end(stdin);
  return new Promise((done) => {
    child.on('close', (code) => {
      child.stdin!.destroy();
      done({ code, stdout, stderr, ms: performance.now() - began });
    });
  });
}

const ESCAPE = /\u001b/;
const bare = (text: string) => text.replace(/\u001b\[[0-9;]*m/g, '');

function isFine(ended: Ended): void {
  expect(ended.stderr).toBe('');
  expect(ended.code).toBe(0);
  const lines = ended.stdout.split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(1);
  expect(lines.length).toBeLessThanOrEqual(10);
  for (const line of lines) expect(bare(line).trim()).not.toBe('');
  expect(ended.stdout.endsWith('\n')).toBe(false);
}

describe('SL-1 any stdin', () => {
  test.each([
    ['empty', ''],
    ['white space', ' \n'],
    ['broken', '{"session_id":"x", "mod'],
    ['not JSON', 'hello'],
    ['an array', '[1,2]'],
    ['null', 'null'],
    ['NUL bytes', '\0\0\0'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['an empty object', '{}'],
    ['wrong types everywhere', '{"session_id":5,"model":"x","cost":[],"context_window":7,"rate_limits":"a","workspace":null}'],
  ])('%s', async (_, stdin) => isFine(await run(stdin)));

  test('none at all', () => {
    const ended = spawnSync(process.execPath, [MAIN, 'statusline'], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout).not.toBe('');
  });

  test('50 MB: what its beginning tells', async () => {
    const ended = await run(Buffer.from(payload({ junk: 'x'.repeat(50 * 1024 * 1024) })));
    isFine(ended);
    expect(ended.stdout).toBe('Opus 5.5 api ⚠');
  });

  test('never closed: without a byte, with half a payload, with a whole one', async () => {
    for (const stdin of [null, [payload().slice(0, 100)], [payload()]]) {
      const ended = await run(stdin);
      isFine(ended);
      // 200 ms of silence and a process's start on a busy machine.
      expect(ended.ms).toBeLessThan(3000);
    }
    expect((await run([payload()])).stdout).toContain('Opus 5.5');
  });

  test.skipIf(!existsSync(CAPTURED))('every captured payload (needs the captured fixtures)', async () => {
    for (const file of readdirSync(CAPTURED, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')))
      isFine(await run(readFileSync(join(CAPTURED, file))));
  });

  test('SL-9 no colours asked for: not one escape byte, also after a cut', async () => {
    expect((await run(payload())).stdout).toMatch(ESCAPE);
    for (const more of [{ NO_COLOR: '1' }, { TERM: 'dumb' }, { FORCE_COLOR: '0' }, { NO_COLOR: '1', COLUMNS: '20' }])
      expect((await run(payload(), more)).stdout).not.toMatch(ESCAPE);
  });

  test('SL-22 a locale that is not UTF-8, --ascii', async () => {
    expect((await run(payload(), { LANG: 'C' })).stdout).toMatch(/^[\u001b -~]+$/);
    expect((await run(payload(), {}, ['--ascii'])).stdout).toMatch(/^[\u001b -~]+$/);
  });
});

describe('what it keeps', () => {
  test('SL-25 the quota, with the right second of its reset, and the printed line', async () => {
    const resets = Math.floor(Date.now() / 1000) + 9000;
    const ended = await run(payload({ rate_limits: { five_hour: { used_percentage: 41, resets_at: resets } } }));
    const capture = JSON.parse(readFileSync(join(state, 'statusline', `${ID}.json`), 'utf8'));
    expect(capture.quota.five_hour).toMatchObject({ used: 41, resetsAt: resets });
    expect(capture.lastLine).toBe(bare(ended.stdout));
    expect(statSync(join(state, 'statusline')).mode & 0o777).toBe(0o700);
  });

  test('SL-25 without a session nothing is written', async () => {
    await run(payload({ session_id: undefined }));
    expect(existsSync(join(state, 'statusline'))).toBe(false);
  });

  test('SL-30 a broken payload shows the session’s last good line, marked', async () => {
    const good = await run(payload());
    const broken = await run(payload().slice(0, -20));
    expect(broken.stdout).toBe(`${bare(good.stdout)} ⚠`);
  });

  test('SL-29 nothing of the environment but what is named', async () => {
    const canary = 'canary-7f3a9c';
    await run(payload(), { CLAUDE_CODE_MESSAGING_TOKEN: canary, ANTHROPIC_API_KEY: canary, CLAUDE_PID: '77', SECRET: canary });
    const files = readdirSync(state, { recursive: true, encoding: 'utf8' }).map((name) => join(state, name));
    for (const file of files.filter((name) => statSync(name).isFile())) expect(readFileSync(file, 'utf8')).not.toContain(canary);
  });

  test('SL-7 killed at random moments: the capture is always whole, at most one stray temporary after the next run', async () => {
    const kills = LONG ? 500 : 30;
    for (let kill = 0; kill < kills; kill++) {
      const child = start();
      child.stdin!.on('error', () => {});
      child.stdin!.end(payload({ cost: { total_cost_usd: kill } }));
      await new Promise((done) => {
        child.on('close', done);
        setTimeout(() => child.kill(kill % 2 === 0 ? 'SIGTERM' : 'SIGKILL'), Math.random() * 80);
      });
      const file = join(state, 'statusline', `${ID}.json`);
      if (existsSync(file)) expect(JSON.parse(readFileSync(file, 'utf8')).sessionId).toBe(ID);
    }
    isFine(await run(payload()));
    expect(readdirSync(join(state, 'statusline')).filter((name) => name.endsWith('.tmp')).length).toBeLessThanOrEqual(1);
  });
});

describe('SL-6, SL-26 nothing holds it up or changes the line', () => {
  test('FIFOs in place of files', async () => {
    mkdirSync(join(home, '.claude/status'), { recursive: true });
    mkdirSync(join(state, 'statusline'), { recursive: true, mode: 0o700 });
    mkdirSync(join(home, 'api'));
    const files = ['config.json', 'summary.json', `statusline/${ID}.json`].map((name) => join(state, name));
    for (const file of [...files, join(home, '.claude/status/index.json'), join(home, 'api/.git')]) spawnSync('mkfifo', [file]);
    const ended = await run(payload());
    isFine(ended);
    expect(ended.stdout).toContain('Opus 5.5');
  });

  test('a state directory that is a file, a home that is gone, no home at all', async () => {
    const usual = (await run(payload())).stdout;
    rmSync(join(home, '.local'), { recursive: true });
    writeFileSync(join(home, '.local'), '');
    expect((await run(payload())).stdout).toBe(usual);
    for (const more of [{ HOME: '/nonexistent-home' }, { HOME: '' }, { HOME: 'relative' }]) isFine(await run(payload(), more));
  });

  test('rubbish in every file it reads', async () => {
    mkdirSync(join(home, '.claude/status'), { recursive: true });
    mkdirSync(join(state, 'statusline'), { recursive: true, mode: 0o700 });
    for (const text of ['', '{', '[]', 'null', '{"v":1,"at":1,"config":{"statusline":{"segments":7,"chain":5}}}']) {
      for (const file of [
        join(state, 'config.json'),
        join(state, 'summary.json'),
        join(state, 'statusline', `${ID}.json`),
        join(home, '.claude/status/index.json'),
      ])
        writeFileSync(file, text);
      isFine(await run(payload()));
    }
  });
});

test.skipIf(spawnSync('strace', ['-V']).status !== 0)(
  'SL-5 opens at most ten files of ours, starts nothing and connects nowhere (needs strace)',
  () => {
    mkdirSync(join(home, 'api/.git'), { recursive: true });
    writeFileSync(join(home, 'api/.git/HEAD'), 'ref: refs/heads/main\n');
    const trace = join(home, 'trace');
    const args = ['-f', '-qq', '-e', 'trace=open,openat,execve,connect', '-o', trace, process.execPath, MAIN, 'statusline'];
    expect(spawnSync('strace', args, { input: payload(), env: environment() }).status).toBe(0);
    const lines = readFileSync(trace, 'utf8').split('\n');
    expect(lines.filter((line) => line.includes('execve(')).length).toBe(1);
    expect(lines.filter((line) => line.includes('connect('))).toEqual([]);
    const opened = lines.filter((line) => line.includes(`"${home}/`) && line.includes('O_RDONLY') && !line.includes('O_DIRECTORY'));
    expect(opened.length).toBeGreaterThan(2);
    expect(opened.length).toBeLessThanOrEqual(10);
  },
);

describe('SL-27 publishing', () => {
  const status = () => join(home, '.claude/status');
  // biome-ignore lint/suspicious/noExplicitAny: the contract's fields are what the tests look at
  const read = (file: string): any => JSON.parse(readFileSync(join(status(), file), 'utf8'));
  const percent = (used: number, change: object = {}) =>
    payload({ context_window: { context_window_size: 1_000_000, used_percentage: used }, ...change });
  const hook = (event: string, fields: object = {}) =>
    spawnSync(process.execPath, [MAIN, 'hook'], {
      input: JSON.stringify({ session_id: ID, hook_event_name: event, cwd: join(home, 'api'), ...fields }),
      env: environment(),
    });
  const touched = (): readonly string[] =>
    readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((name) => !name.startsWith('.local/state/tidemark/statusline'))
      .map((name) => `${name} ${statSync(join(home, name)).ino} ${statSync(join(home, name)).mtimeMs}`);
  const transcript = () => {
    mkdirSync(join(home, '.claude/projects/-x'), { recursive: true });
    writeFileSync(join(home, `.claude/projects/-x/${ID}.jsonl`), '{}\n');
  };

  test('context, cost, model and title follow within the same run, without hooks', async () => {
    transcript();
    await run(percent(33, { session_name: 'refund flow' }));
    expect(read(`${ID}.json`)).toMatchObject({
      context: { percentage: 33, total_tokens: 1_000_000 },
      task: { name: 'refund flow' },
      tidemark: { cost: { usd: 3.21, source: 'official' }, model: { name: 'Opus 5.5' }, context: { source: 'statusline' } },
    });
    expect(read('index.json').sessions).toMatchObject([{ session_id: ID, context_pct: 33, tidemark: { cost_usd: 3.21 } }]);
    await run(percent(34, { session_name: 'refund flow' }));
    expect(read('index.json').sessions).toMatchObject([{ context_pct: 34 }]);
    await run(percent(34, { session_name: 'refunds', cost: { total_cost_usd: 3.22 } }));
    expect(read(`${ID}.json`)).toMatchObject({ task: { name: 'refunds' }, tidemark: { cost: { usd: 3.22 } } });
    expect(statSync(join(status(), `${ID}.json`)).mode & 0o777).toBe(0o600);
  });

  test('with hooks: their state stays', async () => {
    hook('UserPromptSubmit', { prompt_id: 'p' });
    hook('PermissionRequest', { tool_name: 'Bash', tool_use_id: 't' });
    const { state } = read(`${ID}.json`).tidemark;
    await run(percent(41));
    expect(read(`${ID}.json`)).toMatchObject({ context: { percentage: 41 }, tidemark: { state } });
    expect(read('index.json').sessions).toMatchObject([{ context_pct: 41, tidemark: { state } }]);
  });

  test('unchanged: not one write but the capture', async () => {
    transcript();
    await run(percent(33));
    const before = touched();
    for (let again = 0; again < 3; again++) await run(percent(33, { cost: { total_cost_usd: 3.2101, total_api_duration_ms: 6 + again } }));
    expect(touched()).toEqual(before);
  });

  test('a run that could not publish leaves it to the next', async () => {
    transcript();
    // In place of the folder a file: the index cannot be written, which the status file cannot either.
    writeFileSync(status(), '');
    const line = (await run(percent(33))).stdout;
    rmSync(status());
    expect((await run(percent(33))).stdout).toBe(line);
    expect(read(`${ID}.json`).context.percentage).toBe(33);
  });

  test('no directory of the client: none is made', async () => {
    await run(percent(33));
    expect(existsSync(join(home, '.claude'))).toBe(false);
  });

  test('LS-27 names hidden: stand-ins on the line, in the status file and in the index, the same from statusline and hook', async () => {
    const canary = 'canary-9b1d';
    const dir = join(home, canary);
    mkdirSync(join(dir, '.git'), { recursive: true });
    writeFileSync(join(dir, '.git/HEAD'), `ref: refs/heads/${canary}\n`);
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const config = { privacy: { names: 'hide' }, statusline: { segments: ['dir', 'git', 'name', 'worktree', 'agent', 'pr', 'task'] } };
    writeFileSync(join(state, 'config.json'), JSON.stringify({ v: 1, source: { path: '', size: null, mtimeMs: null }, config }));
    hook('SessionStart', { cwd: dir, session_title: canary });
    const byHook = read('index.json').sessions[0];
    const workspace = { current_dir: dir, project_dir: dir };
    const names = {
      session_name: canary,
      agent: { name: canary },
      worktree: { name: canary },
      pr: { number: 7, url: `https://x/${canary}` },
    };
    const ended = await run(payload({ cwd: dir, workspace, ...names }), { NO_COLOR: '1' });
    expect(ended.stdout).toMatch(/^project-[0-9a-f]{4} branch-[0-9a-f]{4} · session-[0-9a-f]{4}$/);
    const [session, project] = [/session-\w{4}/.exec(ended.stdout)![0], /project-\w{4}/.exec(ended.stdout)![0]];
    expect(byHook).toMatchObject({ task: session, tidemark: { project } });
    expect(read('index.json').sessions[0]).toMatchObject({ task: session, context_pct: 33, tidemark: { project } });
    expect(read(`${ID}.json`).task.name).toBe(session);
    for (const file of readdirSync(status()).filter((name) => name.endsWith('.json')))
      expect(readFileSync(join(status(), file), 'utf8'), file).not.toContain(canary);
  });
});

describe('chaining another statusline', () => {
  function chain(command: string, mode = 'collect', timeout = 500): void {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    const config = { statusline: { chain: { mode, timeout, command: { type: 'command', command } } } };
    writeFileSync(join(state, 'config.json'), JSON.stringify({ v: 1, source: { path: '', size: null, mtimeMs: null }, config }));
  }

  test('SL-33 collect: its bytes unchanged, from the same stdin, and the capture is made', async () => {
    const other = join(home, 'other.sh');
    writeFileSync(other, `#!/bin/sh\nprintf '\\033[35m'; wc -c; echo "$PWD"\n`, { mode: 0o755 });
    chain(other);
    const direct = spawnSync('sh', ['-c', other], { input: payload(), env: environment(), encoding: 'utf8' });
    expect((await run(payload())).stdout).toBe(direct.stdout);
    expect(existsSync(join(state, 'statusline', `${ID}.json`))).toBe(true);
  });

  test('SL-33 above and below', async () => {
    chain('echo other', 'above');
    expect(bare((await run(payload())).stdout)).toMatch(/^other\n.*Opus 5\.5/);
    chain('echo other', 'below');
    expect(bare((await run(payload())).stdout)).toMatch(/Opus 5\.5.*\nother$/);
    chain('echo other', 'off');
    expect((await run(payload())).stdout).not.toContain('other');
  });

  test.each([
    ['failing', 'echo x; exit 3'],
    ['silent', 'true'],
    ['slow', 'sleep 20'],
    ['endless', 'yes'],
    ['missing', '/nonexistent/tool'],
  ])('SL-34 %s: our line with a mark, in time', async (_, command) => {
    chain(command);
    const ended = await run(payload());
    isFine(ended);
    expect(ended.stdout).toMatch(/Opus 5\.5.* ⚠$/);
    expect(ended.ms).toBeLessThan(4000);
  });

  test('SL-34 one that leaves a child behind with our stdout is not waited for; one that ignores its stdin is fine', async () => {
    chain('(sleep 3 &) ; echo quick');
    const ended = await run(payload());
    expect(ended.stdout).toBe('quick\n');
    expect(ended.ms).toBeLessThan(2900);
    chain('exec 0<&-; echo deaf');
    expect((await run(Buffer.from(payload({ junk: 'x'.repeat(500_000) })))).stdout).toBe('deaf\n');
  });

  test('SL-34 cancelled runs leave no process of the other command', async () => {
    const marker = `sleep 31.${process.pid}`;
    chain(`${marker} & ${marker}; echo never`, 'collect', 20_000);
    for (let cancelled = 0; cancelled < (LONG ? 100 : 5); cancelled++) {
      const child = start();
      child.stdin!.end(payload());
      await new Promise((done) => {
        child.on('close', done);
        setTimeout(() => child.kill('SIGTERM'), 400 + Math.random() * 200);
      });
    }
    const left = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout.split('\n');
    expect(left.filter((line) => line.trim() === marker)).toEqual([]);
  });
});

describe('SL-39 looks', () => {
  const hashOf = (folder: string): string =>
    createHash('sha256')
      .update(JSON.stringify(readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()))
      .digest('hex');

  test('--demo, --preview and --help write nothing', async () => {
    const before = hashOf(home);
    const demo = await run('', {}, ['--demo', '--width', '80']);
    expect([demo.code, demo.stderr]).toEqual([0, '']);
    for (const layout of ['compact', 'classic', 'minimal', 'powerline']) expect(demo.stdout).toContain(`== ${layout} ==`);
    const preview = await run(payload(), {}, ['--preview', '--layout', 'minimal', '--width', '60', '--ascii']);
    expect(preview.stdout).toBe('api | Opus 5.5 | ctx 33% | 5h 41%\n');
    expect((await run('', {}, ['--help'])).stdout).toContain('--preview');
    expect(hashOf(home)).toBe(before);
  });

  test.each([
    [['--nonsense']],
    [['--preview', '--width', '5']],
    [['--demo', '--layout', 'x']],
    [['--demo', '--preview']],
    [['--theme', 'safe']],
  ])('a wrong option %j is one sentence and exit 2', async (args) => {
    const ended = await run('{}', {}, args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^tidemark: [^\n]+\n$/);
  });

  test('SL-42 --subagents', async () => {
    const tasks = [{ id: 'a', name: 'coder', model: 'claude-sonnet-5-5', tokenCount: 24_100, contextWindowSize: 200_000 }];
    expect((await run(JSON.stringify({ columns: 80, tasks }), {}, ['--subagents'])).stdout).toBe(
      '{"id":"a","content":"coder · Sonnet 5.5 · 12% · 24.1K"}',
    );
    expect((await run('', {}, ['--subagents'])).stdout).toBe('');
  });
});
