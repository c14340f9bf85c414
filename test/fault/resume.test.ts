import { appendFileSync, copyFileSync, realpathSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markGone, seenFiles } from '../../src/ledger/checkpoints.ts';
import { forgetUsage } from '../../src/ledger/forget.ts';
import { ingest } from '../../src/ledger/ingest.ts';
import { ingestFile } from '../../src/ledger/ingest-changed.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { PART_BYTES, readFile } from '../../src/ledger/read-file.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { discover } from '../../src/transcripts/discover.ts';
import { ledgerCount, NaiveCounter, promptLine, remove, T0, tempDir, usageLine, vendorId, writeTranscript } from './home.ts';

let dir: string;
let path: string;
let ledger: Ledger;
let naive: NaiveCounter;
let clock = T0 / 1000;

const open = (): Ledger => openLedger({ path: join(dir, 'state', 'ledger.db'), table: builtinTable(), version: 'test', now: T0 });
const read = (into = ledger) => ingest(into, { claudeDirs: [dir], workers: 0, now: T0 });
/** Lines of one length each, so that files can be exchanged without a sign of it in their size. */
const line = (id: string, output = 100, session = 's-1'): string => `${usageLine({ id: vendorId(id), output, session })}\n`;
const long = (n: number): string => Array.from({ length: n }, (_, i) => line(`l${i}`, 200)).join('');
/** A time of its own for each change, as a file system with a fine clock gives it. */
function put(text: string, at = path): void {
  writeFileSync(at, text);
  touch(at);
}
function touch(at = path): void {
  clock += 1;
  utimesSync(at, clock, clock);
}

beforeEach(async () => {
  dir = tempDir('resume');
  path = writeTranscript(dir, '-p/a.jsonl', []);
  put(line('1') + line('2') + line('3'));
  naive = new NaiveCounter();
  ledger = open();
  await read();
  naive.see(dir);
});
afterEach(() => {
  ledger[Symbol.dispose]();
  remove(dir);
});

const fileOf = (at: string) => discover([dir]).files.find((file) => file.path === realpathSync(at))!;
const elsewhere = (): string => join(dir, 'projects', '-p', 'b.jsonl');

/** What happens to the file, and how many files are then read at all. */
const STATES: readonly (readonly [what: string, change: () => void, filesRead: number])[] = [
  ['nothing', () => {}, 0],
  ['grown', () => [appendFileSync(path, line('4')), touch()], 1],
  ['grown by half a line', () => [appendFileSync(path, line('4').slice(0, 90)), touch()], 1],
  ['truncated', () => [truncateSync(path, line('1').length + 7), touch()], 1],
  ['truncated to nothing', () => [truncateSync(path, 0), touch()], 1],
  ['truncated, then grown past its old size', () => put(line('1') + line('5', 300) + long(6)), 1],
  ['replaced by a smaller one', () => put(line('6')), 1],
  ['replaced by one of equal size', () => put(line('7') + line('8') + line('9')), 1],
  ['replaced by one of equal size and end', () => put(line('7') + line('2') + line('3')), 1],
  ['replaced by a larger one of equal beginning', () => put(`${line('1')}${line('5')}${line('3', 999)}${long(4)}`), 1],
  ['replaced by a larger one with the old end at its old place', () => put(line('7') + line('8') + line('3') + long(4)), 1],
  ['its last line rewritten', () => put(line('1') + line('2') + line('3', 999)), 1],
  ['moved', () => renameSync(path, elsewhere()), 1],
  ['copied', () => copyFileSync(path, elsewhere()), 1],
  ['deleted', () => rmSync(path), 0],
  ['deleted, another one in its place', () => [rmSync(path), put(line('x') + line('y'))], 1],
];

describe('REL-12 where reading goes on', () => {
  it.each(STATES)('%s, while the program runs', async (_, change, filesRead) => {
    change();
    expect((await read()).filesRead).toBe(filesRead);
    naive.see(dir);
    expect(ledgerCount(ledger)).toEqual(naive.count());
    expect((await read()).filesRead).toBe(0);
  });

  it.each(STATES)('%s, while it does not, and once more after', async (_, change) => {
    ledger[Symbol.dispose]();
    change();
    naive.see(dir);
    ledger = open();
    await read();
    expect(ledgerCount(ledger)).toEqual(naive.count());
    writeTranscript(dir, '-p/a.jsonl', ['', usageLine({ id: vendorId('after'), output: 55 })]);
    touch();
    naive.see(dir);
    await read();
    expect(ledgerCount(ledger)).toEqual(naive.count());
  });

  it('REL-11: a file of the same name, size and time but another inode is read', async () => {
    put(line('7') + line('8') + line('9'), `${path}.new`);
    utimesSync(`${path}.new`, clock - 1, clock - 1);
    renameSync(`${path}.new`, path);
    naive.see(dir);
    await read();
    expect(ledgerCount(ledger)).toEqual(naive.count());
  });

  it('REL-1: what a reading that failed half-way gave out is not used again', async () => {
    const { sql } = ledger.db;
    put(line('4', 7, 's-new') + promptLine('p-new', 's-new'));
    naive.see(dir);
    // Fails at the checkpoint, the last write of the transaction: session and model have their numbers by then.
    Object.assign(ledger.db, {
      sql: (text: string) => {
        if (text.includes('REPLACE INTO file')) throw new Error('stopped here');
        return sql(text);
      },
    });
    await expect(read()).rejects.toThrow('stopped here');
    Object.assign(ledger.db, { sql });
    using other = open();
    const z = writeTranscript(dir, '-p/z.jsonl', [line('z', 9, 's-other').trimEnd()]);
    naive.see(dir);
    ingestFile(other, fileOf(z));
    await read();
    expect(ledgerCount(ledger)).toEqual(naive.count());
    const sessions = ledger.db.sql(
      'SELECT sid, count(event.id) AS n FROM session LEFT JOIN event ON event.session = session.id GROUP BY sid ORDER BY sid',
    );
    expect(sessions.all().map(({ sid, n }) => [sid, n])).toEqual([
      ['s-1', 3],
      ['s-new', 1],
      ['s-other', 1],
    ]);
  });
});

describe('REL-1, REL-10 checkpoints', () => {
  const stored = (at = path) => ledger.db.sql('SELECT offset, size, gone_at FROM file WHERE path = ?').get(realpathSync(at));

  it('come in the transaction of their events: what fails before it leaves nothing', async () => {
    const { sql } = ledger.db;
    put(line('4', 7));
    naive.see(dir);
    Object.assign(ledger.db, {
      sql: (text: string) => {
        if (text.includes('INTO rollup')) throw new Error('stopped here');
        return sql(text);
      },
    });
    await expect(read()).rejects.toThrow('stopped here');
    ledger[Symbol.dispose]();
    ledger = open();
    await read();
    expect(ledgerCount(ledger)).toEqual(naive.count());
  });

  it('of a reading that is further in the same file stay', async () => {
    const [whole] = [...readFile(fileOf(path), null)];
    const before = stored();
    ledger.appender.append([{ ...whole!, requests: [], checkpoint: { ...whole!.checkpoint, offset: line('1').length } }]);
    expect(stored()).toEqual(before);
  });

  it('in the middle of a file say so: the rest is read by the next process', async () => {
    const big = writeTranscript(
      dir,
      '-p/big.jsonl',
      Array.from({ length: 16_000 }, (_, i) => line(`big${i}`, 3).trimEnd()),
    );
    naive.see(dir);
    const file = fileOf(big);
    const parts = readFile(file, null);
    ledger.appender.append([parts.next().value!]);
    parts.return(undefined);
    expect(file.size).toBeGreaterThan(PART_BYTES);
    expect((await read()).filesRead).toBe(1);
    expect(ledgerCount(ledger)).toEqual(naive.count());
  });

  it('HZ-6: of files in a directory that cannot be read now are not gone', () => {
    const projects = realpathSync(join(dir, 'projects'));
    const none = { files: [], roots: [], directories: [] };
    markGone(ledger, { ...none, unreadable: [{ path: projects, code: 'EACCES' }] }, seenFiles(ledger), T0);
    expect(stored()?.gone_at).toBeNull();
    markGone(ledger, { ...none, unreadable: [] }, seenFiles(ledger), T0);
    expect(stored()?.gone_at).toBe(T0);
  });

  it('D-10.4: of two equal lines glued together the later one names the model', async () => {
    const one = (model: string): string => usageLine({ id: vendorId('glued'), output: 5, model });
    put(`${one('model-z')}${one('model-a')}\n`, elsewhere());
    await read();
    const row = ledger.db.sql('SELECT model.name FROM event JOIN model ON model.id = event.model WHERE key = ?').get(vendorId('glued'));
    expect(row?.name).toBe('model-a');
  });
});

describe('UR-67 what was forgotten', () => {
  const counts = (): unknown => ({ ...ledgerCount(ledger) });

  it('does not come back by its file, a copy, a growing request or a prompt', async () => {
    const before = counts();
    put(line('f1', 400, 's-f') + promptLine('p-f', 's-f'), elsewhere());
    await read();
    forgetUsage(ledger, 's-f', 1);
    expect(counts()).toEqual(before);
    appendFileSync(elsewhere(), `${line('f1', 500, 's-f')}${line('f2', 600, 's-f')}${promptLine('p-f2', 's-f')}\n`);
    touch(elsewhere());
    await read();
    copyFileSync(elsewhere(), join(dir, 'projects', '-p', 'c.jsonl'));
    await read();
    ledger.db.exec('DELETE FROM file');
    await read();
    expect(counts()).toEqual(before);
  });

  it.each([0, 1])('a copy without a mark stays its own session, whatever is read first (order %i)', async (order) => {
    forgetUsage(ledger, 's-f', 1);
    const plain = (): void => put(line('own', 400, 's-copy'), elsewhere());
    // The mark names the origin: the better claim (D-5), of a session that was forgotten.
    const marked = (): void =>
      put(
        `${usageLine({ id: vendorId('own'), output: 400, session: 's-copy', extra: { requestSessionId: 's-f' } })}\n`,
        join(dir, 'projects', '-p', 'c.jsonl'),
      );
    for (const write of order === 0 ? [plain, marked] : [marked, plain]) {
      write();
      await read();
    }
    expect(ledgerCount(ledger)).toMatchObject({ requests: 4, output: 700 });
    expect(ledger.db.sql("SELECT count(*) AS n FROM event JOIN session ON session.id = event.session WHERE sid = 's-f'").get()?.n).toBe(0);
  });
});
