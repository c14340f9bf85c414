import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { backupDir } from './archive-file.ts';
import { backupLedger, backupName, copiesOf } from './backup.ts';
import { restoreLedger, stillMissing } from './backup-restore.ts';
import { forgetUsage, isForgotten } from './forget.ts';
import { ingest } from './ingest.ts';
import { labelOf, setName } from './labels.ts';
import { type Ledger, openLedger } from './open.ts';
import { verify } from './verify.ts';

const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const HOMES = path.resolve(import.meta.dirname, '../../fixtures/homes');
let dir: string;
let claude: string;
let ledger: Ledger;
const options = () => ({ path: path.join(dir, 'tidemark/ledger.db'), table: builtinTable(), version: 'test', now: 5 });
const read = () => ingest(ledger, { claudeDirs: [claude], workers: 0, now: 1_800_000_000_000 });
const keys = (): unknown[] =>
  ledger.db
    .sql('SELECT key FROM event ORDER BY key')
    .all()
    .map((row) => row.key);
const reopen = async () => {
  ledger[Symbol.dispose]();
  ledger = openLedger(options());
  await read();
};

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tidemark-backup-'));
  claude = path.join(dir, '.claude');
  cpSync(path.join(HOMES, 'two-projects/.claude'), claude, { recursive: true });
  ledger = openLedger(options());
  await read();
});
afterEach(() => {
  ledger[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

const transcripts = () =>
  readdirSync(claude, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => path.join(claude, name));

/** A request that was not there before, in a transcript of its own. */
const addTranscript = (name: string): string => {
  const source = transcripts().find((file) => /"usage"/.test(readFileSync(file, 'utf8')))!;
  const file = path.join(path.dirname(source), `${name}.jsonl`);
  const text = readFileSync(source, 'utf8')
    .split('\n')
    .find((line) => line.includes('"usage"'))!;
  writeFileSync(file, `${text.replaceAll('msg_', `msg_${name}`).replaceAll(/"sessionId":"[^"]*"/g, `"sessionId":"${name}"`)}\n`);
  return file;
};

test('REL-25 a backup is one private file, never replaces another, and holds all', () => {
  const file = path.join(backupDir(options().path), backupName(Date.UTC(2026, 10, 20, 13, 42, 10)));
  expect(path.basename(file)).toBe('ledger-20261120-134210.db');
  expect(backupLedger(ledger, file)).toBe(statSync(file).size);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  expect(() => backupLedger(ledger, file)).toThrow('exists already');
  expect(() => backupLedger(ledger, path.join(dir, 'no/such/folder.db'))).toThrow('ENOENT');
  expect(copiesOf(options().path)).toEqual([file]);
});

describe('REL-25 restore', () => {
  test('an older copy catches up from the transcripts: nothing is lost while they are there', async () => {
    const file = path.join(dir, 'old.db');
    backupLedger(ledger, file);
    addTranscript('later');
    await read();
    const whole = keys();
    const missing = restoreLedger(ledger, file, options());
    expect(missing.keys).toHaveLength(1);
    await reopen();
    expect(keys()).toEqual(whole);
    expect(stillMissing(ledger, missing)).toBe(0);
    expect(verify(ledger, [claude]).differences).toEqual([]);
  });

  test('only what both lack is lost, and it is counted', async () => {
    const file = path.join(dir, 'old.db');
    backupLedger(ledger, file);
    const gone = addTranscript('gone');
    await read();
    rmSync(gone);
    await read();
    const missing = restoreLedger(ledger, file, options());
    await reopen();
    expect(stillMissing(ledger, missing)).toBe(1);
    expect(verify(ledger, [claude]).differences).toEqual([]);
  });

  test('names given since stay, forgotten sessions stay forgotten', async () => {
    const file = path.join(dir, 'old.db');
    setName(ledger, A, 'before', 1);
    backupLedger(ledger, file);
    setName(ledger, A, 'after', 2);
    const other = String(
      ledger.db.sql('SELECT sid FROM session JOIN event ON event.session = session.id WHERE sid <> ? LIMIT 1').get(A)?.sid,
    );
    forgetUsage(ledger, other, 3);
    const without = keys();
    restoreLedger(ledger, file, options());
    await reopen();
    expect(labelOf(ledger, A)?.name).toBe('after');
    expect(isForgotten(ledger, other)).toBe(true);
    expect(keys()).toEqual(without);
  });

  test('what is no backup changes nothing', () => {
    const before = keys();
    const file = path.join(dir, 'x.db');
    expect(() => restoreLedger(ledger, file, options())).toThrow('no backup');
    writeFileSync(file, 'not a database at all');
    expect(() => restoreLedger(ledger, file, options())).toThrow('nothing was changed');
    rmSync(file);
    backupLedger(ledger, file);
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 8192, 12_288);
    writeFileSync(file, bytes);
    expect(() => restoreLedger(ledger, file, options())).toThrow('nothing was changed');
    mkdirSync(path.join(dir, 'empty'));
    expect(() => restoreLedger(ledger, path.join(dir, 'empty'), options())).toThrow();
    expect(keys()).toEqual(before);
    expect(readdirSync(path.dirname(options().path)).filter((name) => name.startsWith('restore-'))).toEqual([]);
  });

  test('while another connection has the ledger open', async () => {
    const file = path.join(dir, 'old.db');
    backupLedger(ledger, file);
    using other = openLedger(options());
    appendFileSync(addTranscript('open'), '');
    await read();
    const before = other.db.sql('SELECT count(*) AS n FROM event').get()?.n as number;
    restoreLedger(ledger, file, options());
    expect(other.db.sql('SELECT count(*) AS n FROM event').get()?.n).toBe(before - 1);
    expect(existsSync(file)).toBe(true);
  });
});
