import { isSameLine, type Line } from '../spans.ts';
import type { Look } from '../theme.ts';
import { type CellRow, cellsOf } from './cells.ts';
import { difference } from './difference.ts';

/** Takes bytes for the terminal and says when they are out. */
export interface Sink {
  write(bytes: string, done: (error?: Error | null) => void): void;
}

export interface FrameCount {
  readonly frames: number;
  /** Bytes of the newest frame. */
  readonly bytes: number;
}

const OPEN = '\u001b[?2026h';
const CLOSE = '\u001b[?2026l';
const CLEAR = '\u001b[m\u001b[2J\u001b[H';

/**
 * What the terminal shows and what it should show. `flush` writes the difference in one synchronized frame: nothing when nothing changed (LV-111), a
 * full clear only after `invalidate` (LV-112). While a frame is on its way nothing is queued: the next one goes from there to the newest picture (LV-119).
 */
export class Screen {
  private readonly sink: Sink;
  private readonly onError: (error: Error) => void;
  private look: Look;
  private columns = 0;
  private lines: Line[] = [];
  private wanted: CellRow[] = [];
  private shown: (CellRow | undefined)[] = [];
  private pending = false;
  private dirty = false;
  private clear = true;
  private paused = false;
  private counted = { frames: 0, bytes: 0 };
  private waiting: (() => void)[] = [];
  private extra = '';

  constructor(sink: Sink, look: Look, onError: (error: Error) => void) {
    this.sink = sink;
    this.look = look;
    this.onError = onError;
  }

  /** The next frame clears the terminal and draws everything. */
  invalidate(): void {
    this.clear = true;
  }

  resize(columns: number, rows: number): void {
    if (columns === this.columns && rows === this.wanted.length) return;
    this.columns = columns;
    this.lines = [];
    this.wanted = Array.from({ length: rows }, () => cellsOf([], columns, this.look));
    this.clear = true;
  }

  restyle(look: Look): void {
    if (look === this.look) return;
    this.look = look;
    this.wanted = this.wanted.map((row, index) => (this.lines[index] === undefined ? row : cellsOf(this.lines[index], this.columns, look)));
  }

  /** Nothing is made anew for a line that is as before (LV-115). */
  setRow(index: number, line: Line): void {
    const before = this.lines[index];
    if (index >= this.wanted.length || (before !== undefined && isSameLine(before, line))) return;
    this.lines[index] = line;
    this.wanted[index] = cellsOf(line, this.columns, this.look, this.wanted[index]);
  }

  /** Sends a sequence that draws nothing (bell, title, clipboard) with the next frame. */
  emit(sequence: string): void {
    this.extra += sequence;
    this.flush();
  }

  flush(): void {
    if (this.paused) return;
    this.dirty = true;
    if (!this.pending) this.send();
  }

  private send(): void {
    this.dirty = false;
    const bytes = difference(this.clear ? [] : this.shown, this.wanted);
    const frame = `${this.clear ? CLEAR : ''}${bytes}`;
    if (frame === '' && this.extra === '') return;
    const bytesOut = `${this.extra}${frame === '' ? '' : `${OPEN}${frame}${CLOSE}`}`;
    this.extra = '';
    this.clear = false;
    this.shown = [...this.wanted];
    this.pending = true;
    this.counted = { frames: this.counted.frames + 1, bytes: Buffer.byteLength(bytesOut) };
    this.sink.write(bytesOut, (error) => this.sent(error ?? null));
  }

  private sent(error: Error | null): void {
    this.pending = false;
    for (const resolve of this.waiting.splice(0)) resolve();
    if (error !== null) this.onError(error);
    else if (this.dirty && !this.paused) this.send();
  }

  /** Stops drawing (the terminal belongs to another); settles when nothing is on its way. */
  pause(): Promise<void> {
    this.paused = true;
    return this.pending ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }

  resume(): void {
    this.paused = false;
    this.invalidate();
    this.flush();
  }

  get count(): FrameCount {
    return this.counted;
  }
}
