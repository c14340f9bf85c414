import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readSmallJson } from '../platform/small-file.ts';
import type { TranscriptEvidence } from '../sessions/evidence.ts';

/** Subagents of one session that are looked at. */
const MAX_AGENTS = 200;
const MAX_META_BYTES = 64 * 1024;

/** What subagents' own files tell of them: finished, and when they last grew (LS-28). Files that are gone tell nothing. */
export function agentSigns(paths: readonly string[]): NonNullable<TranscriptEvidence['agents']> {
  return paths.slice(-MAX_AGENTS).flatMap((path) => {
    const name = basename(path, '.jsonl');
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!name.startsWith('agent-') || stat === undefined) return [];
    const finished = readSmallJson(path.replace(/\.jsonl$/, '.meta.json'), MAX_META_BYTES)?.finished === true;
    return [{ id: name.slice('agent-'.length), finished, grewAt: stat.mtimeMs }];
  });
}
