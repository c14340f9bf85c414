import type { Command } from 'commander';
import { KnownError, usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { duration } from '../../text/duration.ts';
import { percent, tokensShort, usd } from '../../text/format.ts';
import { nearest } from '../../text/nearest.ts';
import { findIn } from '../find.ts';
import { ALIASES, LATER, METRICS, type Measured, type Metric, type Scope, type Unit } from '../metrics.ts';
import { openReport } from '../open-report.ts';
import type { ReportFlags } from '../report-flags.ts';

interface QueryFlags extends ReportFlags {
  range?: string;
  format?: string;
  default?: string;
  warn?: string;
  limit?: string;
  below?: boolean;
  current?: boolean;
  official?: boolean;
}

const EXIT_WARN = 10;
const EXIT_LIMIT = 20;
const list = (value: string, before: string[] = []): string[] => [
  ...before,
  ...value
    .split(',')
    .map((v) => v.trim())
    .filter((v) => v !== ''),
];

/** `tidemark query METRIC`: one number for scripts (EXP-70 … EXP-73, UR-70 … UR-72). */
export function addQueryCommand(program: Command, exit: (code: number) => void): void {
  program
    .command('query <metric>')
    .description('one number for scripts: cost, tokens, requests, window.tokens, burn.all …')
    .option('--range <range>', 'today (default), yesterday, 7d, this-week, 2026-11-01 … or all')
    .option('--since <date>', 'first local day')
    .option('--until <date>', 'last local day, inclusive')
    .option('-z, --timezone <zone>', 'IANA name, local or utc')
    .option('--project <names>', 'only these projects', list)
    .option('--account <names>', 'only these accounts', list)
    .option('--session <session>', 'only this session: id, name, @last or -')
    .option('--current', 'the same as --session @last')
    .option('--format <format>', 'raw, human or json', 'raw')
    .option('--default <value>', 'print this instead of failing when the value is unknown')
    .option('--official', 'an estimate counts as unknown')
    .option('--warn <n>', 'exit 10 from this value on')
    .option('--limit <n>', 'exit 20 from this value on')
    .option('--below', 'the thresholds are lower ones')
    .option('-m, --mode <mode>', 'auto, calculate or display (default auto)')
    .option('-c, --config <file>', 'another configuration file')
    .option('--no-progress', 'no progress line while history is read')
    .addHelpText(
      'after',
      `\nMetrics: ${Object.keys(METRICS).join(', ')}\nAlso: ${Object.entries(ALIASES)
        .map(([alias, name]) => `${alias} = ${name}`)
        .join(', ')}`,
    )
    .action(async (name: string, flags: QueryFlags & { session?: unknown }) => exit(await query(name, flags)));
}

async function query(name: string, flags: Omit<QueryFlags, 'session'> & { session?: unknown }): Promise<number> {
  const metric = metricOf(name);
  const format = (['raw', 'human', 'json'] as const).find((known) => known === flags.format);
  if (format === undefined) throw usageError(`--format takes raw, human or json, not "${flags.format}"`);
  const thresholds = { warn: threshold('--warn', flags.warn), limit: threshold('--limit', flags.limit) };
  if (flags.current && flags.session !== undefined) throw usageError('Give --session or --current');
  const session = flags.current ? '@last' : (flags.session as string | undefined);
  refuseScopes(name, metric, {
    session: session !== undefined,
    project: flags.project !== undefined,
    account: flags.account !== undefined,
  });
  using open = await openReport({ ...rangeFlags(flags, metric), cost: true });
  const { context } = open;
  const info = session === undefined ? null : findIn(open.app, open.ready.ledger, open.directory, session);
  const sessions = info === null ? context.filter.sessions : (context.filter.sessions ?? [info.id]).filter((id) => id === info.id);
  const found = metric.measure({ ...open, context: { ...context, filter: { ...context.filter, sessions } } });
  const value = flags.official && found.source !== 'official' ? unofficial(metric, found) : found;
  if (value.value === null) {
    if (flags.default === undefined) throw new KnownError(`${name} is unknown: ${value.reason ?? 'nothing is known of it'}`);
    await writeStdout(`${flags.default}\n`);
    return 0;
  }
  await writeStdout(`${textOf(format, name, metric, value, open.app.clock.now())}\n`);
  return verdict(typeof value.value === 'number' ? value.value : null, thresholds, flags.below ?? false);
}

/** Local counts are facts, no estimates: only what a server would say better becomes unknown. */
const unofficial = (metric: Metric, found: Measured): Measured =>
  metric.estimated ? { value: null, source: 'unknown', reason: 'there is only an estimate' } : found;

function metricOf(name: string): Metric {
  const metric = METRICS[ALIASES[name] ?? name];
  if (metric !== undefined && Object.hasOwn(METRICS, ALIASES[name] ?? name)) {
    // Seed 003 gives this one per hour.
    return name === 'burn-rate-hour' ? { ...metric, measure: (open) => times(metric.measure(open), 60) } : metric;
  }
  if (LATER.includes(name)) throw usageError(`The metric ${name} does not exist yet`, `these do: ${Object.keys(METRICS).join(', ')}`);
  const near = nearest(name, [...Object.keys(METRICS), ...Object.keys(ALIASES)]);
  throw usageError(
    `There is no metric "${name}"`,
    near === null ? `these exist: ${Object.keys(METRICS).join(', ')}` : `did you mean ${near}?`,
  );
}

const times = (found: Measured, factor: number): Measured =>
  typeof found.value === 'number' ? { ...found, value: found.value * factor } : found;

function refuseScopes(name: string, metric: Metric, given: Readonly<Record<Scope, boolean>>): void {
  for (const scope of ['session', 'project', 'account'] as const) {
    if (!given[scope] || metric.scopes.includes(scope)) continue;
    const having = Object.entries(METRICS)
      .filter(([, other]) => other.scopes.includes(scope))
      .map(([other]) => other);
    throw usageError(`${name} has no --${scope}`, `these have: ${having.join(', ')}`);
  }
}

/** Days for a metric of a range: `--range` or `--since`/`--until`, else today. A metric of now takes none. */
function rangeFlags(flags: Omit<QueryFlags, 'session'> & { session?: unknown }, metric: Metric): ReportFlags {
  const { session: _, ...rest } = flags;
  const dated = flags.since !== undefined || flags.until !== undefined;
  if (flags.range !== undefined && dated) throw usageError('Give --range, or --since and --until');
  if (!metric.ranged) {
    if (flags.range !== undefined || dated) throw usageError('This metric is of now: it takes no range');
    return rest;
  }
  if (dated || flags.range === 'all') return rest;
  const range = flags.range ?? 'today';
  return { ...rest, since: range, until: range };
}

function threshold(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const n = Number(text);
  if (text.trim() === '' || !Number.isFinite(n)) throw usageError(`${flag} takes a number, not "${text}"`);
  return n;
}

function verdict(value: number | null, { warn, limit }: { warn: number | null; limit: number | null }, below: boolean): number {
  const reached = (at: number | null) => value !== null && at !== null && (below ? value <= at : value >= at);
  if (reached(limit)) return EXIT_LIMIT;
  return reached(warn) ? EXIT_WARN : 0;
}

function textOf(format: 'raw' | 'human' | 'json', name: string, { unit }: Metric, { value, source }: Measured, now: number): string {
  if (format === 'json')
    return JSON.stringify({ metric: name, value: exact(value), unit, source, age: 0, at: new Date(now).toISOString() });
  if (format === 'human' && typeof value === 'number') return human(value, unit);
  return typeof value === 'number' ? plainNumber(value) : String(value);
}

/** Dollars have at most 9 decimals, as do rates (UR-45). */
const exact = (value: Measured['value']): Measured['value'] => (typeof value === 'number' ? Number(value.toFixed(9)) : value);

/** Never with an exponent: shells and spreadsheets do not take one. */
const plainNumber = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(9).replace(/\.?0+$/u, ''));

function human(value: number, unit: Unit): string {
  if (unit === 'usd') return usd(Math.round(value * 1e9));
  if (unit === 'usd/h') return `${usd(Math.round(value * 1e9))}/h`;
  if (unit === 'percent') return percent(value);
  if (unit === 'seconds') return duration(value * 1000);
  if (unit === 'tokens') return tokensShort(value);
  return unit === 'tokens/min' ? `${tokensShort(Math.round(value))}/min` : plainNumber(value);
}
