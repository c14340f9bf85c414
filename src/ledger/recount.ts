import { settlePrices } from './archive-hold.ts';
import { billedParts, mainCost } from './billing.ts';
import { CellSums, cellOf } from './cell-sums.ts';
import { fromRow } from './event-row.ts';
import type { RequestContext, RequestRows } from './request-rows.ts';
import { PROMPT_CELL } from './schema.ts';

/** Prices every event anew and makes all sums again, in one transaction: after a change of the price table, or in `rebuild`. */
export function recountAll({ db, table, rows, sums }: RequestContext, { archived }: RequestRows): void {
  db.write(() => {
    db.exec('DELETE FROM rollup');
    const lost = archived.recount(new CellSums(db, table, (name) => rows.modelId(name), 'archived_sum'));
    db.exec('INSERT INTO rollup SELECT * FROM archived_sum');
    const update = db.sql('UPDATE event SET calc = ? WHERE key = ?');
    for (const row of db.sql('SELECT event.*, model.name FROM event LEFT JOIN model ON model.id = event.model').all()) {
      const r = fromRow(row, '', row.name as string | null);
      const calc = mainCost(r, table);
      if (calc !== row.calc) update.run(calc, r.key);
      for (const part of billedParts(r, table, calc)) sums.count(part, r.at, row.session as number);
    }
    db.exec('DELETE FROM memo');
    for (const row of db.sql('SELECT at, session FROM prompt').all()) {
      sums.cell(cellOf(row.at as number), row.session as number, 0, PROMPT_CELL, row.at as number).prompts++;
    }
    sums.flush();
    settlePrices(db, table.fingerprint, lost);
  });
}
