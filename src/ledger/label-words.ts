import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Row } from './driver.ts';
import type { LabelKey, LabelKeys } from './label-keys.ts';
import { storedJson } from './stored-json.ts';

/* A person's own words about a session as they are stored: in the clear, or sealed as one text in the place of the note (UR-69). */

export interface Words {
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly note: string | null;
}

/** What is shown in the place of words that none of the keys opens. */
export const LOCKED = '(locked)';
const LOCKED_WORDS: Words = { name: LOCKED, tags: [], note: null };

/** No note of a person begins so: control characters are refused. Then the id of the key, and nonce, tag and text in base64. */
const SEALED = /^\u0001sealed1:([0-9a-f]{16}):([A-Za-z0-9+/]+=*)$/;
const CIPHER = 'aes-256-gcm';
/** Bytes. */
const NONCE = 12;
const TAG = 16;

/** The three columns of `label`. */
export interface StoredWords {
  readonly name: string | null;
  readonly tags: string;
  readonly note: string | null;
}

export const inTheClear = ({ name, tags, note }: Words): StoredWords => ({ name, tags: JSON.stringify(tags), note });

/** AES-256-GCM with a nonce of its own for every record; the session's id is bound to it, so that a record moved to another session does not open. */
export function sealed(words: Words, sid: string, key: LabelKey): StoredWords {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG }).setAAD(boundTo(sid));
  const { name, tags, note } = words;
  const text = Buffer.concat([cipher.update(JSON.stringify([name, tags, note]), 'utf8'), cipher.final()]);
  const bytes = Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
  return { name: null, tags: '[]', note: `\u0001sealed1:${key.id}:${bytes}` };
}

const boundTo = (sid: string): Buffer => Buffer.from(`tidemark label\0${sid}`);

/** Which key a row's words were sealed with; null = they are in the clear. */
export const keyIdOf = ({ note }: Row): string | null => (typeof note === 'string' ? (SEALED.exec(note)?.[1] ?? null) : null);

/** The words of a row of `label`; null when none of the keys opens them, or they were changed. */
export function wordsOf(row: Row, keys: LabelKeys): Words | null {
  const found = typeof row.note === 'string' ? SEALED.exec(row.note) : null;
  if (found === null) return { name: row.name as string | null, tags: storedJson<string[]>(row.tags, []), note: row.note as string | null };
  const key = keys.find(found[1]!);
  return key === null ? null : unsealed(Buffer.from(found[2]!, 'base64'), String(row.sid), key);
}

function unsealed(bytes: Buffer, sid: string, key: LabelKey): Words | null {
  try {
    const decipher = createDecipheriv(CIPHER, key.bytes, bytes.subarray(0, NONCE), { authTagLength: TAG }).setAAD(boundTo(sid));
    decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
    const [name, tags, note] = JSON.parse(text) as [string | null, string[], string | null];
    return { name, tags, note };
  } catch {
    // Another key under the same id, or changed bytes: the usage is none the worse.
    return null;
  }
}

/** A row with its words in the clear, opened when first asked for: a report by day names no session. */
export function openedRow(row: Row, keys: LabelKeys): Row {
  if (keyIdOf(row) === null) return row;
  let words: Words | null = null;
  const open = (): Words => {
    words ??= wordsOf(row, keys) ?? LOCKED_WORDS;
    return words;
  };
  return {
    ...row,
    get name() {
      return open().name;
    },
    get tags() {
      return JSON.stringify(open().tags);
    },
    get note() {
      return open().note;
    },
  };
}
