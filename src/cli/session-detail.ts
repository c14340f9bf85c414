import { blockRows } from '../ledger/queries/blocks.ts';
import { EVERYTHING } from '../ledger/queries/cells.ts';
import type { SessionInfo } from '../ledger/queries/directory.ts';
import { usageEvents } from '../ledger/queries/events.ts';
import { sessionRow, totals } from '../ledger/queries/reports.ts';
import { forSession } from '../ledger/queries/session-files.ts';
import type { SessionDetail, WindowShare } from '../surfaces/export/types.ts';
import { quotaShares } from '../usage/share.ts';
import type { UsageSum } from '../usage/types.ts';
import type { OpenReport } from './open-report.ts';

/** All that is known of a session over the days asked for (UR-64). */
export function sessionDetail(open: OpenReport, info: SessionInfo): SessionDetail {
  const { context, request } = open;
  const { from, to } = request.filter;
  const own = { ...context, filter: { ...EVERYTHING, from, to, sessions: [info.id] } };
  const total = totals(own);
  const files = forSession(context.ledger, info.sessionId);
  const entries =
    total.firstAt === null
      ? []
      : usageEvents(context.ledger, context.directory, context.mode, total.firstAt, (total.lastAt ?? total.firstAt) + 1, info.id);
  return {
    row: sessionRow(own, info, total, files.transcript !== null),
    entries,
    state: null,
    metadata: info.createdAt === null ? null : { createdAt: info.createdAt, updatedAt: info.updatedAt ?? info.createdAt },
    compactions: info.facts.compactions?.[0] ?? null,
    subagentCount: files.subagents,
    transcriptPath: files.transcript,
    windows: windowShares(open, info),
  };
}

/** Its part of the local use of each window it took part in (D-33). */
function windowShares(open: OpenReport, info: SessionInfo): WindowShare[] {
  const { app, context, request } = open;
  const options = { lengthMs: request.windowHours * 3_600_000, floorMs: app.config.window.floor };
  const now = app.clock.now();
  const all = new Map(blockRows({ ...context, filter: EVERYTHING }, options, now).map((block) => [block.start, block]));
  const own = blockRows({ ...context, filter: { ...EVERYTHING, sessions: [info.id] } }, options, now);
  return own.flatMap(({ start, end, source, row }): WindowShare[] => {
    const whole = all.get(start)?.row?.sum;
    if (row === null || row.sum.requests === 0 || whole === undefined) return [];
    const { basis, shares } = quotaShares([row.sum, without(whole, row.sum)]);
    return [{ start, end, source, share: shares[0] ?? 0, shareBasis: basis }];
  });
}

/** A sum without a part of it. */
function without(whole: UsageSum, part: UsageSum): UsageSum {
  return {
    ...whole,
    input: whole.input - part.input,
    output: whole.output - part.output,
    cacheWrite5m: whole.cacheWrite5m - part.cacheWrite5m,
    cacheWrite1h: whole.cacheWrite1h - part.cacheWrite1h,
    cacheRead: whole.cacheRead - part.cacheRead,
    pricedCost: whole.pricedCost - part.pricedCost,
    unpricedEvents: whole.unpricedEvents - part.unpricedEvents,
  };
}
