import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EMPTY_STATE, newProfile, type RuntimeSession, type RuntimeState } from './contracts.ts';
import { readStateFile } from './state-file.ts';
import { type StoreOptions, updateState } from './state-store.ts';
import { readSession } from './tolerant.ts';

const HOMES = resolve('fixtures/health-homes');
const NOW = Date.UTC(2026, 10, 21, 12);
let root: string;
let dir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-state-'));
  dir = join(root, '.claude', 'session-health');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const options = (now = NOW): StoreOptions => ({ dir, stateDir: join(root, 'state', 'tidemark'), now });
const yamlFile = () => join(dir, 'runtime-state.yaml');
const jsonFile = () => join(dir, 'runtime-state.json');
const text = (file = yamlFile()) => readFileSync(file, 'utf8');
const session = (id: string, more: object = {}): RuntimeSession => readSession({ sessionId: id, authProfile: 'default', ...more })!;
const use = (home: string) => cpSync(join(HOMES, home, '.claude/session-health'), dir, { recursive: true });

const busy =
  (n: number) =>
  (state: RuntimeState): RuntimeState => ({
    ...state,
    authProfiles: state.authProfiles.map((p) => ({ ...p, billing: { ...p.billing, costToday: n / 100, resetTime: `1${n % 10}:00` } })),
    sessions: state.sessions.map((s) => ({
      ...s,
      health: { ...s.health, status: n % 2 === 0 ? 'healthy' : 'warning', issues: n % 3 === 0 ? [] : [`Context ${n}% full`] },
    })),
  });

describe('ST-1: one reader for the seeds', () => {
  test.each([
    ['seed-000', 2, 1],
    ['seed-001', 1, 1],
  ])('%s', async (home, profiles, sessions) => {
    use(home);
    const { state } = await readStateFile(dir);
    expect([state.authProfiles.length, state.sessions.length]).toEqual([profiles, sessions]);
    expect(state.authProfiles[0]).toMatchObject({ profileId: 'default', label: 'Primary Account', metadata: { detectionMethod: 'auto' } });
    expect(state).toMatchSnapshot();
  });

  test('seed 001: an unquoted reset time is a time', async () => {
    use('seed-001');
    const { state } = await readStateFile(dir);
    expect(state.authProfiles[0]?.billing.resetTime).toBe('13:00');
    expect(state.sessions[0]).toMatchObject({ model: { confidence: 0 }, health: { status: 'critical', issues: ['Secrets detected'] } });
  });
});

describe('ST-2: which format', () => {
  test.each([
    ['nothing there', {}, 'runtime-state.json', 'new'],
    ['json', { json: '{"authProfiles":[]}' }, 'runtime-state.json', 'changed'],
    ['yaml', { yaml: 'authProfiles: []\n' }, 'runtime-state.yaml', 'changed'],
    ['both', { yaml: 'authProfiles: []\n', json: '{"authProfiles":[]}' }, 'runtime-state.yaml', 'changed'],
    ['yaml empty', { yaml: '' }, 'runtime-state.yaml', 'changed'],
    ['yaml invalid', { yaml: 'a: [1\n', json: '{}' }, 'runtime-state.yaml', 'refused'],
    ['json invalid', { json: '{"a":' }, 'runtime-state.json', 'refused'],
    ['yaml a link to nowhere', { link: true, json: '{}' }, 'runtime-state.yaml', 'refused'],
  ])('%s', async (_, files: { yaml?: string; json?: string; link?: boolean }, name, outcome) => {
    if (files.yaml !== undefined) writeFileSync(yamlFile(), files.yaml);
    if (files.json !== undefined) writeFileSync(jsonFile(), files.json);
    if (files.link) symlinkSync(join(root, 'nowhere'), yamlFile());
    // Old enough that an empty file is not one being written.
    if (files.yaml === '') utimesSync(yamlFile(), 1000, 1000);
    const read = readStateFile(dir);
    const write = updateState(options(), (state) => ({ ...state, sessions: [session('s1')] }));
    if (outcome === 'refused') {
      await expect(read).rejects.toMatchObject({ exitCode: 78, message: expect.stringContaining(name) });
      await expect(write).rejects.toMatchObject({ exitCode: 78 });
      if (files.yaml !== undefined) expect(text()).toBe(files.yaml);
    } else {
      expect((await read).state.sessions).toEqual([]);
      expect(await write).toMatchObject({ result: 'written', path: join(dir, name) });
      expect((await readStateFile(dir)).state.sessions.map((s) => s.sessionId)).toEqual(['s1']);
    }
    if (files.json !== undefined && name.endsWith('yaml')) expect(text(jsonFile())).toBe(files.json);
  });

  test('state.format: yaml creates YAML with the header of seed 001', async () => {
    await updateState({ ...options(), format: 'yaml' }, (state) => ({
      ...state,
      authProfiles: [newProfile('default', 'Primary Account', 'auto', NOW)],
    }));
    expect(text()).toMatch(
      /^# Claude Code Runtime State\n# Auto-generated by Tidemark\n# Last updated: 2026-11-21T12:00:00.000Z\n#\n# Structure:/,
    );
    expect(text()).toContain('resetTime: ""');
    expect(existsSync(jsonFile())).toBe(false);
    expect((await readStateFile(dir)).state.authProfiles[0]?.profileId).toBe('default');
  });
});

describe('ST-3: human edits survive', () => {
  /** The lines of a text without those that machine fields stand on. */
  const human = (all: string) =>
    all
      .split('\n')
      .filter(
        (line) =>
          !/costToday|resetTime|status:|issues:|Context|lastUpdated:|totalAuthProfiles|^# Last updated:|version:|totalActive/.test(line),
      );

  test.each(['lf', 'crlf'])('100 machine writes leave every other byte of the file alone (%s)', async (ending) => {
    use('human-yaml');
    if (ending === 'crlf') writeFileSync(yamlFile(), text().replaceAll('\n', '\r\n'));
    const before = text();
    for (let n = 1; n <= 100; n++) {
      expect((await updateState(options(NOW + n * 1000), busy(n))).result).toBe('written');
    }
    expect(human(text())).toEqual(human(before));
    if (ending === 'crlf') expect(text().replaceAll('\r\n', '')).not.toContain('\n');
    const { state } = await readStateFile(dir);
    expect(state.authProfiles[0]).toMatchObject({ billing: { costToday: 1, resetTime: '10:00' } });
    expect(state.sessions[0]?.health).toMatchObject({ status: 'healthy', issues: ['Context 100% full'] });
  });

  test('comments behind a changed value stay on its line', async () => {
    use('human-yaml');
    await updateState(options(), busy(7));
    expect(text()).toMatch(/costToday: 0\.07 +# what today cost/);
    expect(text()).toContain("resetTime: '17:00'");
  });

  test('writing again without a change writes nothing', async () => {
    use('human-yaml');
    await updateState(options(), busy(7));
    const { mtimeMs, ino } = statSync(yamlFile());
    expect((await updateState(options(NOW + 1000), busy(7))).result).toBe('unchanged');
    expect(statSync(yamlFile())).toMatchObject({ mtimeMs, ino });
  });

  test('adding a profile and removing a session does not touch their neighbours', async () => {
    use('human-yaml');
    const before = text();
    await updateState(options(), (state) => ({
      ...state,
      authProfiles: [...state.authProfiles, newProfile('auto_0a1b2c3d', 'Auto-detected Account 2', 'auto', NOW)],
      sessions: [state.sessions[0]!, ...state.sessions.slice(2), session('new', { projectPath: '/p: #x' })],
    }));
    const lines = text().split('\n');
    const gone = before.split('\n').filter((line) => !lines.includes(line));
    // Only lines of the session itself and of our counters went.
    expect(gone.filter((line) => !/s-two|two|lastUpdated|totalAuth|Last updated/.test(line))).toEqual([]);
    expect(text()).toContain('# above the second session');
    expect(text()).toContain('# above the third session');
    const { state } = await readStateFile(dir);
    expect(state.sessions.map((s) => s.sessionId)).toEqual(['s-one', 's-three', 'new']);
    expect(state.sessions[2]?.projectPath).toBe('/p: #x');
    expect(state.authProfiles.map((p) => p.profileId)).toEqual(['default', 'work', 'auto_0a1b2c3d']);
  });

  test('all sessions removed, then one added', async () => {
    use('human-yaml');
    await updateState(options(), (state) => ({ ...state, sessions: [] }));
    expect((await readStateFile(dir)).state.sessions).toEqual([]);
    expect(text()).toContain('# above the second session');
    await updateState(options(), (state) => ({ ...state, sessions: [session('back')] }));
    expect((await readStateFile(dir)).state.sessions.map((s) => s.sessionId)).toEqual(['back']);
  });

  test('random changes of random states: the file says exactly what was asked for, in both formats', async () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('13:00', 'yes', '1e3', '#x', 'a: b', '- c', '[d', '\u2028', "it's", '~', '0x1F'),
    );
    const item = fc.record({
      sessionId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      branch: word,
      issues: fc.array(word, { maxLength: 3 }),
      n: fc.integer(),
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uniqueArray(item, { selector: (i) => i.sessionId, maxLength: 5 }), { minLength: 2, maxLength: 4 }),
        async (steps) => {
          for (const format of ['yaml', 'json'] as const) {
            rmSync(dir, { recursive: true, force: true });
            for (const items of steps) {
              const sessions = items.map((i) =>
                session(i.sessionId, { git: { branch: i.branch, ahead: i.n }, health: { status: 'healthy', issues: i.issues } }),
              );
              const order = new Map(sessions.map((s) => [s.sessionId, s]));
              await updateState({ ...options(NOW + ++round), format }, (state) => ({ ...state, sessions }));
              const { state } = await readStateFile(dir);
              expect(state.sessions.length).toBe(order.size);
              for (const s of state.sessions) expect(s).toEqual(order.get(s.sessionId));
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('JSON keeps unknown keys, their order and its indent', async () => {
    writeFileSync(
      jsonFile(),
      '{\n    "mine": 1,\n    "sessions": [{"sessionId": "a", "note": "keep", "git": {"x": 1}}],\n    "authProfiles": []\n}\n',
    );
    await updateState(options(), (state) => ({ ...state, sessions: [{ ...state.sessions[0]!, authProfile: 'work' }] }));
    const written = JSON.parse(text(jsonFile()));
    expect(Object.keys(written).slice(0, 3)).toEqual(['mine', 'sessions', 'authProfiles']);
    expect(written.sessions[0]).toEqual({ sessionId: 'a', note: 'keep', git: { x: 1 }, authProfile: 'work' });
    expect(text(jsonFile())).toContain('\n    "mine": 1');
  });

  test.each([
    ['flow all the way', '{authProfiles: [{profileId: default, label: x}], sessions: [{sessionId: a}]}\n'],
    ['JSON in a YAML file', '{"authProfiles": [{"profileId": "default"}], "sessions": [{"sessionId": "a"}]}'],
    ['no final line feed', 'authProfiles:\n  - profileId: default\nsessions:\n  - sessionId: a\n    health:\n      status: x'],
    ['null parts', 'authProfiles:\n  - profileId: default\n    billing:\nsessions:\n  - sessionId: a\n    health:\n    git: ~\n'],
    [
      'a block scalar in a machine field',
      'authProfiles:\n  - profileId: default\nsessions:\n  - sessionId: a\n    health:\n      status: |\n        odd\n    note: kept\n',
    ],
    ['a document start and end', '---\nauthProfiles:\n  - profileId: default\nsessions:\n  - sessionId: a\n...\n'],
    ['comments after empty lists', 'authProfiles: [] # none\n# between\nsessions: [] # none\n# end\n'],
    ['BOM', '\ufeffauthProfiles:\n  - profileId: default\nsessions:\n  - sessionId: a\n'],
    ['quoted keys', '"authProfiles":\n  - "profileId": default\n"sessions":\n  - "sessionId": a\n    "health": {"status": "x"}\n'],
  ])('odd shapes: %s', async (_, content) => {
    writeFileSync(yamlFile(), content);
    const change = (state: RuntimeState): RuntimeState => ({
      ...state,
      authProfiles:
        state.authProfiles.length > 0
          ? state.authProfiles.map((p) => ({ ...p, billing: { ...p.billing, costToday: 7 } }))
          : [newProfile('p', 'P', 'auto', 1)],
      sessions: [
        ...state.sessions
          .filter((s) => s.sessionId === 'a')
          .map((s) => ({ ...s, health: { ...s.health, status: 'warning', issues: ['Context 75% full'] } })),
        session('b'),
      ],
    });
    for (let n = 1; n <= 3; n++) await updateState(options(NOW + n), change);
    const { state } = await readStateFile(dir);
    expect(state.sessions.at(-1)?.sessionId).toBe('b');
    for (const s of state.sessions.filter(({ sessionId }) => sessionId === 'a'))
      expect(s.health).toMatchObject({ status: 'warning', issues: ['Context 75% full'] });
    expect(state.authProfiles[0]?.billing.costToday).toBe(7);
    for (const comment of content.match(/#.*/g) ?? []) expect(text()).toContain(comment);
    if (content.includes('note: kept')) expect(text()).toContain('    note: kept\n');
  });

  test('an anchor that a human field refers to is not changed under it', async () => {
    writeFileSync(
      yamlFile(),
      'authProfiles:\n  - profileId: default\n    label: x\n    billing:\n      costToday: &c 5\n    thresholds:\n      costWarningUSD: *c\n',
    );
    const before = text();
    await expect(updateState(options(), busy(3))).rejects.toThrow(/left as it is/);
    expect(text()).toBe(before);
  });
});

describe('ST-4: a human file is never destroyed', () => {
  const broken = [
    'syntax',
    'duplicate-key',
    'wrong-top-level',
    'sessions-not-a-list',
    'tab-indent',
    'unclosed-quote',
    'alias-bomb',
    'not-utf8',
  ];
  test.each(broken)('broken-yaml-%s stays byte-identical through 100 passes, and is named with line and column', async (name) => {
    use(`broken-yaml-${name}`);
    const bytes = readFileSync(yamlFile());
    const { mtimeMs } = statSync(yamlFile());
    let message = '';
    for (let n = 0; n < 100; n++) await updateState(options(NOW + n), busy(n)).catch((error: Error) => (message = error.message));
    expect(readFileSync(yamlFile()).equals(bytes)).toBe(true);
    expect(statSync(yamlFile()).mtimeMs).toBe(mtimeMs);
    expect(message).toMatch(name === 'not-utf8' ? /runtime-state\.yaml: is not UTF-8/ : /runtime-state\.yaml:\d+:\d+: ./);
    // After the fix the next pass uses it.
    writeFileSync(yamlFile(), 'authProfiles:\n  - profileId: fixed\n');
    expect((await updateState(options(), busy(1))).state.authProfiles[0]?.profileId).toBe('fixed');
  });

  test('a link loop is named and left alone', async () => {
    symlinkSync(yamlFile(), yamlFile());
    await expect(updateState(options(), busy(1))).rejects.toThrow(/leads to itself/);
    expect(lstatSync(yamlFile()).isSymbolicLink()).toBe(true);
  });

  test('JSON: syntax error and duplicate key with their place', async () => {
    writeFileSync(jsonFile(), '{\n  "sessions": [],\n  "sessions": []\n}');
    await expect(readStateFile(dir)).rejects.toThrow(/runtime-state\.json:3:3: the key "sessions" stands there twice/);
    writeFileSync(jsonFile(), '{\n  "sessions": [,]\n}');
    await expect(readStateFile(dir)).rejects.toThrow(/runtime-state\.json:2:\d+: /);
  });

  test.each([
    ['only authProfiles', 'authProfiles:\n  - profileId: a\n'],
    ['only sessions', 'sessions:\n  - sessionId: s\n'],
    ['no metadata', 'authProfiles: []\nsessions: []'],
  ])('a partial file works: %s', async (_, content) => {
    writeFileSync(yamlFile(), content);
    const { state } = await updateState(options(), (s) => ({ ...s, sessions: [...s.sessions, session('added')] }));
    expect((await readStateFile(dir)).state.sessions.at(-1)?.sessionId).toBe('added');
    expect(text()).toContain(content.split('\n')[0]!.replace(' []', '').replace('authProfiles:', 'authProfiles'));
    expect(state.metadata.totalAuthProfiles).toBe(state.authProfiles.length);
  });
});

test('ST-5: a linked file is written through its link', async () => {
  const target = join(root, 'dotfiles.yaml');
  writeFileSync(target, '# mine\nsessions: []\n');
  symlinkSync(target, yamlFile());
  await updateState(options(), (state) => ({ ...state, sessions: [session('a')] }));
  expect(lstatSync(yamlFile()).isSymbolicLink()).toBe(true);
  expect(readFileSync(target, 'utf8')).toMatch(/^# mine\nsessions: *\n {2}- sessionId: a\n/);
});

test('ST-8: 0600 and 0700', async () => {
  await updateState(options(), () => EMPTY_STATE);
  expect((statSync(jsonFile()).mode & 0o777).toString(8)).toBe('600');
  expect((statSync(dir).mode & 0o777).toString(8)).toBe('700');
});

test('ST-10: a file of a later major version is read only; one of the same major keeps unknown fields through 10 passes', async () => {
  writeFileSync(yamlFile(), 'metadata:\n  version: "9.0"\nsessions: []\n');
  const before = text();
  expect((await updateState(options(), (s) => ({ ...s, sessions: [session('a')] }))).result).toBe('newer');
  expect(text()).toBe(before);
  writeFileSync(yamlFile(), 'metadata:\n  version: "1.3"\n  extra: {a: 1}\nsessions:\n  - sessionId: a\n    extra: [1,  2]\n');
  for (let n = 1; n <= 10; n++) await updateState(options(NOW + n), busy(n));
  expect(text()).toContain('version: "1.3"\n  extra: {a: 1}\n');
  expect(text()).toContain('    extra: [1,  2]\n');
});

describe('ST-14: quiet, and polite to editors', () => {
  test('only times changed: nothing is written', async () => {
    await updateState(options(), () => ({ ...EMPTY_STATE, sessions: [session('a')] }));
    const { mtimeMs } = statSync(jsonFile());
    const later = { gatheredAt: NOW + 9, lastActivity: NOW + 9 };
    expect(
      (await updateState(options(NOW + 9), (s) => ({ ...s, sessions: s.sessions.map((x) => ({ ...x, metadata: later })) }))).result,
    ).toBe('unchanged');
    expect(statSync(jsonFile()).mtimeMs).toBe(mtimeMs);
  });

  test.each(['.runtime-state.yaml.swp', '.#runtime-state.yaml', '4913'])(
    '%s is there: the monitor waits, a command does not',
    async (sign) => {
      use('human-yaml');
      utimesSync(yamlFile(), NOW / 1000 - 3600, NOW / 1000 - 3600);
      writeFileSync(join(dir, sign), '');
      expect((await updateState({ ...options(), yieldToEditor: true }, busy(1))).result).toBe('editing');
      expect((await updateState(options(), busy(1))).result).toBe('written');
    },
  );

  test('a person saved less than a minute ago: the monitor waits', async () => {
    use('human-yaml');
    const at = (ago: number) => utimesSync(yamlFile(), (NOW - ago) / 1000, (NOW - ago) / 1000);
    at(30_000);
    expect((await updateState({ ...options(), yieldToEditor: true }, busy(1))).result).toBe('editing');
    at(61_000);
    expect((await updateState({ ...options(), yieldToEditor: true }, busy(1))).result).toBe('written');
  });

  test('a save between reading and renaming is kept', async () => {
    use('human-yaml');
    let saves = 0;
    const done = await updateState(options(), (state) => {
      if (saves++ < 3) writeFileSync(yamlFile(), text().replace(/label: .*/, `label: Saved ${saves}`));
      return busy(5)(state);
    });
    expect(done.result).toBe('written');
    expect(text()).toContain('label: Saved 3');
    expect(text()).toContain('costToday: 0.05');
  });
});
