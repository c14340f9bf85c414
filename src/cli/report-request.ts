import type { App } from '../app/open.ts';
import type { ReportFilter } from '../ledger/queries/filters.ts';
import { usageError } from '../platform/errors.ts';
import { isSystemUtc } from '../platform/zone.ts';
import type { CostMode } from '../pricing/types.ts';
import {
  dayStartUtc,
  dayToIso,
  localDay,
  nearestZones,
  parseDateFlag,
  resolveZone,
  weekdayFromName,
  weekdayName,
  zoneSegments,
} from '../usage/calendar.ts';
import { parseTokenLimit, type TokenLimit } from '../usage/limit.ts';
import type { ReportFlags } from './report-flags.ts';

export type SortKey = 'cost' | 'tokens' | 'last' | 'first' | 'name' | 'requests';

/** A report's flags, complete and checked. */
export interface ReportRequest {
  readonly zone: string;
  readonly weekStart: number;
  readonly weekStartName: string;
  readonly mode: CostMode;
  readonly order: 'asc' | 'desc';
  readonly since: string | null;
  readonly until: string | null;
  readonly last: number | null;
  readonly filter: ReportFilter;
  readonly filterTexts: Readonly<Record<string, readonly string[]>>;
  readonly minTokens: number;
  readonly minCostUsd: number;
  readonly sort: SortKey | null;
  readonly invert: boolean;
  readonly top: number | null;
  readonly parity: false | 'claude' | 'unified';
  readonly tokenLimit: TokenLimit | null;
  readonly windowHours: number;
}

const oneOf = <T extends string>(flag: string, value: string | undefined, values: readonly T[], fallback: T): T => {
  if (value === undefined) return fallback;
  if ((values as readonly string[]).includes(value)) return value as T;
  throw usageError(`${flag} takes ${values.join(', ')}, not "${value}"`);
};

const numberOf = (flag: string, value: string | undefined, min: number, whole: boolean): number | null => {
  if (value === undefined) return null;
  const n = Number(value);
  if (value.trim() === '' || !Number.isFinite(n) || n < min || (whole && !Number.isInteger(n)))
    throw usageError(`${flag} takes a ${whole ? 'whole ' : ''}number from ${min}, not "${value}"`);
  return n;
};

export function reportRequest(flags: ReportFlags, app: App): ReportRequest {
  const zone = zoneOf(flags.timezone ?? app.config.display.timezone ?? 'local', app.env.TZ);
  const weekStart = weekdayFromName(flags.weekStart ?? app.config.display.weekStart);
  if (weekStart === null) throw usageError(`--week-start takes a weekday, not "${flags.weekStart}"`);
  const parity =
    flags.parity === undefined || flags.parity === false
      ? false
      : flags.parity === true
        ? 'claude'
        : oneOf('--parity', String(flags.parity), ['claude', 'unified'] as const, 'claude');
  const range = rangeOf(flags, zone, parity === 'claude' && flags.weekStart === undefined ? 0 : weekStart, app.clock.now());
  const lists = {
    project: flags.project,
    exclude: flags.exclude,
    model: flags.model,
    account: flags.account,
    session: flags.session,
    tag: flags.tag,
    branch: flags.branch,
  };
  return {
    zone,
    weekStart: parity === 'claude' && flags.weekStart === undefined ? 0 : weekStart,
    weekStartName: weekdayName(weekStart),
    mode: oneOf<CostMode>('--mode', flags.mode, ['auto', 'calculate', 'display'], 'auto'),
    order: oneOf('--order', flags.order, ['asc', 'desc'] as const, 'asc'),
    since: range.since === null ? null : dayToIso(range.since),
    until: range.until === null ? null : dayToIso(range.until),
    last: numberOf('--last', flags.last, 1, true),
    filter: {
      from: range.since === null ? null : dayStartUtc(range.since, zone),
      to: range.until === null ? null : dayStartUtc(range.until + 1, zone),
      projects: [...(flags.project ?? []), ...(flags.project === undefined ? app.config.projects.include : [])],
      excludeProjects: [...(flags.exclude ?? []), ...(flags.exclude === undefined ? app.config.projects.exclude : [])],
      models: flags.model ?? [],
      accounts: flags.account ?? [],
      sessions: flags.session ?? [],
      tags: flags.tag ?? [],
      branches: flags.branch ?? [],
      subagents: oneOf('--subagents', flags.subagents, ['include', 'only', 'exclude'] as const, 'include'),
    },
    filterTexts: Object.fromEntries(Object.entries(lists).filter((entry): entry is [string, string[]] => entry[1] !== undefined)),
    minTokens: numberOf('--min-tokens', flags.minTokens, 0, false) ?? 0,
    minCostUsd: numberOf('--min-cost', flags.minCost, 0, false) ?? 0,
    sort:
      flags.sort === undefined
        ? null
        : oneOf<SortKey>('--sort', flags.sort, ['cost', 'tokens', 'last', 'first', 'name', 'requests'], 'cost'),
    invert: flags.invert ?? false,
    top: numberOf('--top', flags.top, 1, true),
    parity,
    tokenLimit: tokenLimitOf(flags.tokenLimit),
    windowHours: numberOf('--session-duration', flags.sessionDuration, 0.5, false) ?? app.config.window.hours,
  };
}

export function tokenLimitOf(text: string | undefined): TokenLimit | null {
  if (text === undefined) return null;
  const limit = parseTokenLimit(text);
  if (limit === null) throw usageError(`--token-limit takes 500000, 1.5M, N/day, N/window or max, not "${text}"`);
  return limit;
}

/** `--timezone`, or the system's: TZ where it is set, as the peer and every Unix program take it. */
export function zoneOf(text: string, tz: string | undefined): string {
  const named = tz === undefined ? null : resolveZone(tz.replace(/^:/, ''));
  const zone = resolveZone(text, named ?? (isSystemUtc({ TZ: tz }) ? 'UTC' : undefined));
  if (zone !== null) return zone;
  const near = nearestZones(text);
  throw usageError(
    `There is no time zone "${text}"`,
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Use an IANA name such as Europe/Berlin, local or utc',
  );
}

function rangeOf(flags: ReportFlags, zone: string, weekStart: number, now: number): { since: number | null; until: number | null } {
  if (flags.since === undefined && flags.until === undefined) return { since: null, until: null };
  const today = localDay(now, zoneSegments(zone, now, now));
  const parse = (flag: string, text: string | undefined) => {
    if (text === undefined) return null;
    const range = parseDateFlag(text, today, weekStart);
    if (range === null)
      throw usageError(
        `${flag} does not know the date "${text}"`,
        'Use 2026-11-01, 20261101, today, yesterday, 7d, 4w, 3m, this-week, last-week, this-month or last-month',
      );
    return range;
  };
  const since = parse('--since', flags.since)?.since ?? null;
  const until = parse('--until', flags.until)?.until ?? null;
  if (since !== null && until !== null && since > until) throw usageError(`--since ${dayToIso(since)} is after --until ${dayToIso(until)}`);
  return { since, until };
}
