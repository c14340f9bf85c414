import { decodePrompt, decodeSession } from './decode-session.ts';
import { decodeUsage } from './decode-usage.ts';
import { parseLine } from './objects.ts';
import type { LineFacts, RejectReason } from './types.ts';

/** What became of a line: its facts (empty when it says nothing we need), and whether part of it could not be read. */
export interface DecodedLine {
  readonly facts: readonly LineFacts[];
  readonly rejected: RejectReason | null;
}

const NOTHING: DecodedLine = { facts: [], rejected: null };
const MALFORMED: DecodedLine = { facts: [], rejected: 'malformed' };

const USAGE = Buffer.from('"usage"');
const TOOL_RESULT = Buffer.from('"tool_result"');
/** Markers of the other lines that tell something: prompts, titles, moves, compactions, the client's cost. */
const SMALL_MARKERS = ['"user"', '-title"', '"agent-name"', '"cost-state"', '"compact_boundary"', '"relocated"', '"worktree-state"'];
/** Beyond this, only a prompt can be of interest among lines without usage. */
const SMALL = 4096;

/**
 * Decodes one line (without its newline). Lines without a marker are passed over unparsed: user lines with tool results are two thirds of all bytes.
 * The test is for `"usage"`, never for `"type":"assistant"`, which a space after the colon would defeat (transcripts §11).
 */
export function decodeLine(chunk: Buffer, start: number, end: number): DecodedLine {
  let from = start;
  let to = end;
  if (chunk[from] === 0xef && chunk[from + 1] === 0xbb && chunk[from + 2] === 0xbf) from += 3;
  while (from < to && isBlank(chunk[from]!)) from++;
  while (from < to && isBlank(chunk[to - 1]!)) to--;
  if (from === to) return NOTHING;
  if (chunk[from] !== 0x7b) return decodeOdd(chunk, from, to);
  const line = chunk.subarray(from, to);
  if (line.includes(USAGE)) return decodeText(line.toString('utf8'));
  if (mayTell(line)) return decodeText(line.toString('utf8'));
  return chunk[to - 1] === 0x7d ? NOTHING : MALFORMED;
}

/** NUL bytes count as blanks: a crash of the file system can leave runs of them before a good line. */
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0d || byte === 0x09 || byte === 0;

function mayTell(line: Buffer): boolean {
  if (line.length > SMALL) return !line.includes(TOOL_RESULT) && line.includes(SMALL_MARKERS[0]!);
  const text = line.toString('latin1');
  for (const marker of SMALL_MARKERS) if (text.includes(marker)) return marker !== '"user"' || !text.includes('"tool_result"');
  return false;
}

/** A line that does not begin like an object: rejected, but for objects glued behind the rubbish. */
function decodeOdd(chunk: Buffer, from: number, to: number): DecodedLine {
  const line = chunk.subarray(from, to);
  if (!line.includes(USAGE)) return MALFORMED;
  return decodeText(line.toString('utf8'));
}

export function decodeText(text: string): DecodedLine {
  const parsed = parseLine(text);
  const facts: LineFacts[] = [];
  for (const o of parsed.objects) {
    const one: LineFacts = { usage: decodeUsage(o), session: decodeSession(o), prompt: decodePrompt(o) };
    if (one.usage || one.session || one.prompt) facts.push(one);
  }
  return { facts, rejected: parsed.malformed ? 'malformed' : null };
}
