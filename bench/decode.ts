import { closeSync, fstatSync } from 'node:fs';
import { decodeLine } from '../src/transcripts/decode.ts';
import { discover } from '../src/transcripts/discover.ts';
import { LineSplitter } from '../src/transcripts/lines.ts';
import { chunks, openRegular } from '../src/transcripts/read.ts';

export interface DecodeResult {
  readonly lines: number;
  readonly bytes: number;
  readonly usageLines: number;
  readonly linesPerSecond: number;
  readonly megabytesPerSecond: number;
}

/** File bytes → lines → decoded facts, on one core, nothing stored. Stops after `maxBytes`. */
export function measureDecode(claudeDir: string, maxBytes: number): DecodeResult {
  let lines = 0;
  let usageLines = 0;
  let bytes = 0;
  const files = discover([claudeDir]).files;
  const start = performance.now();
  for (const file of files) {
    if (bytes >= maxBytes) break;
    const fd = openRegular(file.path);
    const splitter = new LineSplitter({
      line: (chunk, from, to) => {
        lines += 1;
        for (const fact of decodeLine(chunk, from, to).facts) if (fact.usage !== null) usageLines += 1;
      },
      tooLong: () => {
        lines += 1;
      },
    });
    for (const chunk of chunks(fd, 0, fstatSync(fd).size)) {
      bytes += chunk.length;
      splitter.push(chunk);
    }
    closeSync(fd);
  }
  const seconds = (performance.now() - start) / 1000;
  return { lines, bytes, usageLines, linesPerSecond: lines / seconds, megabytesPerSecond: bytes / 2 ** 20 / seconds };
}

/** How long it takes to find all transcripts and look at their size and time (nothing read), ms. */
export function measureScan(claudeDir: string): number {
  const start = performance.now();
  discover([claudeDir]);
  return performance.now() - start;
}

if (import.meta.main) {
  const [claudeDir, maxBytes] = process.argv.slice(2);
  measureDecode(claudeDir!, 16 * 2 ** 20); // Compiled and warm before it counts, as in a process that runs.
  const scans = Array.from({ length: 7 }, () => measureScan(claudeDir!));
  console.log(JSON.stringify({ ...measureDecode(claudeDir!, Number(maxBytes)), scans }));
}
