import { closeSync } from 'node:fs';
import type { TranscriptFile } from '../transcripts/discover.ts';
import { chunks, HEAD_BYTES, hashAt, openFile, TAIL_BYTES } from '../transcripts/read.ts';
import type { SeenLines } from '../transcripts/seen-lines.ts';
import type { Checkpoint, FilePart } from './file-part.ts';
import { PartReader } from './part-reader.ts';

/** A stretch ends after so many bytes: an interrupted ingest reads at most this much again (UR-82). */
export const PART_BYTES = 8 * 1024 * 1024;

export interface ReadOptions {
  /** A file read from its beginning gets a checksum of its content. Default true. */
  readonly sums?: boolean;
  /** Is told the lines that were read when they are few; not those of a line too long to be read. */
  readonly onSeen?: ((seen: SeenLines) => void) | undefined;
}

/**
 * Reads what is new in a file since its checkpoint and yields it in stretches. Reads from the beginning when the file shrank, was replaced or rewritten
 * (REL-12). Throws the system's error when the file cannot be opened or read.
 */
export function* readFile(file: TranscriptFile, known: Checkpoint | null, { sums = true, onSeen }: ReadOptions = {}): Generator<FilePart> {
  const { fd, stats } = openFile(file.path);
  try {
    const { size } = stats;
    const from = known !== null && fits(fd, size, known) ? known : null;
    const reader = new PartReader(file, from, size, from === null ? (sums ? 0 : null) : from.content, onSeen !== undefined);
    for (const chunk of chunks(fd, from?.offset ?? 0, size)) {
      reader.push(chunk);
      if (reader.bytes >= PART_BYTES) yield reader.take(fd, false);
    }
    reader.finish();
    const last = reader.take(fd, true);
    const seen = reader.seenLines(stats);
    if (seen !== null) onSeen?.(seen);
    yield last;
  } finally {
    closeSync(fd);
  }
}

function fits(fd: number, size: number, known: Checkpoint): boolean {
  return (
    // A damaged row must not make us read an arbitrary length.
    isLength(known.headLength, HEAD_BYTES) &&
    isLength(known.tailLength, TAIL_BYTES) &&
    size >= known.offset &&
    hashAt(fd, 0, known.headLength) === known.headHash &&
    hashAt(fd, known.offset - known.tailLength, known.tailLength) === known.tailHash
  );
}

const isLength = (length: number, most: number): boolean => Number.isInteger(length) && length >= 0 && length <= most;
