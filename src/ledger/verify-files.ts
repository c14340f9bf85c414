import { isBusy, type Row } from './driver.ts';
import { isUnwritable, type Ledger } from './open.ts';
import { forgottenSessions } from './tombstones.ts';

/** What the checkpoint remembers of the bytes before its offset; the hashes are those of the first and the last bytes before it. */
const REMEMBERED = [
  'head_hash',
  'head_len',
  'tail_hash',
  'tail_len',
  'lines',
  'malformed',
  'too_long',
  'flagged',
  'first_at',
  'last_at',
  'session',
  'content',
] as const;

function rememberContent({ db }: Ledger, { path, offset, content }: Row): void {
  try {
    db.sql('UPDATE file SET content = ? WHERE path = ? AND offset = ? AND content IS NULL').run(content!, path!, offset!);
  } catch (error) {
    if (!isUnwritable(error) && !isBusy(error)) throw error;
  }
}

/** The checkpoints against a fresh reading of the transcripts (REL-12, REL-13). Returns the number of files. */
export function compareFiles(ledger: Ledger, fresh: Ledger, differs: (path: string, message: string) => void): number {
  const forgotten = forgottenSessions(ledger.db);
  const rows = fresh.db.sql('SELECT * FROM file').all();
  for (const row of rows) {
    const stored = ledger.db.sql('SELECT * FROM file WHERE path = ?').get(row.path!);
    const path = String(row.path);
    if (stored === undefined) differs(path, 'the ledger has not read this transcript');
    else if ((stored.offset as number) < (row.offset as number)) differs(path, `read up to byte ${stored.offset} of ${row.offset}`);
    else if (stored.offset === row.offset) {
      const said: Row = forgotten.has(String(row.session)) ? { ...row, session: null } : row;
      // Not known yet of a file that an earlier version or a large first reading took in: what was compared now is remembered from here on.
      const isKnown = stored.content !== null;
      const wrong = REMEMBERED.filter((name) => stored[name] !== said[name] && (isKnown || name !== 'content'));
      if (!isKnown && wrong.length === 0) rememberContent(ledger, row);
      if (wrong.length > 0) differs(path, `its content is not what was read: ${wrong.join(', ')} differ`);
    }
  }
  return rows.length;
}
