import { write, writeSync } from 'node:fs';
import { errnoOf } from '../../platform/errors.ts';
import type { Input } from './input/decode.ts';
import { InputDecoder } from './input/decode.ts';
import { enterTerminal, leaveTerminal, type Modes } from './screen/modes.ts';
import type { Sink } from './screen/screen.ts';

export interface TerminalStreams {
  readonly stdout: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
}

/** How long an Esc waits for the rest of a sequence, ms. */
const ESCAPE_MS = 25;
const FULL_MS = 5;
/** How long a frame that is on its way has to go out before the terminal is given back, ms: nobody may wait for it when the process is ending. */
const FRAME_MS = 30;

const sleep = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

/** Takes the terminal over and gives it back, whole, however the process ends (LV-116). */
export class TerminalSession implements Sink {
  private readonly streams: TerminalStreams;
  private readonly modes: Modes;
  private readonly decoder = new InputDecoder();
  private readonly fd: number | null;
  private taken = false;
  private listening = false;
  private onItsWay = 0;
  private flushTimer: NodeJS.Timeout | null = null;
  onInput: (input: Input) => void = () => {};
  onLost: (error: Error) => void = () => {};

  constructor(streams: TerminalStreams, modes: Modes) {
    this.streams = streams;
    this.modes = modes;
    this.fd = 'fd' in streams.stdout && typeof streams.stdout.fd === 'number' ? streams.stdout.fd : null;
  }

  get hasKeys(): boolean {
    return this.streams.stdin.isTTY === true && typeof this.streams.stdin.setRawMode === 'function';
  }

  /** Throws where the terminal refuses raw mode (LV-131); nothing is changed then. */
  take(): void {
    if (this.taken) return;
    if (this.hasKeys) this.streams.stdin.setRawMode(true);
    this.taken = true;
    this.writeNow(enterTerminal(this.modes));
    if (!this.hasKeys || this.listening) return;
    this.listening = true;
    const { stdin } = this.streams;
    stdin.setEncoding('utf8');
    stdin.on('data', this.onData);
    stdin.on('error', this.onStdinError);
    stdin.on('end', this.onStdinEnd);
    stdin.resume();
  }

  /** At once, also from an exit handler; harmless when it was already given back. */
  give(): void {
    if (!this.taken) return;
    this.taken = false;
    // Another thread writes it: what it drew after we have left would stand on the shell's screen.
    if (this.onItsWay > 0) sleep(FRAME_MS);
    this.writeNow(leaveTerminal(this.modes));
    try {
      if (this.hasKeys) this.streams.stdin.setRawMode(false);
    } catch {
      // The terminal is gone; there is nothing left to give back.
    }
  }

  /** Stops listening, so that the process can end. */
  release(): void {
    const { stdin } = this.streams;
    if (this.flushTimer !== null) clearTimeout(this.flushTimer);
    stdin.off('data', this.onData);
    stdin.off('error', this.onStdinError);
    stdin.off('end', this.onStdinEnd);
    stdin.pause();
    stdin.unref?.();
  }

  /**
   * A frame goes out through the thread pool: a terminal that does not read stops its own frames, never the process (LV-119).
   */
  write(bytes: string, done: (error?: Error | null) => void): void {
    if (this.fd === null) {
      this.streams.stdout.write(bytes, done);
      return;
    }
    this.onItsWay++;
    this.writeOn(this.fd, Buffer.from(bytes, 'utf8'), 0, (error) => {
      this.onItsWay--;
      done(error);
    });
  }

  private writeOn(fd: number, bytes: Buffer, from: number, done: (error?: Error | null) => void): void {
    write(fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error !== null && errnoOf(error) === 'EAGAIN') setTimeout(() => this.writeOn(fd, bytes, from, done), FULL_MS);
      else if (error !== null) done(error);
      else if (from + written < bytes.length) this.writeOn(fd, bytes, from + written, done);
      else done(null);
    });
  }

  private writeNow(text: string): void {
    if (this.fd === null) {
      this.streams.stdout.write(text);
      return;
    }
    const bytes = Buffer.from(text, 'utf8');
    for (let from = 0, tries = 0; from < bytes.length && tries < 200; ) {
      try {
        from += writeSync(this.fd, bytes, from);
      } catch (error) {
        if (errnoOf(error) !== 'EAGAIN') return;
        tries++;
        sleep(FULL_MS);
      }
    }
  }

  private readonly onData = (chunk: string | Buffer): void => {
    for (const input of this.decoder.push(String(chunk))) this.onInput(input);
    if (this.flushTimer !== null) clearTimeout(this.flushTimer);
    this.flushTimer = this.decoder.waits ? setTimeout(() => this.flush(), ESCAPE_MS) : null;
  };

  private flush(): void {
    this.flushTimer = null;
    for (const input of this.decoder.flush()) this.onInput(input);
  }

  private readonly onStdinError = (error: Error): void => this.onLost(error);
  private readonly onStdinEnd = (): void => this.onLost(Object.assign(new Error('the terminal was closed'), { code: 'EIO' }));
}
