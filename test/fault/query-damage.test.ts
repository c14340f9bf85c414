import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';

const MAIN = resolve('dist/main.js');

test('REL-22: a question that meets a damaged page is answered after the ledger is mended, with one line said', () => {
  const home = mkdtempSync(join(tmpdir(), 'tidemark-query-damage-'));
  try {
    cpSync(resolve('fixtures/homes/stream-growth'), home, { recursive: true });
    const ask = (...args: string[]) =>
      spawnSync(process.execPath, [MAIN, ...args], { env: { HOME: home, PATH: process.env.PATH ?? '' }, encoding: 'utf8' });
    const before = JSON.parse(ask('sessions', '--json').stdout).totals;
    const file = join(home, '.local/share/tidemark/ledger.db');
    const db = new DatabaseSync(file);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const page = db.prepare("SELECT rootpage AS n FROM sqlite_master WHERE name = 'rollup'").get()?.n as number;
    db.close();
    const fd = openSync(file, 'r+');
    writeSync(fd, Buffer.alloc(4096, 0xff), 0, 4096, (page - 1) * 4096);
    closeSync(fd);
    const after = ask('sessions', '--json');
    expect(after.status).toBe(0);
    expect(JSON.parse(after.stdout).totals).toEqual(before);
    expect(after.stderr.trim().split('\n')).toEqual([expect.stringContaining('was damaged')]);
    expect(ask('sessions', '--json').stderr).toBe('');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
