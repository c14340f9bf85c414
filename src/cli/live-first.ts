import type { App } from '../app/open.ts';
import type { Config } from '../config/schema.ts';
import type { FirstState } from '../surfaces/tui/ui/state.ts';
import type { LiveFlags } from './live-flags.ts';

/** What flags and settings let the view begin with. */
export function firstOf(flags: LiveFlags, { config }: App, refreshSeconds: number): FirstState {
  const { live, display } = config;
  return {
    refreshSeconds,
    compact: flags.compact ?? false,
    theme: display.theme,
    sort: live.sort,
    group: live.group,
    accounts: live.account,
    filter: live.filter,
  };
}

/** What a flag, the environment or the file decides is not remembered over (LV-22, LV-86). */
export function fixedBy(flags: LiveFlags, { loaded }: App): ReadonlySet<keyof FirstState> {
  const keys = { theme: 'display.theme', sort: 'live.sort', group: 'live.group', filter: 'live.filter', accounts: 'live.account' } as const;
  const set = Object.entries(keys).filter(([, key]) => loaded.origins.get(key) !== 'default');
  return new Set([...set.map(([name]) => name as keyof FirstState), ...(flags.compact === undefined ? [] : (['compact'] as const))]);
}

/** `projects api*`, for the header (LV-13). */
export function scopeOf(flags: LiveFlags, config: Config): string | null {
  const only = flags.projects ?? config.projects.include;
  const without = flags.exclude ?? config.projects.exclude;
  const words = [
    ...(only.length > 0 ? [`projects ${only.join(', ')}`] : []),
    ...(without.length > 0 ? [`without ${without.join(', ')}`] : []),
  ];
  return words.length === 0 ? null : words.join(' · ');
}
