import type { Ledger } from '../../src/ledger/open.ts';
import { parityBlockRows } from '../../src/ledger/queries/active-block.ts';
import { blockRows, FIVE_HOURS } from '../../src/ledger/queries/blocks.ts';
import { EVERYTHING } from '../../src/ledger/queries/cells.ts';
import { loadDirectory } from '../../src/ledger/queries/directory.ts';
import { usageEvents } from '../../src/ledger/queries/events.ts';
import { recordSpan } from '../../src/ledger/queries/meta.ts';
import { modelRows, periodRows, projectRows, type ReportContext, sessionRows, totals } from '../../src/ledger/queries/reports.ts';
import { unloggedTotal } from '../../src/ledger/queries/unlogged.ts';

const NOW = 1_900_000_000_000;

/** Every kind of report over all time, and every single request, as one text. Ids of rows are left out: they differ between ledgers. */
export function allFigures(ledger: Ledger): string {
  const directory = loadDirectory(ledger);
  const context = (zone: string): ReportContext => ({ ledger, directory, filter: EVERYTHING, mode: 'auto', zone, weekStart: 1 });
  const utc = context('UTC');
  return JSON.stringify(
    [
      ...['UTC', 'Asia/Kathmandu', 'America/New_York'].flatMap((zone) => [
        periodRows(context(zone), 'day'),
        periodRows(context(zone), 'week', true),
        modelRows(context(zone), 'month'),
      ]),
      sessionRows(utc),
      projectRows(utc),
      totals(utc),
      totals({ ...utc, mode: 'calculate' }),
      blockRows(utc, FIVE_HOURS, NOW),
      parityBlockRows(utc, NOW, 5 * 3_600_000),
      usageEvents(ledger, directory, 'auto', 0, Number.MAX_SAFE_INTEGER),
      recordSpan(ledger),
      unloggedTotal(ledger, directory, null),
    ],
    null,
    1,
  );
}
