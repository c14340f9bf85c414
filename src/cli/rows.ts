import type { ModelPart, ReportRow } from '../usage/report.ts';
import { addSums, allTokens, costOfSum, emptySum } from '../usage/sum.ts';
import type { ReportRequest, SortKey } from './report-request.ts';

/** The sum of rows over disjoint requests. `sessions` is the caller's: it does not add up (D-13). */
export function addRows(rows: readonly ReportRow[], sessions: number): ReportRow {
  const models = new Map<string, ModelPart>();
  let total: ReportRow = {
    sum: emptySum(),
    sessions,
    prompts: 0,
    models: [],
    subagents: emptySum(),
    loggedEvents: 0,
    firstAt: null,
    lastAt: null,
  };
  for (const row of rows) {
    for (const part of row.models) {
      const key = `${part.speed} ${part.model}`;
      const before = models.get(key);
      models.set(key, before ? { ...before, sum: addSums(before.sum, part.sum), firstAt: Math.min(before.firstAt, part.firstAt) } : part);
    }
    total = {
      ...total,
      sum: addSums(total.sum, row.sum),
      prompts: total.prompts + row.prompts,
      subagents: addSums(total.subagents, row.subagents),
      loggedEvents: total.loggedEvents + row.loggedEvents,
      firstAt: total.firstAt === null ? row.firstAt : Math.min(total.firstAt, row.firstAt ?? total.firstAt),
      lastAt: total.lastAt === null ? row.lastAt : Math.max(total.lastAt, row.lastAt ?? total.lastAt),
    };
  }
  return { ...total, models: [...models.values()].sort((a, b) => a.firstAt - b.firstAt) };
}

/** Rows with at least the tokens and the cost asked for. An unknown cost is not known to be that much. */
export function largeEnough(rows: readonly ReportRow[], request: ReportRequest): boolean[] {
  return rows.map(
    (row) =>
      allTokens(row.sum) >= request.minTokens && (request.minCostUsd === 0 || (costOfSum(row.sum).cost ?? -1) >= request.minCostUsd * 1e9),
  );
}

/** Highest first for figures and times, A to Z for names; unknown cost last; equal rows by id. */
export function sortRows<R extends ReportRow>(rows: readonly R[], sort: SortKey, invert: boolean, nameOf: (row: R) => string): R[] {
  const key: Record<SortKey, (row: R) => number> = {
    cost: (row) => costOfSum(row.sum).cost ?? -1,
    tokens: (row) => allTokens(row.sum),
    last: (row) => row.lastAt ?? 0,
    first: (row) => -(row.firstAt ?? 0),
    requests: (row) => row.sum.requests,
    name: () => 0,
  };
  const byName = (a: R, b: R): number => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0);
  const sorted = [...rows].sort((a, b) => key[sort](b) - key[sort](a) || byName(a, b));
  return invert ? sorted.reverse() : sorted;
}
