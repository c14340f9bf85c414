import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import type { HookEvent } from './event.ts';
import { sessionFileName } from './file-name.ts';
import { foldTail, type JournalTail, readTail, stateCut } from './fold.ts';
import { eventLine } from './payload.ts';
import { isDispensable, reduce } from './reduce.ts';
import type { ReducedState } from './reduced.ts';

/* `S/events/<id>.jsonl` (LS-21, LS-22): one line per event, appended in one write; nobody ever rewrites it. */

/** Behind so many bytes of events a `state` line is due: well before the 32 KiB of LS-22, for every hook folds what lies behind it. */
const STATE_AFTER = 8 * 1024;
/** A `state` line must save at least so much, or a burst would add one per event. */
const STATE_SAVES = 4 * 1024;
/** What one look reads; more only when no `state` line is in it. */
const WINDOW = 32 * 1024;
/** From here on, tool events that change nothing are left out. */
const FULL = 4 * 1024 * 1024;
/** Read at most so much of a journal that somebody else blew up. */
const MAX_READ = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

const OPEN_APPEND = fs.constants.O_RDWR | fs.constants.O_APPEND | fs.constants.O_CREAT | (fs.constants.O_NOFOLLOW ?? 0);
const OPEN_READ = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

export interface JournalRead {
  readonly state: ReducedState;
  /** Bytes that were in the file: another size later means another event. */
  readonly size: number;
  readonly skipped: number;
}

export const eventsDir = (stateDir: string): string => `${stateDir}/events`;
export const journalFile = (stateDir: string, id: string): string => `${stateDir}/events/${sessionFileName(id)}.jsonl`;

/** Appends an event and folds what is there then. Throws what the disk says. */
export function appendEvent(path: string, event: HookEvent, now: number): JournalRead {
  const fd = openAppend(path);
  try {
    const size = fs.fstatSync(fd).size;
    const full = size >= FULL ? readFd(fd, now) : null;
    if (full !== null) {
      const after = reduce(full.read.state, event);
      if (isDispensable(full.read.state, after, event)) {
        if (full.behind > STATE_AFTER) addState(fd, full.tail, now);
        return { ...full.read, size: fs.fstatSync(fd).size, state: after };
      }
    }
    // A writer that was killed within its line must not take ours along.
    write(fd, endsLine(fd, size) ? eventLine(event) : `\n${eventLine(event)}`);
    const { read, tail, behind } = readFd(fd, now);
    if (behind > STATE_AFTER) addState(fd, tail, now);
    return read;
  } finally {
    fs.closeSync(fd);
  }
}

/** Folds a journal; null when there is none, or it is no regular file of ours. */
export function readJournal(path: string, now: number): JournalRead | null {
  let fd: number;
  try {
    fd = fs.openSync(path, OPEN_READ);
  } catch {
    return null;
  }
  try {
    return fs.fstatSync(fd).isFile() ? readFd(fd, now).read : null;
  } catch {
    return null;
  } finally {
    fs.closeSync(fd);
  }
}

function openAppend(path: string): number {
  try {
    return fs.openSync(path, OPEN_APPEND, 0o600);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    makeDirectory(dirname(path));
    return fs.openSync(path, OPEN_APPEND, 0o600);
  }
}

/** Step by step: where nothing can be made, as below /proc, Node's own recursive way never ends. */
function makeDirectory(path: string): void {
  const make = () => fs.mkdirSync(path, { mode: 0o700 });
  try {
    make();
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    makeDirectory(dirname(path));
    make();
  }
}

function write(fd: number, line: string): void {
  fs.writeSync(fd, line);
}

function endsLine(fd: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.allocUnsafe(1);
  return fs.readSync(fd, last, 0, 1, size - 1) === 0 || last[0] === NEWLINE;
}

/** Reads from the end back to the last `state` line and what it does not cover. */
function readFd(fd: number, now: number): { readonly read: JournalRead; readonly tail: JournalTail; readonly behind: number } {
  for (let window = WINDOW; ; window *= 4) {
    const { size } = fs.fstatSync(fd);
    const start = Math.max(0, size - window);
    const bytes = readFrom(fd, start, size);
    const tail = readTail(bytes, start);
    const upto = tail.base?.upto ?? 0;
    const isWhole = start === 0 || (tail.base !== null && upto >= start) || window >= MAX_READ;
    if (!isWhole) continue;
    const end = start + bytes.length;
    return { read: { state: foldTail(tail, now), size: end, skipped: tail.skipped }, tail, behind: end - Math.max(start, upto) };
  }
}

/** From `start` to the size the file had: what another hook appends meanwhile is its own to fold, and told by the size. */
function readFrom(fd: number, start: number, size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(Math.min(MAX_READ, Math.max(0, size - start)));
  let length = 0;
  while (length < bytes.length) {
    const read = fs.readSync(fd, bytes, length, bytes.length - length, start + length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

function addState(fd: number, tail: JournalTail, now: number): void {
  const cut = stateCut(tail, now);
  if (cut === null || cut.upto - (tail.base?.upto ?? 0) < STATE_SAVES) return;
  write(fd, `${JSON.stringify({ v: 1, event: 'state', upto: cut.upto, state: cut.state })}\n`);
}
