import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Env } from '../platform/env.ts';
import { KnownError } from '../platform/errors.ts';

/** The text as a person left it in their editor. `$VISUAL` and `$EDITOR` are split at blanks into arguments; no shell sees them (UR-62). */
export function editText(text: string, env: Env): string {
  const [program, ...args] = (env.VISUAL || env.EDITOR || '').split(/\s+/).filter((word) => word !== '');
  if (program === undefined) throw new KnownError('Neither VISUAL nor EDITOR is set', { hint: 'give the text as an argument' });
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-'));
  try {
    const file = join(dir, 'note.txt');
    writeFileSync(file, text, { mode: 0o600 });
    const { error, status } = spawnSync(program, [...args, file], { stdio: 'inherit', shell: false });
    if (error || status !== 0) throw new KnownError(`${program} failed; the description is unchanged`, error ? { cause: error } : {});
    return readFileSync(file, 'utf8').trim();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
