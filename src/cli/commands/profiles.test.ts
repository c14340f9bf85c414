import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { appendSwitches } from '../../accounts/switches.ts';
import { runCommand } from '../testing-command.ts';
import { addProfilesCommands } from './profiles.ts';
import { addStateCommands } from './state.ts';

let home: string;
let dir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tidemark-profiles-'));
  dir = join(home, '.claude', 'session-health');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const set = { HOME: home, XDG_CONFIG_HOME: join(home, 'c'), XDG_DATA_HOME: join(home, 'd'), XDG_STATE_HOME: join(home, 's'), TZ: 'UTC' };
  for (const [name, value] of Object.entries(set)) vi.stubEnv(name, value);
  vi.stubEnv('CLAUDE_CONFIG_DIR', join(home, '.claude'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const use = (name: string) => cpSync(join('fixtures/health-homes', name, '.claude/session-health'), dir, { recursive: true });
const yaml = () => readFileSync(join(dir, 'runtime-state.yaml'), 'utf8');

const run = (...args: readonly string[]) =>
  runCommand((program, exit) => {
    addProfilesCommands(program, exit);
    addStateCommands(program, exit);
  }, args);

describe('AP-6: profiles show and list', () => {
  test('which sessions use it, and its billing and quota', async () => {
    use('seed-000');
    const { out } = await run('profiles', 'show', 'default', '--json');
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      profileId: 'default',
      label: 'Primary Account',
      // Half a year old: nothing of it is today's.
      billing: { costToday: null, tokensPerMinute: null, isFresh: false, lastFetched: 1769817805217 },
      quota: { fiveHour: null, sevenDay: null },
      sessions: [{ sessionId: 'fa47fa81-c6d7-4908-adb6-5e24e75b61b6', health: 'warning', model: 'Opus4.5' }],
    });
  });

  test('fresh numbers are shown', async () => {
    writeFileSync(
      join(dir, 'runtime-state.json'),
      JSON.stringify({ authProfiles: [{ profileId: 'a', billing: { costToday: 2.5, resetTime: '', lastFetched: Date.now() } }] }),
    );
    expect(JSON.parse((await run('profiles', 'show', 'a', '--json')).out).billing).toMatchObject({
      costToday: 2.5,
      budgetRemaining: null,
      isFresh: true,
    });
    expect((await run('profiles', 'list')).out).toMatch(/^Profile +Label +Kind.*\na +a +unknown +0 +\$2\.50 +— +—\n$/);
  });

  test('an unknown id exits 1 with the nearest ids; without a file there is no profile', async () => {
    use('three-aliases');
    expect(await run('profiles', 'show', 'secnd')).toMatchObject({ code: 1, error: { hint: 'did you mean second?' } });
    rmSync(join(dir, 'runtime-state.yaml'));
    expect((await run('profiles', 'list')).out).toMatch(/No profile is known yet/);
    expect(JSON.parse((await run('profiles', 'list', '--json')).out)).toEqual({ schemaVersion: 1, profiles: [] });
  });

  test('text out of the file cannot move the cursor', async () => {
    writeFileSync(join(dir, 'runtime-state.json'), JSON.stringify({ authProfiles: [{ profileId: 'a', label: '\u001b[2Jx\n\u202ey' }] }));
    expect((await run('profiles', 'list')).out).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('AP-11: label, merge, switches', () => {
  test('a label changes one line', async () => {
    use('human-yaml');
    const before = yaml();
    expect((await run('profiles', 'label', 'work', "The office's")).out).toBe("work: The office's\n");
    const changed = yaml()
      .split('\n')
      .filter((line, i) => line !== before.split('\n')[i]);
    expect(changed.filter((line) => !/lastUpdated|Last updated/.test(line))).toEqual(["    label: 'The office''s'"]);
  });

  test('a label on a broken file exits 78 and changes nothing', async () => {
    use('broken-yaml-duplicate-key');
    const before = yaml();
    expect(await run('profiles', 'label', 'a', 'x')).toMatchObject({
      code: 78,
      error: { message: expect.stringMatching(/runtime-state\.yaml:\d+:\d+/) },
    });
    expect(yaml()).toBe(before);
  });

  test('merge, then undo: the file is as it was, but for the time of writing', async () => {
    use('human-yaml');
    const timeless = () =>
      yaml()
        .replace(/^# Last updated:.*$/m, '')
        .replace(/lastUpdated: \d+/, '');
    const before = timeless();
    expect((await run('profiles', 'merge', 'default', 'work')).out).toBe('Merged: 3 sessions went from default to work.\n');
    expect(JSON.parse((await run('profiles', 'show', 'work', '--json')).out).sessions).toHaveLength(3);
    expect(JSON.parse((await run('profiles', 'show', 'default', '--json')).out)).toMatchObject({ mergedInto: 'work', sessions: [] });
    expect((await run('profiles', 'merge', 'default', 'work', '--undo')).out).toMatch(/^Taken back: 3 sessions went from work to default/);
    const lines = (text: string) => text.split('\n').filter((line) => !/authProfile: default/.test(line));
    expect(lines(timeless())).toEqual(lines(before));
  });

  test('AP-5: switches since a day', async () => {
    const state = join(home, 's', 'tidemark');
    appendSwitches(state, [
      { at: Date.UTC(2026, 0, 1), sessionId: 's', from: 'a', to: 'b', method: 'account' },
      { at: Date.UTC(2026, 5, 1), sessionId: 's', from: 'b', to: 'c', method: 'env' },
    ]);
    expect(JSON.parse((await run('profiles', 'switches', '--since', '2026-02-01', '--json')).out).switches).toEqual([
      { at: Date.UTC(2026, 5, 1), sessionId: 's', from: 'b', to: 'c', method: 'env' },
    ]);
    expect((await run('profiles', 'switches')).out).toMatch(/a +→ +b +account\n.*b +→ +c +env\n/);
    expect(await run('profiles', 'switches', '--since', 'soon')).toMatchObject({ code: 2 });
  });
});

describe('state', () => {
  test('ST-19: show names each file; a broken one exits 78 with its place', async () => {
    use('thirteen-sessions');
    await run('state', 'migrate');
    const shown = await run('state', 'show');
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/session-health: 13 sessions, 1 profile\n/);
    expect(shown.out).toMatch(/runtime-state\.json +\d+ ?s +\d+ B +valid +person and tidemark/);
    expect(shown.out).toMatch(/another program wrote here within the last day/);
    expect(JSON.parse((await run('state', 'show', '00000003', '--json')).out).sessions).toHaveLength(1);
    expect(await run('state', 'show', 'none')).toMatchObject({ code: 1 });
    use('broken-yaml-syntax');
    const broken = await run('state', 'show');
    expect(broken.code).toBe(78);
    expect(broken.err).toMatch(/runtime-state\.yaml:\d+:\d+: /);
  });

  test('MG-2, MG-5: migrate says what it does', async () => {
    use('thirteen-sessions');
    const dry = await run('state', 'migrate', '--dry-run');
    expect(dry.out).toMatch(/^would create +~\/\.claude\/session-health\/runtime-state\.json +\d+ B\n13 sessions, 1 profile\n$/);
    expect((await run('state', 'migrate')).out).toBe(dry.out.replace('would create', 'created'));
  });

  test('ST-18: convert asks before comments are lost', async () => {
    use('human-yaml');
    expect(await run('state', 'convert', '--to', 'json')).toMatchObject({ code: 2, err: expect.stringContaining('# the one I pay for') });
    expect((await run('state', 'convert', '--to', 'json', '--yes')).out).toMatch(
      /^written ~\/\.claude\/session-health\/runtime-state\.json/,
    );
    expect((await run('state', 'convert', '--to', 'json')).out).toMatch(/nothing to convert/);
    expect(await run('state', 'convert', '--to', 'toml')).toMatchObject({ code: 2 });
  });

  test('SH-9: nothing archived', async () => {
    expect((await run('state', 'show', '--archived')).out).toBe('Nothing is archived.\n');
    expect(await run('state', 'show', 'x', '--archived')).toMatchObject({ code: 1 });
  });
});
