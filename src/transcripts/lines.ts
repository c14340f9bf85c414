/** Longest line that is read; a longer one is skipped to its end and counted (SEC-41). Bytes. */
export const MAX_LINE = 16 * 1024 * 1024;

const NEWLINE = 10;

export interface LineSink {
  /** A whole line, without its newline. The bytes are valid only during the call. */
  line(chunk: Buffer, start: number, end: number): void;
  /** A line longer than {@link MAX_LINE} came to its end. */
  tooLong(): void;
}

/**
 * Splits a stream of chunks at newlines, on bytes: a chunk edge inside a UTF-8 character or a line changes nothing.
 * `consumed` counts the bytes up to and with the last newline seen: the offset to resume at.
 */
export class LineSplitter {
  consumed = 0;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private skipping = false;
  private readonly sink: LineSink;

  constructor(sink: LineSink) {
    this.sink = sink;
  }

  push(chunk: Buffer): void {
    let from = 0;
    let newline = chunk.indexOf(NEWLINE);
    while (newline >= 0) {
      this.endLine(chunk, from, newline);
      from = newline + 1;
      newline = chunk.indexOf(NEWLINE, from);
    }
    if (from < chunk.length) this.hold(chunk, from);
  }

  /** The bytes after the last newline: half a line, or a last line without newline. Empty while an overlong line is skipped. */
  rest(): Buffer {
    return this.skipping ? Buffer.alloc(0) : Buffer.concat(this.held);
  }

  private endLine(chunk: Buffer, from: number, newline: number): void {
    this.consumed += this.heldBytes + newline + 1 - from;
    if (this.skipping) this.sink.tooLong();
    else if (this.heldBytes === 0) {
      if (newline - from > MAX_LINE) this.sink.tooLong();
      else this.sink.line(chunk, from, newline);
    } else if (this.heldBytes + newline - from > MAX_LINE) this.sink.tooLong();
    else {
      const whole = Buffer.concat([...this.held, chunk.subarray(from, newline)]);
      this.sink.line(whole, 0, whole.length);
    }
    this.held = [];
    this.heldBytes = 0;
    this.skipping = false;
  }

  private hold(chunk: Buffer, from: number): void {
    this.heldBytes += chunk.length - from;
    if (this.skipping || this.heldBytes > MAX_LINE) {
      this.skipping = true;
      this.held = [];
      return;
    }
    // Copied: the reader fills its buffer again.
    this.held.push(Buffer.from(chunk.subarray(from)));
  }
}
