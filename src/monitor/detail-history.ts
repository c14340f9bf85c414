import { type CellFilter, EVERYTHING } from '../ledger/queries/cells.ts';
import { modelRows, periodRows, projectRows, type ReportContext } from '../ledger/queries/reports.ts';
import { plain } from '../text/plain.ts';
import { dayStartUtc, dayToIso, isoToDay, localDay, zoneSegments } from '../usage/calendar.ts';
import type { ReportRow } from '../usage/report.ts';
import { addSums } from '../usage/sum.ts';
import type { UsageSum } from '../usage/types.ts';
import { amountsOf } from './amounts.ts';
import type { DayRange, DayView, LiveQueries, PartView } from './details.ts';
import type { QueryContext } from './query-context.ts';

const CALENDAR_DAYS = 366;
const NAME_LENGTH = 200;
/** Monday; only weeks would ask. */
const WEEK_START = 1;

function contextFor(c: QueryContext, range: Pick<CellFilter, 'from' | 'to'>): ReportContext {
  return {
    ledger: c.ledger(),
    directory: c.directory(),
    filter: { ...EVERYTHING, ...range },
    mode: c.mode,
    zone: c.zone,
    weekStart: WEEK_START,
  };
}

/** The instants of inclusive local dates; a date that is none is open (D-27). */
function instantsOf({ since, until }: DayRange, zone: string): Pick<CellFilter, 'from' | 'to'> {
  const first = since === null ? null : isoToDay(since);
  const last = until === null ? null : isoToDay(until);
  return { from: first === null ? null : dayStartUtc(first, zone), to: last === null ? null : dayStartUtc(last + 1, zone) };
}

/** Local days with use, newest first. */
export function days(c: QueryContext, range: DayRange): DayView[] {
  return periodRows(contextFor(c, instantsOf(range, c.zone)), 'day')
    .map((row) => ({
      day: row.period,
      amounts: amountsOf(row.sum),
      sessions: row.sessions,
      prompts: row.prompts,
      models: [...new Set(row.models.map(({ model }) => plain(model, NAME_LENGTH)))],
    }))
    .reverse();
}

/** Cost of each of the last 366 local days, oldest first; a day without use is a known 0. */
export function calendarDays(c: QueryContext): ReturnType<LiveQueries['calendar']> {
  const now = c.clock.now();
  const today = localDay(now, zoneSegments(c.zone, now, now));
  const first = today - CALENDAR_DAYS + 1;
  const rows = new Map(
    periodRows(contextFor(c, { from: dayStartUtc(first, c.zone), to: dayStartUtc(today + 1, c.zone) }), 'day').map((row) => [
      row.period,
      row,
    ]),
  );
  return Array.from({ length: CALENDAR_DAYS }, (_, i) => {
    const day = dayToIso(first + i);
    const row = rows.get(day);
    if (row === undefined) return { day, cost: 0, costIsLowerBound: false, all: 0 };
    const { cost, costIsLowerBound, all } = amountsOf(row.sum);
    return { day, cost, costIsLowerBound, all };
  });
}

/** Rows with their part of all tokens, largest first. */
export function asParts(rows: readonly Omit<PartView, 'share'>[]): PartView[] {
  const all = rows.reduce((sum, row) => sum + row.amounts.all, 0);
  return rows
    .map((row) => ({ ...row, share: all === 0 ? null : (row.amounts.all / all) * 100 }))
    .sort((a, b) => b.amounts.all - a.amounts.all || (a.id < b.id ? -1 : 1));
}

const part = (id: string, name: string, row: ReportRow, sum: UsageSum = row.sum): Omit<PartView, 'share'> => ({
  id,
  name: plain(name, NAME_LENGTH),
  amounts: amountsOf(sum),
  sessions: row.sessions,
  firstAt: row.firstAt,
  lastAt: row.lastAt,
});

export const projectParts = (c: QueryContext, range: DayRange): PartView[] =>
  asParts(projectRows(contextFor(c, instantsOf(range, c.zone))).map((row) => part(row.path, row.project, row)));

/** Fast use of a model counts with the model. */
export function modelParts(c: QueryContext, range: DayRange): PartView[] {
  const byModel = new Map<string, Omit<PartView, 'share'> & { readonly sum: UsageSum }>();
  for (const row of modelRows(contextFor(c, instantsOf(range, c.zone)))) {
    const before = byModel.get(row.model);
    const sum = before === undefined ? row.sum : addSums(before.sum, row.sum);
    const own = part(row.model, row.model, row, sum);
    const sessions = Math.max(own.sessions, before?.sessions ?? 0);
    byModel.set(row.model, { ...own, sessions, sum });
  }
  return asParts([...byModel.values()].map(({ sum: _sum, ...row }) => row));
}
