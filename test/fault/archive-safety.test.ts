import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readingNotices } from '../../src/app/reading-notices.ts';
import { archiveAll, archiveEvents } from '../../src/ledger/archive.ts';
import { backupLedger } from '../../src/ledger/backup.ts';
import { restoreLedger } from '../../src/ledger/backup-restore.ts';
import { forgetSessions } from '../../src/ledger/forget.ts';
import { ingest } from '../../src/ledger/ingest.ts';
import { inMemory, type Ledger, openLedger } from '../../src/ledger/open.ts';
import { rebuild } from '../../src/ledger/rebuild.ts';
import { ledgerStats } from '../../src/ledger/stats.ts';
import { verify } from '../../src/ledger/verify.ts';
import { withOverrides } from '../../src/pricing/overrides.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { allFigures } from './archive-home.ts';
import { usageLine, vendorId, writeTranscript } from './home.ts';

const NOW = 1_900_000_000_000;
const T0 = Date.UTC(2026, 5, 1);
/** Requests of a session; a block holds 2,000. */
const EACH = 2500;
const SIDS = ['s-1', 's-2'] as const;
const dear = withOverrides(
  builtinTable(),
  [{ pattern: '*', from: null, to: null, input: 7, output: 11, cacheWrite5m: 1, cacheWrite1h: 2, cacheRead: 3 }],
  false,
);
let dir: string;
let claude: string;
let ledger: Ledger;

const opened = (name = 'ledger.db', table = builtinTable()): Ledger =>
  openLedger({ path: path.join(dir, 'd', name), table, version: 'test', now: NOW });
const read = (one = ledger) => ingest(one, { claudeDirs: [claude], workers: 0, now: NOW });
const folder = (): string => path.join(dir, 'd/archive');
const files = (): string[] => (existsSync(folder()) ? readdirSync(folder()).map((name) => path.join(folder(), name)) : []);
const differences = (one = ledger) => verify(one, [claude]).differences;
function reopen(table = builtinTable()): void {
  ledger[Symbol.dispose]();
  ledger = opened('ledger.db', table);
}
/** A second opinion: a ledger of the same transcripts with nothing archived. */
async function figuresOf(table = builtinTable(), forgotten: readonly string[] = []): Promise<string> {
  using twin = inMemory({ path: ':memory:', table, version: 'test', now: NOW }, '');
  await read(twin);
  if (forgotten.length > 0) forgetSessions(twin, forgotten, NOW);
  return allFigures(twin);
}

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tidemark-archive-'));
  claude = path.join(dir, '.claude');
  for (const session of SIDS) {
    const lines = Array.from({ length: EACH }, (_, i) =>
      usageLine({ id: vendorId(`${session}x${i}`), session, at: T0 + i * 60_000, output: 1 + (i % 99), text: '' }),
    );
    writeTranscript(claude, `-p/${session}.jsonl`, lines);
  }
  ledger = opened();
  await read();
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** Runs something in the way of the nth write transaction of a ledger. */
function meanwhile(one: Ledger, nth: number, act: () => void): void {
  const write = one.db.write.bind(one.db);
  let n = 0;
  one.db.write = (work) => {
    if (++n === nth) act();
    return write(work);
  };
}

describe('REL-24, SEC-82: another process beside an archiver', () => {
  test('a session that is forgotten between two blocks takes no request of another one with it', async () => {
    using other = opened();
    let kept: readonly string[] = ['not run'];
    meanwhile(ledger, 2, () => {
      kept = forgetSessions(other, ['s-1'], NOW).kept;
    });
    const { requests, isDone } = archiveEvents(ledger, NOW, NOW);
    expect(requests).toBe(2000);
    expect(isDone).toBe(false);
    expect(kept).toEqual([]);
    expect(allFigures(ledger)).toBe(await figuresOf(builtinTable(), ['s-1']));
    expect(differences()).toEqual([]);
    for (const file of files()) expect(gunzipSync(readFileSync(file)).includes('"s-1"')).toBe(false);
    expect(archiveAll(ledger, NOW, NOW).isDone).toBe(true);
    expect(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n).toBe(0);
    expect(allFigures(ledger)).toBe(await figuresOf(builtinTable(), ['s-1']));
    expect(differences()).toEqual([]);
  });

  test('what an early end leaves is archived by a further pass', () => {
    using other = opened();
    meanwhile(ledger, 2, () => void forgetSessions(other, ['s-1'], NOW));
    expect(archiveAll(ledger, NOW, NOW)).toMatchObject({ isDone: true });
    expect(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n).toBe(0);
    expect(differences()).toEqual([]);
  });
});

describe('REL-25: restoring', () => {
  test('a plain copy of the ledger keeps the archive that it refers to', () => {
    const figures = allFigures(ledger);
    archiveEvents(ledger, NOW, NOW);
    ledger.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const copy = path.join(dir, 'copy.db');
    cpSync(ledger.db.path, copy);
    restoreLedger(ledger, copy, { path: ledger.db.path, table: builtinTable(), version: 'test', now: NOW });
    reopen();
    expect(files()).toHaveLength(1);
    expect(differences()).toEqual([]);
    expect(allFigures(ledger)).toBe(figures);
  });

  test('a plain copy at other prices is priced anew from the archive', async () => {
    archiveEvents(ledger, NOW, NOW);
    ledger.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const copy = path.join(dir, 'copy.db');
    cpSync(ledger.db.path, copy);
    reopen(dear);
    restoreLedger(ledger, copy, { path: ledger.db.path, table: dear, version: 'test', now: NOW });
    reopen(dear);
    expect(allFigures(ledger)).toBe(await figuresOf(dear));
    expect(differences()).toEqual([]);
  });
});

describe('REL-24: ledgers that share a directory', () => {
  test.each([
    ['ledger.db', 'ledger'],
    ['ledger', 'ledger.db'],
  ])('%s and %s each keep their own archive', async (one, two) => {
    using first = opened(one);
    using second = opened(two);
    await read(first);
    await read(second);
    archiveEvents(first, NOW, NOW);
    archiveEvents(second, NOW, NOW + 1000);
    archiveEvents(first, NOW, NOW + 2000);
    expect(files()).toHaveLength(2);
    expect([differences(first), differences(second)]).toEqual([[], []]);
  });

  test.each(['the copy', 'the first one'])(
    'a ledger copied beside it: forgetting in %s leaves the other its requests, and names the file',
    (which) => {
      archiveEvents(ledger, NOW, NOW);
      ledger.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      cpSync(ledger.db.path, path.join(dir, 'd/mine.db'));
      const copy = opened('mine.db');
      const [here, there] = which === 'the copy' ? [copy, ledger] : [ledger, copy];
      const [file] = files();
      expect(forgetSessions(here, ['s-1'], NOW).kept).toEqual([file]);
      expect([differences(here), differences(there)]).toEqual([[], []]);
      // Nor is it taken for one that was left behind.
      archiveEvents(here, NOW, NOW);
      rmSync(path.join(claude, 'projects'), { recursive: true });
      expect([differences(here), differences(there)]).toEqual([[], []]);
      // Alone again, the ledger removes it.
      if (which === 'the copy') return;
      copy[Symbol.dispose]();
      for (const suffix of ['', '-wal', '-shm']) rmSync(path.join(dir, `d/mine.db${suffix}`), { force: true });
      archiveEvents(ledger, NOW, NOW);
      expect(files()).not.toContain(file);
      expect(differences()).toEqual([]);
    },
  );
});

test('SEC-82: forgetting keeps an archive file of which a block cannot be read, and names it', () => {
  const figures = allFigures(ledger);
  archiveEvents(ledger, NOW, NOW);
  const [file] = files();
  const bytes = readFileSync(file!);
  const second = ledger.db.sql('SELECT max(offset) AS at, length FROM archive_block').get()!.at as number;
  writeFileSync(file!, Buffer.from(bytes.map((byte, i) => (i === second + 200 ? byte ^ 4 : byte))));
  reopen();
  const { kept } = forgetSessions(ledger, ['s-1'], NOW);
  expect(kept).toEqual([file]);
  expect(files()).toHaveLength(2);
  // Mended, its requests are there again.
  writeFileSync(file!, bytes);
  reopen();
  expect(differences()).toEqual([]);
  expect(allFigures(ledger)).not.toBe(figures);
  expect(forgetSessions(ledger, ['s-9'], NOW).kept).toEqual([]);
});

describe('REL-24: prices and lines that come while the archive is away', () => {
  const away = (): void => renameSync(folder(), path.join(dir, 'away'));
  const back = (): void => renameSync(path.join(dir, 'away'), folder());
  const told = async (): Promise<string> => readingNotices({ paths: { home: dir } }, ledger, await read()).join(' ');

  test('new prices: the notice and the figures of the ledger say it; all is priced anew as soon as it is back', async () => {
    archiveEvents(ledger, T0 + 2000 * 60_000, NOW);
    away();
    reopen();
    expect(await told()).toMatch(/is gone or cut(?!.*former prices)/);
    expect(ledgerStats(ledger, '').archive.formerPrices).toBe(false);
    reopen(dear);
    for (let i = 0; i < 2; i++) {
      expect(await told()).toContain('may be at former prices');
      expect(ledgerStats(ledger, '').archive.formerPrices).toBe(true);
      reopen(dear);
    }
    back();
    reopen(dear);
    expect(await told()).toBe('');
    expect(ledgerStats(ledger, '').archive.formerPrices).toBe(false);
    expect(allFigures(ledger)).toBe(await figuresOf(dear));
    expect(differences()).toEqual([]);
  });

  test('a file of the right size that changed is said too', async () => {
    archiveEvents(ledger, NOW, NOW);
    const [file] = files();
    const bytes = readFileSync(file!);
    writeFileSync(file!, Buffer.from(bytes.map((byte, i) => (i === 200 ? byte ^ 4 : byte))));
    reopen(dear);
    expect(await told()).toContain('An archive file cannot be read');
    writeFileSync(file!, bytes);
    reopen(dear);
    expect(await told()).toBe('');
    expect(allFigures(ledger)).toBe(await figuresOf(dear));
  });

  test('rebuild takes the requests from transcripts that are still there, and no other ones', async () => {
    archiveEvents(ledger, NOW, NOW);
    away();
    rmSync(path.join(claude, 'projects/-p/s-2.jsonl'));
    reopen(dear);
    const sum = (): unknown =>
      ledger.db.sql('SELECT sid, sum(requests) AS n, sum(output) AS o FROM rollup JOIN session ON session.id = session GROUP BY sid').all();
    const counted = sum();
    expect(await rebuild(ledger, { claudeDirs: [claude], workers: 0, now: NOW })).toMatchObject({
      before: 2 * EACH,
      after: 2 * EACH,
      mended: EACH,
    });
    expect(sum()).toEqual(counted);
    expect(Object.keys(verify(ledger, [claude]).counts)).toEqual(['archive']);
    expect(ledgerStats(ledger, '').archive).toMatchObject({ requests: EACH, formerPrices: true });
    back();
    reopen(dear);
    expect(sum()).toEqual(counted);
    expect(differences()).toEqual([]);
    expect(ledgerStats(ledger, '').archive.formerPrices).toBe(false);
  });

  test('rebuild keeps what was counted where a transcript says less', async () => {
    archiveEvents(ledger, NOW, NOW);
    away();
    const transcript = path.join(claude, 'projects/-p/s-2.jsonl');
    writeFileSync(transcript, readFileSync(transcript, 'utf8').replaceAll(/"output_tokens":\d+/g, '"output_tokens":0'));
    const sums = (): unknown => ledger.db.sql('SELECT sum(output) AS n, sum(requests) AS r FROM rollup').get();
    const counted = sums();
    await rebuild(ledger, { claudeDirs: [claude], workers: 0, now: NOW });
    expect(sums()).toEqual(counted);
  });

  test('a line that adds to an archived request counts as soon as the archive is back, without a rebuild', async () => {
    archiveEvents(ledger, NOW, NOW);
    away();
    reopen();
    const grown = usageLine({ id: vendorId('s-1x7'), session: 's-1', at: T0 + 7 * 60_000, output: 4321, text: '' });
    appendFileSync(path.join(claude, 'projects/-p/s-1.jsonl'), `${grown}\n`);
    await read();
    back();
    reopen();
    await read();
    expect(allFigures(ledger)).toBe(await figuresOf());
    expect(differences()).toEqual([]);
  });

  test('a file that was left behind stays as long as its requests cannot be compared with the archive', async () => {
    archiveEvents(ledger, NOW, NOW);
    const [file] = files();
    const left = path.join(dir, 'd/archive/ledger-events-20200101-000000-00000000.jsonl.gz');
    renameSync(file!, left);
    reopen();
    archiveEvents(ledger, NOW, NOW);
    expect(files()).toEqual([left]);
  });

  test('REL-25: a backup made meanwhile is priced when it is put back', async () => {
    archiveEvents(ledger, NOW, NOW);
    away();
    reopen(dear);
    const copy = path.join(dir, 'copy.db');
    backupLedger(ledger, copy);
    back();
    restoreLedger(ledger, copy, { path: ledger.db.path, table: dear, version: 'test', now: NOW });
    reopen(dear);
    expect(allFigures(ledger)).toBe(await figuresOf(dear));
    expect(differences()).toEqual([]);
  });

  test('verify looks at each sum once, however many requests cannot be read', () => {
    archiveEvents(ledger, NOW, NOW);
    away();
    mkdirSync(folder());
    reopen();
    const looks = vi.spyOn(String.prototype, 'startsWith');
    const found = verify(ledger, [claude]);
    const { length } = looks.mock.calls;
    looks.mockRestore();
    expect(Object.keys(found.counts)).toEqual(['archive']);
    expect(length).toBeLessThan(20 * EACH);
    rmSync(folder(), { recursive: true });
  });
});
