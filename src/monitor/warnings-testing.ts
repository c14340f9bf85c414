import { buildSnapshot } from './build.ts';
import type { AccountView, SessionView, Warning, WindowView } from './snapshot.ts';
import { anEvent, anInput, at, NOW } from './testing.ts';
import { Episodes } from './warning-episodes.ts';
import { conditionsOf, type Figures, NO_COST_THRESHOLDS, type WarningOptions } from './warnings.ts';

/* Small makers for the tests of the rules of live-view §9. Times in epoch ms. */

export const MINUTE = 60_000;
export const OPTIONS: WarningOptions = {
  burn: { high: 1000, moderate: 500 },
  cost: NO_COST_THRESHOLDS,
  newSessions: new Map(),
  slots: [],
  health: { lines: 0, rejected: 0, behindSince: null },
};
export const BASE: Figures = { ...buildSnapshot(anInput([anEvent()])), timezone: 'UTC' };
export const [SESSION, PROJECT] = [BASE.sessions[0]!, BASE.projects[0]!];
export const figures = (more: Partial<Figures> = {}): Figures => ({ ...BASE, ...more });

/** The open warnings of one look, all rules alone with what is given. */
export const look = (more: Partial<Figures> = {}, options: Partial<WarningOptions> = {}, episodes = new Episodes()): readonly Warning[] => {
  const given = figures(more);
  return episodes.update(given.takenAt, conditionsOf(given, { ...OPTIONS, ...options }));
};
export const told = (warnings: readonly Warning[]) => warnings.map(({ rule, severity, text }) => [rule, severity, text]);
/** Looks one after the other, `[ms after NOW, what is seen]`: the severities told at each. */
export function over(
  steps: readonly (readonly [ms: number, Partial<Figures>, Partial<WarningOptions>?])[],
): readonly (readonly string[])[] {
  const episodes = new Episodes();
  return steps.map(([ms, more, options]) => look({ takenAt: NOW + ms, ...more }, options, episodes).map(({ severity }) => severity));
}

export const session = (more: Partial<SessionView>): Partial<Figures> => ({ sessions: [{ ...SESSION, name: 'fix', ...more }] });
export const context = (value: number | null, more: Partial<SessionView> = {}) =>
  session({ state: 'your-turn', contextPercent: { value, source: value === null ? 'unknown' : 'official', at: NOW }, ...more });
export const burning = (...works: readonly number[]): Partial<Figures> => ({
  projects: works.map((work, i) => ({ ...PROJECT, name: `p${i}`, path: `/p/${i}`, burnNow: { work, all: work, costPerHour: 0 } })),
  combined: { ...BASE.combined, burnNow: { work: works.reduce((sum, work) => sum + work, 0), all: 0, costPerHour: 0 } },
});
export const limit = (percent: number, per: 'day' | 'window' = 'day'): Partial<Figures> => ({
  combined: { ...BASE.combined, limit: { tokens: 1000, per, used: percent * 10, percent } },
});
export const WINDOW: WindowView = {
  ...BASE.windows[0]!,
  label: 'work',
  start: at('10:20:00'),
  end: at('15:20:00'),
  source: 'official',
  elapsedPercent: 67,
  stale: false,
  percentProjection: null,
  projection: null,
};
export const used = (
  value: number | null,
  more: Partial<WindowView> = {},
  source: 'official' | 'configured' | 'estimated' = 'official',
) => ({
  windows: [{ ...WINDOW, usedPercent: { value, source, at: NOW }, ...more }],
});
export const ACCOUNT: AccountView = { id: 'a', label: 'work', window: null, weekly: null, sessions: 1 };
export const week = (value: number, more: Partial<NonNullable<AccountView['weekly']>> = {}): Partial<Figures> => ({
  accounts: [
    {
      ...ACCOUNT,
      weekly: {
        usedPercent: { value, source: 'official', at: NOW },
        stale: false,
        resetsAt: Date.UTC(2026, 10, 24, 9),
        reserve: null,
        ...more,
      },
    },
  ],
});
