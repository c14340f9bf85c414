import type { Facts } from './facts.ts';
import { inputOf } from './input.ts';

/* Made-up data that shows what a line can say: for `--demo`, the documentation and tests. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** 2026-11-20 14:06 UTC. */
export const DEMO_NOW = Date.UTC(2026, 10, 20, 14, 6);
const SESSION = 'd3110000-0000-4000-8000-000000000001';

export const DEMO_PAYLOAD = {
  session_id: SESSION,
  transcript_path: `/home/dev/.claude/projects/-home-dev-projects-api/${SESSION}.jsonl`,
  cwd: '/home/dev/projects/api',
  session_name: 'refund flow',
  model: { id: 'claude-opus-5-5', display_name: 'Opus 5.5' },
  workspace: { current_dir: '/home/dev/projects/api', project_dir: '/home/dev/projects/api', added_dirs: [] },
  version: '2.1.329',
  output_style: { name: 'default' },
  effort: { level: 'high' },
  cost: {
    total_cost_usd: 3.21,
    total_duration_ms: 75 * MINUTE_MS,
    total_api_duration_ms: 900_000,
    total_lines_added: 156,
    total_lines_removed: 23,
  },
  context_window: {
    context_window_size: 1_000_000,
    current_usage: { input_tokens: 1000, output_tokens: 900, cache_creation_input_tokens: 25_000, cache_read_input_tokens: 300_000 },
    used_percentage: 33,
  },
  rate_limits: {
    five_hour: { used_percentage: 41, resets_at: (DEMO_NOW + 2 * HOUR_MS + 29 * MINUTE_MS) / 1000 },
    seven_day: { used_percentage: 62, resets_at: (DEMO_NOW + 76 * HOUR_MS) / 1000 },
  },
  prompt_cache: { warm: true, expires_at: DEMO_NOW / 1000 + 252, hit_ratio: 0.9 },
};

/** A session at work: three active, one of the others waits for the person; a subscription profile of two. */
export function demoFacts(): Facts {
  const input = inputOf(DEMO_PAYLOAD);
  return {
    now: DEMO_NOW,
    home: '/home/dev',
    dir: '/home/dev/projects/api',
    input,
    quota: {
      five_hour: { ...input.quota.five_hour!, at: DEMO_NOW },
      seven_day: { ...input.quota.seven_day!, at: DEMO_NOW },
    },
    summary: {
      v: 1,
      at: DEMO_NOW,
      today: { tokens: 83_400_000, usd: 17.03, unpriced: false },
      profiles: {
        work: { label: 'work', kind: 'subscription', quota: { fiveHour: null, sevenDay: null }, todayUsd: 17.03, usdPerHour: 2.57 },
        home: { label: 'home', kind: 'subscription', quota: { fiveHour: null, sevenDay: null }, todayUsd: 0, usdPerHour: 0 },
      },
      sessions: {
        [SESSION]: {
          profile: 'work',
          method: 'account',
          confidence: 95,
          usd: 3.21,
          tokPerMin: 521_000,
          usdPerHour: 2.57,
          git: { branch: 'main', ahead: 2, behind: 0, dirty: 3, at: DEMO_NOW },
        },
        other: { profile: 'home', method: 'account', confidence: 95, usd: 1, tokPerMin: 0, usdPerHour: 0 },
      },
      alerts: { open: 0, top: [] },
    },
    others: { active: 3, needsYou: 1, maxContext: 52 },
    own: { agents: 2, task: null, loadAverage: 1.2 },
    branch: 'main',
    isConfigStale: false,
    envProfile: null,
    settings: {
      warning: 70,
      critical: 90,
      compactionPercent: 80,
      zone: 'UTC',
      hour12: false,
      ascii: false,
      useEmoji: true,
      links: false,
      showAuthProfile: 'auto',
      ambiguousWide: false,
    },
  };
}

/** Situations by name, the usual one first. */
export function demoSituations(): readonly (readonly [name: string, facts: Facts])[] {
  const base = demoFacts();
  const reading = (used: number, hours: number) => ({ used, resetsAt: (DEMO_NOW + hours * HOUR_MS) / 1000, at: DEMO_NOW });
  const fresh = {
    ...base,
    input: inputOf({
      ...DEMO_PAYLOAD,
      cost: { total_cost_usd: 0 },
      context_window: { context_window_size: 1_000_000, current_usage: null, used_percentage: null },
      rate_limits: undefined,
    }),
    quota: {},
    summary: null,
    others: null,
  };
  return [
    ['at work', base],
    [
      'quota used up',
      { ...base, quota: { five_hour: reading(100, 2.5), seven_day: reading(93, 76) }, others: { active: 2, needsYou: 0, maxContext: 84 } },
    ],
    [
      'quota last seen 30 minutes ago',
      {
        ...base,
        quota: { five_hour: { ...reading(41, 2.5), at: DEMO_NOW - 30 * MINUTE_MS } },
        others: { active: 1, needsYou: 0, maxContext: null },
      },
    ],
    ['fresh session', fresh],
  ];
}
