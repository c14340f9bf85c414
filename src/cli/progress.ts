import type { Progress } from '../ledger/ingest.ts';
import { writeStderr } from '../platform/stdout.ts';
import { tokensShort } from '../text/format.ts';

/** A line about the first reading, for a terminal only: after 300 ms, ten times a second at most, erased at the end (UR-80). */
export class ProgressLine {
  private readonly started: number;
  private drawn = 0;
  private shown = false;
  private readonly monotonic: () => number;

  constructor(monotonic: () => number) {
    this.monotonic = monotonic;
    this.started = monotonic();
  }

  readonly report = (p: Progress): void => {
    const now = this.monotonic();
    // Asked only now: the answer loads Node's streams, and most reports have nothing to read for so long.
    if (now - this.started < 300 || now - this.drawn < 100 || !process.stderr.isTTY) return;
    this.drawn = now;
    this.shown = true;
    void writeStderr(`\r${progressText(p, (now - this.started) / 1000)}\u001b[K`);
  };

  end(): void {
    if (this.shown) void writeStderr('\r\u001b[K');
  }
}

const WIDTH = 10;

export function progressText(p: Progress, seconds: number): string {
  const part = p.bytes === 0 ? 1 : Math.min(1, p.bytesDone / p.bytes);
  const filled = Math.floor(part * WIDTH);
  const left = part > 0 ? Math.ceil((seconds / part) * (1 - part)) : null;
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
  const rate = seconds > 0 ? Math.round(p.bytesDone / 1e6 / seconds) : 0;
  return `Reading history ${bar} ${Math.floor(part * 100)} % · ${megabytes(p.bytesDone)} of ${megabytes(p.bytes)} · ${tokensShort(p.filesDone)} of ${tokensShort(p.files)} files · ${rate} MB/s · ${left ?? '—'} s left`;
}

const megabytes = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${Math.round(bytes / 1e6)} MB`);
