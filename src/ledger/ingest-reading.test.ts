import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { discover } from '../transcripts/discover.ts';
import type { IngestOptions } from './ingest.ts';
import type { Ledger } from './open.ts';

/** Errors that opening a transcript gives, by the end of its path, first to last; then it opens. */
const failing = vi.hoisted(() => new Map<string, unknown[]>());
vi.mock('../transcripts/read.ts', async (original) => {
  const read = (await original()) as typeof import('../transcripts/read.ts');
  return {
    ...read,
    openFile: (path: string) => {
      for (const [end, errors] of failing) {
        const error = path.endsWith(end) ? errors.shift() : undefined;
        if (error !== undefined) throw error;
      }
      return read.openFile(path);
    },
  };
});
const { ingest } = await import('./ingest.ts');
const { ingestFile, ingestTogether } = await import('./ingest-changed.ts');
const { forgetUsage } = await import('./forget.ts');
const { openLedger } = await import('./open.ts');

const T0 = Date.UTC(2026, 10, 10, 10);
let dir = '';
let ledger: Ledger;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-ingest-'));
  ledger = openLedger({ path: join(dir, 'ledger.db'), table: builtinTable(), version: 'test', now: T0 });
});
afterEach(() => {
  failing.clear();
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});
const error = (code?: string) => Object.assign(new Error('x'), code === undefined ? {} : { code });
let number = 0;
const line = (session: string, more = ''): string =>
  `${JSON.stringify({ type: 'assistant', sessionId: session, timestamp: '2026-11-10T10:00:00.000Z', more, message: { id: `msg_${String(number++).padStart(20, '0')}`, usage: { input_tokens: 1, output_tokens: 1 } } })}\n`;
function put(name: string, content: string): void {
  const path = join(dir, 'projects', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
const read = (more: Partial<IngestOptions> = {}) => ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0, ...more });
const sessions = () =>
  ledger.db
    .sql('SELECT DISTINCT sid FROM event JOIN session ON session.id = event.session ORDER BY sid')
    .all()
    .map((row) => row.sid);
const skippedOf = (result: Awaited<ReturnType<typeof read>>) =>
  result.skipped.map(({ path, code }) => [relative(join(dir, 'projects'), path), code]).sort();

describe('REL-5: one file that cannot be read', () => {
  it('HZ-5: is tried again where the fault may pass, and read then', async () => {
    put('-a/a.jsonl', line('a'));
    put('-b/b.jsonl', line('b'));
    failing.set('a.jsonl', [error('EMFILE'), error('EIO')]);
    expect(skippedOf(await read())).toEqual([]);
    expect(sessions()).toEqual(['a', 'b']);
  });
  it('HZ-5, HZ-6: is named with its reason where it may not, and the others are read', async () => {
    for (const name of ['a', 'b', 'c', 'd']) put(`-x/${name}.jsonl`, line(name));
    failing.set('/a.jsonl', [error('EACCES')]);
    failing.set('/b.jsonl', [error('EINVAL')]);
    failing.set('/c.jsonl', [error('ENOENT')]);
    expect(skippedOf(await read())).toEqual([
      ['-x/a.jsonl', 'EACCES'],
      ['-x/b.jsonl', 'EINVAL'],
    ]);
    expect(sessions()).toEqual(['d']);
    expect(skippedOf(await read())).toEqual([]);
    expect(sessions()).toEqual(['a', 'b', 'c', 'd']);
  });
  it('a mistake of ours is thrown, not taken for a bad file', async () => {
    put('-a/a.jsonl', line('a'));
    for (const mistake of [new TypeError('x'), error('ERR_SOMETHING'), null]) {
      failing.set('a.jsonl', [mistake ?? error('5')]);
      await expect(read()).rejects.toThrow();
    }
  });
});

describe('stopping', () => {
  it('HZ-3: a ledger that cannot be written stops the reading and says why; what was there stays', async () => {
    put('-a/a.jsonl', line('a'));
    await read();
    put('-b/b.jsonl', line('b'));
    put('-c/c.jsonl', line('c'));
    ledger.db.exec('PRAGMA query_only = ON');
    const { stopped } = await read();
    expect(stopped).toMatchObject({ errcode: 8 });
    ledger.db.exec('PRAGMA query_only = OFF');
    expect(sessions()).toEqual(['a']);
    expect((await read()).stopped).toBeNull();
    expect(sessions()).toEqual(['a', 'b', 'c']);
  });
  it('a reading that was called off leaves the rest for the next one', async () => {
    for (const name of ['a', 'b']) put(`-x/${name}.jsonl`, line(name));
    expect((await read({ signal: AbortSignal.abort() })).filesRead).toBe(0);
    expect((await read()).filesRead).toBe(2);
  });
});

describe('large histories', () => {
  const MUTE = `{"type":"progress","data":"${'x'.repeat(64 * 1024)}"}\n`;
  it('UR-81, REL-1: are read by threads, and give what one thread gives', async () => {
    for (const name of ['a', 'b']) put(`-x/${name}.jsonl`, line(name) + MUTE.repeat(220) + line(name));
    const seen: number[] = [];
    const result = await read({ workers: 2, onProgress: ({ filesDone }) => seen.push(filesDone) });
    expect([result.filesRead, seen.at(-1)]).toEqual([2, 2]);
    expect(ledger.db.sql("SELECT count(*) AS n FROM sqlite_master WHERE name = 'event_key'").get()?.n).toBe(1);
    expect(ledger.db.sql('SELECT count(*) AS n, sum(input) AS input FROM event').get()).toEqual({ n: 4, input: 4 });
    // New bytes of known files, by threads again.
    for (const name of ['a', 'b']) appendFileSync(join(dir, 'projects/-x', `${name}.jsonl`), MUTE.repeat(220) + line(name));
    await read({ workers: 2 });
    expect(ledger.db.sql('SELECT count(*) AS n, sum(input) AS input FROM event').get()).toEqual({ n: 6, input: 6 });
  });
  it('HZ-19: an overlong line costs one count, and the next one is read', async () => {
    put('-x/a.jsonl', `${line('a')}${'x'.repeat(16 * 1024 * 1024 + 1)}\n${line('a')}`);
    await read();
    expect(ledger.db.sql('SELECT lines, too_long, malformed FROM file').get()).toEqual({ lines: 3, too_long: 1, malformed: 0 });
    expect(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n).toBe(2);
  });
});

describe('one file at a time, for a running view', () => {
  const only = () => discover([dir]).files[0]!;
  it('reads what is new in it, once', () => {
    put('-a/a.jsonl', line('a'));
    expect([ingestFile(ledger, only()), ingestFile(ledger, only())]).toEqual([1, 0]);
    appendFileSync(only().path, line('a'));
    expect(ingestFile(ledger, only())).toBe(1);
  });
  it('HZ-9: throws what keeps it from being read', () => {
    put('-a/a.jsonl', line('a'));
    failing.set('a.jsonl', [error('EACCES')]);
    expect(() => ingestFile(ledger, only())).toThrow(expect.objectContaining({ code: 'EACCES' }));
    expect(sessions()).toEqual([]);
  });
});

describe('files that grow between two pictures', () => {
  const found = () => discover([dir]).files;

  it('are read in one transaction, to the figures of reading each', async () => {
    put('-p/a.jsonl', line('a'));
    put('-p/b.jsonl', line('b'));
    await read();
    appendFileSync(join(dir, 'projects/-p/a.jsonl'), line('a'));
    appendFileSync(join(dir, 'projects/-p/b.jsonl'), line('b') + line('b'));
    const files = found();
    expect(ingestTogether(ledger, files)).toEqual(new Set(files));
    expect(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n).toBe(5);
    expect((await read()).filesRead).toBe(0);
  });

  it('leave out what cannot be read, failed before or is large: that is read on its own and says why', async () => {
    put('-p/good.jsonl', line('good'));
    put('-p/bad.jsonl', line('bad'));
    put('-p/large.jsonl', line('large', 'x'.repeat(1024 * 1024)));
    failing.set('bad.jsonl', [error('EACCES'), error('EACCES')]);
    const names = [...ingestTogether(ledger, found())].map(({ path }) => relative(join(dir, 'projects/-p'), path));
    expect(names).toEqual(['good.jsonl']);
    const bad = found().find(({ path }) => path.endsWith('bad.jsonl'))!;
    expect(() => ingestFile(ledger, bad, T0)).toThrow();
    expect(ingestTogether(ledger, [bad])).toEqual(new Set());
    expect(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n).toBe(1);
  });

  it('SEC-82: keep nothing of a session that was forgotten, not even where its file lies', async () => {
    put('-p/a.jsonl', line('a'));
    put('-p/b.jsonl', line('b'));
    await read();
    forgetUsage(ledger, 'a', T0);
    appendFileSync(join(dir, 'projects/-p/a.jsonl'), line('a'));
    appendFileSync(join(dir, 'projects/-p/b.jsonl'), line('b'));
    ingestTogether(ledger, found());
    const paths = ledger.db.sql('SELECT path FROM file').all();
    expect(paths.map(({ path }) => relative(join(dir, 'projects'), String(path)))).toEqual(['-p/b.jsonl']);
    expect(ledger.db.sql('SELECT count(*) AS n FROM event').get()?.n).toBe(2);
  });
});
