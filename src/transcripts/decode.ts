import { decodePrompt, decodeSession } from './decode-session.ts';
import { decodeUsage } from './decode-usage.ts';
import { parseLine } from './objects.ts';
import type { LineFacts, RejectReason } from './types.ts';

/** What became of a line: its facts (empty when it says nothing we need), and whether part of it could not be read. */
export interface DecodedLine {
  readonly facts: readonly LineFacts[];
  readonly rejected: RejectReason | null;
}

export type ParsedSink = (objects: readonly Record<string, unknown>[]) => void;

const NOTHING: DecodedLine = { facts: [], rejected: null };
const MALFORMED: DecodedLine = { facts: [], rejected: 'malformed' };

/** Every counter that makes a line one of usage (D-9) has a name that ends so. Its first byte is rare in JSON: found three times faster than `"usage"`. */
const COUNTER = Buffer.from('_tokens"');
const TOOL_RESULT = '"tool_result"';
/** Markers of the other lines that tell something: prompts, titles, moves, compactions, the client's cost. */
const SMALL_MARKERS = ['"user"', '-title"', '"agent-name"', '"cost-state"', '"compact_boundary"', '"relocated"', '"worktree-state"'];
/** Frequent types that tell nothing without usage. A type that is not known is looked into. */
const MUTE = new Set(['progress', 'file-history-snapshot', 'last-prompt', 'permission-mode', 'queue-operation', 'attachment']);
/** Beyond this, only a prompt can be of interest among lines without usage. Bytes. */
const SMALL = 4096;
/** A line's type is looked for in so many bytes. */
const HEAD = 512;

/** Where the next counter of a chunk stands: one search serves all lines before it. */
let searched: Buffer | null = null;
let searchedFrom = 0;
let nextCounter = -1;

function hasCounter(chunk: Buffer, from: number, to: number): boolean {
  if (chunk !== searched || from < searchedFrom || nextCounter < from) {
    const found = chunk.indexOf(COUNTER, from);
    searched = chunk;
    searchedFrom = from;
    nextCounter = found < 0 ? Number.POSITIVE_INFINITY : found;
  }
  return nextCounter < to;
}

/**
 * Decodes one line (without its newline). A chunk is not written to while its lines are decoded. Lines that can tell nothing are passed over unparsed:
 * user lines with tool results are two thirds of all bytes. Usage is found by a counter's name, never by `"type":"assistant"`, which a space after the colon would defeat (transcripts §11).
 * `parsed` is told what the line was parsed into, if it was, and nothing around its objects had to be cut off.
 */
export function decodeLine(chunk: Buffer, start: number, end: number, parsed?: ParsedSink): DecodedLine {
  let from = start;
  let to = end;
  if (chunk[from] === 0xef && chunk[from + 1] === 0xbb && chunk[from + 2] === 0xbf) from += 3;
  while (from < to && isBlank(chunk[from]!)) from++;
  while (from < to && isBlank(chunk[to - 1]!)) to--;
  if (from === to) return NOTHING;
  if (chunk[from] !== 0x7b) return decodeOdd(chunk, from, to);
  if (hasCounter(chunk, from, to) || mayTell(chunk, from, to))
    return decodeText(chunk.toString('utf8', from, to), from === start && to === end ? parsed : undefined);
  return chunk[to - 1] === 0x7d ? NOTHING : MALFORMED;
}

/** NUL bytes count as blanks: a crash of the file system can leave runs of them before a good line. */
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0d || byte === 0x09 || byte === 0;

/** The line's own type when it stands before anything nested; null when that cannot be seen. */
function typeIn(head: string): string | null {
  const at = head.indexOf('"type":"');
  if (at < 0) return null;
  const brace = head.indexOf('{', 1);
  if (brace >= 0 && brace < at) return null;
  const end = head.indexOf('"', at + 8);
  return end < 0 ? null : head.slice(at + 8, end);
}

/** Whether a line without counters may tell something: a prompt, a title, a move, a compaction, the client's own cost. */
function mayTell(chunk: Buffer, from: number, to: number): boolean {
  const head = chunk.toString('latin1', from, Math.min(to, from + HEAD));
  const type = typeIn(head);
  if (type === 'user') return !head.includes(TOOL_RESULT) && !chunk.subarray(from, to).includes(TOOL_RESULT);
  if (type !== null && MUTE.has(type)) return false;
  if (to - from > SMALL) {
    const line = chunk.subarray(from, to);
    return !line.includes(TOOL_RESULT) && line.includes(SMALL_MARKERS[0]!);
  }
  const text = to - from <= HEAD ? head : chunk.toString('latin1', from, to);
  for (const marker of SMALL_MARKERS) if (text.includes(marker)) return marker !== '"user"' || !text.includes(TOOL_RESULT);
  return false;
}

/** A line that does not begin like an object: rejected, but for objects glued behind the rubbish. */
function decodeOdd(chunk: Buffer, from: number, to: number): DecodedLine {
  return hasCounter(chunk, from, to) ? decodeText(chunk.toString('utf8', from, to)) : MALFORMED;
}

export function decodeText(text: string, parsed?: ParsedSink): DecodedLine {
  const { objects, malformed } = parseLine(text);
  parsed?.(objects);
  const facts: LineFacts[] = [];
  for (const o of objects) {
    const one = factsOf(o);
    if (one !== null) facts.push(one);
  }
  return { facts, rejected: malformed ? 'malformed' : null };
}

function factsOf(o: Record<string, unknown>): LineFacts | null {
  const usage = decodeUsage(o);
  const session = decodeSession(o);
  const prompt = decodePrompt(o);
  return usage || session || prompt ? { usage, session, prompt } : null;
}
