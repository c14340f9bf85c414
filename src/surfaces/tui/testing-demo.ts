import type { BurnRate, LastAction, ProjectView, SessionState, SessionView, Severity, Snapshot } from '../../monitor/snapshot.ts';
import { isActive } from '../../sessions/states.ts';
import { amountsOf, aSession, aSnapshot, at, aWarning, aWindow, NOW, sumOf } from './testing.ts';

type DemoRow = readonly [
  name: string,
  project: string,
  branch: string,
  model: string,
  state: SessionState,
  since: string,
  counts: readonly [number, number, number, number, number],
  usd: number,
  burn: number,
  ctx: number | null,
  perHour: number,
  ageSeconds: number,
];

/** The open window of the demo home, session by session (LV-145). */
// biome-ignore format: a table.
const DEMO: readonly DemoRow[] = [
  ['fix-login-flake', 'api-server', 'main', 'claude-opus-5-5', 'needs-permission', '10:41', [18_240, 96_410, 0, 402_118, 9_840_220], 7.186148, 624, 34, 2.8, 134],
  ['checkout-redesign', 'shop-web', 'feature/cart', 'claude-sonnet-5-5', 'needs-answer', '11:02', [9_120, 71_300, 0, 288_400, 6_120_900], 2.49693, 290, 58, 1.5, 41],
  ['review-418', 'shop-web', 'main', 'claude-sonnet-5-5', 'your-turn', '13:08', [4_010, 22_140, 0, 96_700, 1_204_300], 0.73665, 0, 22, 0, 360],
  ['migrate-orders', 'orders-db', 'main', 'claude-opus-4-5', 'working', '10:23', [22_410, 164_920, 40_112, 610_233, 14_220_480], 17.69832, 4_260, 88, 16.1, 1],
  ['api-docs', 'api-server', 'docs', 'claude-haiku-5-5', 'working', '13:31', [31_900, 28_700, 120_400, 0, 2_410_700], 0.056697, 1_210, 8, 0.05, 4],
  ['nightly-triage', 'infra', 'main', 'claude-haiku-5-5', 'idle', '10:20', [6_700, 12_050, 41_200, 0, 602_110], 0.017866, 0, 3, 0, 2_880],
  ['spike-logs', 'infra', 'main', 'claude-sonnet-5-5', 'ended', '12:10', [2_980, 14_480, 0, 60_330, 808_400], 0.47292, 0, null, 0, 2_640],
];

/** What each did last (LV-52), as tool and target. */
const ACTIONS: readonly (readonly [string, string | null])[] = [
  ['Bash', 'npm test'],
  ['AskUserQuestion', null],
  ['Stop', null],
  ['Edit', 'schema.sql'],
  ['Read', 'openapi.yaml'],
  ['Stop', null],
  ['SessionEnd', null],
];

const severityOf = (work: number): Severity => (work > 1000 ? 'HIGH' : work > 500 ? 'MODERATE' : 'NORMAL');

function demoSession(
  [name, project, branch, model, state, start, counts, usd, burn, ctx, perHour, ageSeconds]: DemoRow,
  index: number,
): SessionView {
  const window = amountsOf(counts, usd);
  const since = NOW - ageSeconds * 1000;
  const [tool, target] = ACTIONS[index]!;
  const lastAction: LastAction = { tool, target, at: since };
  return aSession({
    lastAction,
    since: state === 'working' ? NOW - 360_000 : since,
    stateSource: 'registry',
    stateSeenAt: NOW - 1000,
    alive: state !== 'ended',
    waiting:
      state === 'needs-permission' || state === 'needs-answer'
        ? { for: state === 'needs-permission' ? 'permission' : 'answer', tool, since }
        : null,
    agents: name === 'migrate-orders' ? { active: 2, names: ['Explore', 'Plan'] } : { active: 0, names: [] },
    processes:
      state === 'ended'
        ? []
        : [{ pid: 20_480 + index, procStart: '1', kind: 'interactive', entrypoint: 'cli', version: null, startedAt: at(start) }],
    severity: severityOf(burn),
    points: { value: (usd / 28.665531) * 62, source: 'measured', at: NOW },
    id: `${index}2085a6f-1c1e-4b5a-9a3e-51f0c2a7d6e4`,
    name,
    project,
    projectPath: `/home/p/${project}`,
    branch,
    model,
    state,
    contextPercent: ctx === null ? { value: null, source: 'unknown', at: null } : { value: ctx, source: 'measured', at: null },
    window,
    total: window,
    burnNow: { work: burn, all: burn * 100, costPerHour: perHour * 1e9 },
    share: (usd / 28.665531) * 100,
    startedAt: at(start),
    windowStartedAt: at(start),
    lastAt: NOW - ageSeconds * 1000,
  });
}

function demoProject(sessions: readonly SessionView[], name: string): ProjectView {
  const own = sessions.filter((session) => session.project === name);
  const work = own.reduce((sum, session) => sum + session.burnNow.work, 0);
  return {
    name,
    path: `/home/p/${name}`,
    window: sumOf(own.map((session) => session.window)),
    share: own.reduce((sum, session) => sum + (session.share ?? 0), 0),
    startedAt: Math.min(...own.map((session) => session.startedAt ?? NOW)),
    sessions: own.length,
    activeSessions: own.filter((session) => isActive(session.state)).length,
    burnNow: { work, all: work * 100, costPerHour: 0 },
    severity: severityOf(work),
  };
}

/** The seven demo sessions in four projects: 37,371,963 tokens and $28.665531 in the window (D-38). */
export function demoLikeSnapshot(more: Partial<Snapshot> = {}): Snapshot {
  const sessions = DEMO.map(demoSession);
  const sums = sumOf(sessions.map((session) => session.window));
  const burn: BurnRate = { work: 6_384, all: 910_400, costPerHour: 20.45e9 };
  const of = (model: string) => sessions.filter((session) => session.model === model);
  const models = ['claude-opus-4-5', 'claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];
  const window = aWindow({
    amounts: sums,
    burnNow: burn,
    burnPace: burn,
    projection: { tokens: 58_310_000, low: 52_100_000, high: 61_000_000, cost: null, calibrated: true, limitAt: null },
    percentProjection: { percent: 81, low: 74, high: 88, limitAt: null },
  });
  return aSnapshot({
    sessions,
    combined: {
      ...sums,
      burnNow: burn,
      burnPace: burn,
      severity: 'HIGH',
      today: sumOf([sums, amountsOf([0, 0, 0, 0, 14_820_000], 9.41)]),
      limit: { tokens: 80_000_000, per: 'day', used: 52_191_963, percent: 65.24 },
    },
    windows: [window],
    projects: ['orders-db', 'api-server', 'shop-web', 'infra'].map((name) => demoProject(sessions, name)),
    models: models.map((model) => ({
      model,
      window: sumOf(of(model).map((session) => session.window)),
      share: null,
      sessions: of(model).length,
    })),
    accounts: [
      {
        id: 'work',
        label: 'work',
        window,
        weekly: {
          usedPercent: { value: 41, source: 'official', at: NOW - 12_000 },
          stale: false,
          resetsAt: Date.UTC(2026, 10, 24, 9),
          reserve: null,
        },
        sessions: 7,
      },
    ],
    warnings: [
      aWarning('migrate-orders: context 88 %, compaction is near', { sessionId: sessions[3]!.id }),
      aWarning("project 'orders-db' has HIGH burn rate (4,260 > 1,000 tok/min)", { rule: 'burn' }),
      aWarning("project 'api-server' has HIGH burn rate (1,834 > 1,000 tok/min)", { rule: 'burn' }),
      aWarning('combined cost $28.67 is above your $25.00', { rule: 'cost' }),
      aWarning('combined usage is at 65 % of your daily limit', { rule: 'budget', level: 'info', severity: 'info' }),
    ],
    ...more,
  });
}
