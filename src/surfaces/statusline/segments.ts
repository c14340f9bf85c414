import { liveProfileCount, profileIndicator } from '../../sessions/profile-indicator.ts';
import { percentColumn, tokensShort, usd } from '../../text/format.ts';
import { fitMiddle } from '../../text/width.ts';
import { type Facts, hasFreshAlerts, hasFreshRates, isSubscription, ownProfile, ownSession, quotaOf } from './facts.ts';
import type { QuotaView } from './quota.ts';
import { level, type Segment, type Shown, safe, shown } from './segment.ts';
import { MORE_SEGMENTS } from './segments-more.ts';
import { ageText, clockText, countdown } from './time.ts';

/* The segments of the built-in layouts (statusline.md §4), in one table with those for custom rows. */

const NANO = 1e9;
/** Columns; SL-24. */
const MAX_DIR = 64;
const GIT_FRESH_MS = 5 * 60_000;
const CONTEXT_OF_OTHERS_FROM = 70;

const BASE_SEGMENTS = {
  dir: { p: 1, icon: '📁', word: 'dir', compact: dirForms },
  attention: { p: 2, icon: '', word: '', compact: attention, classic: () => null },
  alerts: { p: 2, icon: '', word: '', compact: alerts, classic: (facts) => last(alerts(facts)) },
  context: { p: 3, icon: '🧠', word: 'ctx', compact: context, classic: contextClassic },
  quota5h: {
    p: 4,
    icon: '⌛',
    word: '5h',
    compact: (facts) => quotaCompact('5h', quotaOf('five_hour', facts), facts),
    classic: quota5hClassic,
  },
  model: {
    p: 5,
    icon: '🤖',
    word: 'model',
    compact: model,
    classic: (facts) => mapForms(model(facts), (name) => name.replaceAll(' ', '')),
  },
  quota7d: { p: 6, icon: '📅', word: '7d', compact: quota7d, classic: quota7dClassic },
  spend: {
    p: 6,
    icon: '💳',
    word: 'spend',
    compact: spend,
    classic: (facts) => mapForms(spend(facts), (text) => text.replace('spend ', '')),
  },
  git: { p: 7, icon: '🌿', word: 'git', compact: git },
  sessions: { p: 8, icon: '👥', word: 'sessions', compact: sessions, classic: sessionsClassic },
  cost: { p: 9, icon: '💰', word: 'cost', compact: cost, classic: costClassic },
  profile: { p: 10, icon: '👤', word: 'profile', compact: profile },
  'stale-config': { p: 14, icon: '', word: '', compact: (facts) => (facts.isConfigStale ? shown('⚙', 'muted') : null) },
} as const satisfies Readonly<Record<string, Segment>>;

export const SEGMENTS: ReadonlyMap<string, Segment> = new Map(Object.entries({ ...BASE_SEGMENTS, ...MORE_SEGMENTS }));

function dirForms({ dir, home }: Facts): Shown {
  const full = safe(underHome(dir, home), 1000) ?? '?';
  const base = safe(full.split(/[/\\]+/).findLast((part) => part !== '')) ?? full;
  return { forms: [full.length <= MAX_DIR ? full : fitMiddle(full, MAX_DIR), base], tone: 'name' };
}

/** The home directory as `~`, with either kind of slash. */
function underHome(dir: string, home: string): string {
  if (home === '' || !dir.startsWith(home)) return dir;
  const rest = dir.slice(home.length);
  return rest === '' || /^[/\\]/.test(rest) ? `~${rest}` : dir;
}

function attention({ others }: Facts): Shown | null {
  const count = others?.needsYou ?? 0;
  if (count === 0) return null;
  return { forms: [count === 1 ? '1 needs you' : `${count} need you`, `▲${count}`], tone: 'attention' };
}

function alerts(facts: Facts): Shown | null {
  const open = facts.summary?.alerts.open ?? 0;
  if (open === 0 || !hasFreshAlerts(facts)) return null;
  return { forms: [open === 1 ? '1 alert' : `${open} alerts`, `!${open}`], tone: 'critical' };
}

function context(facts: Facts): Shown | null {
  const { percent } = facts.input.context;
  if (percent === null) return facts.input.context.size === null ? null : shown('ctx —', 'muted');
  const { tone, mark } = level(percent, facts);
  const text = `${percentColumn(percent)}${mark}`;
  return { forms: [`ctx ${text}`, text], tone };
}

const BAR_CELLS = 9;
const BAR_CELLS_BEHIND = 2;

/** Tokens left, and a bar whose mark is where the client compacts. */
function contextClassic(facts: Facts): Shown | null {
  const { percent, size, used } = facts.input.context;
  if (percent === null) return null;
  const { tone, mark } = level(percent, facts);
  const bar = contextBar(percent, facts.settings.compactionPercent);
  const short = `${percentColumn(percent)}${mark}`;
  if (size === null) return { forms: [`${short}${bar}`, short], tone };
  const left = `${tokensShort(Math.max(0, size - (used ?? (size * percent) / 100)), { columns: 4 })}left`;
  return { forms: [`${left}${mark}${bar}`, `${left}${mark}`, short], tone };
}

function contextBar(percent: number, mark: number): string {
  const before = Math.min(BAR_CELLS, Math.floor((percent / mark) * BAR_CELLS));
  const behind =
    mark >= 100 ? 0 : Math.min(BAR_CELLS_BEHIND, Math.max(0, Math.floor(((percent - mark) / (100 - mark)) * BAR_CELLS_BEHIND)));
  const cells = (filled: number, of: number) => '='.repeat(filled) + '-'.repeat(of - filled);
  return `[${cells(before, BAR_CELLS)}|${cells(behind, BAR_CELLS_BEHIND)}]`;
}

/** `5h 41% 2h29m` → `5h 41%`; old `5h 41%~12m`; used up `5h full, 2h29m` (SL-10). */
function quotaCompact(name: string, quota: QuotaView | null, facts: Facts): Shown | null {
  if (quota === null) return null;
  const { tone, mark } = level(quota.used, facts);
  const left = countdown(quota.resetsAt, facts.now);
  if (quota.used >= 100) return { forms: [`${name} full, ${left}`, `${name} full`], tone: 'critical' };
  const text = `${name} ${percentColumn(quota.used)}${mark}`;
  if (quota.age !== null) return { forms: [`${text}~${ageText(quota.age)}`], tone: tone === 'plain' ? 'muted' : tone };
  return { forms: [`${text} ${left}`, text], tone };
}

function quota5hClassic(facts: Facts): Shown | null {
  const quota = quotaOf('five_hour', facts);
  if (quota === null) return null;
  const { tone, text } = classicQuota(quota, facts);
  const left = countdown(quota.resetsAt, facts.now);
  const at = clockText(quota.resetsAt, facts.settings.zone, facts.settings.hour12);
  return { forms: [`${left}(${text})${at}`, `${left}(${text})`, text], tone };
}

/** The day window shows its reset only where it is used up or asked for by the classic look: it is days away. */
function quota7d(facts: Facts): Shown | null {
  const compact = quotaCompact('7d', quotaOf('seven_day', facts), facts);
  return compact === null || compact.forms.length < 2 || compact.forms[0]?.includes(' full')
    ? compact
    : { ...compact, forms: compact.forms.slice(1) };
}

function quota7dClassic(facts: Facts): Shown | null {
  const quota = quotaOf('seven_day', facts);
  if (quota === null) return null;
  const { tone, text } = classicQuota(quota, facts);
  return { forms: [`${text}(${countdown(quota.resetsAt, facts.now)})`, text], tone };
}

function classicQuota(quota: QuotaView, facts: Facts): { readonly tone: Shown['tone'] & string; readonly text: string } {
  const { tone, mark } = level(quota.used, facts);
  if (quota.used >= 100) return { tone: 'critical', text: 'full' };
  return { tone, text: `${percentColumn(quota.used)}${mark}${quota.age === null ? '' : '⚠'}` };
}

function spend(facts: Facts): Shown | null {
  const quota = quotaOf('spend_limit', facts);
  if (quota === null) return null;
  const { tone, mark } = level(quota.used, facts);
  return shown(`spend ${percentColumn(quota.used)}${mark}`, tone);
}

function model({ input }: Facts): Shown | null {
  const name = safe(input.model?.name);
  return name === null ? null : shown(name);
}

function git(facts: Facts): Shown | null {
  const branch = safe(facts.branch);
  if (branch === null) return null;
  const seen = ownSession(facts)?.git;
  // Counts of another branch, or old ones, would be guesses about this one.
  if (seen === undefined || safe(seen.branch) !== branch || facts.now - seen.at > GIT_FRESH_MS) return shown(branch);
  const dirty = seen.dirty > 0 ? `*${seen.dirty}` : '';
  const moved = `${seen.ahead > 0 ? `+${seen.ahead}` : ''}${seen.behind > 0 ? `-${seen.behind}` : ''}`;
  return { forms: [...new Set([`${branch}${moved}${dirty}`, `${branch}${dirty}`, branch])] };
}

function sessions({ others }: Facts): Shown | null {
  if (others === null || others.active < 2) return null;
  const count = `${others.active}s`;
  const { maxContext } = others;
  return maxContext !== null && maxContext >= CONTEXT_OF_OTHERS_FROM
    ? { forms: [`${count} ${percentColumn(maxContext)}`, count] }
    : shown(count);
}

/** A blank parts two segments there: what else is known of the sessions stands in brackets. */
function sessionsClassic(facts: Facts): Shown | null {
  const count = mapForms(sessions(facts), (form) => form.replace(/ (.+)$/, '($1)'));
  const waiting = last(attention(facts));
  if (count === null || waiting === null) return count ?? waiting;
  return { ...count, forms: count.forms.map((form) => `${form}${waiting.forms[0]}`), tone: 'attention' };
}

function cost(facts: Facts): Shown | null {
  const amount = facts.input.cost.usd;
  if (amount === null || amount === 0) return null;
  return shown(`${usd(Math.round(amount * NANO))}${isSubscription(facts) ? 'eq' : ''}`);
}

function costClassic(facts: Facts): Shown | null {
  const amount = cost(facts);
  const rate = hasFreshRates(facts) ? ownSession(facts)?.usdPerHour : null;
  if (amount === null || rate == null || rate === 0) return amount;
  return { forms: [`${amount.forms[0]}|${usd(Math.round(rate * NANO))}/h`, amount.forms[0]!] };
}

/** The monitor's answer where there is one, else what the environment says for certain (AP-9). */
function profile(facts: Facts): Shown | null {
  const session = ownSession(facts);
  const label = session === null ? facts.envProfile : (ownProfile(facts)?.label ?? session.profile);
  const text = profileIndicator({
    label: label ?? '',
    confidence: session?.confidence ?? 100,
    liveProfiles: liveProfileCount(facts.summary),
    show: facts.settings.showAuthProfile,
  });
  const clean = safe(text);
  return clean === null ? null : shown(clean);
}

const last = (given: Shown | null): Shown | null => (given === null ? null : { ...given, forms: given.forms.slice(-1) });
const mapForms = (given: Shown | null, change: (form: string) => string): Shown | null =>
  given === null ? null : { ...given, forms: given.forms.map(change) };
