import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/* LS-39, SL-4: what the hot paths of the built program load, told by Node itself at the end of a run. */

const dir = mkdtempSync(join(tmpdir(), 'tm-guard-'));
const trace = join(dir, 'trace.cjs');
beforeAll(() =>
  writeFileSync(
    trace,
    `const modules = () => process.moduleLoadList.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice(13));
     const before = new Set(modules());
     process.on('exit', () => require('node:fs').writeFileSync(process.env.TRACE_TO, JSON.stringify({
       modules: modules().filter((name) => !before.has(name)),
       files: Object.keys(require.cache),
     })));`,
  ),
);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const FORBIDDEN = [
  'sqlite',
  'child_process',
  'net',
  'http',
  'http2',
  'https',
  'tls',
  'dgram',
  'dns',
  'worker_threads',
  'crypto',
  'readline',
  'stream',
  'fs/promises',
  'undici',
];

function traced(command: string, input: string): { readonly modules: readonly string[]; readonly files: readonly string[] } {
  const home = join(dir, command);
  mkdirSync(join(home, '.claude'), { recursive: true });
  const to = join(dir, `${command}.json`);
  const { status, stderr } = spawnSync(process.execPath, ['--require', trace, resolve('dist/main.js'), command], {
    input,
    encoding: 'utf8',
    env: { HOME: home, PATH: process.env.PATH, TRACE_TO: to },
  });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(spawnSync('cat', [to], { encoding: 'utf8' }).stdout);
}

const hook = JSON.stringify({ session_id: 's', hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_input: {}, cwd: '/tmp' });
const statusline = JSON.stringify({
  session_id: 's',
  cwd: '/tmp',
  model: { id: 'm', display_name: 'M' },
  workspace: { current_dir: '/tmp', project_dir: '/tmp' },
  version: '2.1.329',
});

describe.each([
  ['hook', hook],
  ['statusline', statusline],
])('LS-39: %s', (command, input) => {
  test('loads no store, network, process or cryptography module', () => {
    const { modules } = traced(command, input);
    expect(modules.filter((name) => FORBIDDEN.includes(name))).toEqual([]);
  });

  test('reads only its own few chunks, none with a framework or library', () => {
    const { files } = traced(command, input);
    const chunks = files.filter((file) => file.startsWith(resolve('dist')));
    expect(chunks.length).toBeLessThanOrEqual(12);
    for (const file of chunks) {
      const code = spawnSync('cat', [file], { encoding: 'utf8', maxBuffer: 1e8 }).stdout;
      expect(code.length, file).toBeLessThan(200_000);
      expect(code, file).not.toMatch(
        /DatabaseSync|commander\.|CommanderError|React\.createElement|ink-box|valibot|ValiError|YAMLParseError/,
      );
    }
  });
});

test('LS-39: the hook comes from one file, which the entry loads alone', () => {
  const { files } = traced('hook', hook);
  expect(files.filter((file) => file.startsWith(resolve('dist')))).toEqual([resolve('dist/main.js'), resolve('dist/hook.js')]);
});

describe('a report that finds nothing new', () => {
  const home = join(dir, 'report');
  const ask = (to: string) =>
    spawnSync(process.execPath, ['--require', trace, resolve('dist/main.js'), 'daily', '--json'], {
      encoding: 'utf8',
      env: { HOME: home, PATH: process.env.PATH, TRACE_TO: to },
    });

  test('comes from one file, without streams, threads or the framework of the screen', () => {
    mkdirSync(join(home, '.claude/projects/-p'), { recursive: true });
    const usage = { input_tokens: 1, output_tokens: 2 };
    const line = {
      type: 'assistant',
      sessionId: 's',
      timestamp: '2026-11-01T10:00:00.000Z',
      message: { id: 'm', model: 'claude-opus-4-8', usage },
    };
    writeFileSync(join(home, '.claude/projects/-p/s.jsonl'), `${JSON.stringify(line)}\n`);
    expect(ask(join(dir, 'first.json')).status).toBe(0);
    const to = join(dir, 'second.json');
    const { status, stdout, stderr } = ask(to);
    expect([status, stderr, JSON.parse(stdout).totals.requests]).toEqual([0, '', 1]);
    const { modules, files } = JSON.parse(spawnSync('cat', [to], { encoding: 'utf8' }).stdout);
    expect(modules.filter((name: string) => name !== 'sqlite' && FORBIDDEN.includes(name))).toEqual([]);
    expect(files.filter((file: string) => file.startsWith(resolve('dist')))).toEqual([resolve('dist/main.js'), resolve('dist/report.js')]);
  });
});
