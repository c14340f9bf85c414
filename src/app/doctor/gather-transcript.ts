import { basename } from 'node:path';
import { TranscriptTail } from '../../monitor/transcript-tail.ts';
import type { TranscriptEvidence } from '../../sessions/evidence.ts';
import type { TranscriptFile } from '../../transcripts/discover.ts';
import type { TranscriptLook } from './gather-live.ts';

/** What the end of a session's newest transcript says of its state (LS-6). */
export function transcriptLook(files: readonly TranscriptFile[]): TranscriptLook {
  return (sessionId) => {
    const [file] = files
      .filter(({ path, isAgent }) => !isAgent && basename(path) === `${sessionId}.jsonl`)
      .sort((a, b) => b.mtimeMs - a.mtimeMs);
    return file === undefined ? null : evidenceOf(file);
  };
}

function evidenceOf({ path, mtimeMs }: TranscriptFile): TranscriptEvidence {
  const tail = new TranscriptTail(path, 0, false);
  tail.read();
  const { last, grewAt } = tail;
  const at = last?.at ?? mtimeMs;
  const kind = last?.kind ?? 'none';
  return { kind, at, since: at, grewAt: grewAt ?? mtimeMs, error: last?.error ?? null, path };
}
