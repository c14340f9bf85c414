import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Database, Row, Value } from './driver.ts';
import { EVENT_COLUMNS } from './event-row.ts';
import { wholeRow } from './salvage-shape.ts';

/*
 * An archive file: blocks of some thousand requests, each a gzip member of its own, so that one request costs one block, and `zcat` shows all of them. A line
 * is the list of a request's columns as JSON, with the session's id and the model's name in the places of their numbers, so that the file needs no ledger to
 * be understood. The cost is left out: it is made from the price table.
 */

/** Requests in a block. */
export const BLOCK_ROWS = 2000;
/** Larger than any block can be. */
const MAX_BLOCK_BYTES = 256 * 1024 * 1024;

const NAMES = EVENT_COLUMNS.split(', ');

export const archiveDir = (ledgerPath: string): string => join(dirname(ledgerPath), 'archive');

/** Where the archive files of a copy of a ledger are: beside that ledger. */
const dirs = new WeakMap<Database, string>();

export const readArchivesOf = (copy: Database, ledgerPath: string): void => void dirs.set(copy, archiveDir(ledgerPath));
export const archiveDirOf = (db: Database): string => dirs.get(db) ?? archiveDir(db.path);

/** Backups without a name of their own lie beside the ledger. */
export const backupDir = (ledgerPath: string): string => join(dirname(ledgerPath), 'backups');

/** How the names of a ledger's archive files begin. No two ledgers of one directory share it: those of `x` are told by their dashes from those of `x.db`. */
function prefixOf(ledgerPath: string): string {
  const name = basename(ledgerPath);
  return name.endsWith('.db') ? `${name.slice(0, -3)}-events-` : `${name}--events--`;
}

/** `ledger.db`, 2026-11-20T13:42:10Z → `ledger-events-20261120-134210-1a2b3c4d.jsonl.gz`. `now` in epoch ms. */
export function archiveName(ledgerPath: string, now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const random = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(16).padStart(8, '0');
  return `${prefixOf(ledgerPath)}${stamp}-${random}.jsonl.gz`;
}

/** Whether a file is this ledger's own: of a ledger that was copied or renamed, what it wrote under its former name is not. */
export const isArchiveName = (name: string, ledgerPath: string): boolean =>
  name.startsWith(prefixOf(ledgerPath)) && /^\d{8}-\d{6}-[0-9a-f]{8}\.jsonl\.gz$/.test(name.slice(prefixOf(ledgerPath).length));

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Rows as `EVENTS` gives them (settle.ts): with `sid` and `name`. */
export function encodeBlock(rows: readonly Row[]): Buffer {
  const lines = rows.map((row) => JSON.stringify(NAMES.map((name) => columnOf(row, name))));
  return gzipSync(`${lines.join('\n')}\n`);
}

function columnOf(row: Row, name: string): Value {
  if (name === 'session') return row.sid ?? null;
  if (name === 'model') return row.name ?? null;
  return name === 'calc' ? null : (row[name] ?? null);
}

/** The rows of one block or of a whole file; null when it is damaged. Only rows of our form; `session`, `model` and `calc` are 0 or null until looked up. */
export function decodeBlock(bytes: Uint8Array): Row[] | null {
  let text: string;
  try {
    text = gunzipSync(bytes, { maxOutputLength: MAX_BLOCK_BYTES }).toString('utf8');
  } catch {
    return null;
  }
  const rows: Row[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const row = rowOf(line);
    if (row === null) return null;
    rows.push(row);
  }
  return rows;
}

function rowOf(line: string): Row | null {
  let values: unknown;
  try {
    values = JSON.parse(line);
  } catch {
    return null;
  }
  if (!Array.isArray(values) || values.length !== NAMES.length) return null;
  const said = Object.fromEntries(NAMES.map((name, i) => [name, values[i] as Value]));
  const { session: sid, model: name } = said;
  if (typeof sid !== 'string' || sid === '' || (name !== null && typeof name !== 'string')) return null;
  const row = wholeRow('event', { ...said, session: 0, model: null, calc: null });
  return row === null ? null : { ...row, sid, name };
}

/** A block's rows, or null when the file is gone, shortened or changed. */
export function readBlock(path: string, offset: number, length: number, hash: string): Row[] | null {
  if (length > MAX_BLOCK_BYTES) return null;
  const bytes = readBytes(path, offset, length);
  return bytes === null || sha256(bytes) !== hash ? null : decodeBlock(bytes);
}

export function readBytes(path: string, offset: number, length: number): Buffer | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const bytes = Buffer.alloc(length);
    return readSync(fd, bytes, 0, length, offset) === length ? bytes : null;
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

/** A disk that is nearly full takes a part of what it is given, without an error. */
export function writeWhole(fd: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, offset + done);
}

/** How the header of a block begins that {@link encodeBlock} made: gzip, deflate, no name, no time. */
const MAGIC = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);

/** What can be read of a file of which no ledger says where its blocks are; `lost` when some block could not be read. */
export function readWhole(path: string): { readonly rows: Row[]; readonly lost: boolean } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return { rows: [], lost: true };
  }
  const starts: number[] = [];
  for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) starts.push(at);
  const blocks = starts.map((start, i) => decodeBlock(bytes.subarray(start, starts[i + 1] ?? bytes.length)));
  const isWhole = starts[0] === 0 && !blocks.includes(null);
  return { rows: blocks.flatMap((rows) => rows ?? []), lost: bytes.length > 0 && !isWhole };
}
