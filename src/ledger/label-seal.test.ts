import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { ingest } from './ingest.ts';
import { labelKeys, parseKey } from './label-keys.ts';
import { lockedCount, rekey, sealWords } from './label-seal.ts';
import { keyIdOf, LOCKED, sealed, wordsOf } from './label-words.ts';
import { clearLabel, labelOf, setName, setNote, setTags } from './labels.ts';
import { type Ledger, openLedger } from './open.ts';
import { loadDirectory } from './queries/directory.ts';

const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const B = 'bbbbbbbb-0000-4000-8000-000000000002';
const C = 'cccccccc-0000-4000-8000-000000000003';
const [ONE, TWO] = ['1f'.repeat(32), 'c3'.repeat(32)];
const NAME = 'marmot harbour';
const TAG = 'osprey-tag';
const NOTE = 'the walrus\nnote';

let dir: string;
let path: string;
let file: string;
let open: Ledger | null;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-seal-'));
  path = join(dir, 'x.db');
  file = join(dir, 'keys', 'metadata-key');
  open = null;
});
afterEach(() => {
  open?.[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** The ledger as another process would find it. */
function reopen({ on = true, env, keyFile = file }: { on?: boolean; env?: string; keyFile?: string } = {}): Ledger {
  open?.[Symbol.dispose]();
  open = openLedger({ path, table: builtinTable(), version: '0', now: 1, labelKeys: labelKeys({ on, file: keyFile, env }) });
  return open;
}

function nameAll(ledger: Ledger): void {
  setName(ledger, A, NAME, 5);
  setTags(ledger, A, [TAG], [], 6);
  setNote(ledger, B, NOTE, 7);
}

/** Words found in any byte of the ledger and what stands beside it. */
const inBytes = (): string[] =>
  ['', '-wal', '-shm'].flatMap((suffix) => {
    const bytes = existsSync(path + suffix) ? readFileSync(path + suffix) : Buffer.alloc(0);
    return [NAME, TAG, 'walrus'].filter((word) => bytes.includes(word)).map((word) => `${word} in ledger${suffix}`);
  });

const all = (ledger: Ledger) => ({ a: labelOf(ledger, A), b: labelOf(ledger, B) });
const WHOLE = { a: { name: NAME, tags: [TAG], note: null, createdAt: 5, updatedAt: 6 }, b: { name: null, tags: [], note: NOTE } };

describe('UR-69 sealed names, tags and notes', () => {
  test('what was never in the clear is in no byte of the ledger, -wal and -shm, and reads back after a restart', () => {
    nameAll(reopen());
    expect(inBytes()).toEqual([]);
    expect(all(reopen())).toMatchObject(WHOLE);
    expect(inBytes()).toEqual([]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('what was in the clear is sealed when the setting is on, its former bytes are gone', () => {
    nameAll(reopen({ on: false }));
    expect(inBytes()).not.toEqual([]);
    const ledger = reopen();
    expect(sealWords(ledger)).toBe(2);
    expect(inBytes()).toEqual([]);
    expect(sealWords(ledger)).toBe(0);
    expect(all(ledger)).toMatchObject(WHOLE);
  });

  test('a reader in the way: the former bytes go with the next opening', () => {
    nameAll(reopen({ on: false }));
    const reader = openLedger({ path, table: builtinTable(), version: '0', now: 1 });
    reader.db.exec('BEGIN');
    reader.db.sql('SELECT count(*) FROM label').all();
    expect(sealWords(reopen())).toBe(2);
    reader.db.exec('COMMIT');
    reader[Symbol.dispose]();
    sealWords(reopen());
    expect(inBytes()).toEqual([]);
  }, 30_000);

  test('another key, or none: (locked), the rest of the ledger works, and nothing is written over', async () => {
    const ledger = reopen({ env: ONE });
    await ingest(ledger, { claudeDirs: ['fixtures/homes/two-projects/.claude'], workers: 0, now: 1 });
    nameAll(ledger);
    for (const env of [TWO, undefined, 'no key at all']) {
      const other = reopen(env === undefined ? {} : { env });
      expect(labelOf(other, A)).toMatchObject({ name: LOCKED, tags: [], note: null });
      const info = [...loadDirectory(other).sessions.values()].find(({ sessionId }) => sessionId === A);
      expect(info).toMatchObject({ givenName: LOCKED, name: LOCKED, tags: [], note: null, createdAt: 5 });
      expect(lockedCount(other)).toBe(2);
      expect(() => setName(other, A, 'x', 9)).toThrow(/locked/);
      expect(() => setName(other, C, 'x', 9)).toThrow(/locked/);
      expect(() => rekey(other, false)).toThrow(/locked/);
    }
    expect(existsSync(file)).toBe(false);
    expect(all(reopen({ env: ONE }))).toMatchObject(WHOLE);
  });

  test('key rotation keeps all, and backups from before still open', () => {
    const ledger = reopen();
    nameAll(ledger);
    const before = ledger.db.sql('SELECT * FROM label').all();
    const ids = before.map(keyIdOf);
    expect(rekey(ledger, false)).toEqual({ sessions: 2, dropped: 0, sealed: true });
    expect(ledger.db.sql('SELECT * FROM label').all().map(keyIdOf)).not.toContain(ids[0]);
    expect(all(reopen())).toMatchObject(WHOLE);
    expect(before.map((row) => wordsOf(row, open!.labelKeys)?.name)).toEqual([NAME, null]);
    expect(readFileSync(file, 'utf8').match(/^[0-9a-f]{64}$/gm)).toHaveLength(2);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('rotation by the environment: the first key writes, the others open', () => {
    nameAll(reopen({ env: ONE }));
    expect(rekey(reopen({ env: `${TWO},${ONE}` }), false)).toMatchObject({ sessions: 2, sealed: true });
    expect(all(reopen({ env: TWO }))).toMatchObject(WHOLE);
    expect(labelOf(reopen({ env: ONE }), A)?.name).toBe(LOCKED);
    expect(existsSync(file)).toBe(false);
  });

  test('a running process opens what another one sealed with a new key', () => {
    const running = reopen();
    nameAll(running);
    const other = openLedger({
      path,
      table: builtinTable(),
      version: '0',
      now: 1,
      labelKeys: labelKeys({ on: true, file, env: undefined }),
    });
    rekey(other, false);
    other[Symbol.dispose]();
    expect(all(running)).toMatchObject(WHOLE);
    expect(setName(running, B, 'later', 9)?.name).toBe('later');
    expect(labelOf(reopen(), B)?.name).toBe('later');
  });

  test('a kill between the new key and the rows loses nothing: the key is on disk first', () => {
    const ledger = reopen();
    nameAll(ledger);
    ledger.labelKeys.renew();
    expect(all(reopen())).toMatchObject(WHOLE);
    expect(rekey(open!, false).sessions).toBe(2);
    expect(all(reopen())).toMatchObject(WHOLE);
  });

  test('with the setting off they are shown, and rekey stores them in the clear', () => {
    nameAll(reopen());
    const off = reopen({ on: false });
    expect(all(off)).toMatchObject(WHOLE);
    expect(rekey(off, false)).toEqual({ sessions: 2, dropped: 0, sealed: false });
    expect(off.db.sql('SELECT name FROM label WHERE sid = ?').get(A)).toEqual({ name: NAME });
  });

  test('what is lost can be dropped, or forgotten one by one', () => {
    nameAll(reopen({ env: ONE }));
    const other = reopen({ env: TWO });
    expect(clearLabel(other, B)).toBe(true);
    expect(rekey(other, true)).toEqual({ sessions: 0, dropped: 1, sealed: true });
    expect(setName(other, A, 'anew', 9)?.name).toBe('anew');
  });

  test('UR-61 a sealed name is unique regardless of case', () => {
    const ledger = reopen();
    nameAll(ledger);
    expect(() => setName(ledger, C, NAME.toUpperCase(), 9)).toThrow(A);
  });

  test('each record has a nonce of its own, is bound to its session, and a changed byte locks it', () => {
    const keys = labelKeys({ on: true, file, env: ONE });
    const words = { name: NAME, tags: [], note: null };
    const [first, second] = [sealed(words, A, keys.own()), sealed(words, A, keys.own())];
    expect(first.note).not.toBe(second.note);
    expect(wordsOf({ sid: A, ...first }, keys)).toEqual(words);
    expect(wordsOf({ sid: B, ...first }, keys)).toBeNull();
    const last = first.note!.at(-3)!;
    expect(wordsOf({ sid: A, ...first, note: first.note!.replace(/.(?=..$)/, last === 'A' ? 'B' : 'A') }, keys)).toBeNull();
    expect(wordsOf({ sid: A, ...first, note: `\u0001sealed1:${keys.own().id}:AAAA` }, keys)).toBeNull();
  });
});

describe('UR-69 keys', () => {
  test('hexadecimal digits and base64 in both alphabets are one key; anything else is none', () => {
    const bytes = Buffer.from(ONE, 'hex');
    const forms = [ONE, ONE.toUpperCase(), ` ${ONE}\n`, bytes.toString('base64'), bytes.toString('base64url')];
    expect(new Set(forms.map((form) => parseKey(form)?.id)).size).toBe(1);
    for (const form of ['', 'secret', ONE.slice(1), `${ONE}00`]) expect(parseKey(form), form).toBeNull();
  });

  test('a key file that others can read, or that holds no key, is refused and never named by its content', () => {
    const flat = join(dir, 'flat-key');
    writeFileSync(flat, `${ONE}\n`, { mode: 0o600 });
    chmodSync(flat, 0o644);
    const keys = labelKeys({ on: true, file: flat, env: undefined });
    expect(() => keys.own()).toThrow(/can be read by others/);
    chmodSync(flat, 0o600);
    expect(keys.own().id).toBe(parseKey(ONE)?.id);
    writeFileSync(flat, `correct horse ${TWO}\n`);
    expect(() => keys.own()).toThrow(expect.objectContaining({ exitCode: 78, message: expect.not.stringContaining('horse') }));
    const wrong = labelKeys({ on: true, file: flat, env: 'correct horse' });
    expect(() => wrong.own()).toThrow(expect.objectContaining({ exitCode: 78, message: expect.not.stringContaining('horse') }));
  });
});
