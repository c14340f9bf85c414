import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { discover } from '../transcripts/discover.ts';
import { LEFT_ALONE_MS, MAX_FAILURES } from './failures.ts';
import { ingest } from './ingest.ts';
import { ingestFile } from './ingest-changed.ts';
import { type Ledger, openLedger } from './open.ts';
import { rebuild } from './rebuild.ts';
import { ledgerStats } from './stats.ts';

/** Opening this file fails as a disk error does, and is counted. */
const disk = vi.hoisted(() => ({ bad: null as string | null, opened: 0 }));
vi.mock('../transcripts/read.ts', async (original) => {
  const real = await original<typeof import('../transcripts/read.ts')>();
  return {
    ...real,
    openFile(file: string) {
      if (file !== disk.bad) return real.openFile(file);
      disk.opened++;
      throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    },
  };
});

const HOMES = path.resolve(import.meta.dirname, '../../fixtures/homes');
const T0 = 1_800_000_000_000;
let dir: string;
let claude: string;
let ledger: Ledger;
let bad: string;
const pass = (now: number) => ingest(ledger, { claudeDirs: [claude], workers: 0, now });
const requests = (): number => Number(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n);

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tidemark-failures-'));
  claude = path.join(dir, '.claude');
  mkdirSync(claude);
  for (const home of ['subagents', 'stream-growth'])
    cpSync(path.join(HOMES, home, '.claude/projects'), path.join(claude, 'projects'), { recursive: true });
  bad = path.join(claude, 'projects/-nowhere-dev-api/aaaaaaaa-0000-4000-8000-000000000001.jsonl');
  disk.bad = bad;
  disk.opened = 0;
  ledger = openLedger({ path: path.join(dir, 'd/ledger.db'), table: builtinTable(), version: 'test', now: 0 });
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

describe('UR-103: a transcript that fails again and again', () => {
  test('is left alone for five minutes after five failures in a row, then tried once, and taken up when it can be read', async () => {
    for (let i = 1; i <= MAX_FAILURES; i++) {
      const { skipped } = await pass(T0 + i * 1000);
      expect(skipped).toEqual([{ path: bad, code: 'EACCES' }]);
      expect(disk.opened).toBe(i);
    }
    const last = T0 + MAX_FAILURES * 1000;
    expect(requests()).toBeGreaterThan(0);
    for (const later of [1, 1000, LEFT_ALONE_MS - 1]) {
      // Still said, and not opened.
      expect((await pass(last + later)).skipped).toEqual([{ path: bad, code: 'EACCES', isLeftAlone: true }]);
      expect(disk.opened).toBe(MAX_FAILURES);
    }
    expect(ledgerStats(ledger, '', last + 1).failing).toEqual([{ path: bad, code: 'EACCES', times: 5, isLeftAlone: true }]);
    await pass(last + LEFT_ALONE_MS);
    expect(disk.opened).toBe(MAX_FAILURES + 1);
    // One more failure: left alone again.
    await pass(last + LEFT_ALONE_MS + 1000);
    expect(disk.opened).toBe(MAX_FAILURES + 1);

    disk.bad = null;
    const before = requests();
    expect((await pass(last + 3 * LEFT_ALONE_MS)).skipped).toEqual([]);
    expect(requests()).toBeGreaterThan(before);
    expect(ledgerStats(ledger, '', last).failing).toEqual([]);
  });

  test('one success begins the count anew; a file that is gone is forgotten', async () => {
    for (let i = 0; i < MAX_FAILURES - 1; i++) await pass(T0 + i);
    disk.bad = null;
    await pass(T0 + 10);
    disk.bad = bad;
    appendFileSync(bad, '\n');
    for (let i = 0; i < MAX_FAILURES - 1; i++) await pass(T0 + 20 + i);
    expect(ledgerStats(ledger, '', T0 + 30).failing).toMatchObject([{ times: MAX_FAILURES - 1, isLeftAlone: false }]);
    unlinkSync(bad);
    await pass(T0 + 40);
    expect(ledgerStats(ledger, '', T0 + 40).failing).toEqual([]);
  });

  test('a following process counts and leaves alone as well, by its own clock', () => {
    const file = discover([claude]).files.find((one) => one.path === bad)!;
    for (let i = 0; i < MAX_FAILURES + 3; i++) expect(() => ingestFile(ledger, file, T0 + i)).toThrow(/permission denied|left alone/);
    expect(disk.opened).toBe(MAX_FAILURES);
    disk.bad = null;
    expect(() => ingestFile(ledger, file, T0 + 1000)).toThrow('left alone for 5 minutes after 5 failures');
    expect(ingestFile(ledger, file, T0 + MAX_FAILURES + LEFT_ALONE_MS)).toBeGreaterThan(0);
    expect(ledgerStats(ledger, '', T0).failing).toEqual([]);
  });

  test('a clock set back an hour holds nothing for an hour; rebuild reads at once', async () => {
    for (let i = 0; i < MAX_FAILURES; i++) await pass(T0 + i);
    await pass(T0 - 3_600_000);
    expect(disk.opened).toBe(MAX_FAILURES + 1);
    disk.bad = null;
    await rebuild(ledger, { claudeDirs: [claude], workers: 0, now: T0 - 3_600_000 + 1000, file: bad });
    expect(ledgerStats(ledger, '', T0).failing).toEqual([]);
  });

  test('a link in its place is no reason for others to wait', async () => {
    unlinkSync(bad);
    symlinkSync('/dev/zero', bad);
    expect((await pass(T0)).skipped).toEqual([]);
    expect(requests()).toBeGreaterThan(0);
  });
});
