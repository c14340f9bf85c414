import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { canRun, emptyHome, expectRestored, MAIN, open, type Screen, VERDICT } from './live-pty.ts';

/* LV-114: what stands between a start and its first picture, told by the process itself when it sends its first frame. No times: bench/live.ts has them. */

interface Start {
  /** Files of the program that were loaded. */
  readonly files: readonly string[];
  /** Folders that were listed or watched. */
  readonly folders: readonly string[];
  /** Modules of Node that a bare start does not load. */
  readonly modules: readonly string[];
}

const TRACE = `
const fs = require('node:fs');
const path = require('node:path');
const { write, readdirSync, watch } = fs;
const folders = [];
const loaded = () => process.moduleLoadList.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice(13));
const before = new Set(loaded());
fs.readdirSync = (folder, ...more) => { folders.push(String(folder)); return readdirSync(folder, ...more); };
fs.watch = (folder, ...more) => { folders.push(String(folder)); return watch(folder, ...more); };
let isFirst = true;
fs.write = (...all) => {
  if (!isFirst) return write(...all);
  isFirst = false;
  const modules = loaded().filter((name) => !before.has(name));
  fs.writeFileSync(process.env.TRACE_TO, JSON.stringify({ files: Object.keys(require.cache), folders, modules }));
  return write(...all);
};`;

/** A home with one session that the ledger knows, and its live view. */
function started(end: string): { readonly screen: Screen; readonly start: () => Start; readonly home: string } {
  const home = emptyHome();
  const folder = path.join(home, '.claude/projects/-p');
  mkdirSync(folder, { recursive: true });
  const message = { id: 'm', model: 'claude-opus-4-8', usage: { input_tokens: 1, output_tokens: 2 } };
  const line = { type: 'assistant', sessionId: 's', timestamp: new Date().toISOString(), cwd: '/p/api', message };
  writeFileSync(path.join(folder, 's.jsonl'), `${JSON.stringify(line)}\n`);
  writeFileSync(path.join(home, 'trace.cjs'), TRACE + end);
  const env = { TRACE_TO: path.join(home, 'trace.json') };
  const script = `"$0" "$1" live --once > /dev/null && exec "$0" --require "$2" "$1" live`;
  const screen = open('/bin/sh', ['-c', script, process.execPath, MAIN, path.join(home, 'trace.cjs')], { home, env });
  return { screen, home, start: () => JSON.parse(readFileSync(path.join(home, 'trace.json'), 'utf8')) as Start };
}

describe.skipIf(!canRun)('the first picture (LV-114)', () => {
  test('comes from one file, and nothing is listed or watched for it below projects', async () => {
    const { screen, start, home } = started('');
    await screen.until((rows) => rows.some((row) => VERDICT.test(row)));
    const dist = path.dirname(MAIN);
    const { files, folders, modules } = start();
    // Besides them two of a few lines: what loads it, and the bundler's helpers.
    const large = files.filter((file) => file.startsWith(dist) && statSync(file).size > 1500);
    expect(large.map((file) => path.basename(file))).toEqual(['main.js', 'live.js']);
    expect(folders.filter((folder) => folder.startsWith(path.join(home, '.claude/projects')))).toEqual([]);
    for (const late of ['child_process', 'worker_threads', 'http', 'crypto']) expect(modules).not.toContain(late);
    await screen.until((rows) => rows.some((row) => row.includes('live')) && !rows.join('').includes('reading'));
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expectRestored(screen);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ])('an end by %s right after it gives the terminal back (LV-116)', async (signal, code) => {
    const { screen } = started(
      `const sent = fs.write; fs.write = (...all) => { process.kill(process.pid, ${JSON.stringify(signal)}); return sent(...all); };`,
    );
    expect(await screen.exited).toBe(code);
    expectRestored(screen);
  });

  test.each([
    ['an exception', 'setImmediate(() => { throw new Error("bang-early") })'],
    ['a rejected promise', 'Promise.reject(new Error("bang-early"))'],
  ])('%s between it and the framework gives the terminal back (LV-116)', async (_, fault) => {
    const { screen } = started(`const sent = fs.write; fs.write = (...all) => { ${fault}; return sent(...all); };`);
    expect(await screen.exited).toBe(70);
    expectRestored(screen);
    expect(screen.text()).toContain('bang-early');
  });

  test('a framework that cannot be loaded is told after the terminal is given back (LV-116)', async () => {
    const broken = `const Module = require('node:module'); const known = Module._load;
      Module._load = (name, ...more) => { if (String(name).includes('screen')) throw new Error('bang-framework'); return known(name, ...more); };`;
    const { screen } = started(broken);
    expect(await screen.exited).toBe(70);
    expectRestored(screen);
    expect(screen.text()).toContain('bang-framework');
  });
});
