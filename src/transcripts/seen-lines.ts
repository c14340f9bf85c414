/** No more of a transcript's end is ever read for the live view (LV-65). Bytes. */
export const SEEN_BYTES = 256 * 1024;

/** A whole line. `end`: byte position of its newline in the file. */
export interface SeenLine {
  readonly end: number;
  /** What it was parsed into; null: it was passed over unparsed, or parsed without what surrounds its object. */
  readonly objects: readonly Record<string, unknown>[] | null;
  /** The line itself where it has no objects here. */
  readonly text: string;
}

/** Whole lines that were just read from a file, for whoever follows its end as well: they are read and parsed once. */
export interface SeenLines {
  readonly ino: number;
  /** Of the file when it was opened, epoch ms. */
  readonly mtimeMs: number;
  /** Byte positions of the first line and after the last newline. */
  readonly from: number;
  readonly until: number;
  readonly lines: readonly SeenLine[];
  /** One more was read, though its newline is missing. */
  readonly hasRest: boolean;
}

/** Gathers lines while a file is read, and gives up where they are more than anyone wants to see. */
export class SeenCollector {
  private lines: SeenLine[] = [];
  private bytes = 0;
  private objects: readonly Record<string, unknown>[] | null = null;
  private isWhole = true;

  /** For the decoder: the line at hand was parsed into these. */
  readonly parsed = (objects: readonly Record<string, unknown>[]): void => {
    this.objects = objects;
  };

  /** The line at hand is over. `at`: byte position of its newline in the file. */
  line(chunk: Buffer, start: number, end: number, at: number): void {
    const { objects } = this;
    this.objects = null;
    this.bytes += end + 1 - start;
    if (this.bytes > SEEN_BYTES) this.giveUp();
    if (this.isWhole) this.lines.push({ end: at, objects, text: objects === null ? chunk.toString('utf8', start, end) : '' });
  }

  /** A line was passed over, or what was gathered is not wanted. */
  giveUp(): void {
    this.isWhole = false;
    this.lines = [];
  }

  /** Null when some line is missing. */
  take(file: { readonly ino: number; readonly mtimeMs: number }, place: Pick<SeenLines, 'from' | 'until' | 'hasRest'>): SeenLines | null {
    return this.isWhole ? { ino: file.ino, mtimeMs: file.mtimeMs, ...place, lines: this.lines } : null;
  }
}
