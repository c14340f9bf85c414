import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSalt } from './identity.ts';
import type { ProfileUsage, SessionInput } from './inputs.ts';
import { enableHealthFiles } from './legacy.ts';
import { healthDir, type PublishInput, publishHealth, tryWriter } from './publish.ts';
import { readStateFile } from './state-file.ts';
import { updateState } from './state-store.ts';
import { readSwitches } from './switches.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';

const MINUTE = 60_000;
let now: number;
let root: string;
let claude: string;
beforeEach(() => {
  // Files get the system's time, so the passes are dated from there on.
  now = Date.now();
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-publish-')));
  claude = join(root, '.claude');
  mkdirSync(claude, { mode: 0o755 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const session = (id: string, more: Partial<SessionInput> = {}): SessionInput => ({
  id,
  state: 'working',
  alive: true,
  cwd: `/nowhere/${id}`,
  evidence: { configDir: claude },
  firstSeen: 1000,
  lastActivity: now - 1000,
  lastEvent: now - 1000,
  responsesSeen: 2,
  transcript: {
    path: `/nowhere/.claude/projects/x/${id}.jsonl`,
    sizeBytes: 5,
    mtime: now - 1000,
    messageCount: 4,
    lastMessageAt: now - 1000,
  },
  model: { capture: { id: 'claude-opus-5-5', name: 'Opus 5.5', at: now - 1000 }, transcript: null, settings: null },
  context: {
    client: { at: now, usedPercent: 28, windowSize: 200_000, tokens: 56_000 },
    lastRequest: null,
    compaction: null,
    modelSize: null,
  },
  git: { branch: `branch-of-${id}`, ahead: 1, behind: 0, dirty: 2, at: now - 5000 },
  secretTypes: null,
  usage: { costUSD: 1.25, source: 'official', tokens: 1000, usdPerHour: 2 },
  ...more,
});
const usage = (more: Partial<ProfileUsage> = {}): ProfileUsage => ({
  costToday: 90.05,
  usdPerHour: 29.59,
  tokensPerMinute: 12_500,
  window: { startedAt: now - 184 * MINUTE, endsAt: now + 116 * MINUTE, tokens: 85_000_000, costUSD: 80, source: 'official' },
  fiveHour: [{ used: 61, resetsAt: Math.floor(now / 1000) + 6960, at: now }],
  sevenDay: [],
  at: now - 1000,
  ...more,
});
const input = (
  sessions: readonly SessionInput[],
  more: Partial<PublishInput> = {},
  settings: Partial<PublishInput['settings']> = {},
): PublishInput => ({
  claudeDirs: [claude],
  stateDir: join(root, 'state', 'tidemark'),
  dataDir: join(root, 'data', 'tidemark'),
  home: root,
  sessions,
  usage: new Map(),
  ...more,
  settings: {
    format: 'json',
    legacyFiles: 'on',
    archive: true,
    thresholds: DEFAULT_THRESHOLDS,
    compactionPercent: 80,
    hideNames: false,
    ...settings,
  },
});
const read = (name: string, dir = claude) => JSON.parse(readFileSync(join(healthDir(dir), name), 'utf8'));
const filesBelow = (dir: string): string[] =>
  existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(dir, name)).isFile()) : [];

describe('MG-3: when the files are written', () => {
  test('a fresh home gets not one file', async () => {
    const done = await publishHealth(input([session('s1')], {}, { legacyFiles: 'auto' }), now);
    expect(done.dirs[0]).toMatchObject({ handsOff: 'not-installed', written: [] });
    expect(readdirSync(claude)).toEqual([]);
    expect(done.resolutions.get('s1')).toMatchObject({ profileId: 'default' });
  });

  test('after installing they are; not beside another program that wrote within a day; off never', async () => {
    const dir = healthDir(claude);
    enableHealthFiles(input([]).stateDir, 'install hooks', now);
    mkdirSync(dir);
    writeFileSync(join(dir, 'other.json'), '{"sessionId":"other","health":{"status":"healthy"},"launch":{}}');
    const pass = async (at = now, legacyFiles: 'auto' | 'off' = 'auto') =>
      (await publishHealth(input([session('s1')], {}, { legacyFiles }), at)).dirs[0]?.handsOff;
    expect(await pass()).toBe('foreign-writer');
    expect(await pass(now, 'off')).toBe('off');
    expect(readdirSync(dir)).toEqual(['other.json']);
    utimesSync(join(dir, 'other.json'), (now - 25 * 60 * MINUTE) / 1000, (now - 25 * 60 * MINUTE) / 1000);
    expect(await pass()).toBeNull();
    expect(readdirSync(dir)).toContain('s1.json');
  });

  test('a consumer of the old field names finds each, with its type', async () => {
    await publishHealth(input([session('s1')], { usage: new Map([['default', usage()]]) }), now);
    const numbers = [
      'costToday',
      'burnRatePerHour',
      'budgetRemaining',
      'budgetPercentUsed',
      'totalTokens',
      'tokensPerMinute',
      'lastFetched',
    ];
    const shared = read('billing-shared.json');
    for (const key of numbers) expect(typeof shared[key]).toBe('number');
    expect(shared).toMatchObject({
      costToday: 90.05,
      burnRatePerHour: 29.59,
      budgetRemaining: 116,
      budgetPercentUsed: 61,
      isFresh: true,
      profileId: 'default',
    });
    expect(shared.resetTime).toMatch(/^\d\d:\d\d$/);
    const health = read('s1.json');
    expect(health).toMatchObject({
      sessionId: 's1',
      projectPath: '/nowhere/s1',
      launch: { authProfile: 'default', detectionMethod: 'default', configDir: claude },
      health: { status: 'healthy', issues: [] },
      transcript: { exists: true, lastModifiedAgo: '<1m', messageCount: 4, lastMessagePreview: '', cacheWarmth: 'unknown', isSynced: true },
      model: { value: 'Opus5.5', source: 'jsonInput', confidence: 80 },
      context: { tokensUsed: 56_000, tokensLeft: 144_000, percentUsed: 28, windowSize: 200_000, nearCompaction: false },
      git: { branch: 'branch-of-s1', ahead: 1, behind: 0, dirty: 2 },
      billing: { costToday: 90.05, sessionCost: 1.25, sessionTokens: 1000, sessionBurnRate: 2 },
      alerts: { secretsDetected: false, secretTypes: [], transcriptStale: false, dataLossRisk: false },
      tidemark: { schema: 1, state: 'working', contextKnown: true, percentToCompaction: 35, costSource: 'official', secretsScanned: false },
    });
    expect(read('sessions.json')).toMatchObject({
      activeSessions: 1,
      totalSessions: 1,
      sessions: [{ sessionId: 's1', shortName: 's1', health: 'healthy', lastActivityAgo: '<1m', model: 'Opus5.5', transcriptSynced: true }],
      global: { totalCostToday: 90.05, burnRatePerHour: 29.59, budgetRemaining: 116 },
    });
    expect(read('runtime-state.json')).toMatchObject({
      authProfiles: [
        { profileId: 'default', label: 'Primary Account', tidemark: { quota: { fiveHour: { usedPercent: 61, source: 'official' } } } },
      ],
      sessions: [{ sessionId: 's1', authProfile: 'default', context: { percentUsed: 28 } }],
      metadata: { version: '1.0', totalAuthProfiles: 1, totalActiveSessions: 1 },
    });
  });

  test("SH-11: the client's own total is a session's cost; §2.4: fields of another product in the file stay", async () => {
    mkdirSync(healthDir(claude), { mode: 0o700 });
    writeFileSync(join(healthDir(claude), 's1.json'), '{"performance":{"ms":3},"weeklyCost":1,"mine":2}');
    utimesSync(join(healthDir(claude), 's1.json'), 1000, 1000);
    await publishHealth(input([session('s1')]), now);
    const health = read('s1.json');
    expect(health).toMatchObject({ performance: { ms: 3 }, weeklyCost: 1, billing: { sessionCost: 1.25 } });
    expect('mine' in health).toBe(false);
  });
});

test('ST-14: idle passes write nothing, though the clock runs', async () => {
  const sessions = [session('s1'), session('s2')];
  await publishHealth(input(sessions), now);
  const dir = healthDir(claude);
  const times = () => Object.fromEntries(filesBelow(dir).map((name) => [name, statSync(join(dir, name)).mtimeMs]));
  const before = times();
  for (let minute = 1; minute <= 10; minute++) {
    const idle = sessions.map((s) => ({
      ...s,
      lastActivity: now + minute * 1000,
      lastEvent: now - 1000,
      transcript: { ...s.transcript!, mtime: now + minute * MINUTE },
    }));
    const done = await publishHealth(input(idle), now + minute * MINUTE);
    expect(done.dirs[0]).toMatchObject({ state: 'unchanged', written: [] });
  }
  expect(times()).toEqual(before);
});

test('ST-4: a broken YAML stays as it is, is named once a pass, and everything else goes on', async () => {
  const dir = healthDir(claude);
  mkdirSync(dir, { mode: 0o700 });
  const broken = 'authProfiles:\n  - profileId: "a\n';
  writeFileSync(join(dir, 'runtime-state.yaml'), broken);
  const done = await publishHealth(input([session('s1')]), now);
  expect(done.dirs[0]?.state).toBe('broken');
  expect(done.problems[0]).toMatch(/runtime-state\.yaml:\d+:\d+: /);
  expect(readFileSync(join(dir, 'runtime-state.yaml'), 'utf8')).toBe(broken);
  expect(read('s1.json').sessionId).toBe('s1');
});

test('ST-6, ST-11: a deleted file is back after the next pass, sessions that ended before included', async () => {
  const dir = healthDir(claude);
  await publishHealth(input([session('s1'), session('s2')]), now);
  const { metadata: _, ...before } = read('runtime-state.json');
  for (const name of ['runtime-state.json', 'sessions.json', 'billing-shared.json', 's1.json']) {
    rmSync(join(dir, name));
    // s2 has ended: only its own file knows it.
    await publishHealth(input([session('s1')]), now + 3000);
    expect(existsSync(join(dir, name))).toBe(true);
  }
  const after = read('runtime-state.json');
  const byId = (list: { sessionId: string }[]) =>
    [...list].sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1)).map(({ sessionId }) => sessionId);
  expect(byId(after.sessions)).toEqual(byId(before.sessions));
  expect(read('sessions.json').totalSessions).toBe(2);
});

describe('AP-4, AP-5, AP-7: accounts', () => {
  const A = 'aaaaaaaaaaaaaaaa';
  const B = 'bbbbbbbbbbbbbbbb';
  test('a /login in the middle of a session is one line in the log; a missing account afterwards is no switch', async () => {
    const pass = (account: string | null, at: number) =>
      publishHealth(input([session('s1', { evidence: { configDir: claude, account } })]), at);
    await pass(A, now);
    await pass(A, now + 3000);
    await pass(B, now + 6000);
    await pass(null, now + 9000);
    const switches = readSwitches(input([]).stateDir);
    expect(switches).toEqual([{ at: now + 6000, sessionId: 's1', from: 'default', to: 'auto_bbbbbbbb', method: 'account' }]);
    const { authProfiles, sessions } = read('runtime-state.json');
    expect(authProfiles.map((p: { profileId: string }) => p.profileId)).toEqual(['default', 'auto_bbbbbbbb']);
    expect(authProfiles.map((p: { metadata: { totalSessions: number } }) => p.metadata.totalSessions)).toEqual([1, 1]);
    expect(sessions[0].authProfile).toBe('auto_bbbbbbbb');
  });

  test('ST-13: of two accounts, sessions and repositories nothing of one is in the files of the other', async () => {
    const sessions = [
      session('s1', { evidence: { configDir: claude, account: A } }),
      session('s2', { evidence: { configDir: claude, account: B }, firstSeen: 2000 }),
    ];
    const sums = new Map([['default', usage({ costToday: 11.11 })]]);
    for (let n = 0; n < 20; n++)
      await publishHealth(input(n % 2 === 0 ? sessions : [...sessions].reverse(), { usage: sums }), now + n * 3000);
    expect(read('s1.json')).toMatchObject({ git: { branch: 'branch-of-s1' }, billing: { costToday: 11.11 } });
    expect(read('s2.json')).toMatchObject({ git: { branch: 'branch-of-s2' }, billing: { costToday: 0, lastFetched: 0 } });
    expect(readFileSync(join(healthDir(claude), 's2.json'), 'utf8')).not.toMatch(/11\.11|branch-of-s1/);
    const [, b] = read('runtime-state.json').authProfiles;
    expect(b.tidemark?.quota ?? null).toEqual({ fiveHour: null, sevenDay: null });
  });

  test('AP-4: three racing passes and two accounts make exactly two profiles', async () => {
    const sessions = [
      session('s1', { evidence: { configDir: claude, account: A } }),
      session('s2', { evidence: { configDir: claude, account: B }, firstSeen: 2000 }),
    ];
    await Promise.all([0, 1, 2].map(() => publishHealth(input(sessions), now)));
    expect(read('runtime-state.json').authProfiles).toHaveLength(2);
  });

  test('a human label is never overwritten', async () => {
    await publishHealth(input([session('s1')]), now);
    const options = { dir: healthDir(claude), stateDir: input([]).stateDir, now: now + 1 };
    await updateState(options, (s) => ({ ...s, authProfiles: s.authProfiles.map((p) => ({ ...p, label: 'Mine' })) }));
    for (let n = 1; n < 5; n++)
      await publishHealth(
        input([session('s1', { git: { branch: `b${n}`, ahead: 0, behind: 0, dirty: 0, at: now } })], {
          usage: new Map([['default', usage()]]),
        }),
        now + n * 70_000,
      );
    expect((await readStateFile(healthDir(claude))).state.authProfiles[0]).toMatchObject({ label: 'Mine', billing: { costToday: 90.05 } });
  });

  test('SH-8: three sessions on two profiles: the sum of two', async () => {
    const of = (id: string, account: string, firstSeen: number) => session(id, { evidence: { configDir: claude, account }, firstSeen });
    const sums = new Map([
      ['default', usage({ costToday: 0.1 })],
      ['auto_bbbbbbbb', usage({ costToday: 0.2 })],
    ]);
    await publishHealth(input([of('s1', A, 1), of('s2', A, 2), of('s3', B, 3)], { usage: sums }), now);
    expect(read('sessions.json').global).toMatchObject({ totalCostToday: 0.3, budgetRemaining: 116 });
  });
});

test("ST-15: a profile's own threshold turns only its sessions", async () => {
  const dir = healthDir(claude);
  mkdirSync(dir, { mode: 0o700 });
  writeFileSync(
    join(dir, 'runtime-state.yaml'),
    'authProfiles:\n  - profileId: strict\n    aliases: [s]\n    thresholds: {contextWarningPercent: 50, budgetWarningPercent: 500}\n  - profileId: lax\n    aliases: [l]\n',
  );
  utimesSync(join(dir, 'runtime-state.yaml'), 1000, 1000);
  const context = {
    client: { at: now, usedPercent: 55, windowSize: 200_000, tokens: 110_000 },
    lastRequest: null,
    compaction: null,
    modelSize: null,
  };
  const of = (id: string, alias: string) => session(id, { evidence: { configDir: claude, alias }, context });
  const done = await publishHealth(input([of('a', 's'), of('b', 'l')]), now);
  expect([read('a.json').health, read('b.json').health]).toMatchObject([
    { status: 'warning', issues: ['Context 55% full'] },
    { status: 'healthy' },
  ]);
  expect(done.problems).toEqual([expect.stringMatching(/^profile strict: budgetWarningPercent: /)]);
  expect(read('a.json').launch).toMatchObject({ launchAlias: 's', detectionMethod: 'env' });
});

test('AP-12: two names of one directory are one set of files; two directories have one each', async () => {
  const other = join(root, 'other');
  mkdirSync(other);
  symlinkSync(claude, join(root, 'link'));
  await publishHealth(
    input([session('s1', { evidence: { configDir: join(root, 'link') } }), session('s2', { evidence: { configDir: other } })], {
      claudeDirs: [claude, other],
    }),
    now,
  );
  expect(readdirSync(healthDir(claude)).filter((name) => /^s\d/.test(name))).toEqual(['s1.json']);
  expect(readdirSync(healthDir(other)).filter((name) => /^s\d/.test(name))).toEqual(['s2.json']);
});

test('ST-21: hidden names are in none of the files, and previews only where they were asked for', async () => {
  await publishHealth(input([session('s1')]), now);
  await publishHealth(
    input([session('s2', { gitRemote: 'https://me:hunter2hunter2@git.invalid/plan', repoName: 'plan' })], {}, { hideNames: true }),
    now + 3000,
  );
  const dir = healthDir(claude);
  rmSync(join(dir, 's1.json'));
  const all = filesBelow(dir)
    .map((name) => readFileSync(join(dir, name), 'utf8'))
    .join('\n');
  expect(all).not.toMatch(/nowhere\/|branch-of|hunter2|plan/);
  expect(read('s2.json').projectPath).toMatch(/^project-[0-9a-f]{4}$/);
  expect(readSalt(input([]).dataDir)).toHaveLength(64);
});

test("ST-8: what we make is private, the client's folder keeps its mode", async () => {
  const mask = process.umask(0);
  try {
    await publishHealth(input([session('s1')]), now);
  } finally {
    process.umask(mask);
  }
  const bad = ['.claude/session-health', 'state', 'data'].flatMap((top) =>
    [top, ...readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name))].filter((name) => {
      const stat = statSync(join(root, name));
      return (stat.mode & 0o777) !== (stat.isDirectory() ? 0o700 : 0o600);
    }),
  );
  expect(bad).toEqual([]);
  expect((statSync(claude).mode & 0o777).toString(8)).toBe('755');
});

test('ST-20: a folder that cannot be made is said, and what can be told is told all the same', async () => {
  writeFileSync(join(claude, 'session-health'), 'in the way');
  const done = await publishHealth(input([session('s1')]), now);
  expect(done.dirs[0]).toMatchObject({ state: 'failed', written: [] });
  expect(done.problems[0]).toMatch(/in the way/);
  expect(done.resolutions.get('s1')?.profileId).toBe('default');
  writeFileSync(join(root, 'blocked'), '');
  expect((await publishHealth(input([session('s1')], { dataDir: join(root, 'blocked', 'tidemark') }), now)).problems).toHaveLength(1);
  rmSync(join(claude, 'session-health'));
  expect((await publishHealth(input([session('s1')]), now)).dirs[0]?.state).toBe('written');
});

test('BG-1: one writer', () => {
  const { stateDir } = input([]);
  const writer = tryWriter(stateDir);
  expect(tryWriter(stateDir)).toBeNull();
  writer?.release();
  tryWriter(stateDir)?.release();
});
