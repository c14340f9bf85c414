import { type HookEvent, readEvent } from './event.ts';
import { foldEvents } from './reduce.ts';
import { EMPTY_STATE, type ReducedState, readReduced } from './reduced.ts';
import { CLOCKS } from './states.ts';

/* A journal's text → state (LS-21 … LS-23). Pure; offsets are bytes in the file. */

interface PlacedEvent {
  readonly offset: number;
  readonly end: number;
  readonly event: HookEvent;
}

export interface JournalTail {
  /** The last `state` line in the text, if any. */
  readonly base: { readonly upto: number; readonly state: ReducedState } | null;
  /** Events behind the base, in file order. */
  readonly events: readonly PlacedEvent[];
  /** Lines that are no whole event of ours (LS-23). */
  readonly skipped: number;
}

/** Reads `bytes`, which begin at `start` of the file; with `start` > 0 the first line may be a part and is left out. */
export function readTail(bytes: Uint8Array, start = 0): JournalTail {
  // Byte for byte, so that places in the text are places in the file; lines that are not plain ASCII are decoded by themselves.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const parsed = isAscii(bytes) ? parsedAscii : parsedLine;
  const events: PlacedEvent[] = [];
  let skipped = 0;
  const base = lastState(text, start, parsed);
  let from = start > 0 ? text.indexOf('\n') + 1 : 0;
  if (start > 0 && from === 0) return { base, events, skipped };
  // What the state covers is not read again.
  if (base !== null) from = Math.max(from, Math.min(base.upto - start, text.length));
  for (let end = from; from < text.length; from = end + 1) {
    end = text.indexOf('\n', from);
    if (end === -1) end = text.length;
    if (end === from) continue;
    if (text.startsWith(STATE_LINE, from)) continue;
    const event = readEvent(parsed(text.slice(from, end)));
    if (event === null) skipped++;
    else events.push({ offset: start + from, end: start + end + 1, event });
  }
  return { base, events, skipped };
}

/** How a `state` line begins; no event does, for theirs begins with its time. */
const STATE_LINE = '{"v":1,"event":"state"';

/** The last whole `state` line. */
function lastState(text: string, start: number, parsed: (line: string) => unknown): JournalTail['base'] {
  for (let at = text.lastIndexOf(STATE_LINE); at !== -1; at = at === 0 ? -1 : text.lastIndexOf(STATE_LINE, at - 1)) {
    if (at > 0 && text[at - 1] !== '\n') continue;
    const end = text.indexOf('\n', at);
    const line = parsed(text.slice(at, end === -1 ? text.length : end)) as { readonly [key: string]: unknown } | null;
    const state = line === null ? null : stateOf(line, start + at);
    if (state !== null) return state;
  }
  return null;
}

function stateOf(line: { readonly [key: string]: unknown }, offset: number): JournalTail['base'] {
  const { upto } = line;
  const state = readReduced(line.state);
  return state !== null && typeof upto === 'number' && upto >= 0 && upto <= offset ? { upto, state } : null;
}

const { isAscii } = process.getBuiltinModule('node:buffer');
const NOT_ASCII = /[^\0-\x7f]/;

function parsedAscii(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const parsedLine = (line: string): unknown => parsedAscii(NOT_ASCII.test(line) ? Buffer.from(line, 'latin1').toString('utf8') : line);

/** The state that a tail adds up to. `now` (epoch ms) bounds what a clock set forward has left behind (ST-22). */
export function foldTail(tail: JournalTail, now: number): ReducedState {
  return foldEvents(
    withoutFuture(
      tail.events.map(({ event }) => event),
      now,
    ),
    tail.base?.state ?? EMPTY_STATE,
  );
}

/**
 * A clock that was set back leaves events with times ahead of those written after them. File order tells: an event more than a minute ahead of a later
 * line, or of now, is moved in front of it (ST-22).
 */
function withoutFuture(events: readonly HookEvent[], now: number): readonly HookEvent[] {
  const moved = [...events];
  let cap = now;
  let shift = 0;
  for (let i = moved.length - 1; i >= 0; i--) {
    const event = moved[i]!;
    if (event.at > cap + CLOCKS.future) {
      // The whole stretch moves as one, so that its own order and distances stay.
      if (shift === 0 || event.at - shift > cap) shift = event.at - cap + 1;
      moved[i] = { ...event, at: event.at - shift };
    } else {
      cap = Math.min(cap, event.at);
      shift = 0;
    }
  }
  return moved;
}

/**
 * How far a new `state` line may reach: the longest run of lines whose events are all older than those behind it and older than the latest delivery, so
 * that folding from the line equals folding the whole file (LS-22). Null when nothing can be covered.
 */
export function stateCut(tail: JournalTail, now: number): { readonly upto: number; readonly state: ReducedState } | null {
  const { events } = tail;
  let oldestBehind = now - CLOCKS.delivery;
  const oldest = new Array<number>(events.length);
  for (let i = events.length - 1; i >= 0; i--) {
    oldest[i] = oldestBehind;
    oldestBehind = Math.min(oldestBehind, events[i]!.event.at);
  }
  let newest = Number.NEGATIVE_INFINITY;
  let cut = -1;
  for (const [i, { event }] of events.entries()) {
    newest = Math.max(newest, event.at);
    if (newest < oldest[i]!) cut = i;
  }
  if (cut === -1) return null;
  const covered = events.slice(0, cut + 1);
  return {
    upto: covered.at(-1)!.end,
    state: foldEvents(
      covered.map(({ event }) => event),
      tail.base?.state ?? EMPTY_STATE,
    ),
  };
}
