import { parityBlockRows, withForecast } from '../ledger/queries/active-block.ts';
import { blockRows, type WindowOptions } from '../ledger/queries/blocks.ts';
import { EVERYTHING } from '../ledger/queries/cells.ts';
import { usageError } from '../platform/errors.ts';
import { localDay, zoneSegments } from '../usage/calendar.ts';
import type { BlockRow } from '../usage/report.ts';
import type { OpenReport } from './open-report.ts';
import type { ReportFlags } from './report-flags.ts';
import { largeEnough } from './rows.ts';

/** The rows of `blocks`: windows that overlap the days asked for, whole, with the gaps between them (UR-17, UR-20). */
export function blockReport(open: OpenReport, flags: ReportFlags): BlockRow[] {
  const { app, request, context } = open;
  const now = app.clock.now();
  const options: WindowOptions = { lengthMs: request.windowHours * 3_600_000, floorMs: app.config.window.floor };
  const unfiltered = { ...context, filter: { ...context.filter, from: null, to: null } };
  let rows = request.parity === false ? blockRows(unfiltered, options, now) : parityBlockRows(unfiltered, now, options.lengthMs);
  if (request.parity === false) {
    const everything = { ...context, filter: EVERYTHING };
    const limit = request.tokenLimit?.tokens ?? app.config.limits.tokensPerWindow;
    rows = withForecast(context, rows, blockRows(everything, options, now), {
      now,
      limit,
      limitCount: app.config.limits.count,
      plan: app.config.limits.plan,
      firstRequestAt: open.span.first,
      thresholds: app.config.burn,
    });
  }
  const { from, to } = request.filter;
  rows = rows.filter((b) => (from === null || b.end > from) && (to === null || b.start < to));
  if (flags.active) rows = rows.filter((b) => b.active);
  if (flags.recent !== undefined && flags.recent !== false) {
    const days = flags.recent === true ? 3 : Number(flags.recent);
    if (!(days > 0)) throw usageError(`--recent takes a number of days, not "${flags.recent}"`);
    const today = localDay(now, zoneSegments(request.zone, now, now));
    const since = now - days * 86_400_000;
    rows = rows.filter(
      (b) => b.active || b.start >= since || localDay(b.start, zoneSegments(request.zone, b.start, b.start)) > today - days,
    );
  }
  rows = chosen(rows, request);
  if (rows[0]?.gap) rows = rows.slice(1);
  return request.order === 'desc' ? rows.toReversed() : rows;
}

/** The windows that are large enough, the newest of them (`--min-tokens`, `--min-cost`, `--last`); a gap stands only between two that are shown. */
function chosen(rows: readonly BlockRow[], request: OpenReport['request']): BlockRow[] {
  const { last, minTokens, minCostUsd } = request;
  if (last === null && minTokens === 0 && minCostUsd === 0) return [...rows];
  const windows = rows.flatMap((block) => (block.row === null ? [] : [{ block, row: block.row }]));
  const fits = largeEnough(
    windows.map(({ row }) => row),
    request,
  );
  const kept = windows.filter((_, i) => fits[i]).map(({ block }) => block);
  const shown = new Set(last === null ? kept : kept.slice(-last));
  return rows.filter((block, i) => shown.has(block) || (block.gap && shown.has(rows[i - 1]!) && shown.has(rows[i + 1]!)));
}
