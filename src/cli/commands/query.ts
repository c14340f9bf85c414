import type { Command } from 'commander';
import { KnownError, usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { duration } from '../../text/duration.ts';
import { percent, tokensShort, usd } from '../../text/format.ts';
import { nearest } from '../../text/nearest.ts';
import { terminalText } from '../../text/terminal.ts';
import { padded } from '../columns.ts';
import { examplesText } from '../examples.ts';
import { findIn } from '../find.ts';
import type { Measured, Metric, Unit } from '../metric.ts';
import { ALIASES, LATER, METRICS } from '../metrics.ts';
import type { NowView } from '../now-view.ts';
import { type OpenReport, openReport } from '../open-report.ts';
import type { ReportFlags } from '../report-flags.ts';
import { addScopeFlags, SCOPES, type Scope } from '../scope.ts';

interface QueryFlags extends Omit<ReportFlags, 'session'> {
  session?: string;
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

/** `tidemark query METRIC`: one number for scripts (EXP-70 … EXP-73, UR-70 … UR-73). */
export function addQueryCommand(program: Command, exit: (code: number) => void): void {
  const command = program
    .command('query <metric>')
    .description('one number for scripts: cost, tokens, sessions.needs_you, window.used, burn.all …')
    .option('--range <range>', 'today (default), yesterday, 7d, this-week, 2026-11-01 … or all')
    .option('--since <date>', 'first local day')
    .option('--until <date>', 'last local day, inclusive')
    .option('-z, --timezone <zone>', 'IANA name, local or utc; decides where a day begins')
    .option('--session <session>', 'only this session: id, name, @last or -')
    .option('--current', 'the same as --session @last');
  addScopeFlags(command)
    .option('-m, --mode <mode>', 'auto, calculate or display: where a cost comes from (default auto)')
    .option('--format <format>', 'raw, human or json', 'raw')
    .option('--default <value>', 'print this instead of failing when the value is unknown')
    .option('--official', 'an estimate counts as unknown')
    .option('--warn <n>', 'exit 10 from this value on')
    .option('--limit <n>', 'exit 20 from this value on')
    .option('--below', 'the thresholds are lower ones: exit 10 or 20 down from them')
    .option('-c, --config <file>', 'another configuration file')
    .option('-d, --debug', 'say more about errors')
    .option('--no-progress', 'no progress line while history is read')
    .addHelpText('after', metricHelp())
    .action(async (name: string, flags: QueryFlags) => exit(await query(name, flags)));
}

function metricHelp(): string {
  const lines = (ranged: boolean) =>
    padded(
      Object.entries(METRICS)
        .filter(([, metric]) => metric.ranged === ranged)
        .map(([name, { unit, about }]) => [`  ${name}`, unit, about]),
    );
  const aliases = Object.entries(ALIASES).map(
    ([alias, name]) => `${alias} = ${name === 'burn.all' && alias.endsWith('hour') ? '60 × burn.all' : name}`,
  );
  return [
    '',
    'Metrics of a range of days:',
    ...lines(true),
    '',
    'Metrics of now:',
    ...lines(false),
    '',
    `Other names: ${aliases.join(', ')}`,
    '',
    'Exit codes: 0 fine, 1 unknown, 2 wrong usage, 10 --warn reached, 20 --limit reached.',
    '',
    examplesText([
      ['query cost', 'what today cost, in dollars'],
      ['query tokens --range 7d --project api', 'tokens of a project, last seven days'],
      ['query sessions.needs_you --warn 1', 'exit 10 when a session waits for you'],
      ['query window.used --default 0 --format human', "the server's % of the window"],
    ]).trimStart(),
  ].join('\n');
}

/** What the flags narrow the metric by. */
const given = (flags: QueryFlags): ReadonlySet<Scope> =>
  new Set(
    SCOPES.filter((scope) => {
      if (scope === 'session') return flags.session !== undefined || flags.current === true;
      return flags[scope] !== undefined || (scope === 'project' && flags.exclude !== undefined);
    }),
  );

async function query(name: string, flags: QueryFlags): Promise<number> {
  const metric = metricOf(name);
  const format = (['raw', 'human', 'json'] as const).find((known) => known === flags.format);
  if (format === undefined) throw usageError(`--format takes raw, human or json, not "${flags.format}"`);
  const thresholds = { warn: threshold('--warn', flags.warn), limit: threshold('--limit', flags.limit) };
  if (metric.unit === 'time' && (thresholds.warn ?? thresholds.limit) !== null)
    throw usageError(
      `${name} is a time: it has no thresholds`,
      `use ${name.replace(/reset$/, name.startsWith('week') ? 'resets_in' : 'left')}`,
    );
  if (flags.current && flags.session !== undefined) throw usageError('Give --session or --current');
  const scopes = given(flags);
  refuseScopes(name, metric, scopes);
  const session = flags.current ? '@last' : flags.session;
  using open = await openUnlessNoData({ ...rangeFlags(flags, metric), cost: true }, flags.default !== undefined);
  if (open === null) {
    await writeStdout(`${flags.default}\n`);
    return 0;
  }
  const { context } = open;
  const info = session === undefined ? null : findIn(open.app, open.ready.ledger, open.directory, session);
  const sessions = info === null ? context.filter.sessions : (context.filter.sessions ?? [info.id]).filter((id) => id === info.id);
  const narrowed = { ...open, context: { ...context, filter: { ...context.filter, sessions } } };
  const found = metric.ranged ? metric.measure(narrowed) : metric.measure(await (await import('../now-view.ts')).nowView(narrowed, scopes));
  const value = flags.official && found.source !== 'official' ? unofficial(metric, found) : found;
  if (value.value === null) {
    if (flags.default === undefined) throw new KnownError(`${name} is unknown: ${value.reason ?? 'nothing is known of it'}`);
    await writeStdout(`${flags.default}\n`);
    return 0;
  }
  await writeStdout(`${textOf(format, name, metric, value, open.app.clock.now())}\n`);
  return verdict(typeof value.value === 'number' ? value.value : null, thresholds, flags.below ?? false);
}

/** Where there is no data at all, every value is unknown: null when a default was given for that (EXP-72). */
async function openUnlessNoData(flags: ReportFlags, hasDefault: boolean): Promise<OpenReport | null> {
  try {
    return await openReport(flags);
  } catch (error) {
    if (hasDefault && error instanceof KnownError && error.exitCode === 1) return null;
    throw error;
  }
}

/** Local counts are facts, no estimates: only what a server would say better becomes unknown. */
const unofficial = (metric: Metric, found: Measured): Measured =>
  metric.estimated ? { value: null, source: 'unknown', reason: 'there is only an estimate' } : found;

function metricOf(name: string): Metric {
  const metric = METRICS[ALIASES[name] ?? name];
  if (metric !== undefined && Object.hasOwn(METRICS, ALIASES[name] ?? name)) {
    // Seed 003 gives this one per hour.
    return name === 'burn-rate-hour' && !metric.ranged
      ? { ...metric, measure: (view: NowView) => times(metric.measure(view), 60) }
      : metric;
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

function refuseScopes(name: string, metric: Metric, scopes: ReadonlySet<Scope>): void {
  const missing = metric.needs?.find((scope) => !scopes.has(scope));
  if (missing !== undefined) throw usageError(`${name} is of one ${missing}`, `name it with --${missing}, or --current for the newest`);
  const wrong = [...scopes].find((scope) => !metric.scopes.includes(scope));
  if (wrong === undefined) return;
  const having = Object.entries(METRICS)
    .filter(([, other]) => other.scopes.includes(wrong))
    .map(([other]) => other);
  throw usageError(`${name} has no --${wrong}`, `these have: ${having.join(', ')}`);
}

/** Days for a metric of a range: `--range` or `--since`/`--until`, else today. A metric of now takes none. */
function rangeFlags(flags: QueryFlags, metric: Metric): ReportFlags {
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

function textOf(format: 'raw' | 'human' | 'json', name: string, { unit }: Metric, found: Measured, now: number): string {
  const { value, source, account } = found;
  const at = found.at ?? now;
  if (format === 'json') {
    const age = Math.max(0, Math.round((now - at) / 1000));
    return JSON.stringify({
      metric: name,
      value: exact(value),
      unit,
      source,
      age,
      at: new Date(at).toISOString(),
      ...(account === undefined ? {} : { account }),
    });
  }
  if (format === 'human' && typeof value === 'number') return human(value, unit);
  return typeof value === 'number' ? plainNumber(value) : terminalText(String(value));
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
