import { closeSync, fstatSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { chunks, openRegular } from '../transcripts/read.ts';

/**
 * Running CRC-32 of all bytes before a file's offset (REL-13). A checksum and no hash: it has to find what a disk, a copying program or a restored backup
 * changed, in files whose owner may write whatever he likes anyway.
 */
export class ContentSum {
  /** Of the bytes up to the last newline; null = not kept for this file. */
  value: number | null;
  private held: number;
  private heldBytes = 0;

  constructor(from: number | null) {
    this.value = from;
    this.held = from ?? 0;
  }

  /** A chunk, and how many bytes have become whole lines with it: those held so far and a part of the chunk. */
  push(chunk: Buffer, completed: number): void {
    if (this.value === null) return;
    if (completed === 0) {
      this.held = crc32(chunk, this.held);
      this.heldBytes += chunk.length;
      return;
    }
    const edge = completed - this.heldBytes;
    this.value = crc32(edge === chunk.length ? chunk : chunk.subarray(0, edge), this.held);
    this.held = edge === chunk.length ? this.value : crc32(chunk.subarray(edge), this.value);
    this.heldBytes = chunk.length - edge;
  }
}

/** What a file is now, and the CRC-32 of its first bytes; null when it is shorter. Throws the system's error. */
export function contentOf(path: string, length: number): { readonly sum: number | null; readonly size: number; readonly mtimeMs: number } {
  const fd = openRegular(path);
  try {
    const { size, mtimeMs } = fstatSync(fd);
    let sum = 0;
    let read = 0;
    for (const chunk of chunks(fd, 0, length)) {
      sum = crc32(chunk, sum);
      read += chunk.length;
    }
    return { sum: read === length ? sum : null, size, mtimeMs };
  } finally {
    closeSync(fd);
  }
}
