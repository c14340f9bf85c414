import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { type Database, openDatabase } from '../../ledger/driver.ts';
import { isLeftAlone } from '../../ledger/failures.ts';
import { isDamaged } from '../../ledger/open.ts';
import { SCHEMA_VERSION } from '../../ledger/schema.ts';
import { findRate } from '../../pricing/lookup.ts';
import { withOverrides } from '../../pricing/overrides.ts';
import { builtinTable } from '../../pricing/table.ts';
import type { LedgerFacts, UsedModel } from './facts.ts';
import { canWrite } from './gather-files.ts';

/** Rows that SQLite's own check may complain about before it stops. */
const MAX_COMPLAINTS = 5;

/** What there is to know of the ledger without changing a byte of it. */
export function ledgerFacts(path: string, unreadable: LedgerFacts['unreadable'], pricing: Config['pricing'], now = 0): LedgerFacts {
  const none = { path, reason: null, isWritable: writable(path), models: [], lastRecord: null, unreadable, rejected: [] };
  if (!existsSync(path)) return { ...none, kind: 'absent' };
  let db: Database | null = null;
  try {
    db = openDatabase(path, { readOnly: true });
    const schema = Number(db.sql('PRAGMA user_version').get()?.user_version);
    if (schema > SCHEMA_VERSION) return { ...none, kind: 'newer', reason: `schema ${schema}, this one knows ${SCHEMA_VERSION}` };
    const complaints = db
      .sql('PRAGMA quick_check(5)')
      .all()
      .map((row) => String(Object.values(row)[0]));
    if (complaints[0] !== 'ok') return { ...none, kind: 'damaged', reason: complaints.slice(0, MAX_COMPLAINTS).join('; ') };
    const models = usedModels(db, pricing);
    const rejected = db
      .sql('SELECT path, malformed + too_long AS lines FROM file WHERE malformed + too_long > 0 ORDER BY lines DESC, path')
      .all();
    const lastRecord = (db.sql('SELECT max(last_at) AS at FROM rollup').get()?.at as number | null) ?? null;
    return {
      ...none,
      ...(schema < SCHEMA_VERSION ? {} : troubled(db, now)),
      kind: 'fine',
      models,
      lastRecord,
      rejected: rejected.map((row) => ({ path: String(row.path), lines: Number(row.lines) })),
    };
  } catch (error) {
    return { ...none, kind: isDamaged(error) ? 'damaged' : 'unreadable', reason: (error as Error).message };
  } finally {
    db?.close();
  }
}

/** Files that fail again and again, and files that changed unseen. An older schema knows neither. `now` in epoch ms. */
function troubled(db: Database, now: number): Pick<LedgerFacts, 'failing' | 'rewritten'> {
  const failing = db
    .sql('SELECT path, code, times, at FROM failure ORDER BY times DESC, path')
    .all()
    .map((row) => {
      const failure = { code: String(row.code), times: Number(row.times), at: Number(row.at) };
      return { path: String(row.path), code: failure.code, times: failure.times, isLeftAlone: isLeftAlone(failure, now) };
    });
  const rewritten = db.sql('SELECT path FROM file WHERE rewritten > 0 AND gone_at IS NULL ORDER BY path').all();
  return { failing, rewritten: rewritten.map((row) => String(row.path)) };
}

function usedModels(db: Database, { overrides, batch }: Config['pricing']): readonly UsedModel[] {
  const table = overrides.length > 0 || batch ? withOverrides(builtinTable(), overrides, batch) : builtinTable();
  const rows = db
    .sql(
      'SELECT model.name AS name, sum(rollup.requests) AS requests, max(rollup.last_at) AS at FROM rollup JOIN model ON model.id = rollup.model GROUP BY model.id HAVING sum(rollup.requests) > 0',
    )
    .all();
  return rows.map((row) => {
    const name = String(row.name);
    return { name, requests: Number(row.requests), isPriced: findRate(table, name, Number(row.at)) !== null };
  });
}

/** The file, or the nearest folder above it that exists, may be written. */
function writable(path: string): boolean {
  if (existsSync(path)) return canWrite(path) && canWrite(dirname(path));
  let folder = dirname(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return canWrite(folder);
}
