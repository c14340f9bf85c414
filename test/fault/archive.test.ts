import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveEvents } from '../../src/ledger/archive.ts';
import { backupLedger } from '../../src/ledger/backup.ts';
import { restoreLedger } from '../../src/ledger/backup-restore.ts';
import { forgetSessions, isForgotten } from '../../src/ledger/forget.ts';
import { ingest } from '../../src/ledger/ingest.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { archivedPart } from '../../src/ledger/queries/archived-session.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import { ledgerStats } from '../../src/ledger/stats.ts';
import { verify } from '../../src/ledger/verify.ts';
import { withOverrides } from '../../src/pricing/overrides.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { allFigures } from './archive-home.ts';
import { promptLine, random, usageLine, vendorId, writeTranscript } from './home.ts';

const HOMES = path.resolve(import.meta.dirname, '../../fixtures/homes');
const NOW = 1_900_000_000_000;
const FAR = NOW;
let dir: string;
let claude: string;
let ledger: Ledger;

const options = (table = builtinTable()) => ({ path: path.join(dir, 'd/ledger.db'), table, version: 'test', now: NOW });
const open = (table = builtinTable()): Ledger => openLedger(options(table));
const read = () => ingest(ledger, { claudeDirs: [claude], workers: 0, now: NOW });
const rebuilt = () => rebuild(ledger, { claudeDirs: [claude], workers: 0, now: NOW });
const live = (): number => Number(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n);
const files = (): string[] =>
  existsSync(path.join(dir, 'd/archive')) ? readdirSync(path.join(dir, 'd/archive')).map((name) => path.join(dir, 'd/archive', name)) : [];
const reopen = (table = builtinTable()): void => {
  ledger[Symbol.dispose]();
  ledger = open(table);
};
/** The time before which half of the requests lie. */
const middle = (): number =>
  Number(ledger.db.sql('SELECT at FROM event ORDER BY at LIMIT 1 OFFSET (SELECT count(*) / 2 FROM event)').get()?.at);

const DAY = 86_400_000;
const T0 = Date.UTC(2026, 5, 1);

/** Requests and prompts over sixty days, in some sessions, some of them said twice, copied into a neighbour's file, or without a price. */
function spread(home: string, next: () => number, from: number, count: number): void {
  for (let i = from; i < from + count; i++) {
    const n = Math.floor(next() * 5);
    const at = T0 + Math.floor(next() * 60 * DAY);
    const spec = {
      id: vendorId(`a${i}`),
      session: `s-${n}`,
      at,
      input: Math.floor(next() * 900),
      output: 2 + Math.floor(next() * 500),
      read: Math.floor(next() * 9000),
      ...(next() < 0.1 ? { model: 'model-without-price' } : {}),
    };
    const lines = [
      usageLine({ ...spec, output: 1, stop: null }),
      ...(next() < 0.8 ? [usageLine(spec)] : []),
      promptLine(`p-${i}`, `s-${n}`, at),
    ];
    writeTranscript(home, `-spread-${n % 2}/s-${n}.jsonl`, lines);
    if (next() < 0.2) writeTranscript(home, `-spread-${n % 2}/s-${(n + 1) % 5}.jsonl`, [lines[0]!]);
  }
}

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tidemark-archive-'));
  claude = path.join(dir, '.claude');
  mkdirSync(claude);
  for (const home of readdirSync(HOMES, { withFileTypes: true })) {
    const projects = path.join(HOMES, home.name, '.claude/projects');
    if (home.isDirectory() && existsSync(projects)) cpSync(projects, path.join(claude, 'projects', `-${home.name}`), { recursive: true });
  }
  spread(claude, random(7), 0, 40);
  ledger = open();
  await read();
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

describe('REL-24: archived requests', () => {
  test('no figure of any report changes, whatever day it is cut at', () => {
    const before = allFigures(ledger);
    const all = live();
    for (const at of [middle() - 3_600_000, middle(), FAR]) {
      archiveEvents(ledger, at, NOW);
      expect(allFigures(ledger)).toBe(before);
      expect(verify(ledger, [claude]).differences).toEqual([]);
    }
    expect(live()).toBe(0);
    expect(files().length).toBeGreaterThan(1);
    expect(ledgerStats(ledger, '')).toMatchObject({ events: all, archive: { requests: all, missing: [] } });
    expect(archiveEvents(ledger, FAR, NOW).path).toBeNull();
  });

  test('a transcript that is read again counts nothing twice; rebuild and verify know what is archived', async () => {
    archiveEvents(ledger, FAR, NOW);
    const before = allFigures(ledger);
    const all = ledgerStats(ledger, '').events;
    ledger.db.exec('DELETE FROM file');
    expect((await read()).changed).toBe(0);
    expect(allFigures(ledger)).toBe(before);
    expect(await rebuilt()).toMatchObject({ before: all, after: all, changed: 0, mended: 0, unproven: 0 });
    expect(live()).toBe(0);
    expect(verify(ledger, [claude])).toMatchObject({ ok: true, ledgerOnly: 0 });
    rmSync(path.join(claude, 'projects'), { recursive: true });
    await read();
    await rebuilt();
    reopen();
    const days = (text: string) => text.replaceAll('"transcript": "gone"', '"transcript": "present"');
    expect(days(allFigures(ledger))).toBe(days(before));
    expect(verify(ledger, [claude])).toMatchObject({ ok: true, ledgerOnly: all });
  });

  test('a further line of an archived request is merged as if it were not archived', async () => {
    const twin = openLedger({ ...options(), path: path.join(dir, 't/ledger.db') });
    await ingest(twin, { claudeDirs: [claude], workers: 0, now: NOW });
    archiveEvents(ledger, FAR, NOW);
    const transcript = path.join(claude, 'projects/-stream-growth/-nowhere-dev-api/aaaaaaaa-0000-4000-8000-000000000001.jsonl');
    const line = readFileSync(transcript, 'utf8')
      .split('\n')
      .find((one) => one.includes('"output_tokens"'))!;
    appendFileSync(transcript, `${line.replace(/"output_tokens":\s*\d+/, '"output_tokens":4321')}\n`);
    await read();
    await ingest(twin, { claudeDirs: [claude], workers: 0, now: NOW });
    expect(live()).toBeGreaterThan(0);
    expect(allFigures(ledger)).toBe(allFigures(twin));
    expect(allFigures(ledger)).toContain('4321');
    expect(verify(ledger, [claude]).differences).toEqual([]);
    archiveEvents(ledger, FAR, NOW);
    expect(live()).toBe(0);
    expect(allFigures(ledger)).toBe(allFigures(twin));
    twin[Symbol.dispose]();
  });

  test('a new price table prices archived requests too', async () => {
    const dear = withOverrides(
      builtinTable(),
      [{ pattern: '*', from: null, to: null, input: 7, output: 11, cacheWrite5m: 1, cacheWrite1h: 2, cacheRead: 3 }],
      false,
    );
    const twin = openLedger({ ...options(dear), path: path.join(dir, 't/ledger.db') });
    await ingest(twin, { claudeDirs: [claude], workers: 0, now: NOW });
    const before = allFigures(ledger);
    archiveEvents(ledger, middle(), NOW);
    reopen(dear);
    expect(allFigures(ledger)).toBe(allFigures(twin));
    expect(allFigures(ledger)).not.toBe(before);
    expect(verify(ledger, [claude]).differences).toEqual([]);
    reopen();
    expect(allFigures(ledger)).toBe(before);
    twin[Symbol.dispose]();
  });

  test.each(['gone', 'changed', 'cut'])('an archive that is %s: sums stay, nothing doubles, verify and stats name it', async (how) => {
    const sums = () => ledger.db.sql('SELECT * FROM rollup ORDER BY cell, session, model, flags').all();
    const before = sums();
    archiveEvents(ledger, middle(), NOW);
    const [file] = files();
    const bytes = readFileSync(file!);
    if (how === 'gone') rmSync(file!);
    else if (how === 'cut') writeFileSync(file!, bytes.subarray(0, bytes.length - 40));
    else writeFileSync(file!, Buffer.from(bytes.map((byte, i) => (i === 200 ? byte ^ 4 : byte))));
    reopen();
    ledger.db.exec('DELETE FROM file');
    await read();
    ledger.appender.recountAll();
    expect(sums()).toEqual(before);
    const found = verify(ledger, [claude]);
    expect(Object.keys(found.counts)).toEqual(['archive']);
    if (how !== 'changed') expect(ledgerStats(ledger, '').archive.missing).toEqual([file]);
    const session = Number(ledger.db.sql('SELECT session FROM archived').get()?.session);
    expect(archivedPart(ledger, session).unreadable).toBe(archivedPart(ledger, session).requests);
    await rebuilt();
    expect(sums()).toEqual(before);
    writeFileSync(file!, bytes);
    reopen();
    expect(verify(ledger, [claude]).differences).toEqual([]);
  });

  test('a ledger that was lost gets its archived requests back, though their transcripts are gone', async () => {
    const before = ledgerStats(ledger, '').events;
    archiveEvents(ledger, FAR, NOW);
    rmSync(path.join(claude, 'projects'), { recursive: true });
    ledger[Symbol.dispose]();
    writeFileSync(path.join(dir, 'd/ledger.db'), 'no database at all');
    for (const suffix of ['-wal', '-shm']) rmSync(path.join(dir, `d/ledger.db${suffix}`), { force: true });
    ledger = open();
    expect(ledger.notice).toContain('damaged');
    expect(live()).toBe(before);
    expect(files()).toEqual([]);
    await read();
    expect(verify(ledger, [claude])).toMatchObject({ ok: true, ledgerOnly: before });
  });

  test('a file that a kill left behind is taken in by the next archiving, and counts nothing twice', () => {
    const before = allFigures(ledger);
    archiveEvents(ledger, FAR, NOW);
    const [file] = files();
    const left = path.join(dir, 'd/archive/ledger-events-20200101-000000-00000000.jsonl.gz');
    cpSync(file!, left);
    archiveEvents(ledger, FAR, NOW);
    expect(existsSync(left)).toBe(false);
    expect(allFigures(ledger)).toBe(before);
    expect(verify(ledger, [claude]).differences).toEqual([]);
  });

  test.each(['s-1', 'aaaaaaaa-0000-4000-8000-000000000001'])(
    'SEC-82: the forgotten session %s leaves the archive too, and no other one does',
    async (sid) => {
      const twin = openLedger({ ...options(), path: path.join(dir, 't/ledger.db') });
      await ingest(twin, { claudeDirs: [claude], workers: 0, now: NOW });
      archiveEvents(ledger, middle(), NOW);
      archiveEvents(ledger, FAR, NOW);
      const keys = ledger.db.sql('SELECT key FROM archived JOIN session ON session.id = archived.session WHERE sid = ?').all(sid);
      expect(keys.length).toBeGreaterThan(0);
      const holding = () =>
        files().filter((file) =>
          [`"${sid}"`, ...keys.map(({ key }) => String(key))].some((text) => gunzipSync(readFileSync(file)).includes(text)),
        );
      expect(holding().length).toBeGreaterThan(0);
      expect(forgetSessions(ledger, [sid], NOW)).toEqual(forgetSessions(twin, [sid], NOW));
      expect(holding()).toEqual([]);
      expect(files().length).toBeGreaterThan(0);
      expect(allFigures(ledger)).toBe(allFigures(twin));
      expect(verify(ledger, [claude]).differences).toEqual(verify(twin, [claude]).differences);
      for (const one of [ledger, twin]) {
        one.db.exec('DELETE FROM file');
        await ingest(one, { claudeDirs: [claude], workers: 0, now: NOW });
        await rebuild(one, { claudeDirs: [claude], workers: 0, now: NOW });
      }
      expect(isForgotten(ledger, sid)).toBe(true);
      expect(allFigures(ledger)).toBe(allFigures(twin));
      expect(verify(ledger, [claude]).differences).toEqual([]);
      twin[Symbol.dispose]();
    },
  );

  test('SEC-82: a session whose requests came back from the archive leaves no byte there when it is forgotten', async () => {
    archiveEvents(ledger, FAR, NOW);
    // Every one of its requests grows, so that all of them are in the ledger again.
    const file = path.join(claude, 'projects/-spread-1/s-1.jsonl');
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"sessionId":"s-1"') && line.includes('output_tokens'));
    appendFileSync(file, lines.map((line) => `${line.replace(/"output_tokens":\d+/, '"output_tokens":9999')}\n`).join(''));
    await read();
    const id = Number(ledger.db.sql("SELECT id FROM session WHERE sid = 's-1'").get()?.id);
    expect(archivedPart(ledger, id).requests).toBe(0);
    const holding = () => files().filter((one) => gunzipSync(readFileSync(one)).includes('"s-1"'));
    expect(holding()).toHaveLength(1);
    forgetSessions(ledger, ['s-1'], NOW);
    expect(holding()).toEqual([]);
    expect(verify(ledger, [claude]).differences).toEqual([]);
  });

  test('an archiving whose transaction fails leaves every request where it was, and no file', () => {
    const before = allFigures(ledger);
    ledger.db.exec("CREATE TRIGGER refuse BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'refused'); END");
    expect(() => archiveEvents(ledger, FAR, NOW)).toThrow('refused');
    ledger.db.exec('DROP TRIGGER refuse');
    expect(files()).toEqual([]);
    expect(allFigures(ledger)).toBe(before);
    expect(verify(ledger, [claude]).differences).toEqual([]);
  });

  test('UR-113: a long history is archived over several passes, each of them short', async () => {
    writeTranscript(
      claude,
      '-long/s-long.jsonl',
      Array.from({ length: 11_000 }, (_, i) => usageLine({ id: vendorId(`l${i}`), session: 's-long', at: T0 + i * 60_000, text: '' })),
    );
    await read();
    const sum = (): unknown => ledger.db.sql('SELECT sum(requests) AS n, sum(input) AS i FROM rollup').get();
    const before = sum();
    const rest: number[] = [];
    for (let i = 0; i < 3; i++) {
      ledger.chores = { sample: false, keepMs: DAY };
      await read();
      rest.push(live());
    }
    expect(rest[0]).toBe(ledgerStats(ledger, '').events - 10_000);
    expect(rest.slice(1)).toEqual([0, 0]);
    expect(sum()).toEqual(before);
  });

  const seed = Number(process.env.TIDEMARK_SEED ?? Date.now() % 1e9);
  const runs = process.env.TIDEMARK_LONG === '1' ? 40 : 8;
  test(`${runs} random histories with and without archiving give the same figures (seed ${seed})`, { timeout: 240_000 }, async () => {
    for (let run = 0; run < runs; run++) {
      const next = random(seed + run);
      const home = path.join(dir, `home-${run}`);
      mkdirSync(home);
      const dear = withOverrides(
        builtinTable(),
        [{ pattern: '*sonnet*', from: null, to: null, input: 7, output: 11, cacheWrite5m: 1, cacheWrite1h: 2, cacheRead: 3 }],
        false,
      );
      const made = (name: string, table = builtinTable()) =>
        openLedger({ ...options(table), path: path.join(dir, `${name}-${run}/ledger.db`) });
      let [one, twin] = [made('one'), made('twin')];
      let lines = 0;
      const done: string[] = [];
      for (let step = 0; step < 14; step++) {
        const act = Math.floor(next() * 9);
        done.push(String(act));
        if (act <= 2) {
          spread(home, next, lines, 6);
          lines += 6;
        } else if (act <= 4) archiveEvents(one, T0 + Math.floor(next() * 60) * DAY + Math.floor(next() * DAY), NOW + step * 1000);
        else if (act === 5) for (const each of [one, twin]) each.db.exec('DELETE FROM file');
        else if (act === 6) {
          const table = next() < 0.5 ? dear : builtinTable();
          for (const each of [one, twin]) each[Symbol.dispose]();
          [one, twin] = [made('one', table), made('twin', table)];
        } else if (act === 7) {
          if (next() < 0.3) for (const each of [one, twin]) forgetSessions(each, [`s-${step % 5}`], NOW);
        } else for (const each of [one, twin]) await rebuild(each, { claudeDirs: [home], workers: 0, now: NOW });
        if (next() < 0.05) rmSync(path.join(home, 'projects/-spread-0'), { recursive: true, force: true });
        for (const each of [one, twin]) await ingest(each, { claudeDirs: [home], workers: 0, now: NOW });
        expect(allFigures(one), `seed ${seed}, run ${run}, ${done.join(' ')}`).toBe(allFigures(twin));
      }
      for (const each of [one, twin]) expect(verify(each, [home]).differences, `seed ${seed}, run ${run}, ${done.join(' ')}`).toEqual([]);
      one[Symbol.dispose]();
      twin[Symbol.dispose]();
    }
  });

  test('REL-25: a backup holds archived requests itself; going back to it and to the ledger of before keeps every figure', async () => {
    const before = allFigures(ledger);
    archiveEvents(ledger, middle(), NOW);
    const file = path.join(dir, 'copy.db');
    backupLedger(ledger, file);
    archiveEvents(ledger, FAR, NOW);
    const former = path.join(dir, 'former.db');
    restoreLedger(ledger, file, options(), () => void backupLedger(ledger, former));
    reopen();
    expect(files()).toEqual([]);
    await read();
    expect(allFigures(ledger)).toBe(before);
    expect(verify(ledger, [claude]).differences).toEqual([]);
    restoreLedger(ledger, former, options());
    reopen();
    expect(allFigures(ledger)).toBe(before);
    expect(verify(ledger, [claude]).differences).toEqual([]);
  });

  test('UR-113: ledger.keep archives older requests once a day at a writable pass, and drops none', async () => {
    const before = allFigures(ledger);
    const keepMs = NOW - middle();
    const pass = async (now: number): Promise<number> => {
      ledger.chores = { sample: false, keepMs };
      await ingest(ledger, { claudeDirs: [claude], workers: 0, now });
      return live();
    };
    const rest = await pass(NOW);
    expect(rest).toBeLessThan(ledgerStats(ledger, '').events);
    expect(rest).toBeGreaterThan(0);
    expect(await pass(NOW + 86_399_000)).toBe(rest);
    expect(await pass(NOW + 86_400_000)).toBeLessThanOrEqual(rest);
    expect(allFigures(ledger)).toBe(before);
  });
});
