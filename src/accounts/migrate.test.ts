import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readArchive } from './archive.ts';
import { cleanHealth } from './cleanup.ts';
import { convertState } from './convert.ts';
import { logDaemon } from './daemon-log.ts';
import { migrate } from './migrate.ts';
import { publishHealth } from './publish.ts';
import { readStateFile } from './state-file.ts';
import { reportState } from './state-report.ts';
import { updateState } from './state-store.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';
import { readSession } from './tolerant.ts';

const DAY = 86_400_000;
let now: number;
let root: string;
let dir: string;
beforeEach(() => {
  now = Date.now();
  root = mkdtempSync(join(tmpdir(), 'tidemark-migrate-'));
  dir = join(root, '.claude', 'session-health');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const use = (home: string) => cpSync(join('fixtures/health-homes', home, '.claude/session-health'), dir, { recursive: true });
const stateDir = () => join(root, 'state', 'tidemark');
const dataDir = () => join(root, 'data', 'tidemark');
const run = (more: Partial<Parameters<typeof migrate>[0]> = {}) =>
  migrate({ dir, stateDir: stateDir(), format: 'json', mergeTwin: false, now, dryRun: false, ...more });
/** Path and content of every file below the home. */
const treeHash = () => {
  const hash = createHash('sha256');
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort())
    hash.update(`${name}\0${statSync(join(root, name)).isFile() ? readFileSync(join(root, name), 'latin1') : ''}\0`);
  return hash.digest('hex');
};
const NAMES = ['data-cache', 'telemetry', 'notifications', 'publish-health', 'alerts', 'empty', 'half'];

describe('MG-1, MG-2: older files', () => {
  test('thirteen sessions, one profile; every field carried over; the files as they were', async () => {
    use('thirteen-sessions');
    const before = Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]));
    expect(await run()).toMatchObject({ sessions: 13, profiles: 1, warnings: [] });
    const { state } = await readStateFile(dir);
    expect(state.authProfiles).toMatchObject([
      {
        profileId: 'default',
        label: 'Primary Account',
        metadata: { detectionMethod: 'auto', totalSessions: 13 },
        billing: {
          costToday: 90.05,
          burnRatePerHour: 29.59,
          budgetRemaining: 116,
          budgetPercentUsed: 61,
          resetTime: '02:00',
          totalTokens: 85_000_000,
          tokensPerMinute: 12_500,
          lastFetched: 1769817805217,
        },
      },
    ]);
    expect(state.sessions.map((s) => s.authProfile)).toEqual(Array(13).fill('default'));
    expect(state.sessions[0]).toEqual({
      sessionId: '00000001-1b42-4793-a1b8-0a533aba93f8',
      authProfile: 'default',
      projectPath: '/nowhere/project-1',
      transcriptPath: '/nowhere/.claude/projects/-nowhere-project-1/00000001-1b42-4793-a1b8-0a533aba93f8.jsonl',
      health: { status: 'warning', lastUpdate: 1769818000000, issues: ['Context 75% full'] },
      model: { value: 'Opus4.5', source: 'jsonInput', confidence: 80 },
      context: { tokensUsed: 45_000, tokensLeft: 155_000, percentUsed: 23, windowSize: 200_000, nearCompaction: false },
      git: { branch: 'branch-1', ahead: 0, behind: 0, dirty: 3, lastChecked: 1769818000000 },
      transcript: {
        exists: true,
        sizeBytes: 524_288,
        lastModified: 1769818000000,
        lastModifiedAgo: '1m',
        messageCount: 42,
        lastMessagePreview: '',
        isSynced: true,
      },
      alerts: { secretsDetected: false, transcriptStale: false, dataLossRisk: false },
      metadata: { gatheredAt: 1769818000000, lastActivity: 1769818000000 },
    });
    for (const [name, text] of Object.entries(before)) expect(readFileSync(join(dir, name), 'utf8')).toBe(text);
    // MG-7: a health that is a word, numbers written as text, missing blocks.
    expect(state.sessions[11]).toMatchObject({ health: { status: 'critical' }, context: { tokensUsed: 45_011 } });
    expect(state.sessions[12]).toMatchObject({ git: { branch: '' }, model: { value: '' } });
    for (const name of NAMES) expect(state.sessions.some((s) => s.sessionId === name)).toBe(false);
  });

  test('a second run and three at once: still one default', async () => {
    use('thirteen-sessions');
    await Promise.all([run(), run(), run()]);
    const first = readFileSync(join(dir, 'runtime-state.json'), 'utf8');
    expect((await run()).steps).toEqual([]);
    expect(readFileSync(join(dir, 'runtime-state.json'), 'utf8')).toBe(first);
    expect(JSON.parse(first).authProfiles).toHaveLength(1);
  });

  test.each(['', '{"costTo', '[]'])('a billing-shared.json of %j is named, and the account starts empty', async (content) => {
    writeFileSync(join(dir, 'billing-shared.json'), content);
    const done = await run();
    expect(done.warnings).toEqual([expect.stringContaining('billing-shared.json')]);
    expect((await readStateFile(dir)).state.authProfiles[0]).toMatchObject({
      profileId: 'default',
      billing: { costToday: 0, lastFetched: 0 },
    });
  });

  test('a missing lastFetched is long ago; existing profiles are left alone', async () => {
    writeFileSync(join(dir, 'billing-shared.json'), '{"costToday":"17.03","resetTime":780}');
    await run();
    expect((await readStateFile(dir)).state.authProfiles[0]?.billing).toMatchObject({
      costToday: 17.03,
      resetTime: '13:00',
      lastFetched: 0,
    });
    writeFileSync(join(dir, 'runtime-state.json'), '{"authProfiles":[{"profileId":"mine"}]}');
    await run();
    expect((await readStateFile(dir)).state.authProfiles.map((p) => p.profileId)).toEqual(['mine']);
  });
});

test('MG-5: a dry run writes nothing and lists exactly what the real one does', async () => {
  use('thirteen-sessions');
  const before = treeHash();
  const dry = await run({ dryRun: true });
  expect(treeHash()).toBe(before);
  const real = await run();
  expect(real.steps).toEqual(dry.steps);
  for (const { path, bytes } of real.steps) expect(statSync(path).size).toBe(bytes);
});

test('MG-6: a JSON twin is taken in on request, comments intact, and put aside', async () => {
  use('human-yaml');
  const twin = join(dir, 'runtime-state.json');
  writeFileSync(twin, '{"authProfiles":[{"profileId":"default","label":"no"},{"profileId":"only-json","label":"Only"}],"sessions":[]}');
  expect(await run()).toMatchObject({ steps: [], twin });
  expect(existsSync(twin)).toBe(true);
  const done = await run({ mergeTwin: true });
  expect(done.steps.map(({ action }) => action)).toEqual(['change', 'move']);
  expect(existsSync(twin)).toBe(false);
  expect(readdirSync(dir).filter((name) => name.startsWith('runtime-state.json.bak-'))).toHaveLength(1);
  const { state } = await readStateFile(dir);
  expect(state.authProfiles.map((p) => [p.profileId, p.label])).toEqual([
    ['default', 'Home  account'],
    ['work', "it's work"],
    ['only-json', 'Only'],
  ]);
  expect(readFileSync(join(dir, 'runtime-state.yaml'), 'utf8')).toContain('# between the accounts');
});

describe('ST-18: convert', () => {
  const convert = (to: 'yaml' | 'json', dryRun = false) => convertState({ dir, stateDir: stateDir(), to, now, dryRun });
  test('YAML to JSON names the comments that are lost, and keeps the old file; a dry run writes nothing', async () => {
    use('human-yaml');
    const before = treeHash();
    expect((await convert('json', true))?.lostComments).toContain('# the one I pay for');
    expect(treeHash()).toBe(before);
    const done = await convert('json');
    expect(readdirSync(dir).sort()).toEqual(['runtime-state.json', done!.backup.slice(dir.length + 1)].sort());
    expect(JSON.parse(readFileSync(join(dir, 'runtime-state.json'), 'utf8'))).toMatchObject({
      other: [1, 2, 3],
      sessions: [{ note: 'several lines\nof text\n' }, {}, {}],
    });
    expect(await convert('json')).toBeNull();
  });

  test('JSON → YAML → JSON is deep-equal, also for keys we do not know', async () => {
    let at = now;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__'),
          fc.jsonValue({ maxDepth: 2 }),
          { maxKeys: 4 },
        ),
        async (extra) => {
          rmSync(dir, { recursive: true });
          mkdirSync(dir, { mode: 0o700 });
          const value = JSON.parse(
            JSON.stringify({
              authProfiles: [{ profileId: 'a', extra }],
              sessions: [{ sessionId: 's', x: Object.values(extra) }],
              metadata: { version: '1.0' },
            }),
          );
          writeFileSync(join(dir, 'runtime-state.json'), JSON.stringify(value));
          at += 2000;
          await convertState({ dir, stateDir: stateDir(), to: 'yaml', now: at, dryRun: false });
          await convertState({ dir, stateDir: stateDir(), to: 'json', now: at + 1000, dryRun: false });
          expect(JSON.parse(readFileSync(join(dir, 'runtime-state.json'), 'utf8'))).toEqual(value);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('SH-9: clean-up', () => {
  const clean = (more: Partial<Parameters<typeof cleanHealth>[0]> = {}) =>
    cleanHealth({ dir, stateDir: stateDir(), dataDir: dataDir(), archive: true, live: new Set(), now, dryRun: false, ...more });
  const touch = (path: string, ageMs: number, content = '{}') => {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(path, content);
    utimesSync(path, (now - ageMs) / 1000, (now - ageMs) / 1000);
  };
  const health = (id: string, ageMs: number) =>
    touch(
      join(dir, `${id}.json`),
      0,
      JSON.stringify({
        sessionId: id,
        projectPath: `/p/${id}`,
        health: { status: 'healthy' },
        transcript: { lastModified: now - ageMs, lastMessageTime: now - ageMs },
      }),
    );

  test('sessions inactive for more than 7 days are archived and removed; live and younger ones stay', async () => {
    health('old', 7 * DAY + 1);
    health('young', 7 * DAY - 60_000);
    health('alive', 100 * DAY);
    await updateState({ dir, stateDir: stateDir(), now }, (s) => ({
      ...s,
      sessions: ['old', 'young', 'alive', 'only-state'].map(
        (id) => readSession({ sessionId: id, metadata: { lastActivity: now - (id === 'young' ? DAY : 30 * DAY) } })!,
      ),
    }));
    const live = new Set(['alive']);
    const dry = await clean({ live, dryRun: true });
    expect([...dry.archived].sort()).toEqual(['old', 'only-state']);
    expect(readdirSync(dir)).toContain('old.json');
    expect([...(await clean({ live })).archived].sort()).toEqual(['old', 'only-state']);
    expect(readdirSync(dir).filter((name) => /^(?:old|young|alive)/.test(name))).toEqual(['alive.json', 'young.json']);
    expect((await readStateFile(dir)).state.sessions.map((s) => s.sessionId)).toEqual(['young', 'alive']);
    expect(readArchive(dataDir(), 'old')).toMatchObject([
      { sessionId: 'old', health: { projectPath: '/p/old' }, runtime: { sessionId: 'old' } },
    ]);
    const folder = join(dataDir(), 'archive', 'session-health');
    for (const name of readdirSync(folder)) execFileSync('gzip', ['-t', join(folder, name)]);
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
  });

  test('a second month member is appended; the last copy counts; archive off removes without archiving', async () => {
    health('a', 8 * DAY);
    await clean();
    health('a', 9 * DAY);
    health('b', 9 * DAY);
    await clean({ now: now + 1000 });
    expect(
      readArchive(dataDir())
        .map((s) => s.sessionId)
        .sort(),
    ).toEqual(['a', 'b']);
    expect(readArchive(dataDir(), 'a')[0]?.archivedAt).toBe(now + 1000);
    health('c', 9 * DAY);
    await clean({ archive: false });
    expect(readArchive(dataDir(), 'c')).toEqual([]);
    expect(existsSync(join(dir, 'c.json'))).toBe(false);
  });

  test('comments beside pruned sessions survive', async () => {
    use('human-yaml');
    const file = join(dir, 'runtime-state.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('lastUpdate: 5}', `lastUpdate: ${now - 30 * DAY}}`));
    utimesSync(file, 1000, 1000);
    expect((await clean({ live: new Set(['s-one', 's-three']) })).archived).toEqual(['s-two']);
    expect(readFileSync(file, 'utf8')).toMatch(/# above the second session\n# above the third session\n- sessionId: 's-three'/);
  });

  test('orphans of each class, by age', async () => {
    health('known', DAY);
    const S = stateDir();
    const old = 8 * DAY;
    const gone = [
      join(dir, 'cooldowns', 'x-secrets-scan.cooldown'),
      join(dir, 'cooldowns', 'x-transcript.state'),
      join(dir, 'cooldowns', 'x-gitleaks.state'),
      join(S, 'events', 'x.jsonl'),
      join(S, 'statusline', 'x.json'),
      join(S, 'locks', 'dead'),
    ];
    for (const path of gone) touch(path, old);
    const temporaries = [join(dir, '.a.json.1.2.tmp'), join(S, '.b.1.2.tmp')];
    for (const path of temporaries) touch(path, 61 * 60_000);
    const kept = [
      join(dir, 'cooldowns', 'billing.cooldown'),
      join(dir, 'cooldowns', 'known-secrets-scan.cooldown'),
      join(S, 'events', 'live.jsonl'),
      join(dir, 'config.json'),
    ];
    for (const path of kept) touch(path, old);
    const young = [join(S, 'events', 'y.jsonl'), join(dir, '.c.1.2.tmp')];
    for (const path of young) touch(path, 30 * 60_000);
    const { removed } = await clean({ live: new Set(['live']) });
    expect([...removed].sort()).toEqual([...gone, ...temporaries].sort());
    for (const path of [...kept, ...young]) expect(existsSync(path)).toBe(true);
  });

  test('a broken runtime state keeps its sessions and their files', async () => {
    use('broken-yaml-syntax');
    health('old', 30 * DAY);
    expect(await clean()).toMatchObject({ archived: [], problems: [expect.stringMatching(/runtime-state\.yaml:\d/)] });
    expect(existsSync(join(dir, 'old.json'))).toBe(true);
  });
});

test('MG-2: our first pass beside thirteen files of another product loses none of them', async () => {
  use('thirteen-sessions');
  const settings = {
    format: 'json',
    legacyFiles: 'on',
    archive: true,
    thresholds: DEFAULT_THRESHOLDS,
    compactionPercent: 80,
    hideNames: false,
  } as const;
  const input = {
    claudeDirs: [join(root, '.claude')],
    stateDir: stateDir(),
    dataDir: dataDir(),
    home: root,
    sessions: [],
    usage: new Map(),
    settings,
  };
  await publishHealth(input, now);
  expect((await readStateFile(dir)).state).toMatchObject({
    sessions: { length: 13 },
    metadata: { totalAuthProfiles: 1, totalActiveSessions: 0 },
  });
  expect(readdirSync(dir).filter((name) => name.startsWith('0000'))).toHaveLength(13);
});

test('§2.10: daemon.log is capped and redacted', () => {
  for (let n = 0; n < 3000; n++) logDaemon(dir, 'WARN', `line ${n} ${'x'.repeat(80)}\nsecond`, now);
  const text = readFileSync(join(dir, 'daemon.log'), 'utf8');
  expect(text.length).toBeLessThan(200 * 1024 + 200);
  expect(text.trim().split('\n').at(-1)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARN line 2999 x+ second$/);
  logDaemon(dir, 'ERROR', `Authorization: Bearer ${'a1'.repeat(20)}`, now);
  expect(readFileSync(join(dir, 'daemon.log'), 'utf8')).not.toContain('a1a1');
});

test('ST-19: the report of a folder', async () => {
  use('thirteen-sessions');
  const report = await reportState(dir, now);
  expect(report.files.map(({ name, valid, writer }) => [name, valid, writer]).filter(([name]) => !/^0000/.test(String(name)))).toEqual([
    ['alerts.json', true, 'another program'],
    ['billing-shared.json', true, 'another program'],
    ['config.json', true, 'person'],
    ['data-cache.json', true, 'another program'],
    ['empty.json', false, 'another program'],
    ['half.json', false, 'another program'],
    ['notifications.json', true, 'another program'],
    ['publish-health.json', true, 'another program'],
    ['sessions.json', true, 'tidemark'],
    ['telemetry.json', true, 'another program'],
    ['trace.debug', true, 'another program'],
  ]);
});
