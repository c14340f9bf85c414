import { closeSync, fstatSync, readSync } from 'node:fs';
import { decodePrompt, decodeSession } from '../transcripts/decode-session.ts';
import { decodeUsage } from '../transcripts/decode-usage.ts';
import { parseLine } from '../transcripts/objects.ts';
import { openRegular } from '../transcripts/read.ts';
import { SEEN_BYTES, type SeenLines } from '../transcripts/seen-lines.ts';
import { parseTimestamp } from '../transcripts/timestamp.ts';
import { actionOf } from './last-action.ts';
import type { LastAction } from './snapshot.ts';

/** No more of a transcript's end is ever read for the live view (LV-65). Bytes. */
export const TAIL_BYTES = SEEN_BYTES;
/** A line longer than this tells nothing that a shorter one would not. */
const MAX_LINE = 512 * 1024;
const MAX_TOOLS = 200;

type Json = Record<string, unknown>;

/** What the last main-thread record says (LS-6). `open`: a prompt, an answer or a tool without the end of the turn. */
export interface LastRecord {
  readonly kind: 'end-turn' | 'interrupt' | 'limit' | 'error' | 'open';
  /** Epoch ms of the record, and since when it is so: for `open` since the turn's prompt, or the first record seen of it. */
  readonly at: number;
  readonly since: number;
  readonly error: string | null;
}

/** A request that a new line belongs to. */
export interface NewRequest {
  readonly key: string;
  readonly sessionId: string | null;
  readonly at: number | null;
}

/** What has been written since the last look. */
export interface TailNews {
  readonly requests: readonly NewRequest[];
  /** Sessions that the new lines name. */
  readonly sessions: ReadonlySet<string>;
  /** More was written than is read, or without a newline yet, or the file is another one: what it held is not known from here. */
  readonly gap: boolean;
}

const NO_NEWS: TailNews = { requests: [], sessions: new Set(), gap: false };

/** Follows the end of one transcript: newest action, state of the turn, use of tools, keys of new requests. Keeps no text of the conversation. */
export class TranscriptTail {
  action: LastAction | null = null;
  last: LastRecord | null = null;
  effort: string | null = null;
  /** Uses by tool since `toolsSince`, epoch ms of the oldest line looked at. */
  readonly tools = new Map<string, number>();
  toolsSince: number | null = null;
  /** Of the file as last read: epoch ms. */
  grewAt: number | null = null;
  readonly path: string;
  private readonly withTargets: boolean;
  private offset: number | null = null;
  private ino: number | null = null;
  /** Bytes whose requests are known already. */
  private known: number;

  constructor(path: string, known: number, withTargets = true) {
    this.path = path;
    this.known = known;
    this.withTargets = withTargets;
  }

  /**
   * Reads what is new, at most {@link TAIL_BYTES}. A file that is gone tells nothing. Throws nothing. `until`: what lies beyond is not in the ledger yet; a
   * request that was named before it is there would not be named again. `seen`: what the ledger has read of it just now; where that is what is new here, it
   * is not read again.
   */
  read(until = Number.POSITIVE_INFINITY, seen?: SeenLines): TailNews {
    if (seen !== undefined && seen.from === this.offset && seen.ino === this.ino) return this.take(seen);
    let fd: number;
    try {
      fd = openRegular(this.path);
    } catch {
      return NO_NEWS;
    }
    try {
      return this.readFrom(fd, until);
    } catch {
      return NO_NEWS;
    } finally {
      closeSync(fd);
    }
  }

  /** The ledger has compared what lies before these lines with what it was, and has these. */
  private take({ lines, until, mtimeMs, hasRest }: SeenLines): TailNews {
    this.grewAt = mtimeMs;
    if (lines.length === 0) return hasRest ? { ...NO_NEWS, gap: true } : NO_NEWS;
    const requests: NewRequest[] = [];
    const sessions = new Set<string>();
    for (const { end, objects, text } of lines) this.objects(objects ?? parseLine(text).objects, end >= this.known, requests, sessions);
    this.offset = until;
    this.known = Math.max(this.known, until);
    // The ledger counts a whole line whose newline is missing.
    return { requests, sessions, gap: hasRest };
  }

  private readFrom(fd: number, until: number): TailNews {
    const { size: whole, ino, mtimeMs } = fstatSync(fd);
    const isOther = (this.ino !== null && ino !== this.ino) || whole < (this.offset ?? 0);
    if (isOther) this.forget();
    const size = Math.max(Math.min(whole, until), this.offset ?? 0);
    this.ino = ino;
    this.grewAt = mtimeMs;
    const first = this.offset === null;
    const wanted = this.offset ?? Math.max(0, Math.min(this.known, size - TAIL_BYTES / 4));
    const from = Math.max(wanted, size - TAIL_BYTES);
    if (size === from) {
      this.offset = size;
      return isOther ? { ...NO_NEWS, gap: true } : NO_NEWS;
    }
    // A beginning inside a line is passed over; the byte before it tells whether it is one.
    const isCut = from > 0 && (first || from > wanted);
    const base = isCut ? from - 1 : from;
    const buffer = Buffer.allocUnsafe(size - base);
    const length = readSync(fd, buffer, 0, buffer.length, base);
    const start = isCut ? buffer.indexOf(10) + 1 : 0;
    const requests: NewRequest[] = [];
    const sessions = new Set<string>();
    let position = start;
    for (let end = buffer.indexOf(10, start); end >= 0 && end < length; end = buffer.indexOf(10, position)) {
      if (end - position < MAX_LINE)
        this.objects(parseLine(buffer.toString('utf8', position, end)).objects, base + end >= this.known, requests, sessions);
      position = end + 1;
    }
    this.offset = base + position;
    const gap = isOther || from > Math.max(this.known, wanted) || position < length;
    this.known = Math.max(this.known, this.offset);
    return { requests, sessions, gap };
  }

  private forget(): void {
    this.offset = null;
    this.known = 0;
    this.action = null;
    this.last = null;
    this.tools.clear();
    this.toolsSince = null;
  }

  /** The objects of one line. */
  private objects(objects: readonly Json[], isNew: boolean, requests: NewRequest[], sessions: Set<string>): void {
    for (const o of objects) {
      const at = parseTimestamp(o.timestamp);
      if (isNew) {
        const usage = decodeUsage(o);
        if (typeof o.sessionId === 'string') sessions.add(o.sessionId);
        if (usage !== null) {
          const sessionId = usage.origin ?? usage.sessionId;
          requests.push({ key: usage.key, sessionId, at: usage.at });
          // A message inside another record may name a session of its own.
          if (sessionId !== null) sessions.add(sessionId);
        }
      }
      if (at !== null) this.toolsSince ??= at;
      // A subagent's lines never set the state of the main thread (LS-6).
      if (o.isSidechain !== true && typeof o.agentId !== 'string') this.main(o, at);
      else this.count(o, at);
    }
  }

  private main(o: Json, at: number | null): void {
    if (o.type === 'assistant') this.assistant(o, at);
    else if (o.type === 'user') this.user(o, at);
  }

  private assistant(o: Json, at: number | null): void {
    if (typeof o.effort === 'string' && o.effort.length <= 40) this.effort = o.effort;
    if (o.isApiErrorMessage === true) {
      const facts = decodeSession(o);
      const resetsAt = facts?.limitResetsAt ?? null;
      const isLimit = resetsAt !== null || facts?.error === 'usage_limit_reached' || facts?.error === 'rate_limit';
      this.note(isLimit ? 'limit' : 'error', at, facts?.error ?? 'error');
      return;
    }
    this.count(o, at);
    const stop = (o.message as Json | undefined)?.stop_reason;
    this.note(stop === 'end_turn' ? 'end-turn' : 'open', at);
  }

  private count(o: Json, at: number | null): void {
    if (o.type !== 'assistant') return;
    for (const block of blocksOf(o)) {
      if (block.type !== 'tool_use') continue;
      const action = actionOf(block, at, this.withTargets);
      if (action === null) continue;
      if (o.isSidechain !== true) this.action = action;
      if (this.tools.has(action.tool) || this.tools.size < MAX_TOOLS) this.tools.set(action.tool, (this.tools.get(action.tool) ?? 0) + 1);
    }
  }

  private user(o: Json, at: number | null): void {
    if (o.isCompactSummary === true || o.isMeta === true) return;
    if (isInterrupt(o)) this.note('interrupt', at);
    else if (decodePrompt(o) !== null || blocksOf(o).some((block) => block.type === 'tool_result')) this.note('open', at);
  }

  private note(kind: LastRecord['kind'], at: number | null, error: string | null = null): void {
    const { last } = this;
    const time = at ?? last?.at ?? this.grewAt ?? 0;
    // Lines may be out of order by a little (transcripts §11): the place in the file decides.
    const since = kind === 'open' && last?.kind === 'open' ? last.since : time;
    this.last = { kind, at: time, since, error };
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function blocksOf(o: Json): readonly Json[] {
  const content = isObject(o.message) ? o.message.content : null;
  return Array.isArray(content) ? content.slice(0, 256).filter(isObject) : [];
}

const INTERRUPT = '[Request interrupted by user';

function isInterrupt(o: Json): boolean {
  const content = isObject(o.message) ? o.message.content : null;
  if (typeof content === 'string') return content.startsWith(INTERRUPT);
  return blocksOf(o).some((block) => typeof block.text === 'string' && block.text.startsWith(INTERRUPT));
}
