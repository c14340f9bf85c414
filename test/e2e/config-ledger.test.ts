import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'tidemark-cfg-'));
  cpSync(path.join(ROOT, 'fixtures/homes/stream-growth/.claude'), path.join(home, '.claude'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function tidemark(args: readonly string[], more: Readonly<Record<string, string>> = {}): { code: number | null; out: string; err: string } {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TZ: 'UTC',
    XDG_CONFIG_HOME: `${home}/c`,
    XDG_DATA_HOME: `${home}/d`,
    XDG_STATE_HOME: `${home}/s`,
    ...more,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [process.env.TIDEMARK_MAIN ?? path.join(ROOT, 'dist/main.js'), ...args], {
    env,
    cwd: home,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

describe('config', () => {
  test('UR-122: set, show with its layer, unset; the environment wins and is named', () => {
    const file = tidemark(['config', 'path']).out.trim();
    expect(file).toContain(`${home}/c/`);
    expect(tidemark(['config', 'set', 'live.refreshInterval', '2s']).out).toContain('live.refreshInterval: 2s (file)');
    expect(tidemark(['config', 'show']).out).toMatch(/live\.refreshInterval +2s +file/);
    const won = tidemark(['config', 'show', '--json'], { TIDEMARK_LIVE_REFRESH_INTERVAL: '3s' });
    const settings: { key: string; value: unknown; layer: string }[] = JSON.parse(won.out).settings;
    expect(settings.find((s) => s.key === 'live.refreshInterval')).toEqual({
      key: 'live.refreshInterval',
      value: 3000,
      layer: 'env TIDEMARK_LIVE_REFRESH_INTERVAL'.split(' ')[0],
    });
    expect(tidemark(['config', 'set', 'live.refreshInterval', '--unset']).out).toContain('(default)');
    expect(readFileSync(file, 'utf8')).not.toContain('refreshInterval');
  });

  test('a wrong key or value is exit 2 with the nearest, and nothing is written', () => {
    expect(tidemark(['config', 'set', 'display.colour', 'auto'])).toMatchObject({ code: 2, err: expect.stringContaining('display.color') });
    expect(tidemark(['config', 'set', 'display.color', 'blue']).code).toBe(2);
    expect(tidemark(['config', 'set', 'display.color']).code).toBe(2);
  });

  test('UR-104: validate lists all problems with file, line and column, exit 78', () => {
    const file = path.join(home, 'bad.yaml');
    writeFileSync(file, 'display:\n  color: blue\nwatch_interval: 1s\nlive:\n  maxSessions: 0\n');
    const { code, out } = tidemark(['config', 'validate', file]);
    expect(code).toBe(78);
    expect(out.trim().split('\n')).toHaveLength(3);
    expect(out).toContain(`${file}:2:`);
    expect(out).toContain(`${file}:3:`);
    expect(out).toContain(`${file}:5:`);
    expect(tidemark(['config', 'validate', path.join(home, 'none.yaml')]).code).toBe(78);
    writeFileSync(file, 'display:\n  color: never\n');
    expect(tidemark(['config', 'validate', file])).toMatchObject({ code: 0, err: '' });
  });
});

describe('ledger', () => {
  const db = (): string => `${home}/ledger.db`;
  const on = (args: readonly string[]) => tidemark(['ledger', ...args], { TIDEMARK_DB: db() });

  test('stats, verify and rebuild of a small home', () => {
    const stats = JSON.parse(on(['stats', '--json']).out);
    expect(stats).toMatchObject({
      path: db(),
      mode: 'disk',
      schema: 3,
      events: 3,
      sessions: 1,
      files: { present: 1, gone: 0 },
      unreadable: [],
    });
    expect(stats.bytes).toBeGreaterThan(0);
    expect(on(['stats']).out).toMatch(/requests +3\n/);
    expect(on(['verify'])).toMatchObject({ code: 0, out: expect.stringContaining('No difference.') });

    const handle = new DatabaseSync(db());
    handle.exec('UPDATE rollup SET output = output + 1 WHERE requests > 0');
    handle.close();
    expect(on(['verify'])).toMatchObject({ code: 1, out: expect.stringContaining('tidemark ledger rebuild') });
    expect(on(['rebuild']).code).toBe(0);
    expect(on(['verify']).code).toBe(0);
  });

  test('REL-2: with all transcripts gone, rebuild keeps the figures', () => {
    on(['stats']);
    rmSync(path.join(home, '.claude/projects'), { recursive: true });
    mkdirSync(path.join(home, '.claude/projects'));
    expect(on(['rebuild']).code).toBe(0);
    expect(JSON.parse(on(['stats', '--json']).out)).toMatchObject({ events: 3, files: { present: 0, gone: 1 } });
    expect(on(['rebuild', '--file', 'gone.jsonl']).code).toBe(1);
  });
});
