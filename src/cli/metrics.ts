import { totals } from '../ledger/queries/reports.ts';
import type { ReportRow } from '../usage/report.ts';
import { allTokens, cacheHit, costOfSum, workTokens } from '../usage/sum.ts';
import type { UsageSum } from '../usage/types.ts';
import { type Metric, measured, type RangedMetric, type Unit, unknown } from './metric.ts';
import { NOW_METRICS } from './metrics-now.ts';
import { SCOPES, type Scope } from './scope.ts';

const summed = (about: string, unit: Unit, value: (sum: UsageSum) => number | null, reason = 'there was no use'): RangedMetric => ({
  about,
  unit,
  scopes: SCOPES,
  ranged: true,
  estimated: false,
  measure: ({ context }) => {
    const found = value(totals(context).sum);
    return found === null ? unknown(reason) : measured(found);
  },
});

const rowed = (about: string, value: (row: ReportRow) => number): RangedMetric => ({
  ...summed(about, 'count', () => 0),
  measure: ({ context }) => measured(value(totals(context))),
});

const dollarsOf = (sum: UsageSum): number | null => {
  const { cost } = costOfSum(sum);
  return cost === null ? null : cost / 1e9;
};

const percentOf = (part: number | null): number | null => (part === null ? null : part * 100);

/** A prompt names neither a model nor a subagent: narrowed by them it would be unknown, not 0. */
const OF_PROMPTS: readonly Scope[] = SCOPES.filter((scope) => scope !== 'model' && scope !== 'subagents');

/** Every metric there is: help, scopes and values come from this table (UR-70). */
export const METRICS: Readonly<Record<string, Metric>> = {
  cost: summed('cost at list price', 'usd', dollarsOf, 'no request has a price'),
  tokens: summed('all tokens', 'tokens', allTokens),
  'tokens.input': summed('input', 'tokens', (s) => s.input),
  'tokens.output': summed('output', 'tokens', (s) => s.output),
  'tokens.cache_write': summed('written to the cache', 'tokens', (s) => s.cacheWrite5m + s.cacheWrite1h),
  'tokens.cache_read': summed('read from the cache', 'tokens', (s) => s.cacheRead),
  'tokens.work': summed('all but cache reads', 'tokens', workTokens),
  requests: summed('API responses', 'count', (s) => s.requests),
  prompts: { ...rowed('prompts you typed', ({ prompts }) => prompts), scopes: OF_PROMPTS },
  sessions: rowed('sessions with a request', ({ sessions }) => sessions),
  unpriced: summed('requests without a price', 'count', (s) => s.unpricedEvents),
  'cache.hit': summed('% of prompt tokens read from the cache', 'percent', (s) => percentOf(cacheHit(s)), 'there was no prompt token'),
  ...NOW_METRICS,
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
export const LATER: readonly string[] = ['budget.used', 'budget.left', 'alerts.firing', 'health.lag'];
