import { percentColumn, tokensShort, usd } from '../../text/format.ts';
import { hasFreshRates, ownSession } from './facts.ts';
import { type Segment, safe, shown } from './segment.ts';
import { clockText, countdown, floorMinute, stretch } from './time.ts';

/* Segments that only the classic look or a person's own rows use (SL-19). */

const NANO = 1e9;
/** What a model runs with unless a person chose otherwise. */
const DEFAULT_EFFORT = 'medium';

const money = (amount: number): string => usd(Math.round(amount * NANO));
const named = (text: string | null | undefined) => {
  const clean = safe(text);
  return clean === null ? null : shown(clean);
};

export const MORE_SEGMENTS = {
  effort: {
    p: 11,
    icon: '⚙️',
    word: 'effort',
    compact: ({ input }) => (input.fastMode ? shown('fast') : input.effort === DEFAULT_EFFORT ? null : named(input.effort)),
  },
  agents: { p: 8, icon: '🤝', word: 'agents', compact: ({ own }) => (own === null || own.agents === 0 ? null : shown(`${own.agents}a`)) },
  burn: {
    p: 11,
    icon: '📊',
    word: 'burn',
    compact: (facts) => {
      const session = hasFreshRates(facts) ? ownSession(facts) : null;
      if (session?.usdPerHour) return shown(`${money(session.usdPerHour)}/h`);
      return session?.tokPerMin ? shown(`${tokensShort(session.tokPerMin)}/min`) : null;
    },
    classic: (facts) => {
      const session = hasFreshRates(facts) ? ownSession(facts) : null;
      const today = facts.summary?.today.tokens;
      if (!session?.tokPerMin || !today) return null;
      const rate = `${tokensShort(session.tokPerMin, { columns: 4 })}tpm`;
      return { forms: [`${tokensShort(today)}tok(${rate})`, rate] };
    },
  },
  cache: {
    p: 12,
    icon: '💾',
    word: 'cache',
    compact: ({ input, now }) => {
      if (input.cache === null) return null;
      const until = (input.cache.expiresAt ?? 0) * 1000;
      if (!input.cache.warm || until <= now) return shown('cold', 'muted');
      return { forms: [`cache ${countdown(until, now)}`, 'warm'] };
    },
    classic: ({ input }) => (input.cache?.hitRatio == null ? null : shown(percentColumn(Math.round(input.cache.hitRatio * 100)))),
  },
  today: {
    p: 12,
    icon: '💰',
    word: 'cost',
    compact: ({ summary, now }) => {
      // A sum of yesterday is not today's.
      const isToday = summary !== null && new Date(summary.at).toDateString() === new Date(now).toDateString();
      return isToday && summary.today.usd !== null ? shown(`today ${summary.today.unpriced ? '≥' : ''}${money(summary.today.usd)}`) : null;
    },
  },
  clock: {
    p: 13,
    icon: '🕐',
    word: 'time',
    compact: ({ now, settings }) => shown(clockText(floorMinute(now), settings.zone, settings.hour12)),
  },
  duration: {
    p: 13,
    icon: '⏱',
    word: 'duration',
    compact: ({ input }) => (input.cost.durationMs ? shown(stretch(input.cost.durationMs)) : null),
  },
  lines: {
    p: 13,
    icon: '📝',
    word: 'lines',
    compact: ({ input: { cost } }) =>
      cost.linesAdded || cost.linesRemoved ? shown(`+${cost.linesAdded ?? 0}-${cost.linesRemoved ?? 0}`) : null,
  },
  // The monitor's title has gone through LS-25's order; the payload knows only the name a person set.
  name: { p: 13, icon: '💬', word: 'name', compact: (facts) => named(ownSession(facts)?.title?.text ?? facts.input.sessionName) },
  task: { p: 13, icon: '📌', word: 'task', compact: ({ own }) => named(own?.task) },
  worktree: { p: 13, icon: '🌳', word: 'worktree', compact: ({ input }) => named(input.worktree) },
  pr: {
    p: 13,
    icon: '🔀',
    word: 'pr',
    compact: ({ input: { pr }, settings }) =>
      pr === null ? null : { forms: [`#${pr.number}`], ...(settings.links && isHttps(pr.url) ? { link: pr.url } : {}) },
  },
  version: { p: 13, icon: '🔖', word: 'version', compact: ({ input }) => named(input.version === null ? null : `v${input.version}`) },
  style: { p: 13, icon: '🎨', word: 'style', compact: ({ input }) => (input.style === 'default' ? null : named(input.style)) },
  vim: { p: 13, icon: '📗', word: 'vim', compact: ({ input }) => named(input.vim) },
  agent: { p: 13, icon: '👾', word: 'agent', compact: ({ input }) => named(input.agent) },
  id: { p: 13, icon: '🔑', word: 'id', compact: ({ input }) => named(input.sessionId?.slice(0, 8)) },
  load: {
    p: 13,
    icon: '📈',
    word: 'load',
    compact: ({ own }) => (own?.loadAverage == null ? null : shown(`load ${own.loadAverage.toFixed(2)}`)),
  },
} as const satisfies Readonly<Record<string, Segment>>;

/** Visible ASCII only: nothing in it can end the sequence it is put into. */
function isHttps(url: string | null): url is string {
  return url !== null && /^https:\/\/[!-~]{1,1990}$/.test(url);
}
