import type { CostMode, NanoUsd } from '../../pricing/types.ts';
import type { ModelPart, ReportRow } from '../../usage/report.ts';
import { addInto, emptySum, type MutableSum } from '../../usage/sum.ts';
import type { UsageSum } from '../../usage/types.ts';
import type { ZoneSegment } from '../../usage/zone.ts';
import type { Value } from '../driver.ts';
import type { Ledger } from '../open.ts';
import { CELL_FLAGS as C, CELL_MS, PROMPT_CELL } from '../schema.ts';

/** Which rollup cells a report takes. Instants in epoch ms, half-open; ids of the session and model tables; null = all. */
export interface CellFilter {
  readonly from: number | null;
  readonly to: number | null;
  readonly sessions: readonly number[] | null;
  readonly models: readonly number[] | null;
  readonly subagents: 'include' | 'only' | 'exclude';
  /** Parts of sessions that are not taken: the cells in which another account had them (AP-5). */
  readonly without?: readonly { readonly session: number; readonly from: number | null; readonly to: number | null }[];
}

export const EVERYTHING: CellFilter = { from: null, to: null, sessions: null, models: null, subagents: 'include' };

/** Sums of one group, model and kind of request. */
export interface CellGroup {
  /** Values of the group's columns, in order. */
  readonly group: readonly number[];
  readonly model: number;
  readonly flags: number;
  readonly sum: UsageSum;
  readonly prompts: number;
  readonly loggedEvents: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** SQL for the local day of a cell in a zone: its offset is piecewise constant, so it is a CASE over the transitions. Numbers only, made by us. */
export function dayColumn(segments: readonly ZoneSegment[]): string {
  const cases = segments.slice(0, -1).map((s) => `WHEN cell < ${Math.floor(s.untilMs / CELL_MS)} THEN ${Math.round(s.offsetMs)}`);
  const last = Math.round(segments.at(-1)?.offsetMs ?? 0);
  const offset = cases.length === 0 ? `${last}` : `CASE ${cases.join(' ')} ELSE ${last} END`;
  return `(cell * ${CELL_MS} + ${offset}) / 86400000`;
}

/** A group's columns, then model and kind, then the sums in the order of {@link SUMS}. */
export type GroupValues = readonly number[];

const SUMS = [
  'sum(requests)',
  'sum(events)',
  'total(input)',
  'total(output)',
  'total(write5m)',
  'total(write1h)',
  'total(read)',
  'sum(web)',
  'total(calc)',
  'total(logged)',
  'sum(prompts)',
  'min(first_at)',
  'max(last_at)',
].join(', ');

/** Sums the cells by columns of ours (`session`, `cell`, a day column), model and kind. `terms` are further conditions, SQL of ours. */
export function groupValues(ledger: Ledger, columns: readonly string[], filter: CellFilter, terms: readonly string[] = []): GroupValues[] {
  const { where, values } = whereOf(filter, terms);
  const names = columns.map((column, i) => `${column} AS g${i}`);
  return ledger.db
    .sql(
      `SELECT ${[...names, 'model', 'flags'].join(', ')}, ${SUMS} FROM rollup ${where} GROUP BY ${[...columns.map((_, i) => `g${i}`), 'model', 'flags'].join(', ')}`,
    )
    .arrays(...values) as number[][];
}

export function groupCells(ledger: Ledger, columns: readonly string[], filter: CellFilter, mode: CostMode): CellGroup[] {
  return groupValues(ledger, columns, filter).map((values) => groupOf(values, columns.length, mode));
}

/** Distinct sessions with a request, by group. */
export function sessionsByGroup(
  ledger: Ledger,
  column: string,
  filter: CellFilter,
  terms: readonly string[] = [],
): [group: number, session: number][] {
  const { where, values } = whereOf(filter, [...terms, `flags <> ${PROMPT_CELL}`, 'requests > 0']);
  return ledger.db.sql(`SELECT DISTINCT ${column} AS g, session FROM rollup ${where}`).arrays(...values) as [number, number][];
}

export function whereOf(filter: CellFilter, more: readonly string[] = []): { where: string; values: Value[] } {
  const terms: string[] = [...more];
  const values: Value[] = [];
  if (filter.from !== null) {
    terms.push('cell >= ?');
    values.push(Math.ceil(filter.from / CELL_MS));
  }
  if (filter.to !== null) {
    terms.push('cell < ?');
    values.push(Math.ceil(filter.to / CELL_MS));
  }
  if (filter.sessions !== null) {
    terms.push('session IN (SELECT value FROM json_each(?))');
    values.push(JSON.stringify(filter.sessions));
  }
  if (filter.models !== null) {
    // A prompt names no model: with a model filter it cannot be told whose it was.
    terms.push('model IN (SELECT value FROM json_each(?))');
    values.push(JSON.stringify(filter.models));
  }
  for (const { session, from, to } of filter.without ?? []) {
    // A cell in which a session changed hands counts for the later account.
    const [first, last] = [
      from === null ? -1 : Math.floor(from / CELL_MS),
      to === null ? Number.MAX_SAFE_INTEGER : Math.floor(to / CELL_MS),
    ];
    terms.push('NOT (session = ? AND cell >= ? AND cell < ?)');
    values.push(session, first, last);
  }
  if (filter.subagents === 'only') terms.push(`flags & ${C.sidechain}`);
  if (filter.subagents === 'exclude') terms.push(`NOT flags & ${C.sidechain}`);
  return { where: terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`, values };
}

/** What a part costs in a mode, null = unpriced (D-17). A logged 0 is a price only for `display`. */
export function costIn(mode: CostMode, flags: number, calc: NanoUsd, logged: NanoUsd): NanoUsd | null {
  if (mode === 'display') return flags & (C.loggedPositive | C.loggedZero) ? logged : null;
  if (mode === 'auto' && flags & C.loggedPositive) return logged;
  return flags & C.calculated ? calc : null;
}

/** A group from its values; `into` takes it in the place of a new one: a report over a quarter has a thousand, each added up and gone. */
export function groupOf(values: GroupValues, columns: number, mode: CostMode, into?: CellGroup): CellGroup {
  const n = (place: number): number => values[columns + place]!;
  const flags = n(1);
  const events = n(3);
  const [input, output, cacheWrite5m, cacheWrite1h, cacheRead] = [n(4), n(5), n(6), n(7), n(8)];
  const cost = costIn(mode, flags, n(10), n(11));
  const group = (into ?? newGroup()) as MutableGroup;
  const { sum } = group;
  sum.input = input;
  sum.output = output;
  sum.cacheWrite5m = cacheWrite5m;
  sum.cacheWrite1h = cacheWrite1h;
  sum.cacheRead = cacheRead;
  sum.requests = n(2);
  sum.webSearches = n(9);
  sum.pricedCost = cost ?? 0;
  sum.pricedEvents = cost === null ? 0 : events;
  sum.unpricedEvents = cost === null ? events : 0;
  sum.unpricedTokens = cost === null ? input + output + cacheWrite5m + cacheWrite1h + cacheRead : 0;
  sum.outputIsLowerBound = (flags & C.lowerBound) !== 0;
  group.group = values.slice(0, columns);
  group.model = n(0);
  group.flags = flags;
  group.prompts = n(12);
  group.loggedEvents =
    mode !== 'calculate' && flags & (mode === 'display' ? C.loggedPositive | C.loggedZero : C.loggedPositive) ? events : 0;
  group.firstAt = n(13);
  group.lastAt = n(14);
  return group;
}

type MutableGroup = { -readonly [K in keyof CellGroup]: K extends 'sum' ? MutableSum : CellGroup[K] };

export const newGroup = (): CellGroup => ({
  group: [],
  model: 0,
  flags: 0,
  sum: emptySum(),
  prompts: 0,
  loggedEvents: 0,
  firstAt: 0,
  lastAt: 0,
});

/** Ids of the sessions in a row, by its list of models: rows are copied on their way, that list is not. */
const MEMBERS = new WeakMap<readonly ModelPart[], ReadonlySet<number>>();

/** Distinct sessions over some rows of one report. */
export function distinctSessionsOf(rows: readonly ReportRow[]): number {
  const ids = new Set<number>();
  for (const row of rows) for (const id of MEMBERS.get(row.models) ?? []) ids.add(id);
  return ids.size;
}

interface Part {
  readonly model: string;
  readonly speed: 'standard' | 'fast';
  readonly sum: MutableSum;
  firstAt: number;
}

/** Adds groups up to a report's row. */
export class RowBuilder {
  readonly sum: MutableSum = { ...emptySum() };
  readonly subagents: MutableSum = { ...emptySum() };
  prompts = 0;
  loggedEvents = 0;
  firstAt: number | null = null;
  lastAt: number | null = null;
  readonly sessionIds = new Set<number>();
  private readonly parts: Map<string, Part> | null;

  /** `withModels`: {@link build} is asked for, which tells them apart. */
  constructor(withModels = true) {
    this.parts = withModels ? new Map<string, Part>() : null;
  }

  add(group: CellGroup, modelName: string): void {
    this.prompts += group.prompts;
    if (group.flags === PROMPT_CELL) return;
    addInto(this.sum, group.sum);
    if (group.flags & C.sidechain) addInto(this.subagents, group.sum);
    this.loggedEvents += group.loggedEvents;
    this.firstAt = Math.min(this.firstAt ?? group.firstAt, group.firstAt);
    this.lastAt = Math.max(this.lastAt ?? group.lastAt, group.lastAt);
    if (this.parts === null) return;
    const speed = group.flags & C.fast ? 'fast' : 'standard';
    const name = `${speed} ${modelName}`;
    const part = this.parts.get(name);
    if (!part) this.parts.set(name, { model: modelName, speed, sum: { ...group.sum }, firstAt: group.firstAt });
    else {
      addInto(part.sum, group.sum);
      part.firstAt = Math.min(part.firstAt, group.firstAt);
    }
  }

  build(): ReportRow {
    const models: ModelPart[] = [...(this.parts?.values() ?? [])].sort(
      (a, b) => a.firstAt - b.firstAt || (a.model < b.model ? -1 : a.model > b.model ? 1 : a.speed < b.speed ? 1 : -1),
    );
    MEMBERS.set(models, this.sessionIds);
    return {
      sum: this.sum,
      sessions: this.sessionIds.size,
      prompts: this.prompts,
      models,
      subagents: this.subagents,
      loggedEvents: this.loggedEvents,
      firstAt: this.firstAt,
      lastAt: this.lastAt,
    };
  }
}
