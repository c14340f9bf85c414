import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OwnHome } from './own-home.ts';

/* UR-69: names, tags and notes encrypted at rest, through the whole program. */

const A = 'aaaaaaaa-0000-4000-8000-000000000001';
const NAME = 'marmot-harbour';
const TAG = 'osprey-tag';
const NOTE = 'the walrus keeps the lighthouse';
const WORDS = [NAME, TAG, NOTE];
const KEY = '5e'.repeat(32);
let home: OwnHome;
let keyFile: string;
const printed: string[] = [];

beforeEach(() => {
  home = new OwnHome('two-projects');
  keyFile = path.join(home.dir, 'c/tidemark/metadata-key');
  printed.length = 0;
});
afterEach(() => home.remove());

function tidemark(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const done = home.run(args, env);
  printed.push(done.stdout, done.stderr);
  return done;
}
function encrypt(): void {
  mkdirSync(path.dirname(keyFile), { recursive: true });
  writeFileSync(path.join(path.dirname(keyFile), 'config.yaml'), 'privacy: { encryptMetadata: true }\n');
}
function nameIt(env: Readonly<Record<string, string>> = {}): void {
  for (const args of [
    ['name', A, NAME],
    ['tag', A, `+${TAG}`],
    ['note', A, NOTE],
  ])
    expect(tidemark(['session', ...args], env)).toMatchObject({ status: 0 });
}
/** Our own files that hold one of the texts. */
const holding = (texts: readonly string[]): string[] =>
  home.ourFiles().filter((file) => texts.some((text) => readFileSync(file).includes(text)));
const labelled = (env: Readonly<Record<string, string>> = {}) => {
  const { stdout } = tidemark(['sessions', '--json'], env);
  return JSON.parse(stdout).sessions.find(({ sessionId }: { sessionId: string }) => sessionId === A);
};

test('UR-69 the words are in no byte of any file of ours, and every report shows them', () => {
  encrypt();
  nameIt();
  expect(labelled()).toMatchObject({ name: NAME, tags: [TAG], description: NOTE });
  expect(tidemark(['session', 'show', NAME]).stdout).toContain(NOTE);
  expect(JSON.parse(tidemark(['sessions', '--tag', TAG, '--json']).stdout).sessions).toHaveLength(1);
  expect(tidemark(['live', '--once']).status).toBe(0);
  expect(tidemark(['ledger', 'verify']).status).toBe(0);
  expect(tidemark(['ledger', 'rebuild']).status).toBe(0);
  expect(tidemark(['ledger', 'backup']).status).toBe(0);
  expect(labelled()).toMatchObject({ name: NAME, tags: [TAG] });
  expect(holding(WORDS)).toEqual([]);
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
});

test('UR-69 switching it on seals what was there, says so once and names copies', () => {
  nameIt();
  home.ok('ledger', 'backup');
  encrypt();
  const first = tidemark(['daily']);
  expect(first.stderr).toMatch(
    /of 1 session are encrypted now\. Keep a copy of the key in ~\/c\/tidemark\/metadata-key.*backups\/ledger-/s,
  );
  expect(tidemark(['daily']).stderr).toBe('');
  expect(holding(WORDS).every((file) => file.includes('backups'))).toBe(true);
  expect(labelled()).toMatchObject({ name: NAME, description: NOTE });
});

test('UR-69 a wrong key or none: (locked), usage as before, exit 1 for a change', () => {
  encrypt();
  nameIt({ TIDEMARK_METADATA_KEY: KEY });
  const right = tidemark(['daily', '--json'], { TIDEMARK_METADATA_KEY: KEY });
  for (const key of ['7a'.repeat(32), 'a wrong one', '']) {
    const env: Record<string, string> = key === '' ? {} : { TIDEMARK_METADATA_KEY: key };
    expect(labelled(env)).toMatchObject({ name: '(locked)', tags: [], description: null });
    const wrong = tidemark(['daily', '--json'], env);
    expect(JSON.parse(wrong.stdout).totals).toEqual(JSON.parse(right.stdout).totals);
    expect(wrong.stderr).toContain('are locked');
    expect(tidemark(['session', 'name', A, 'other'], env).status).not.toBe(0);
    expect(tidemark(['session', 'rekey'], env).status).not.toBe(0);
  }
  expect(existsSync(keyFile)).toBe(false);
  expect(labelled({ TIDEMARK_METADATA_KEY: KEY })).toMatchObject({ name: NAME });
  expect(holding([...WORDS, KEY])).toEqual([]);
});

test('UR-69 key rotation keeps all; a backup of before is still readable', () => {
  encrypt();
  nameIt();
  home.ok('ledger', 'backup', 'before.db');
  const before = readFileSync(keyFile, 'utf8');
  expect(tidemark(['session', 'rekey']).stdout).toContain('of 1 session are encrypted with a new key in ~/c/tidemark/metadata-key');
  expect(readFileSync(keyFile, 'utf8')).not.toBe(before);
  expect(labelled()).toMatchObject({ name: NAME, tags: [TAG], description: NOTE });
  home.ok('ledger', 'restore', 'before.db', '--yes');
  expect(labelled()).toMatchObject({ name: NAME, tags: [TAG], description: NOTE });
  const keys = readFileSync(keyFile, 'utf8').match(/^[0-9a-f]{64}$/gm)!;
  expect(keys).toHaveLength(2);
  expect(printed.filter((text) => keys.some((key) => text.includes(key)))).toEqual([]);
  expect(holding(keys)).toEqual([keyFile]);
});

test('UR-69 switched off, rekey stores them in the clear; what is lost can be dropped', () => {
  encrypt();
  nameIt();
  const off = { TIDEMARK_PRIVACY_ENCRYPT_METADATA: 'false' };
  expect(tidemark(['session', 'rekey'], off).stdout).toBe('Names, tags and descriptions of 1 session are stored in the clear.\n');
  expect(labelled(off)).toMatchObject({ name: NAME });
  tidemark(['daily']);
  expect(labelled()).toMatchObject({ name: NAME });
  writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 });
  expect(tidemark(['session', 'rekey', '--drop-locked']).status).toBe(2);
  expect(tidemark(['session', 'rekey', '--drop-locked', '--yes']).stdout).toContain('Those of 1 session were removed.');
  expect(tidemark(['session', 'name', A, 'anew']).status).toBe(0);
});
