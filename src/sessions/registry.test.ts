import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProcessTable } from '../platform/processes.ts';
import { parseRecord, RegistryReader, readRegistryOnce } from './registry.ts';

let dir: string;
let sessions: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-registry-'));
  sessions = join(dir, 'sessions');
  mkdirSync(sessions);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const DOMAIN = 'linux:x:pid:[1]';
const table: ProcessTable = { domain: DOMAIN, procStart: () => '7', isAlive: ({ pid, procStart }) => pid === 100 && procStart === '7' };
const put = (pid: number, fields: Record<string, unknown> = {}) =>
  writeFileSync(
    join(sessions, `${pid}.json`),
    JSON.stringify({
      pid,
      sessionId: `s${pid}`,
      procStart: '7',
      pidDomain: DOMAIN,
      status: 'busy',
      messagingSocketPath: '/x/CANARY',
      ...fields,
    }),
  );

test('LS-10: valid, dead, reused, other namespace, missing start, half written, directory, FIFO', () => {
  put(100);
  put(101);
  put(102, { pid: 5 });
  put(103, { pidDomain: 'linux:x:pid:[2]' });
  writeFileSync(join(sessions, '104.json'), '{"pid":104,"sess');
  mkdirSync(join(sessions, '105.json'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(sessions, '106.json')]);
  writeFileSync(join(sessions, '107.json'), `{"pid":107,"sessionId":"big","x":"${'x'.repeat(70_000)}"}`);
  const alive = Object.fromEntries(readRegistryOnce(dir, table).map((record) => [record.pid, record.alive]));
  expect(alive).toEqual({ 100: true, 101: false, 103: null });
  put(100, { procStart: '8' });
  expect(readRegistryOnce(dir, table).find(({ pid }) => pid === 100)?.alive).toBe(false);
});

test('LS-11: keys are never opened, sockets never kept', () => {
  put(100);
  writeFileSync(join(sessions, '100.ab12.key'), 'SECRET');
  expect(JSON.stringify(readRegistryOnce(dir, table))).not.toMatch(/CANARY|SECRET/);
});

test('LS-10: 10,000 random mutations: no crash, none alive that is not', () => {
  const text = JSON.stringify({ pid: 100, sessionId: 's', procStart: '9', pidDomain: DOMAIN, status: 'busy', startedAt: 1 });
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(text.length), fc.string({ maxLength: 5 }), (from, to, put) => {
      const record = parseRecord(text.slice(0, Math.min(from, to)) + put + text.slice(Math.max(from, to)), 100);
      if (record !== null) expect(record.pid).toBe(100);
    }),
    { numRuns: 10_000 },
  );
});

test('LS-12: the folder is never written; a file half written keeps its former value', () => {
  put(100);
  const reader = new RegistryReader(dir, table);
  const before = readFileSync(join(sessions, '100.json'), 'utf8');
  for (let pass = 0; pass < 100; pass++) expect(reader.read()).toHaveLength(1);
  expect([readdirSync(sessions), readFileSync(join(sessions, '100.json'), 'utf8')]).toEqual([['100.json'], before]);
  writeFileSync(join(sessions, '100.json'), '{"pid":1');
  expect(reader.read()[0]?.status).toBe('busy');
  put(100, { status: 'idle' });
  expect(reader.read()[0]?.status).toBe('idle');
  rmSync(join(sessions, '100.json'));
  expect(reader.read()).toEqual([]);
});
