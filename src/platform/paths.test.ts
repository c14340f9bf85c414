import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { selectEnv } from './env.ts';
import { KnownError } from './errors.ts';
import { expandPath, resolvePaths, tildePath } from './paths.ts';

const HOME = '/home/ada';

describe('design §3: where things live', () => {
  test('defaults on Linux', () => {
    expect(resolvePaths({ HOME }, 'linux')).toEqual({
      home: HOME,
      claudeDirs: ['/home/ada/.claude', '/home/ada/.config/claude'],
      claudeDirsSource: 'default',
      configFile: '/home/ada/.config/tidemark/config.yaml',
      ledger: '/home/ada/.local/share/tidemark/ledger.db',
      dataDir: '/home/ada/.local/share/tidemark',
      stateDir: '/home/ada/.local/state/tidemark',
    });
  });

  test('XDG variables are honoured, relative ones ignored', () => {
    const paths = resolvePaths({ HOME, XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d', XDG_STATE_HOME: 'relative' }, 'linux');
    expect(paths.configFile).toBe('/c/tidemark/config.yaml');
    expect(paths.claudeDirs).toEqual(['/home/ada/.claude', '/c/claude']);
    expect(paths.ledger).toBe('/d/tidemark/ledger.db');
    expect(paths.stateDir).toBe('/home/ada/.local/state/tidemark');
  });

  test('Windows keeps ours under %LOCALAPPDATA%', () => {
    const paths = resolvePaths({ USERPROFILE: 'C:\\Users\\ada', LOCALAPPDATA: 'D:\\Local' }, 'win32');
    expect(paths.ledger).toBe('D:\\Local\\tidemark\\ledger.db');
    expect(paths.stateDir).toBe('D:\\Local\\tidemark\\state');
    expect(paths.claudeDirs[0]).toBe('C:\\Users\\ada\\.claude');
  });

  test('environment beats configuration beats default; ~ is expanded', () => {
    const configured = { claudeDirs: ['~/cc/projects/'], ledger: '~/l.db', state: '/s' };
    const fromConfig = resolvePaths({ HOME }, 'linux', configured);
    expect(fromConfig).toMatchObject({
      claudeDirs: ['/home/ada/cc'],
      claudeDirsSource: 'config',
      ledger: '/home/ada/l.db',
      stateDir: '/s',
    });
    const env = { HOME, CLAUDE_CONFIG_DIR: '~/one', TIDEMARK_DB: '~/e.db', TIDEMARK_CONFIG: '~/c.yaml', TIDEMARK_PATHS_STATE: '/t' };
    expect(resolvePaths(env, 'linux', configured)).toMatchObject({
      claudeDirs: ['/home/ada/one'],
      claudeDirsSource: 'env',
      ledger: '/home/ada/e.db',
      configFile: '/home/ada/c.yaml',
      stateDir: '/t',
    });
  });
});

describe('HZ-30, UR-106, UR-110: Claude directories', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-paths-')));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('a list is trimmed, blanks dropped, /projects accepted, one directory counts once', () => {
    const one = join(folder, 'one');
    mkdirSync(one);
    symlinkSync(one, join(folder, 'link'));
    const list = ` ${one}/projects/ ,, ${one},${join(folder, 'link')}, ${join(folder, 'later')} `;
    expect(resolvePaths({ HOME, CLAUDE_CONFIG_DIR: list }, 'linux').claudeDirs).toEqual([one, join(folder, 'later')]);
  });

  test('a blank list is none', () => {
    expect(resolvePaths({ HOME, CLAUDE_CONFIG_DIR: ' , ' }, 'linux').claudeDirsSource).toBe('default');
  });

  test('a relative entry is taken from the current directory', () => {
    expect(resolvePaths({ HOME, CLAUDE_CONFIG_DIR: 'rel' }, 'linux').claudeDirs).toEqual([join(process.cwd(), 'rel')]);
  });
});

test.each([
  [undefined, 'HOME is not set'],
  ['', 'HOME is empty'],
  ['  ', 'HOME is empty'],
  ['relative/home', 'HOME is not an absolute path: relative/home'],
])('HZ-31: HOME %j is refused with exit 78', (home, message) => {
  let thrown: unknown;
  try {
    resolvePaths(home === undefined ? {} : { HOME: home }, 'linux');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(KnownError);
  expect(thrown).toMatchObject({ message, exitCode: 78, retryable: false, hint: 'set HOME to an absolute path' });
});

test('paths are shown with ~, and only a leading ~ is expanded', () => {
  expect(tildePath('/home/ada/x', HOME)).toBe('~/x');
  expect(tildePath('/home/adam', HOME)).toBe('/home/adam');
  expect(tildePath(HOME, HOME)).toBe('~');
  expect(expandPath('~', HOME)).toBe(HOME);
  expect(expandPath('~other/$HOME', HOME)).toBe('/home/ada/~other/$HOME');
});

test('only known variables are taken, never a credential', () => {
  expect(
    selectEnv({ HOME, ANTHROPIC_API_KEY: 'x', CLAUDE_CODE_OAUTH_TOKEN: 'y', TIDEMARK_DB: '/z', XDG_DATA_HOME: '/d', RANDOM: '1' }),
  ).toEqual({
    HOME,
    TIDEMARK_DB: '/z',
    XDG_DATA_HOME: '/d',
  });
});
