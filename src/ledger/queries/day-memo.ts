import type { ZoneSegment } from '../../usage/zone.ts';
import { isBusy } from '../driver.ts';
import { isUnwritable, type Ledger } from '../open.ts';
import { CELL_MS } from '../schema.ts';
import { storedJson } from '../stored-json.ts';
import { dayColumn, EVERYTHING, type GroupValues, groupValues, sessionsByGroup } from './cells.ts';

/*
 * Most of a report over all time was the same yesterday: the sums of finished days are kept in the ledger, so that a warm report adds up only what came
 * since. Whoever changes a cell lowers `until_cell` to it in the same transaction (append.ts, forget.ts): what is kept is never wrong, only short.
 */

/** Sums by local day over everything, and the sessions with a request on each day. */
export interface DayGroups {
  /** Day, model and kind, then the sums. */
  readonly values: readonly GroupValues[];
  readonly sessions: readonly (readonly [day: number, session: number])[];
}

interface Days {
  readonly values: readonly GroupValues[];
  readonly sessions: readonly (readonly [day: number, session: number])[];
}

interface Kept extends Days {
  /** The first day that is not kept. */
  readonly untilDay: number;
}

const DAY_MS = 86_400_000;
/** Above every cell: nothing that was kept has changed since. */
const UNCHANGED = 2 ** 50;
/** With fewer sums than these to make, keeping them gains nothing. */
const WORTH_KEEPING = 200;
/** Forms of day (zones with their changes of offset) that are kept; all are dropped when there are more. */
const MAX_FORMS = 8;

export function dayGroups(ledger: Ledger, segments: readonly ZoneSegment[]): DayGroups {
  const day = dayColumn(segments);
  const { kept, fresh } = ledger.db.read(() => {
    const held = keptDays(ledger, day, segments);
    return { kept: held, fresh: addUp(ledger, day, held === null ? null : held.untilDay, null, segments) };
  });
  const newest = fresh.values.reduce((last, [d]) => Math.max(last, d!), Number.NEGATIVE_INFINITY);
  if (fresh.values.filter(([d]) => d! < newest).length > WORTH_KEEPING) keep(ledger, day, newest, segments);
  return {
    values: [...(kept?.values ?? []), ...fresh.values],
    sessions: [...(kept?.sessions ?? []), ...fresh.sessions],
  };
}

/** What is kept and still true, or null. */
function keptDays(ledger: Ledger, day: string, segments: readonly ZoneSegment[]): Kept | null {
  const row = ledger.db.sql('SELECT until_cell, value FROM memo WHERE name = ?').get(day);
  if (row === undefined) return null;
  const kept = storedJson<Kept | null>(row.value, null);
  if (kept === null || !Array.isArray(kept.values) || !Array.isArray(kept.sessions) || !Number.isSafeInteger(kept.untilDay)) return null;
  // Where clocks go back over midnight a later cell can have an earlier day: the westernmost offset is on the safe side.
  const west = Math.min(...segments.map(({ offsetMs }) => offsetMs));
  const untilDay = Math.min(kept.untilDay, Math.floor(((row.until_cell as number) * CELL_MS + west) / DAY_MS));
  if (untilDay === kept.untilDay) return kept;
  return { untilDay, values: kept.values.filter(([d]) => d! < untilDay), sessions: kept.sessions.filter(([d]) => d < untilDay) };
}

/** Sums of the days from `fromDay` up to but without `untilDay`; null = without end. */
function addUp(ledger: Ledger, day: string, fromDay: number | null, untilDay: number | null, segments: readonly ZoneSegment[]): Days {
  const east = Math.max(...segments.map(({ offsetMs }) => offsetMs));
  const terms: string[] = [];
  // The first term is what the index can use, the second is exact.
  if (fromDay !== null) terms.push(`cell >= ${Math.floor((fromDay * DAY_MS - east) / CELL_MS)}`, `${day} >= ${fromDay}`);
  if (untilDay !== null) terms.push(`${day} < ${untilDay}`);
  return { values: groupValues(ledger, [day], EVERYTHING, terms), sessions: sessionsByGroup(ledger, day, EVERYTHING, terms) };
}

/** The segments behind a kept form of day, or null when the text is none that {@link dayColumn} makes: what is stored is never run as SQL. */
function segmentsOfForm(form: string): ZoneSegment[] | null {
  const numbers = /^\(cell \* \d+ \+ (-?\d+|CASE(?: WHEN cell < -?\d+ THEN -?\d+)+ ELSE -?\d+ END)\) \/ 86400000$/.exec(form)?.[1];
  if (numbers === undefined) return null;
  const cases = [...numbers.matchAll(/cell < (-?\d+) THEN (-?\d+)/g)].map(([, cell, offset]) => ({
    untilMs: Number(cell) * CELL_MS,
    offsetMs: Number(offset),
  }));
  const last = Number(/(-?\d+)(?: END)?$/.exec(numbers)![1]);
  const segments = [...cases, { untilMs: Number.POSITIVE_INFINITY, offsetMs: last }];
  return dayColumn(segments) === form ? segments : null;
}

/** Compares what is kept of finished days with sums made now, on one state of the ledger. Returns the number of forms of day that are kept. */
export function checkKeptDays(ledger: Ledger, differs: (form: string, message: string) => void): number {
  return ledger.db.read(() => {
    const forms = ledger.db
      .sql('SELECT name FROM memo ORDER BY name')
      .all()
      .map((row) => String(row.name));
    for (const [i, form] of forms.entries()) {
      const message = keptFault(ledger, form);
      if (message !== null) differs(`kept days ${i + 1}`, message);
    }
    return forms.length;
  });
}

function keptFault(ledger: Ledger, form: string): string | null {
  const segments = segmentsOfForm(form);
  if (segments === null) return 'kept under a name that is no form of day';
  const kept = keptDays(ledger, form, segments);
  if (kept === null) return 'what is kept cannot be read';
  const fresh = addUp(ledger, form, null, kept.untilDay, segments);
  const same = (a: readonly unknown[], b: readonly unknown[]): boolean => textOf(a) === textOf(b);
  if (!same(kept.values, fresh.values)) return 'the sums of days kept for reports are not those of their cells';
  return same(kept.sessions, fresh.sessions) ? null : 'the sessions of days kept for reports are not those of their cells';
}

/** Rows in an order of their own: a query may give them in any. */
const textOf = (rows: readonly unknown[]): string =>
  rows
    .map((row) => JSON.stringify(row))
    .sort()
    .join('\n');

/** Keeps the sums of all days before `untilDay`, made anew in the transaction that stores them. A ledger that cannot be written does without. */
function keep(ledger: Ledger, day: string, untilDay: number, segments: readonly ZoneSegment[]): void {
  try {
    ledger.db.write(() => {
      const kept: Kept = { untilDay, ...addUp(ledger, day, null, untilDay, segments) };
      if (Number(ledger.db.sql('SELECT count(*) AS n FROM memo').get()?.n) >= MAX_FORMS) ledger.db.exec('DELETE FROM memo');
      ledger.db.sql('INSERT OR REPLACE INTO memo VALUES (?, ?, ?)').run(day, UNCHANGED, JSON.stringify(kept));
    });
  } catch (error) {
    if (!isUnwritable(error) && !isBusy(error)) throw error;
  }
}
