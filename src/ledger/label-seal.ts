import { KnownError } from '../platform/errors.ts';
import { type Database, isBusy, type Row } from './driver.ts';
import type { LabelKeys } from './label-keys.ts';
import { inTheClear, keyIdOf, type StoredWords, sealed, type Words, wordsOf } from './label-words.ts';
import { isUnwritable, type Ledger } from './open.ts';

/* Brings the stored words of all sessions into the form that the setting asks for (UR-69). */

/** In `meta` from the transaction that sealed words until their former bytes are gone from the file. */
const UNWIPED = 'labels_unwiped';

const rowsOf = (db: Database): Row[] => db.sql('SELECT * FROM label').all();
const isLocked = (row: Row, keys: LabelKeys): boolean => {
  const id = keyIdOf(row);
  return id !== null && keys.find(id) === null;
};

/** Sessions whose words none of the keys opens. */
export const lockedCount = ({ db, labelKeys }: Ledger): number => rowsOf(db).filter((row) => isLocked(row, labelKeys)).length;

/** The form in which words are written now. */
export function storedWords(words: Words, sid: string, { db, labelKeys }: Ledger): StoredWords {
  if (!labelKeys.on) return inTheClear(words);
  refuseLocked(rowsOf(db), labelKeys);
  return sealed(words, sid, labelKeys.own());
}

/** Words under a second key would be locked again as soon as the right one is back; and a name could be given twice. */
function refuseLocked(rows: readonly Row[], keys: LabelKeys): void {
  const locked = rows.filter((row) => isLocked(row, keys)).length;
  if (locked > 0)
    throw new KnownError(
      `The names of ${locked} ${locked === 1 ? 'session' : 'sessions'} are locked: the key they were written with is missing`,
      {
        hint: 'give that key in TIDEMARK_METADATA_KEY or in the key file; if it is lost: tidemark session rekey --drop-locked',
      },
    );
}

/**
 * With the setting on, seals what is still in the clear, and takes the former bytes out of free pages and write-ahead log. Returns how many sessions' words
 * were sealed. Throws {@link KnownError} without a key that can be used, or where words are locked; nothing is changed then.
 */
export function sealWords(ledger: Ledger): number {
  const { db, labelKeys, mode } = ledger;
  if (!labelKeys.on || mode !== 'disk') return 0;
  const isOpen = rowsOf(db).some((row) => keyIdOf(row) === null);
  const count = isOpen ? inOneTransaction(db, () => sealRows(ledger)) : 0;
  if (isOpen || isUnwiped(db)) wipe(db);
  return count;
}

function sealRows({ db, labelKeys }: Ledger): number {
  const rows = rowsOf(db);
  refuseLocked(rows, labelKeys);
  const open = rows.filter((row) => keyIdOf(row) === null);
  const key = labelKeys.own();
  for (const row of open) store(db, String(row.sid), sealed(wordsOf(row, labelKeys)!, String(row.sid), key));
  return open.length;
}

export interface Rekeyed {
  /** Sessions whose words were written anew, and of those that were dropped since no key opened them. */
  readonly sessions: number;
  readonly dropped: number;
  /** False: the setting is off, they are in the clear now. */
  readonly sealed: boolean;
}

/**
 * Writes all words with a new key, or in the clear where the setting is off. The key is in its file before anything is sealed with it and the one before
 * stays there, so that a kill at any moment loses nothing. Words that no key opens stop it, unless they are to be dropped.
 */
export function rekey(ledger: Ledger, dropLocked: boolean): Rekeyed {
  const { db, labelKeys } = ledger;
  const done = inOneTransaction(db, () => {
    const rows = rowsOf(db).map((row) => ({ sid: String(row.sid), words: wordsOf(row, labelKeys) }));
    const lost = rows.filter(({ words }) => words === null);
    if (!dropLocked && lost.length > 0) refuseLocked(rowsOf(db), labelKeys);
    if (!dropLocked && lost.length > 0) throw new KnownError(`The words about session ${lost[0]!.sid} were changed and do not open`);
    for (const { sid } of lost) db.sql('DELETE FROM label WHERE sid = ?').run(sid);
    const kept = rows.filter((row): row is { sid: string; words: Words } => row.words !== null);
    const key = labelKeys.on && kept.length > 0 ? labelKeys.renew() : null;
    const names = new Set<string>();
    for (const { sid, words } of kept) store(db, sid, key === null ? inTheClear(distinct(words, sid, names)) : sealed(words, sid, key));
    return { sessions: kept.length, dropped: lost.length, sealed: labelKeys.on };
  });
  wipe(db);
  return done;
}

/** Sealed names are compared when they are given; a restored backup may still bring one twice, which the table of open ones refuses. */
function distinct(words: Words, sid: string, names: Set<string>): Words {
  if (words.name === null) return words;
  const name = names.has(words.name.toLowerCase()) ? `${words.name} ${sid.slice(0, 8)}` : words.name;
  names.add(name.toLowerCase());
  return { ...words, name };
}

const store = (db: Database, sid: string, { name, tags, note }: StoredWords): number =>
  db.sql('UPDATE label SET name = ?, tags = ?, note = ? WHERE sid = ?').run(name, tags, note, sid);

const isUnwiped = (db: Database): boolean => db.sql('SELECT 1 FROM meta WHERE name = ?').get(UNWIPED) !== undefined;

function inOneTransaction<T>(db: Database, work: () => T): T {
  db.exec('PRAGMA secure_delete = ON');
  return db.write(() => {
    const result = work();
    db.sql("INSERT OR REPLACE INTO meta VALUES (?, '1')").run(UNWIPED);
    return result;
  });
}

/** Writes the file anew and empties the write-ahead log. Where another process is in the way, the next opening tries again. */
function wipe(db: Database): void {
  try {
    db.exec('VACUUM');
    if (db.sql('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy !== 0) return;
    db.sql('DELETE FROM meta WHERE name = ?').run(UNWIPED);
  } catch (error) {
    if (!isBusy(error) && !isUnwritable(error)) throw error;
  }
}
