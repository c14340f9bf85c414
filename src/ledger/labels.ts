import { KnownError, usageError } from '../platform/errors.ts';
import { graphemes } from '../text/graphemes.ts';
import { storedWords } from './label-seal.ts';
import { LOCKED, wordsOf } from './label-words.ts';
import type { Ledger } from './open.ts';

const MAX_NAME = 64;
const MAX_NOTE = 2000;
const MAX_TAGS = 20;
const TAG = /^[a-z0-9._-]{1,32}$/;
/** An id or its first group: such a name could not be told from a session's id in a look-up. */
const LIKE_AN_ID = /^[0-9a-f]{8}(-[0-9a-f]*)*$/i;
/** Control characters, lone surrogates, line separators and marks that turn the direction of text. */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** The same without tab and line feed, which a note may have. */
const UNSEEN_IN_NOTE = /[\p{Cs}\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** A person's own words about a session; times are epoch ms of the first and the last change. */
export interface Label {
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function labelOf(ledger: Ledger, sid: string): Label | null {
  const row = ledger.db.sql('SELECT * FROM label WHERE sid = ?').get(sid);
  if (!row) return null;
  const words = wordsOf(row, ledger.labelKeys) ?? { name: LOCKED, tags: [], note: null };
  return { ...words, createdAt: row.created_at as number, updatedAt: row.updated_at as number };
}

/** Stops counting as soon as there are too many. */
function isLonger(text: string, limit: number): boolean {
  let count = 0;
  for (const _ of graphemes(text)) if (++count > limit) return true;
  return false;
}

/** The name as it is kept, or the reason it cannot be one (UR-61). */
export function checkedName(text: string): string {
  if (UNSEEN.test(text)) throw usageError('A name has no control characters');
  const name = text.trim();
  if (name === '') throw usageError('A name needs at least one character', 'to remove a name use --clear');
  if (isLonger(name, MAX_NAME)) throw usageError(`A name has at most ${MAX_NAME} characters`);
  if (LIKE_AN_ID.test(name) || name === '-' || name.startsWith('@'))
    throw usageError(`"${name}" has the form of a session id`, 'choose another name');
  return name;
}

export function checkedTag(text: string): string {
  if (!TAG.test(text)) throw usageError(`"${text}" is no tag`, 'a tag has 1 to 32 of a-z, 0-9, dot, dash and underscore');
  return text;
}

export function checkedNote(text: string): string {
  const note = text.replace(/\r\n?/g, '\n').trim();
  if (UNSEEN_IN_NOTE.test(note)) throw usageError('A note has no control characters');
  if (note === '') throw usageError('A note needs at least one character', 'to remove a note use --clear');
  if (isLonger(note, MAX_NOTE)) throw usageError(`A note has at most ${MAX_NOTE} characters`);
  return note;
}

/** Sets a session's name, or removes it with null. One write transaction, so that of two processes racing for a name one wins (UR-61). */
export function setName(ledger: Ledger, sid: string, name: string | null, now: number): Label | null {
  const wanted = name === null ? null : checkedName(name);
  return change(ledger, sid, now, (label) => {
    if (wanted !== null) refuseTaken(ledger, sid, wanted);
    return { ...label, name: wanted };
  });
}

/** SQLite compares letters beyond ASCII by case; names are compared here for all of them. */
function refuseTaken(ledger: Ledger, sid: string, name: string): void {
  const key = folded(name);
  for (const row of ledger.db.sql('SELECT * FROM label WHERE sid <> ?').all(sid)) {
    const taken = wordsOf(row, ledger.labelKeys)?.name ?? null;
    if (taken !== null && folded(taken) === key)
      throw new KnownError(`The name "${taken}" belongs to session ${row.sid}`, {
        hint: 'choose another name, or clear that one first',
      });
  }
}

const folded = (name: string): string => name.normalize('NFC').toLowerCase();

/** Adds and removes tags; what is in both is removed. At most 20 per session (UR-62). */
export function setTags(ledger: Ledger, sid: string, add: readonly string[], remove: readonly string[], now: number): Label | null {
  const [more, less] = [add.map(checkedTag), new Set(remove.map(checkedTag))];
  return change(ledger, sid, now, (label) => {
    const tags = [...new Set([...label.tags, ...more])].filter((tag) => !less.has(tag)).sort();
    if (tags.length > MAX_TAGS)
      throw new KnownError(`A session has at most ${MAX_TAGS} tags`, { hint: 'remove one first: tidemark session tag SESSION -- -old' });
    return { ...label, tags };
  });
}

export function setNote(ledger: Ledger, sid: string, note: string | null, now: number): Label | null {
  const text = note === null ? null : checkedNote(note);
  return change(ledger, sid, now, (label) => ({ ...label, note: text }));
}

/** Removes name, tags and note. True when there were any (UR-67). */
export const clearLabel = (ledger: Ledger, sid: string): boolean =>
  ledger.db.write(() => ledger.db.sql('DELETE FROM label WHERE sid = ?').run(sid) > 0);

/** Writes what `to` makes of a label; one without name, tags and note is no label any more. */
function change(ledger: Ledger, sid: string, now: number, to: (label: Label) => Label): Label | null {
  return ledger.db.write(() => {
    const before = labelOf(ledger, sid);
    refuseLocked(ledger, sid);
    const after = { ...to(before ?? { name: null, tags: [], note: null, createdAt: now, updatedAt: now }), updatedAt: now };
    if (after.name === null && after.note === null && after.tags.length === 0) {
      ledger.db.sql('DELETE FROM label WHERE sid = ?').run(sid);
      return null;
    }
    const { name, tags, note } = storedWords(after, sid, ledger);
    ledger.db
      .sql('INSERT OR REPLACE INTO label (sid, name, tags, note, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)')
      .run(sid, name, tags, note, after.createdAt, after.updatedAt);
    return after;
  });
}

/** What cannot be read must not be written over. */
function refuseLocked({ db, labelKeys }: Ledger, sid: string): void {
  const row = db.sql('SELECT * FROM label WHERE sid = ?').get(sid);
  if (row !== undefined && wordsOf(row, labelKeys) === null)
    throw new KnownError('Name, tags and description of this session are locked: the key they were written with is missing', {
      hint: 'give that key in TIDEMARK_METADATA_KEY or in the key file, or remove them with: tidemark session forget',
    });
}
