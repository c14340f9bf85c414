import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { discover } from '../transcripts/discover.ts';
import type { SeenLines } from '../transcripts/seen-lines.ts';
import { archiveEvents } from './archive.ts';
import type { Database } from './driver.ts';
import { forgetUsage } from './forget.ts';
import { ingest } from './ingest.ts';
import { ingestFile, ingestTogether } from './ingest-changed.ts';
import { type Ledger, openLedger } from './open.ts';
import { freshLedger } from './reread.ts';
import { verify } from './verify.ts';

const T0 = Date.UTC(2026, 10, 10, 10);
const table = builtinTable();
let dir = '';
let ledger: Ledger;
const open = (): Ledger => openLedger({ path: join(dir, 'ledger.db'), table, version: 'test', now: T0 });
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-memory-'));
  mkdirSync(join(dir, 'projects/-p'), { recursive: true });
  ledger = open();
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

const fileOf = (session: string): string => join(dir, 'projects/-p', `${session}.jsonl`);
const found = () => discover([dir]).files.sort((a, b) => (a.path < b.path ? -1 : 1));
interface Said {
  readonly id: string;
  readonly session: string;
  readonly output?: number;
  readonly stop?: string | null;
  readonly at?: number;
  readonly model?: string;
}
const line = ({ id, session, output = 9, stop = 'end_turn', at = T0, model = 'claude-sonnet-5-5' }: Said): string =>
  `${JSON.stringify({
    type: 'assistant',
    sessionId: session,
    cwd: '/nowhere/p',
    timestamp: new Date(at).toISOString(),
    message: {
      id: `msg_01${id.padStart(22, '0')}`,
      model,
      stop_reason: stop,
      content: [{ type: 'tool_use', name: 'Bash', input: { command: 'ls' } }],
      usage: { input_tokens: 3, output_tokens: output, cache_read_input_tokens: 5 },
    },
    // The first KiB of a file, which tells it from others, is mostly whole.
    more: 'x'.repeat(1100),
  })}\n`;
const prompt = (uuid: string, session: string): string =>
  `${JSON.stringify({ type: 'user', uuid, sessionId: session, timestamp: new Date(T0).toISOString(), message: { role: 'user', content: 'hi' } })}\n`;
const say = (...said: Said[]): void => {
  for (const one of said) appendFileSync(fileOf(one.session), line(one));
};

/** All that the ledger says, without ids of its own. */
function contentOf(db: Database): unknown {
  const all = (sql: string) => db.sql(sql).all();
  const names = 'LEFT JOIN session ON session.id = t.session LEFT JOIN model ON model.id = t.model';
  return {
    events: all(`SELECT t.*, sid, name FROM event AS t ${names} ORDER BY key`).map(({ id: _, session: _s, model: _m, ...row }) => row),
    sums: all(`SELECT t.*, sid, name FROM rollup AS t ${names} ORDER BY cell, sid, name, flags`).map(
      ({ session: _s, model: _m, ...row }) => row,
    ),
    prompts: all('SELECT uuid, at, sid FROM prompt JOIN session ON session.id = prompt.session ORDER BY uuid'),
    sessions: all('SELECT sid, folder, facts, root, root_exists FROM session ORDER BY sid'),
    files: all(
      'SELECT path, size, mtime, offset, lines, head_hash, tail_hash, content, first_at, last_at, session, gone_at FROM file ORDER BY path',
    ),
    fileSums: all('SELECT first_at, events, prompts, input, output, read FROM file_sum ORDER BY first_at, birth'),
  };
}

/** The ledger says what one says that reads all files from their first byte. */
function expectExact(db = ledger.db, why = ''): void {
  const { fresh } = freshLedger(table, [dir]);
  try {
    expect(contentOf(db), why).toEqual(contentOf(fresh.db));
  } finally {
    fresh[Symbol.dispose]();
  }
}
const random = (seed: number) => (): number => {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

describe('REL-1, HZ-45: what is kept of the last transactions', () => {
  test('two processes that read in turns, and lines of one response one by one, give what one reading gives', () => {
    using other = open();
    for (let seed = 1; seed <= 8; seed++) {
      const next = random(seed);
      const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
      for (let step = 0; step < 25; step++) {
        for (let i = Math.floor(next() * 4); i >= 0; i--) {
          const session = pick(['a', 'b', 'c']);
          const at = T0 + Math.floor(next() * 4) * 100_000;
          const model = pick(['claude-sonnet-5-5', 'claude-opus-5-5', 'without-price']);
          const id = String(Math.floor(next() * 30) + 1000 * seed);
          say({ id, session, at, model, output: 1 + Math.floor(next() * 90), stop: pick([null, 'end_turn']) });
          if (next() < 0.2) appendFileSync(fileOf(session), prompt(`u${Math.floor(next() * 20)}`, session));
        }
        const reader = next() < 0.7 ? ledger : other;
        if (next() < 0.2) for (const file of found()) ingestFile(reader, file, T0);
        else ingestTogether(reader, found());
        expectExact(ledger.db, `seed ${seed}, step ${step}`);
      }
    }
    expect(verify(ledger, [dir]).differences).toEqual([]);
  });

  test('what other code of this process writes is seen too', () => {
    say({ id: '1', session: 'a', stop: null, output: 1 }, { id: '2', session: 'b' });
    ingestTogether(ledger, found());
    ledger.db.exec('DELETE FROM file');
    ledger.db.sql('DELETE FROM event WHERE at >= ?').run(0);
    ledger.db.exec('DELETE FROM rollup; DELETE FROM file_sum; DELETE FROM session; DELETE FROM model');
    say({ id: '1', session: 'a' });
    ingestTogether(ledger, found());
    expectExact();
  });

  test.each(['this', 'another'])('SEC-82: a session that %s process has forgotten stays so', (who) => {
    using other = open();
    say({ id: '1', session: 'a', stop: null }, { id: '2', session: 'b', stop: null });
    ingestTogether(ledger, found());
    forgetUsage(who === 'this' ? ledger : other, 'a', T0);
    say({ id: '1', session: 'a' }, { id: '2', session: 'b' });
    ingestTogether(ledger, found());
    expect(ledger.db.sql('SELECT sid FROM event JOIN session ON session.id = event.session').all()).toEqual([{ sid: 'b' }]);
    expect(ledger.db.sql('SELECT count(*) AS n FROM file').get()).toEqual({ n: 1 });
  });

  test('REL-24: a request that another process has archived meanwhile comes back when it grows', () => {
    using other = open();
    say({ id: '1', session: 'a', stop: null, output: 1 }, { id: '2', session: 'a' });
    ingestTogether(ledger, found());
    archiveEvents(other, T0 + 86_400_000, T0);
    expect(ledger.db.sql('SELECT count(*) AS n FROM event').get()).toEqual({ n: 0 });
    say({ id: '1', session: 'a', output: 50 });
    ingestTogether(ledger, found());
    expect(ledger.db.sql('SELECT count(*) AS n, sum(output) AS o FROM (SELECT output FROM event)').get()).toEqual({ n: 2, o: 59 });
    expect(ledger.db.sql('SELECT sum(requests) AS n, sum(output) AS o FROM rollup').get()).toEqual({ n: 2, o: 59 });
    expect(verify(ledger, [dir]).differences).toEqual([]);
  });

  test('a transaction that failed leaves nothing of what it had written in memory', () => {
    say({ id: '1', session: 'a', stop: null, output: 1 }, { id: '2', session: 'b' });
    ingestTogether(ledger, found());
    let output = 2;
    for (const [name, when] of [
      ['late', 'BEFORE UPDATE ON file'],
      ['sums', 'BEFORE INSERT ON file_sum'],
      ['early', 'BEFORE UPDATE ON event'],
    ] as const) {
      const isMarked = `(SELECT count(*) FROM event WHERE key LIKE '%${name}') > 0`;
      ledger.db.exec(`CREATE TRIGGER ${name} ${when} WHEN ${isMarked} BEGIN SELECT RAISE(ABORT, 'refused'); END`);
      // Both files are known when the transaction fails.
      say({ id: '1', session: 'a', output: output++, stop: null }, { id: '2', session: 'b', output: output++ });
      ingestTogether(ledger, found());
      const before = contentOf(ledger.db);
      say({ id: name, session: `0-${name}` }, { id: '1', session: 'a', output: output++ }, { id: '2', session: 'b', output: output++ });
      expect(() => ingestTogether(ledger, found()), name).toThrow('refused');
      expect(contentOf(ledger.db)).toEqual(before);
      ledger.db.exec(`DROP TRIGGER ${name}`);
      ingestTogether(ledger, found());
      expectExact();
    }
  });

  test('another process makes a file be read again while this one has long been alone', () => {
    using other = open();
    const seen = new Map<string, SeenLines>();
    const read = () => ingestTogether(ledger, found(), (path, lines) => seen.set(path, lines));
    for (let id = 0; id < 20; id++) {
      say({ id: String(id), session: 'a', stop: null }, { id: String(100 + id), session: 'b' });
      read();
    }
    expect(ledger.appender.memory.isQuiet).toBe(true);
    // As rebuild begins: the file's requests before its checkpoint are to be read again.
    other.db.exec(`DELETE FROM file WHERE path = '${fileOf('a')}'; UPDATE session SET facts = '{}'`);
    say({ id: '19', session: 'a' });
    read();
    expect(ledger.appender.memory.isQuiet).toBe(false);
    expect(seen.get(fileOf('a'))).toMatchObject({ from: 0, until: statSync(fileOf('a')).size });
    say({ id: '119', session: 'b', output: 99 });
    forgetUsage(other, 'b', T0);
    read();
    expect(ledger.db.sql("SELECT count(*) AS n FROM event JOIN session ON session.id = event.session WHERE sid = 'b'").get()).toEqual({
      n: 0,
    });
    expect(ledger.db.sql('SELECT count(*) AS n FROM event').get()).toEqual({ n: 20 });
  });

  test('UR-103: a file that failed in another process meanwhile is left to who says why', () => {
    using other = open();
    say({ id: '1', session: 'a' }, { id: '2', session: 'b' });
    ingestTogether(ledger, found());
    other.db.sql('INSERT INTO failure VALUES (?, ?, 1, ?)').run(fileOf('a'), 'EIO', T0);
    say({ id: '3', session: 'a' }, { id: '4', session: 'b' });
    expect([...ingestTogether(ledger, found())].map(({ sessionFromPath }) => sessionFromPath)).toEqual(['b']);
  });

  test('HZ-28: two keys that are one to the database are one here', () => {
    for (const id of ['\ud800x', '\ud801x', '\ud800x']) {
      appendFileSync(
        fileOf('a'),
        line({ id: '1', session: 'a', output: id === '\ud801x' ? 90 : 2 }).replace('msg_01', `${JSON.stringify(id).slice(1, -1)}`),
      );
      ingestTogether(ledger, found());
      expectExact();
    }
  });

  test('LV-113: two files that grew by a line each cost few statements', () => {
    say({ id: '1', session: 'a' }, { id: '2', session: 'b' });
    ingestTogether(ledger, found());
    const writes = (...said: Said[]): number => {
      say(...said);
      const before = ledger.db.writes;
      ingestTogether(ledger, found());
      return ledger.db.writes - before;
    };
    // For each file: event, sums of its cell and of its file, checkpoint, facts of its session.
    expect(writes({ id: '3', session: 'a', stop: null }, { id: '4', session: 'b', stop: null })).toBeLessThanOrEqual(10);
    // A response that is complete now leaves the row of incomplete ones.
    expect(writes({ id: '3', session: 'a' }, { id: '4', session: 'b' })).toBeLessThanOrEqual(12);
    expectExact();
  });
});

describe('REL-12: files that are read on', () => {
  const seen = new Map<string, SeenLines>();
  const read = (): void => {
    seen.clear();
    ingestTogether(ledger, found(), (path, lines) => seen.set(path, lines));
  };

  test('rewritten in place with the same length, or replaced by another file: read from the beginning', () => {
    say({ id: '1', session: 'a', output: 10 }, { id: '2', session: 'a', output: 10 }, { id: '3', session: 'b' });
    read();
    const { size } = statSync(fileOf('a'));
    writeFileSync(fileOf('a'), line({ id: '1', session: 'a', output: 20 }) + line({ id: '9', session: 'a', output: 20 }));
    expect(statSync(fileOf('a')).size).toBe(size);
    say({ id: '5', session: 'b' });
    read();
    expect([seen.get(fileOf('a'))?.from, seen.get(fileOf('b'))?.lines.length]).toEqual([0, 1]);
    writeFileSync(join(dir, 'new'), line({ id: '7', session: 'a' }).repeat(4));
    renameSync(join(dir, 'new'), fileOf('a'));
    read();
    expect(seen.get(fileOf('a'))).toMatchObject({ from: 0, ino: statSync(fileOf('a')).ino });
    truncateSync(fileOf('a'), line({ id: '7', session: 'a' }).length);
    read();
    expect(seen.get(fileOf('a'))?.from).toBe(0);
    // Nothing that was counted is taken away (REL-2).
    expect(ledger.db.sql('SELECT count(*) AS n, sum(output) AS o FROM event').get()).toEqual({ n: 6, o: 20 + 10 + 9 + 20 + 9 + 9 });
    expect(verify(ledger, [dir]).differences.filter(({ kind }) => kind === 'sum')).toEqual([]);
  });

  test('replaced while it is open: what was opened is what was read, and the next reading takes the new one', async () => {
    say({ id: '1', session: 'a' }, { id: '2', session: 'b' });
    await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 });
    say({ id: '3', session: 'a' });
    const before = found();
    writeFileSync(join(dir, 'new'), line({ id: '4', session: 'a' }) + line({ id: '5', session: 'a' }) + line({ id: '6', session: 'a' }));
    renameSync(join(dir, 'new'), fileOf('a'));
    ingestTogether(ledger, before);
    ingestTogether(ledger, found());
    expect(
      ledger.db
        .sql('SELECT key FROM event ORDER BY key')
        .all()
        .map(({ key }) => Number(String(key).slice(6))),
    ).toEqual([1, 2, 4, 5, 6]);
    say({ id: '7', session: 'a' });
    ingestTogether(ledger, found());
    expect(ledger.db.sql('SELECT offset, ino FROM file WHERE path = ?').get(fileOf('a'))).toEqual({
      offset: statSync(fileOf('a')).size,
      ino: statSync(fileOf('a')).ino,
    });
  });

  test('REL-10: half a line waits; what was seen are the whole ones', () => {
    say({ id: '1', session: 'a' });
    read();
    const text = line({ id: '2', session: 'a' });
    appendFileSync(fileOf('a'), text.slice(0, 50));
    read();
    expect(seen.get(fileOf('a'))?.lines).toEqual([]);
    appendFileSync(fileOf('a'), text.slice(50));
    read();
    expect(seen.get(fileOf('a'))).toMatchObject({ from: text.length, until: 2 * text.length, lines: [{ end: 2 * text.length - 1 }] });
    expectExact();
  });
});
