import { withForecast } from '../ledger/queries/active-block.ts';
import { blockRows } from '../ledger/queries/blocks.ts';
import { EVERYTHING } from '../ledger/queries/cells.ts';
import { usageEvents } from '../ledger/queries/events.ts';
import { totals } from '../ledger/queries/reports.ts';
import { type BurnRate, burnRate, burnStart, NOW_SPAN_MS } from '../usage/burn.ts';
import { countTokens } from '../usage/limit.ts';
import type { BlockRow } from '../usage/report.ts';
import { allTokens, cacheHit, costOfSum, emptySum, workTokens } from '../usage/sum.ts';
import type { UsageSum } from '../usage/types.ts';
import type { OpenReport } from './open-report.ts';

export type Scope = 'session' | 'project' | 'account';
export type Unit = 'usd' | 'usd/h' | 'tokens' | 'tokens/min' | 'percent' | 'seconds' | 'count' | 'time';

/** A value in its unit: dollars, tokens, percent 0–100, seconds, or an RFC 3339 time. Null = unknown, with the reason. */
export interface Measured {
  readonly value: number | string | null;
  readonly source: 'measured' | 'official' | 'estimated' | 'configured' | 'unknown';
  readonly reason?: string;
}

export interface Metric {
  readonly unit: Unit;
  readonly scopes: readonly Scope[];
  /** Of a range of days, else of now. */
  readonly ranged: boolean;
  /** May be an estimate of what the server knows: unknown with `--official` when it is. */
  readonly estimated: boolean;
  readonly measure: (open: OpenReport) => Measured;
}

type Open = OpenReport;
const ALL_SCOPES: readonly Scope[] = ['session', 'project', 'account'];
const measured = (value: number): Measured => ({ value, source: 'measured' });
const unknown = (reason: string): Measured => ({ value: null, source: 'unknown', reason });

const summed = (unit: Unit, value: (sum: UsageSum) => number | null, reason = 'there was no use'): Metric => ({
  unit,
  scopes: ALL_SCOPES,
  ranged: true,
  estimated: false,
  measure: ({ context }) => {
    const found = value(totals(context).sum);
    return found === null ? unknown(reason) : measured(found);
  },
});

const dollarsOf = (sum: UsageSum): number | null => {
  const { cost } = costOfSum(sum);
  return cost === null ? null : cost / 1e9;
};

/** Rates of the trailing five minutes in the scope (D-28). */
const burn = (unit: Unit, value: (rate: BurnRate) => number | null): Metric => ({
  unit,
  scopes: ALL_SCOPES,
  ranged: false,
  estimated: false,
  measure: (open) => {
    const found = value(rateNow(open));
    return found === null ? unknown('a request has no price') : measured(found);
  },
});

function rateNow(open: Open): BurnRate {
  const { context, app } = open;
  const now = app.clock.now();
  const scope =
    context.filter.sessions === null ? null : new Set(context.filter.sessions.map((id) => context.directory.sessions.get(id)?.sessionId));
  const events = usageEvents(context.ledger, context.directory, context.mode, now - NOW_SPAN_MS, now + 1).filter(
    (event) => scope === null || scope.has(event.sessionId),
  );
  const first = totals({ ...context, filter: { ...context.filter, from: null, to: null } }).firstAt;
  return burnRate(events, NOW_SPAN_MS, now, burnStart(openWindow(open, true)?.start ?? null, first));
}

/** The account's open window with the sums of the scope, or of everything. */
function openWindow({ context, app, request }: Open, everything: boolean): BlockRow | null {
  const options = { lengthMs: request.windowHours * 3_600_000, floorMs: app.config.window.floor };
  const filter = everything ? EVERYTHING : { ...context.filter, from: null, to: null };
  return blockRows({ ...context, filter }, options, app.clock.now()).find((block) => block.active) ?? null;
}

const NO_WINDOW = 'no window is open';

const windowed = (unit: Unit, scopes: readonly Scope[], estimated: boolean, value: (block: BlockRow, open: Open) => Measured): Metric => ({
  unit,
  scopes,
  ranged: false,
  estimated,
  measure: (open) => {
    const block = openWindow(open, true);
    return block === null ? unknown(NO_WINDOW) : value(block, open);
  },
});

const inWindow = (open: Open): UsageSum => openWindow(open, false)?.row?.sum ?? emptySum();

function windowCost(open: Open): Measured {
  const cost = dollarsOf(inWindow(open));
  return cost === null ? unknown('no request of it has a price') : measured(cost);
}

/** The open window's limit (D-34). */
function limit(open: Open, block: BlockRow): NonNullable<BlockRow['limit']> | null {
  const { app, context, request } = open;
  const options = { lengthMs: request.windowHours * 3_600_000, floorMs: app.config.window.floor };
  const whole = { ...context, filter: EVERYTHING };
  const now = app.clock.now();
  const { limits } = app.config;
  const [row] = withForecast(whole, [block], blockRows(whole, options, now), {
    now,
    limit: limits.tokensPerWindow,
    limitCount: limits.count,
    plan: limits.plan,
    firstRequestAt: open.span.first,
    thresholds: app.config.burn,
  });
  return row?.limit ?? null;
}

const NO_LIMIT = 'no limit is known; set limits.tokensPerWindow or limits.plan';
const limited = (unit: Unit, value: (limit: NonNullable<BlockRow['limit']>, block: BlockRow) => number): Metric =>
  windowed(unit, ['account'], true, (block, open) => {
    const found = limit(open, block);
    return found === null ? unknown(NO_LIMIT) : { value: value(found, block), source: found.source };
  });

function officialPercent(block: BlockRow): Measured {
  if (block.source === 'official' && block.usedPercent !== null) return { value: block.usedPercent, source: 'official' };
  return unknown('the server has not said it; it is known while a status line or hooks report it');
}

/** Sessions with a request in the trailing five minutes, the span of "now" (D-28). */
const active: Metric = {
  unit: 'count',
  scopes: ['project', 'account'],
  ranged: false,
  estimated: false,
  measure: ({ context, app }) => {
    const now = app.clock.now();
    const scope =
      context.filter.sessions === null ? null : new Set(context.filter.sessions.map((id) => context.directory.sessions.get(id)?.sessionId));
    const ids = new Set(
      usageEvents(context.ledger, context.directory, context.mode, now - NOW_SPAN_MS, now + 1).map((event) => event.sessionId),
    );
    return measured([...ids].filter((id) => scope === null || scope.has(id)).length);
  },
};

/** Every metric there is: help, scopes and values come from this table (UR-70). */
export const METRICS: Readonly<Record<string, Metric>> = {
  cost: summed('usd', dollarsOf, 'no request has a price'),
  tokens: summed('tokens', allTokens),
  'tokens.input': summed('tokens', (s) => s.input),
  'tokens.output': summed('tokens', (s) => s.output),
  'tokens.cache_write': summed('tokens', (s) => s.cacheWrite5m + s.cacheWrite1h),
  'tokens.cache_read': summed('tokens', (s) => s.cacheRead),
  'tokens.work': summed('tokens', workTokens),
  requests: summed('count', (s) => s.requests),
  prompts: { ...summed('count', () => 0), measure: ({ context }) => measured(totals(context).prompts) },
  sessions: { ...summed('count', () => 0), measure: ({ context }) => measured(totals(context).sessions) },
  unpriced: summed('count', (s) => s.unpricedEvents),
  'cache.hit': summed(
    'percent',
    (s) => {
      const hit = cacheHit(s);
      return hit === null ? null : hit * 100;
    },
    'there was no prompt token',
  ),
  'sessions.active': active,
  'burn.work': burn('tokens/min', (rate) => rate.work),
  'burn.all': burn('tokens/min', (rate) => rate.all),
  'burn.usd_per_hour': burn('usd/h', (rate) => (rate.costPerHour === null ? null : rate.costPerHour / 1e9)),
  'window.tokens': windowed('tokens', ALL_SCOPES, false, (_, open) => measured(allTokens(inWindow(open)))),
  'window.cost': windowed('usd', ALL_SCOPES, false, (_, open) => windowCost(open)),
  'window.reset': windowed('time', ['account'], true, (block) => ({ value: new Date(block.end).toISOString(), source: block.source })),
  'window.left': windowed('seconds', ['account'], true, (block, { app }) => ({
    value: Math.max(0, Math.floor((block.end - app.clock.now()) / 1000)),
    source: block.source,
  })),
  'window.used': windowed('percent', ['account'], true, officialPercent),
  'limit.tokens': limited('tokens', (found) => found.tokens),
  'limit.used': limited('percent', (found, block) => (countTokens(block.row?.sum ?? emptySum(), found.kind) / found.tokens) * 100),
};

/** Other names of a metric, among them those of seed 003 (UR-71). */
export const ALIASES: Readonly<Record<string, string>> = {
  total: 'tokens',
  input: 'tokens.input',
  output: 'tokens.output',
  count: 'requests',
  burn: 'burn.all',
  'burn-rate': 'burn.all',
  'burn-rate-hour': 'burn.all',
  'block-tokens': 'window.tokens',
  'block-remaining': 'window.left',
  'window.resets_in': 'window.left',
  'active-sessions': 'sessions.active',
};

/** Metrics that need what is not recorded yet: refused by name. */
export const LATER: readonly string[] = [
  'sessions.working',
  'sessions.needs_you',
  'sessions.idle',
  'sessions.alive',
  'window.forecast',
  'week.used',
  'week.resets_in',
  'week.reset',
  'context',
  'context.max',
  'share',
  'budget.used',
  'budget.left',
  'alerts.firing',
  'health.lag',
];
