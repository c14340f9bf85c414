import type { BlockRow, ModelRow, PeriodRow, ProjectRow, ReportMeta, ReportRow, SessionRow } from '../../usage/report.ts';
import { allTokens, cacheHit, costOfSum } from '../../usage/sum.ts';
import { blockJson } from './json-blocks.ts';
import { byText, decimal, dollars, folderOf, instant, instantOrNull, type Json, rowJson, totalsJson, withoutCost } from './json-row.ts';
import { shownTranscript } from './shown-transcript.ts';
import type { JsonOptions, SessionDetail } from './types.ts';

export { jsonChunks } from './json-stream.ts';

export const SCHEMA_VERSION = 1;

const PER_MILLION = 1_000_000;

type Rows<T> = Iterable<T>;

/** A list of JSON rows: at once, or made while it is printed (UR-47). */
function listOf<T>(rows: Rows<T>, shape: (row: T) => Json, options: JsonOptions): Iterable<unknown> {
  const shaped = (row: T) => (options.cost ? shape(row) : withoutCost(shape(row)));
  if (options.stream !== true) return Array.from(rows, shaped);
  return {
    *[Symbol.iterator]() {
      for (const row of rows) yield shaped(row);
    },
  };
}

/** The envelope of every report; the peer's has neither meta nor, for blocks, totals. */
function envelope(lists: Json, totals: ReportRow | null, meta: ReportMeta, options: JsonOptions): Json {
  const tail: Json = {};
  if (totals !== null) tail.totals = totalsJson(totals, options.parity);
  if (options.parity === false) tail.meta = metaJson(meta);
  return { schemaVersion: SCHEMA_VERSION, ...lists, ...((options.cost ? tail : withoutCost(tail)) as Json) };
}

export function metaJson(meta: ReportMeta): Json {
  return {
    generatedAt: instant(meta.generatedAt),
    version: meta.version,
    timezone: meta.timezone,
    weekStart: meta.weekStart,
    order: meta.order,
    mode: meta.mode,
    currency: 'USD',
    costKind: 'api-equivalent',
    priceTable: meta.priceTable,
    since: meta.since,
    until: meta.until,
    filters: { ...meta.filters },
    accounts: [...meta.accounts],
    firstRecord: instantOrNull(meta.firstRecord),
    ingest: { ...meta.ingest, rejectedByReason: { ...meta.ingest.rejectedByReason } },
    unlogged: { ...meta.unlogged, cost: dollars(meta.unlogged.cost) },
    parity: meta.parity,
  };
}

/** Rows of a period: in the peer's all-agents form the models are in the order of the alphabet (UR-42). */
function periodShape(key: 'date' | 'week' | 'month', options: JsonOptions): (row: PeriodRow) => Json {
  if (options.parity !== 'unified') return (row) => ({ [key]: row.period, ...rowJson(row, options.parity) });
  return (row) => {
    const json = rowJson(row, 'unified');
    return {
      agent: 'all',
      period: row.period,
      metadata: { agents: ['claude'] },
      ...json,
      modelsUsed: [...(json.modelsUsed as string[])].sort(byText),
    };
  };
}

export function dailyJson(rows: Rows<PeriodRow>, totals: ReportRow, meta: ReportMeta, options: JsonOptions): object {
  return envelope({ daily: listOf(rows, periodShape('date', options), options) }, totals, meta, options);
}

export function weeklyJson(rows: Rows<PeriodRow>, totals: ReportRow, meta: ReportMeta, options: JsonOptions): object {
  return envelope({ weekly: listOf(rows, periodShape('week', options), options) }, totals, meta, options);
}

export function monthlyJson(rows: Rows<PeriodRow>, totals: ReportRow, meta: ReportMeta, options: JsonOptions): object {
  return envelope({ monthly: listOf(rows, periodShape('month', options), options) }, totals, meta, options);
}

/** `daily --instances`: days by the client's folder name of their project. A folder's name is data: `--no-cost` never drops one. */
export function instancesJson(rows: Rows<PeriodRow>, totals: ReportRow, meta: ReportMeta, options: JsonOptions): object {
  const parity = options.parity === false ? false : 'claude';
  const groups = new Map<string, PeriodRow[]>();
  for (const row of rows) {
    const folder = folderOf(row.project?.path ?? '');
    const group = groups.get(folder);
    if (group === undefined) groups.set(folder, [row]);
    else group.push(row);
  }
  const shape = (folder: string) => (row: PeriodRow) => ({ date: row.period, project: folder, ...rowJson(row, parity) });
  const plain = { ...options, stream: false };
  const projects = Object.fromEntries([...groups].map(([folder, group]) => [folder, listOf(group, shape(folder), plain)]));
  return envelope({ projects }, totals, meta, options);
}

export function sessionJson(row: SessionRow, options: JsonOptions): Json {
  const activity = { firstActivity: instantOrNull(row.firstAt), lastActivity: instantOrNull(row.lastAt) };
  if (options.parity === 'unified') {
    const metadata = { lastActivity: activity.lastActivity };
    return { agent: 'claude', period: row.sessionId, metadata, ...rowJson(row, 'unified') };
  }
  const peer = { sessionId: row.sessionId, ...rowJson(row, options.parity), projectPath: row.folder, ...activity };
  if (options.parity === 'claude') return peer;
  const times = options.metadata?.get(row.sessionId);
  return {
    ...peer,
    name: row.name,
    title: row.title,
    tags: [...row.tags],
    description: row.description,
    createdAt: instantOrNull(times?.createdAt ?? null),
    updatedAt: instantOrNull(times?.updatedAt ?? null),
    project: row.project,
    cwd: row.cwd,
    branch: row.branch,
    account: row.account,
    durationSeconds: Math.round(((row.lastAt ?? 0) - (row.firstAt ?? 0)) / 1000),
    clientCost: dollars(row.clientCost),
    unloggedCost: dollars(row.unloggedCost),
    forkedFrom: row.forkedFrom,
    transcript: row.transcript,
    state: options.states?.get(row.sessionId) ?? null,
  };
}

/** The peer's order: cost, highest first, without sessions that used nothing; equal ones by id (UR-32). */
function peerSessions(rows: Rows<SessionRow>): SessionRow[] {
  const cost = (row: SessionRow) => costOfSum(row.sum).cost ?? 0;
  return [...rows].filter((row) => allTokens(row.sum) > 0).sort((a, b) => cost(b) - cost(a) || byText(a.sessionId, b.sessionId));
}

export function sessionsJson(rows: Rows<SessionRow>, totals: ReportRow, meta: ReportMeta, options: JsonOptions): object {
  const key = options.parity === 'unified' ? 'session' : 'sessions';
  const ordered = options.parity === false ? rows : peerSessions(rows);
  return envelope({ [key]: listOf(ordered, (row) => sessionJson(row, options), options) }, totals, meta, options);
}

/** The peer has no such report, so parity changes nothing but its money (0 for unknown) and its keys. */
export function projectsJson(rows: Rows<ProjectRow>, totals: ReportRow, meta: ReportMeta, options: JsonOptions): object {
  const shape = (row: ProjectRow) => ({
    ...rowJson(row, options.parity),
    project: row.project,
    projectPath: folderOf(row.path),
    cwd: row.path,
    branches: [...row.branches],
    firstActivity: instantOrNull(row.firstAt),
    lastActivity: instantOrNull(row.lastAt),
    activeDays: row.activeDays,
  });
  return envelope({ projects: listOf(rows, shape, options) }, totals, meta, options);
}

/** Part of the whole by cost, or by all tokens when the whole is not fully priced or free, or money is left out; 0 … 1. */
export function shareOf(row: ReportRow, totals: ReportRow, byCost: boolean): number {
  const useCost = byCost && totals.sum.unpricedEvents === 0 && totals.sum.pricedCost > 0;
  const whole = useCost ? totals.sum.pricedCost : allTokens(totals.sum);
  const own = useCost ? row.sum.pricedCost : allTokens(row.sum);
  return whole === 0 ? 0 : Math.min(1, decimal(own / whole));
}

/** Nano-USD per million tokens of all kinds; null when the cost of any request is unknown or there is no token. */
export function costPerMillion(row: ReportRow): number | null {
  const tokens = allTokens(row.sum);
  if (row.sum.unpricedEvents > 0 || tokens === 0) return null;
  return Math.round((row.sum.pricedCost / tokens) * PER_MILLION);
}

export function modelsJson(rows: Rows<ModelRow>, totals: ReportRow, meta: ReportMeta, options: JsonOptions): object {
  const shape = (row: ModelRow) => {
    const hit = cacheHit(row.sum);
    return {
      ...(row.period === null ? {} : { period: row.period }),
      ...rowJson(row, options.parity),
      model: row.model,
      speed: row.speed,
      share: shareOf(row, totals, options.cost),
      cacheHitRate: hit === null ? null : decimal(hit),
      usdPerMTok: dollars(costPerMillion(row)),
      prices: row.prices === null ? null : { ...row.prices },
    };
  };
  return envelope({ models: listOf(rows, shape, options) }, totals, meta, options);
}

export function blocksJson(rows: Rows<BlockRow>, meta: ReportMeta, options: JsonOptions): object {
  return envelope({ blocks: listOf(rows, (row) => blockJson(row, meta, options.parity), options) }, null, meta, options);
}

/** `session show --json`: the peer's keys, the session row and what only the details know (UR-46, UR-63). */
export function sessionDetailJson(detail: SessionDetail, meta: ReportMeta, options: JsonOptions): object {
  const { row } = detail;
  const parity = options.parity === false ? false : 'claude';
  const entries = listOf(
    detail.entries,
    (event) => {
      const cost = parity === false ? dollars(event.cost) : (dollars(event.cost) ?? 0);
      const { input, output, cacheWrite5m, cacheWrite1h, cacheRead } = event.tokens;
      const peer = {
        timestamp: instant(event.at),
        inputTokens: input,
        outputTokens: output,
        cacheCreationTokens: cacheWrite5m + cacheWrite1h,
        cacheReadTokens: cacheRead,
        model: event.model,
        costUSD: cost,
      };
      return parity === false ? { ...peer, requestId: event.key, subagent: event.sidechain, speed: event.speed } : peer;
    },
    options,
  );
  if (parity !== false) {
    const { totalCost, totalTokens } = totalsJson(row, parity);
    const head = { sessionId: row.sessionId, totalCost, totalTokens };
    return envelope({ ...((options.cost ? head : withoutCost(head)) as Json), entries }, null, meta, options);
  }
  const states = detail.state === null ? undefined : new Map([[row.sessionId, detail.state]]);
  const metadata = detail.metadata === null ? undefined : new Map([[row.sessionId, detail.metadata]]);
  const session = sessionJson(row, { ...options, ...(states && { states }), ...(metadata && { metadata }) });
  const hit = cacheHit(row.sum);
  const more = {
    ...session,
    compactions: detail.compactions,
    subagentCount: detail.subagentCount,
    cacheHitRate: hit === null ? null : decimal(hit),
    transcriptPath: shownTranscript(detail, meta),
    windows: detail.windows.map(({ start, end, source, share, shareBasis }) => ({
      startTime: instant(start),
      endTime: instant(end),
      source,
      share: decimal(share),
      shareBasis,
    })),
  };
  return envelope({ ...((options.cost ? more : withoutCost(more)) as Json), entries }, null, meta, options);
}

/** `--sections`: the lists of several reports of one load under one `totals` and one `meta` (UR-19). */
export function sectionsJson(reports: readonly object[]): object {
  const merged: Json = {};
  const tail: Json = {};
  for (const [key, value] of reports.flatMap((report) => Object.entries(report))) {
    const target = key === 'totals' || key === 'meta' ? tail : merged;
    target[key] ??= value;
  }
  return { ...merged, ...tail };
}
