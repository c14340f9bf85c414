import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { EVENT_COLUMNS } from './event-row.ts';
import { forgetUsage } from './forget.ts';
import { ingest } from './ingest.ts';
import { type Ledger, openLedger } from './open.ts';
import { rebuild } from './rebuild.ts';
import { ledgerStats } from './stats.ts';
import { verify } from './verify.ts';

const HOMES = path.resolve(import.meta.dirname, '../../fixtures/homes');
let dir: string;
let claude: string;
let ledger: Ledger;
const options = () => ({ claudeDirs: [claude], workers: 0, now: 1_800_000_000_000 });
const transcript = (): string => path.join(claude, 'projects/-nowhere-dev-api/aaaaaaaa-0000-4000-8000-000000000001.jsonl');

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tidemark-verify-'));
  claude = path.join(dir, '.claude');
  mkdirSync(claude);
  cpSync(path.join(HOMES, 'stream-growth/.claude'), claude, { recursive: true });
  cpSync(path.join(HOMES, 'subagents/.claude/projects'), path.join(claude, 'projects/-other'), { recursive: true });
  utimesSync(transcript(), 1_794_484_800, 1_794_484_800);
  ledger = openLedger({ path: path.join(dir, 'd/ledger.db'), table: builtinTable(), version: 'test', now: 0 });
  await ingest(ledger, options());
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

const dump = (): unknown =>
  ['model', 'session', 'event', 'rollup', 'prompt', 'inherited', 'label', 'tombstone'].map((table) =>
    table === 'event'
      ? ledger.db.sql(`SELECT ${EVENT_COLUMNS} FROM event ORDER BY key`).all()
      : ledger.db.sql(`SELECT * FROM ${table} ORDER BY 1, 2`).all(),
  );

describe('verify', () => {
  test('a sound ledger has no difference', () => {
    const result = verify(ledger, [claude]);
    expect(result.differences).toEqual([]);
    expect(result).toMatchObject({ ok: true, ledgerOnly: 0, larger: { count: 0 } });
    expect(result.checked.requests).toBeGreaterThan(3);
  });

  test('SEC-82: a transcript of a forgotten session, which nobody reads any more, is no evidence about others', async () => {
    const line = (id: number, output: number) =>
      `${JSON.stringify({
        type: 'assistant',
        sessionId: 'other',
        timestamp: '2026-11-10T10:00:00.000Z',
        message: {
          id: `msg_${String(id).padStart(20, '0')}`,
          model: 'm',
          stop_reason: 'end_turn',
          usage: { input_tokens: 1, output_tokens: output },
        },
      })}\n`;
    const fileOf = (session: string) => path.join(path.dirname(transcript()), `${session}.jsonl`);
    writeFileSync(fileOf('gone'), '');
    forgetUsage(ledger, 'gone', 1);
    writeFileSync(fileOf('gone'), line(1, 9) + line(2, 9));
    writeFileSync(fileOf('other'), line(1, 5));
    await ingest(ledger, options());
    expect(verify(ledger, [claude])).toMatchObject({ ok: true, differences: [] });
  });

  test.each([
    ['UPDATE rollup SET output = output + 1 WHERE cell = (SELECT min(cell) FROM rollup WHERE requests > 0)', 'sum'],
    ['DELETE FROM rollup WHERE requests > 0', 'sum'],
    ['UPDATE event SET output = output - 1 WHERE key = (SELECT min(key) FROM event)', 'event'],
    ['UPDATE event SET output = output + 64 WHERE key = (SELECT min(key) FROM event)', 'event'],
    ['UPDATE event SET input = 0, ord_sum = 0', 'smaller'],
    ['UPDATE event SET calc = calc + 1', 'price'],
    ['DELETE FROM event WHERE key = (SELECT max(key) FROM event)', 'missing'],
    ["UPDATE file SET tail_hash = 'x'", 'file'],
    ['UPDATE file SET lines = lines + 1', 'file'],
  ] as const)('REL-15: finds `%s` as %s, and rebuild mends it', async (sql, kind) => {
    const before = dump();
    ledger.db.exec(sql);
    const result = verify(ledger, [claude]);
    expect(result.ok).toBe(false);
    expect(result.counts[kind]).toBeGreaterThan(0);
    await rebuild(ledger, options());
    expect(verify(ledger, [claude]).differences).toEqual([]);
    expect(dump()).toEqual(before);
  });

  test('a counter that grew without contradiction is named, since nothing tells it from a rewritten transcript', () => {
    ledger.db.exec('UPDATE event SET input = input + 7');
    expect(verify(ledger, [claude]).larger.count).toBeGreaterThan(0);
  });

  test('REL-13: finds a rewrite of equal size and time', () => {
    const file = transcript();
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/"output_tokens":\s*(\d)/g, (all, digit: string) => all.slice(0, -1) + (digit === '9' ? '8' : '9')),
    );
    utimesSync(file, 1_794_484_800, 1_794_484_800);
    const result = verify(ledger, [claude]);
    expect(result.counts.smaller).toBeGreaterThan(0);
    expect(result.counts.file).toBe(1);
  });

  test('a transcript that grew since is no difference', () => {
    appendFileSync(transcript(), `${readFileSync(transcript(), 'utf8').split('\n')[0]!.replaceAll('msg_', 'msg_new')}\n`);
    expect(verify(ledger, [claude]).differences).toEqual([]);
  });
});

describe('rebuild', () => {
  test('REL-2: rows of deleted transcripts, labels and tombstones survive byte for byte', async () => {
    ledger.db.exec(`INSERT INTO label VALUES ('s', 'mine', '[]', NULL, 1, 2); INSERT INTO tombstone VALUES ('t', 3)`);
    const before = dump();
    rmSync(path.join(claude, 'projects'), { recursive: true });
    const result = await rebuild(ledger, options());
    expect(dump()).toEqual(before);
    expect(result).toMatchObject({ filesRead: 0, changed: 0, stopped: null });
    const checked = verify(ledger, [claude]);
    expect(checked).toMatchObject({ ok: true, ledgerOnly: result.after });
    expect(ledgerStats(ledger, path.join(dir, 'd/ledger.db')).files.present).toBe(0);
  });

  test('a second rebuild changes nothing', async () => {
    const before = dump();
    expect((await rebuild(ledger, options())).changed).toBe(0);
    expect(dump()).toEqual(before);
  });

  test('--file reads only that transcript', async () => {
    ledger.db.exec('DELETE FROM event');
    const result = await rebuild(ledger, { ...options(), file: transcript() });
    expect(result).toMatchObject({ filesRead: 1, before: 0, after: 3 });
    await expect(rebuild(ledger, { ...options(), file: path.join(dir, 'none.jsonl') })).rejects.toThrow('cannot be read (ENOENT)');
  });
});
