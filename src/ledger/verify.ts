import { discover } from '../transcripts/discover.ts';
import { mergeRequests, type RequestState } from '../usage/merge.ts';
import { archivedRows } from './archived.ts';
import { mainCost } from './billing.ts';
import type { Row } from './driver.ts';
import { fromRow, toRow } from './event-row.ts';
import { fileSumFaults, fileSumKey } from './file-sums.ts';
import { ingestFile } from './ingest-changed.ts';
import { isDamaged, type Ledger } from './open.ts';
import { freshLedger } from './reread.ts';
import { forgottenSessions } from './tombstones.ts';
import { checkArchive } from './verify-archive.ts';
import { compareFiles } from './verify-files.ts';
import { checkSums } from './verify-sums.ts';

/** What a difference is about: the database file, an inner contradiction, a sum, a file's own sums, the archive, a checkpoint, or what a present transcript says and the ledger does not. */
export type DifferenceKind = 'integrity' | 'event' | 'price' | 'sum' | 'file-sum' | 'archive' | 'file' | 'missing' | 'smaller' | 'prompt';

export interface Difference {
  readonly kind: DifferenceKind;
  /** The row, request or path concerned. */
  readonly what: string;
  readonly message: string;
}

export interface VerifyResult {
  readonly ok: boolean;
  /** Rows compared; `files` are the transcripts that are there, read from their first byte. */
  readonly checked: { readonly files: number; readonly requests: number; readonly sums: number; readonly prompts: number };
  /** Number of differences of each kind that occurred. */
  readonly counts: Readonly<Partial<Record<DifferenceKind, number>>>;
  /** The first {@link MAX_LISTED} differences. */
  readonly differences: readonly Difference[];
  /** Requests of which no present transcript has a line: their transcripts are gone. No fault (REL-2). */
  readonly ledgerOnly: number;
  /** Requests of which the ledger knows more than the present transcripts: a rewritten transcript, or a counter that grew wrongly (REL-13). The first keys, and how many. */
  readonly larger: { readonly count: number; readonly keys: readonly string[] };
  /** Transcripts that could not be read, and are therefore not compared. */
  readonly skipped: readonly { readonly path: string; readonly code: string }[];
}

export const MAX_LISTED = 100;

class Findings {
  readonly counts: Partial<Record<DifferenceKind, number>> = {};
  readonly differences: Difference[] = [];

  add(kind: DifferenceKind, what: string, message: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (this.differences.length < MAX_LISTED) this.differences.push({ kind, what, message });
  }
}

/**
 * Compares the ledger with itself and with every transcript that is still there, read in full into a ledger of its own (REL-13, REL-15). Reads what
 * was appended meanwhile, so that a session that is being written is no difference; repairs nothing, but remembers checksums of content it proved.
 */
export function verify(ledger: Ledger, claudeDirs: readonly string[]): VerifyResult {
  const found = new Findings();
  const { fresh, skipped } = freshLedger(ledger.table, claudeDirs, forgottenSessions(ledger.db));
  try {
    checkIntegrity(ledger, found);
    // After the fresh reading: the ledger then knows at least what that reading knew.
    catchUp(ledger, claudeDirs);
    const sums = checkSums(ledger, (sum, message) => found.add('sum', sum, message));
    checkFileSums(ledger, found);
    checkArchive(ledger, (what, message) => found.add('archive', what, message));
    const compared = compareEvents(ledger, fresh, found);
    const prompts = comparePrompts(ledger, fresh, found);
    const files = compareFiles(ledger, fresh, (path, message) => found.add('file', path, message));
    const { counts, differences } = found;
    return {
      ok: differences.length === 0,
      checked: { files, requests: compared.requests, sums, prompts },
      counts,
      differences,
      ledgerOnly: compared.ledgerOnly,
      larger: compared.larger,
      skipped,
    };
  } catch (error) {
    if (!isDamaged(error)) throw error;
    found.add('integrity', ledger.db.path, (error as Error).message);
    return {
      ok: false,
      checked: { files: 0, requests: 0, sums: 0, prompts: 0 },
      counts: found.counts,
      differences: found.differences,
      ledgerOnly: 0,
      larger: { count: 0, keys: [] },
      skipped,
    };
  } finally {
    fresh[Symbol.dispose]();
  }
}

function checkIntegrity(ledger: Ledger, found: Findings): void {
  for (const row of ledger.db.sql('PRAGMA integrity_check').all()) {
    if (row.integrity_check !== 'ok') found.add('integrity', ledger.db.path, String(row.integrity_check));
  }
}

/** Each file's sums, written with its rows, against the rows (REL-15). */
function checkFileSums({ db }: Ledger, found: Findings): void {
  const faults = fileSumFaults(db);
  if (faults.length === 0) return;
  const rows = db.sql('SELECT path, first_at, birth FROM file').all();
  const paths = new Map(rows.map((row) => [fileSumKey(row.first_at!, Math.round(row.birth as number)), String(row.path)]));
  for (const { key, message } of faults) found.add('file-sum', paths.get(key) ?? 'a transcript that is gone', message);
}

function catchUp(ledger: Ledger, claudeDirs: readonly string[]): void {
  for (const file of discover(claudeDirs).files) {
    try {
      ingestFile(ledger, file);
    } catch (error) {
      if (isDamaged(error)) throw error;
      // It went away or cannot be read: the fresh reading has said so, or read it before.
    }
  }
}

const STATES =
  'SELECT event.*, session.sid, model.name FROM event LEFT JOIN session ON session.id = event.session LEFT JOIN model ON model.id = event.model';
const stateOf = (row: Row): RequestState => fromRow(row, String(row.sid ?? ''), row.name as string | null);
/** All of a state as one text, whatever the order of its properties. */
const textOf = (r: RequestState): string => JSON.stringify([toRow(r, 0, null, null), r.owner.sessionId, r.model]);

function compareEvents(ledger: Ledger, fresh: Ledger, found: Findings): Pick<VerifyResult, 'ledgerOnly' | 'larger'> & { requests: number } {
  const forgotten = forgottenSessions(ledger.db);
  const said = new Map(
    fresh.db
      .sql(STATES)
      .all()
      .map((row) => [String(row.key), row]),
  );
  const keys: string[] = [];
  let [requests, ledgerOnly, larger] = [0, 0, 0];
  const archived = archivedRows(ledger.db);
  // What an archive that cannot be read holds is not missing: that it cannot be read was said.
  for (const key of archived.lost) said.delete(key);
  const old = new Set(archived.rows);
  for (const row of [...ledger.db.sql(STATES).all(), ...archived.rows]) {
    requests++;
    const key = String(row.key);
    const state = stateOf(row);
    if (!old.has(row)) checkEvent(ledger, row, state, found);
    const transcript = said.get(key);
    said.delete(key);
    if (transcript === undefined) ledgerOnly++;
    else {
      const merged = mergeRequests(state, stateOf(transcript));
      if (forgotten.has(merged.owner.sessionId)) continue;
      const [have, whole, other] = [textOf(state), textOf(merged), textOf(stateOf(transcript))];
      if (have !== whole) found.add('smaller', key, `${changedNames(state, merged)} differ from what its transcript says`);
      else if (other !== whole && counters(state) !== counters(stateOf(transcript))) {
        larger++;
        if (keys.length < MAX_LISTED) keys.push(key);
      }
    }
  }
  for (const [key, row] of said)
    if (!forgotten.has(String(row.sid))) found.add('missing', key, `a request of session ${row.sid} that the ledger does not have`);
  return { requests, ledgerOnly, larger: { count: larger, keys } };
}

const counters = (r: RequestState): string => [r.input, r.output, r.cacheWrite5m, r.cacheWrite1h, r.cacheRead].join();

function changedNames(a: RequestState, b: RequestState): string {
  const names = Object.keys(a) as (keyof RequestState)[];
  return names.filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name])).join(', ') || 'values';
}

/** What a row must hold by itself, transcript or not. */
function checkEvent(ledger: Ledger, row: Row, state: RequestState, found: Findings): void {
  if (contradicts(row)) found.add('event', state.key, 'its counters do not fit the line they came from');
  if (row.sid === null) found.add('event', state.key, 'its session is not in the ledger');
  if (row.model !== null && row.name === null) found.add('event', state.key, 'its model is not in the ledger');
  const cost = mainCost(state, ledger.table);
  if (cost !== row.calc) found.add('price', state.key, `cost is ${row.calc} nano-USD, the price table says ${cost}`);
}

/** The best line of a request is the one with the largest output, so the two are equal; all counters together are at least that line's (D-10.4). */
export function contradicts(row: Row): boolean {
  const n = (name: string): number => row[name] as number;
  return n('output') !== n('ord_output') || n('input') + n('output') + n('write5m') + n('write1h') + n('read') < n('ord_sum');
}

function comparePrompts(ledger: Ledger, fresh: Ledger, found: Findings): number {
  const forgotten = forgottenSessions(ledger.db);
  const known = new Set(
    ledger.db
      .sql('SELECT uuid FROM prompt')
      .all()
      .map((row) => row.uuid),
  );
  for (const row of fresh.db.sql('SELECT uuid, sid FROM prompt JOIN session ON session.id = prompt.session').all()) {
    if (!known.has(row.uuid!) && !forgotten.has(String(row.sid)))
      found.add('prompt', String(row.uuid), `a prompt of session ${row.sid} that the ledger does not have`);
  }
  return known.size;
}
