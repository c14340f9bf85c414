import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { systemProcesses } from '../../src/platform/processes.ts';
import { claude, claudeDir, freshHome, home, ROOT, read, settings, tidemark, tree } from './install-home.ts';

freshHome();

describe('LS-47: doctor', () => {
  const doctor = (more: Readonly<Record<string, string>> = {}) => {
    const { code, out, err } = tidemark(['doctor', '--json'], more);
    expect(err).toBe('');
    const findings: { check: string; level: string; message: string; remedy: string | null }[] = JSON.parse(out).findings;
    return { code, fails: findings.filter(({ level }) => level === 'fail'), findings };
  };
  beforeEach(() => {
    cpSync(path.join(ROOT, 'fixtures/homes/stream-growth/.claude'), claudeDir(), { recursive: true });
    claude('2.1.329');
  });

  test('a home without faults: exit 0, and nothing is written', () => {
    const before = tree();
    const { code, fails } = doctor();
    expect(fails).toEqual([]);
    expect(code).toBe(0);
    expect(tidemark(['doctor']).out).toContain('→ tidemark install hooks');
    expect(tree()).toEqual(before);
  });

  test('everything installed: exit 0', () => {
    tidemark(['install', 'hooks', '--yes']);
    tidemark(['install', 'statusline', '--yes']);
    const { code, fails } = doctor();
    expect(fails).toEqual([]);
    expect(code).toBe(0);
  });

  const faults: readonly (readonly [string, string, () => void, RegExp])[] = [
    ['settings unreadable', 'settings', () => writeFileSync(settings(), '{ "a": 1, }'), /settings\.json:1:\d+/],
    ['entries missing', 'hooks', () => writeFileSync(settings(), read().replace(/\s*"Stop": .*\n/, '\n')), /Stop is missing/],
    ['all entries gone', 'hooks', () => writeFileSync(settings(), '{}'), /no longer in/],
    ['outdated for this client', 'hooks', () => claude('2.1.329'), /not those for Claude Code/],
    ['a name that this client rejects', 'hooks', () => claude('2.0.76'), /does not know/],
    ['doubled', 'hooks', () => writeFileSync(settings(), read().replace(/"Stop": \[(.*)\],?\n/, '"Stop": [$1, $1],\n')), /doubled/],
    [
      'the plugin besides',
      'hooks',
      () => writeFileSync(settings(), read().replace('{', '{ "enabledPlugins": { "tidemark@tidemark": true },')),
      /both the plugin/,
    ],
    [
      'disableAllHooks',
      'switched off',
      () => writeFileSync(settings(), read().replace('{', '{ "disableAllHooks": true,')),
      /disableAllHooks in/,
    ],
    ['launcher missing', 'launcher', () => rmSync(path.join(home, '.local/share/tidemark/bin/tidemark-run')), /is missing/],
    ['launcher replaced', 'launcher', () => launcher('#!/bin/sh\n'), /not as Tidemark wrote/],
    ['the program gone', 'launcher', () => launcher(undefined, /entry=.*/, "entry='/nowhere/main.js'"), /main\.js is gone/],
    ['Node gone', 'launcher', () => launcher(undefined, /node='.*/, "node='/nowhere/node'"), /Node at .* is gone/],
    ['status folder', 'status folder', () => writeFileSync(path.join(claudeDir(), 'status'), ''), /not a directory/],
    ['another writer', 'status folder', () => status('{"version":"1.0.0","session_id":"a"}'), /another program writes/],
    ['leftover', 'registry', () => registry({ pid: 4_194_200, procStart: '1' }), /process that is gone/],
    ['clock', 'clock', () => registryTime(), /dated/],
    ['configuration', 'config', () => yaml('display:\n  color: blue\n'), /config\.yaml:2:\d+: display\.color/],
    ['runtime state', 'runtime state', () => state('runtime-state.yaml', 'authProfiles:\n  - a: [1\n'), /runtime-state\.yaml:\d+:\d+/],
    ['runtime state in JSON', 'runtime state', () => state('runtime-state.json', '{ "authProfiles": [1,] }'), /runtime-state\.json:1:\d+/],
    ['ledger damaged', 'ledger', () => ledger('not a database, but long enough to look like one'.repeat(50)), /damaged/],
    [
      'no price',
      'prices',
      () => cpSync(path.join(ROOT, 'fixtures/homes/unpriced/.claude/projects'), path.join(claudeDir(), 'projects'), { recursive: true }),
      /has no price/,
    ],
    ['files open to others', 'files', () => chmodSync(path.join(home, '.local/share/tidemark'), 0o755), /other users/],
  ];
  test.each(faults)('%s', (title, check, seed, message) => {
    if (title === 'outdated for this client') claude('2.1.100');
    tidemark(['install', 'hooks', '--yes']);
    seed();
    if (title === 'no price') tidemark(['daily', '--json']);
    const { code, fails } = doctor();
    expect(fails.filter((fault) => fault.check === check && message.test(fault.message)).length).toBeGreaterThan(0);
    expect(fails.every(({ remedy }) => remedy !== null && remedy !== '')).toBe(true);
    expect(code).toBe(1);
  });

  test('no Claude data', () => {
    rmSync(claudeDir(), { recursive: true });
    expect(doctor()).toMatchObject({ code: 1, fails: [expect.objectContaining({ check: 'data' })] });
  });

  describe.skipIf(process.platform !== 'linux')('with a session that lives', () => {
    const ID = 'cccccccc-0000-4000-8000-000000000001';
    const alive = { pid: process.pid, procStart: systemProcesses.procStart(process.pid), pidDomain: systemProcesses.domain };

    test('no event although installed: older than the install, or its folder is not trusted', () => {
      tidemark(['install', 'hooks', '--yes']);
      registry({ ...alive, status: 'idle', statusUpdatedAt: Date.now() });
      const { code, fails } = doctor();
      expect(code).toBe(1);
      expect(fails).toEqual([
        expect.objectContaining({
          check: 'live',
          message: expect.stringContaining('no event'),
          remedy: expect.stringContaining('before the install'),
        }),
      ]);
    });

    test('LS-8: a process file that stands still beside a transcript that grows', () => {
      const at = new Date(Date.now() - 600_000);
      registry({ ...alive, status: 'idle', statusUpdatedAt: at.getTime(), updatedAt: at.getTime() });
      const folder = path.join(claudeDir(), 'projects/-w');
      mkdirSync(folder, { recursive: true });
      const line = {
        type: 'user',
        uuid: 'dddddddd-0000-4000-8000-000000000001',
        sessionId: ID,
        cwd: '/w',
        message: { role: 'user', content: 'go' },
      };
      writeFileSync(
        path.join(folder, `${ID}.jsonl`),
        `${JSON.stringify({ ...line, timestamp: new Date(Date.now() - 30_000).toISOString() })}\n`,
      );
      expect(doctor().fails).toEqual([expect.objectContaining({ check: 'live', message: expect.stringContaining('registry') })]);
    });
  });

  test('SH-9: --clean removes old journals; --dry-run only says so', () => {
    const journal = path.join(home, '.local/state/tidemark/events/eeeeeeee-0000-4000-8000-000000000001.jsonl');
    mkdirSync(path.dirname(journal), { recursive: true, mode: 0o700 });
    writeFileSync(journal, '');
    const old = new Date(Date.now() - 8 * 86_400_000);
    utimesSync(journal, old, old);
    expect(tidemark(['doctor', '--clean', '--dry-run']).out).toContain(`Would remove ${journal}`);
    expect(existsSync(journal)).toBe(true);
    expect(tidemark(['doctor', '--clean'])).toMatchObject({ code: 0, out: expect.stringContaining(`Removed ${journal}`) });
    expect(existsSync(journal)).toBe(false);
    expect(tidemark(['doctor', '--dry-run']).code).toBe(2);
  });

  test('a newer ledger is named and left as it is', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const file = path.join(home, '.local/share/tidemark/ledger.db');
    tidemark(['daily', '--json']);
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(doctor().fails).toEqual([expect.objectContaining({ check: 'ledger', message: expect.stringContaining('newer') })]);
  });

  test('UR-121: old variables are named; that is no fault', () => {
    const { code, findings } = doctor({ TOKEN_MONITOR_DB: '/x', TOKEN_MONITOR_OTHER: '1' });
    expect(code).toBe(0);
    expect(findings.filter(({ check }) => check === 'environment').map(({ remedy }) => remedy)).toEqual(['use TIDEMARK_DB', 'take it out']);
  });

  function launcher(text?: string, from?: RegExp, to?: string): void {
    const file = path.join(home, '.local/share/tidemark/bin/tidemark-run');
    writeFileSync(file, text ?? readFileSync(file, 'utf8').replace(from!, to!));
  }
  function status(text: string): void {
    mkdirSync(path.join(claudeDir(), 'status'));
    writeFileSync(path.join(claudeDir(), 'status/a.json'), text);
  }
  function registry(record: Readonly<Record<string, unknown>>): void {
    mkdirSync(path.join(claudeDir(), 'sessions'), { recursive: true });
    const whole = {
      sessionId: 'cccccccc-0000-4000-8000-000000000001',
      cwd: home,
      startedAt: Date.now() - 600_000,
      kind: 'interactive',
      entrypoint: 'cli',
      ...record,
    };
    writeFileSync(path.join(claudeDir(), `sessions/${record.pid}.json`), JSON.stringify(whole));
  }
  function registryTime(): void {
    const folder = path.join(claudeDir(), 'projects');
    const [first] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
    const file = path.join(folder, first!);
    const future = new Date(Date.now() + 3_600_000);
    utimesSync(file, future, future);
  }
  function yaml(text: string): void {
    mkdirSync(path.join(home, '.config/tidemark'), { recursive: true, mode: 0o700 });
    writeFileSync(path.join(home, '.config/tidemark/config.yaml'), text);
  }
  function state(name: string, text: string): void {
    mkdirSync(path.join(claudeDir(), 'session-health'), { recursive: true });
    writeFileSync(path.join(claudeDir(), 'session-health', name), text);
  }
  function ledger(text: string): void {
    writeFileSync(path.join(home, '.local/share/tidemark/ledger.db'), text);
  }
});
