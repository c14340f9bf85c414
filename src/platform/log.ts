import * as fs from 'node:fs';
import { join } from 'node:path';
import { plain } from '../text/plain.ts';
import { redact } from '../text/redact.ts';
import { systemClock } from './clock.ts';
import { ensurePrivateDir } from './files.ts';
import { readSmallFile } from './small-file.ts';

/* `S/tidemark.log`: one JSON object per line, without anything of a conversation (TS-3, SEC-70, SEC-80). The hot paths do not load this. */

/** From the fewest lines to the most. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What an event says besides its message: codes, counts, places. Texts are redacted and cut; undefined is left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface LogOptions {
  /** A home that is gone is not made anew. */
  readonly home: string;
  readonly stateDir: string;
  /** Events of this level and of those before it in {@link LOG_LEVELS} are written. */
  readonly level: LogLevel;
  /** Epoch ms; default the system's clock, also where a command's own clock stands still. */
  readonly now?: () => number;
}

export const logFile = (stateDir: string): string => join(stateDir, 'tidemark.log');
/** The one before: a full log is moved here. */
export const formerLogFile = (stateDir: string): string => `${logFile(stateDir)}.1`;

/** Bytes of one file; with the former one it is never more than twice this. */
export const MAX_LOG_BYTES = 1024 * 1024;
/** Graphemes of one text. */
const MAX_TEXT = 1000;
/** The same warning or error is written at most so often, by all processes together (UR-95, ST-20). ms */
const AGAIN_MS = 3_600_000;
const MAX_REMEMBERED = 500;
/** Any right for group or others. */
const LAX = 0o077;
const APPEND =
  fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_CREAT | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

/** Opened for each event and closed again: whoever logs nothing pays nothing. Never throws: a log that cannot be written has nobody to tell. */
export class Log {
  readonly level: LogLevel;
  private readonly home: string;
  private readonly stateDir: string;
  private readonly now: () => number;
  private readonly said = new Map<string, number>();

  constructor({ home, stateDir, level, now = systemClock.now }: LogOptions) {
    this.home = home;
    this.stateDir = stateDir;
    this.level = level;
    this.now = now;
  }

  /** `message`: a text of ours, always the same for one kind of event. */
  error(message: string, fields?: LogFields): void {
    this.write('error', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.write('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.write('info', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.write('debug', message, fields);
  }

  writes(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(this.level);
  }

  private write(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.writes(level) || !fs.existsSync(this.home)) return;
    try {
      const event = eventText(level, message, fields);
      const now = this.now();
      if ((level === 'error' || level === 'warn') && this.isSaid(event, now)) return;
      append(this.stateDir, `{"time":"${new Date(now).toISOString()}",${event}\n`);
    } catch {
      // A full disk, a read-only home, a clock beyond all dates.
    }
  }

  private isSaid(event: string, now: number): boolean {
    const last = this.said.get(event) ?? lastTime(this.stateDir, event);
    const isSaid = last !== null && Math.abs(now - last) < AGAIN_MS;
    if (this.said.size >= MAX_REMEMBERED) this.said.clear();
    this.said.set(event, isSaid ? last : now);
    return isSaid;
  }
}

/** The line behind its time, the same for the same event. */
function eventText(level: LogLevel, message: string, fields: LogFields): string {
  const clean = Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? plain(redact(value), MAX_TEXT) : value]);
  return JSON.stringify({ level, msg: message, ...Object.fromEntries(clean) }).slice(1);
}

/** When the event was last written by any process, epoch ms; null = not in the file. */
function lastTime(stateDir: string, event: string): number | null {
  const text = readSmallFile(logFile(stateDir), 2 * MAX_LOG_BYTES) ?? '';
  const at = text.lastIndexOf(`,${event}\n`);
  const time = at < 0 ? Number.NaN : Date.parse(text.slice(text.lastIndexOf('{"time":"', at) + 9, at - 1));
  return Number.isNaN(time) ? null : time;
}

function append(stateDir: string, line: string): void {
  const path = logFile(stateDir);
  ensurePrivateDir(stateDir);
  turnOver(stateDir, Buffer.byteLength(line));
  const fd = fs.openSync(path, APPEND, 0o600);
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) return;
    if (process.platform !== 'win32' && ((stat.mode & LAX) !== 0 || stat.size === 0)) fs.fchmodSync(fd, 0o600);
    // One write, so that lines of several processes do not mix.
    fs.writeSync(fd, line);
  } finally {
    fs.closeSync(fd);
  }
}

/** Two processes that find it full at once: the second sees the small new file of the first, but for some microseconds. */
function turnOver(stateDir: string, more: number): void {
  const stat = fs.lstatSync(logFile(stateDir), { throwIfNoEntry: false });
  if (stat?.isFile() && stat.size + more > MAX_LOG_BYTES) fs.renameSync(logFile(stateDir), formerLogFile(stateDir));
}
