import { findRate } from '../../pricing/lookup.ts';
import type { CostMode } from '../../pricing/types.ts';
import { dayToIso, monthOf, weekOf, type ZoneSegment, zoneSegments } from '../../usage/calendar.ts';
import type { ModelRow, PeriodRow, ProjectRow, ReportRow, SessionRow } from '../../usage/report.ts';
import type { Ledger } from '../open.ts';
import { CELL_FLAGS as C, PROMPT_CELL } from '../schema.ts';
import {
  type CellFilter,
  type CellGroup,
  dayColumn,
  groupCells,
  groupOf,
  groupValues,
  newGroup,
  RowBuilder,
  sessionsByGroup,
} from './cells.ts';
import { dayGroups } from './day-memo.ts';
import { cwdOf, type Directory, type SessionInfo } from './directory.ts';
import { recordSpan } from './meta.ts';
import { unloggedOf } from './unlogged.ts';

/** Everything a report needs besides the filter. */
export interface ReportContext {
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly filter: CellFilter;
  readonly mode: CostMode;
  readonly zone: string;
  /** 0 = Sunday … 6. */
  readonly weekStart: number;
}

export type Period = 'day' | 'week' | 'month';

const modelName = (c: ReportContext, id: number): string => c.directory.models.get(id) ?? 'unknown';

/** Offsets of the zone over the ledger's time, read off the index: wider than a filter needs, which does no harm. */
function segmentsOf(c: ReportContext): ZoneSegment[] {
  const { first, last } = recordSpan(c.ledger);
  return zoneSegments(c.zone, first ?? 0, last ?? 0);
}

function periodName(period: Period, day: number, weekStart: number): string {
  if (period === 'day') return dayToIso(day);
  return period === 'week' ? dayToIso(weekOf(day, weekStart)) : monthOf(day);
}

/** A row per local day, week or month with use, oldest first; with `byProject` one per period and project. */
export function periodRows(c: ReportContext, period: Period, byProject = false): PeriodRow[] {
  const rows = new Map<string, { period: string; root: string | null; builder: RowBuilder }>();
  const rowFor = (d: number, session: number | null): RowBuilder => {
    const name = periodName(period, d, c.weekStart);
    const root = session === null ? null : (c.directory.sessions.get(session)?.root ?? 'unknown');
    const key = `${name}\0${root ?? ''}`;
    let row = rows.get(key);
    if (!row) {
      row = { period: name, root, builder: new RowBuilder() };
      rows.set(key, row);
    }
    return row.builder;
  };
  const segments = segmentsOf(c);
  const day = dayColumn(segments);
  const columns = byProject ? [day, 'session'] : [day];
  const { values, sessions } =
    isEverything(c.filter) && !byProject
      ? dayGroups(c.ledger, segments)
      : { values: groupValues(c.ledger, columns, c.filter), sessions: sessionsByGroup(c.ledger, day, c.filter) };
  const ofDay = new Map<number, RowBuilder>();
  const builderOf = (d: number, session: number): RowBuilder => {
    if (byProject) return rowFor(d, session);
    let builder = ofDay.get(d);
    if (builder === undefined) {
      builder = rowFor(d, null);
      ofDay.set(d, builder);
    }
    return builder;
  };
  const group = newGroup();
  for (const each of values) {
    groupOf(each, columns.length, c.mode, group);
    builderOf(each[0]!, byProject ? each[1]! : 0).add(group, modelName(c, group.model));
  }
  for (const [d, session] of sessions) builderOf(d, session).sessionIds.add(session);
  return [...rows.values()]
    .map(({ period: name, root, builder }) => ({
      ...builder.build(),
      period: name,
      ...(root === null ? {} : { project: { name: c.directory.projects.get(root) ?? root, path: root } }),
    }))
    .filter((row) => row.firstAt !== null)
    .sort((a, b) => compare(a.period, b.period) || compare(a.project?.path ?? '', b.project?.path ?? ''));
}

const isEverything = (f: CellFilter): boolean =>
  f.from === null && f.to === null && f.sessions === null && f.models === null && f.subagents === 'include';

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The sum over everything the filter takes. */
export function totals(c: ReportContext): ReportRow {
  const builder = new RowBuilder();
  for (const group of groupCells(c.ledger, [], c.filter, c.mode)) builder.add(group, modelName(c, group.model));
  for (const [, session] of sessionsByGroup(c.ledger, '0', c.filter)) builder.sessionIds.add(session);
  return builder.build();
}

/** Totals of rows that were cut to some periods (`--last`): their own sum, with the sessions of these periods counted once. */
export function bySession(c: ReportContext): Map<number, ReportRow> {
  const builders = new Map<number, RowBuilder>();
  for (const group of groupCells(c.ledger, ['session'], c.filter, c.mode)) {
    const id = group.group[0]!;
    let builder = builders.get(id);
    if (!builder) {
      builder = new RowBuilder();
      builders.set(id, builder);
    }
    builder.add(group, modelName(c, group.model));
    builder.sessionIds.add(id);
  }
  return new Map([...builders].map(([id, builder]) => [id, builder.build()]));
}

/** A row per session with use. Sessions without a token are left out (UR-14). */
export function sessionRows(c: ReportContext): SessionRow[] {
  const present = new Set(
    c.ledger.db
      .sql('SELECT DISTINCT session FROM file WHERE gone_at IS NULL AND session IS NOT NULL')
      .all()
      .map((row) => String(row.session)),
  );
  const rows: SessionRow[] = [];
  for (const [id, row] of bySession(c)) {
    const info = c.directory.sessions.get(id);
    if (info && row.firstAt !== null) rows.push(sessionRow(c, info, row, present.has(info.sessionId)));
  }
  return rows.sort((a, b) => compare(a.sessionId, b.sessionId));
}

export function sessionRow(c: ReportContext, info: SessionInfo, row: ReportRow, present: boolean): SessionRow {
  return {
    ...row,
    sessions: 1,
    sessionId: info.sessionId,
    name: info.name,
    title: info.title,
    tags: info.tags,
    description: info.note,
    project: info.project,
    folder: info.folder,
    cwd: cwdOf(info),
    branch: info.facts.branch?.[0] ?? null,
    account: info.account,
    clientCost: info.facts.clientCost?.[0] ?? null,
    unloggedCost: unloggedOf(c.ledger, info),
    forkedFrom: info.facts.forkedFrom?.[0] ?? null,
    transcript: present ? 'present' : 'gone',
  };
}

/** A row per project, the worktrees of a repository in one (D-7). */
export function projectRows(c: ReportContext): ProjectRow[] {
  const day = dayColumn(segmentsOf(c));
  const projects = new Map<string, { builder: RowBuilder; days: Set<number>; branches: Set<string> }>();
  const projectOf = (session: number) => {
    const info = c.directory.sessions.get(session);
    const root = info?.root ?? 'unknown';
    let project = projects.get(root);
    if (!project) {
      project = { builder: new RowBuilder(), days: new Set(), branches: new Set() };
      projects.set(root, project);
    }
    const branch = info?.facts.branch?.[0];
    if (branch !== undefined) project.branches.add(branch);
    return project;
  };
  for (const group of groupCells(c.ledger, ['session'], c.filter, c.mode))
    projectOf(group.group[0]!).builder.add(group, modelName(c, group.model));
  for (const [d, session] of sessionsByGroup(c.ledger, day, c.filter)) {
    const project = projectOf(session);
    project.days.add(d);
    project.builder.sessionIds.add(session);
  }
  return [...projects]
    .map(([root, p]) => ({
      ...p.builder.build(),
      project: c.directory.projects.get(root) ?? root,
      path: root,
      branches: [...p.branches].sort(),
      activeDays: p.days.size,
    }))
    .filter((row) => row.firstAt !== null)
    .sort((a, b) => compare(a.path, b.path));
}

/** A row per model; fast use is a row of its own (UR-16). With `period` one per period and model. */
export function modelRows(c: ReportContext, period: Period | null = null): ModelRow[] {
  const rows = new Map<string, { model: string; fast: boolean; period: string | null; builder: RowBuilder }>();
  const add = (name: string, fast: boolean, when: string | null): RowBuilder => {
    const key = `${when ?? ''}\0${name}\0${fast}`;
    let row = rows.get(key);
    if (!row) {
      row = { model: name, fast, period: when, builder: new RowBuilder() };
      rows.set(key, row);
    }
    return row.builder;
  };
  const day = period === null ? '0' : dayColumn(segmentsOf(c));
  for (const group of groupCells(c.ledger, [day, 'session'], c.filter, c.mode)) {
    if (group.flags === PROMPT_CELL) continue;
    const builder = add(
      modelName(c, group.model),
      (group.flags & C.fast) !== 0,
      period === null ? null : periodName(period, group.group[0]!, c.weekStart),
    );
    builder.add(group as CellGroup, modelName(c, group.model));
    builder.sessionIds.add(group.group[1]!);
  }
  return [...rows.values()]
    .map((row) => {
      const built = row.builder.build();
      const rate = findRate(c.ledger.table, row.model, built.lastAt ?? 0);
      const speed: 'fast' | 'standard' = row.fast ? 'fast' : 'standard';
      return { ...built, model: row.model, speed, period: row.period, prices: rate === null ? null : rate.period };
    })
    .sort((a, b) => compare(a.period ?? '', b.period ?? '') || compare(a.model, b.model) || compare(a.speed, b.speed));
}
