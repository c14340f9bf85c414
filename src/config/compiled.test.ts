import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileConfig } from './compile.ts';
import { compiledFile, isCurrent, movedStateDir, readCompiled } from './compiled.ts';
import { DEFAULTS } from './defaults.ts';

let root: string;
let file: string;
let state: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'compiled-'));
  file = join(root, 'config.yaml');
  state = join(root, 'state', 'tidemark');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('ST-17 the compiled configuration', () => {
  test('no file: nothing is written, and that is current', async () => {
    expect(await compileConfig(file, state)).toBe(true);
    expect(readCompiled(state)).toBeNull();
    expect(isCurrent(null, file)).toBe(true);
  });

  test('holds every value of the file over the defaults, and goes stale with it', async () => {
    writeFileSync(
      file,
      'statusline:\n  layout: classic\n  chain: { mode: below, timeout: 500ms, command: { type: command, command: "other x" } }\n  segments: [[dir], [cost]]\n',
    );
    expect(isCurrent(null, file)).toBe(false);
    expect(await compileConfig(file, state)).toBe(true);
    const compiled = readCompiled(state)!;
    expect(compiled.config.statusline).toEqual({
      ...DEFAULTS.statusline,
      layout: 'classic',
      chain: { mode: 'below', timeout: 500, command: { type: 'command', command: 'other x' } },
      segments: [['dir'], ['cost']],
    });
    expect(isCurrent(compiled, file)).toBe(true);
    utimesSync(file, 1_700_000_000, 1_700_000_000);
    expect(isCurrent(compiled, file)).toBe(false);
    writeFileSync(file, 'statusline: { layout: minimal }\n');
    await compileConfig(file, state);
    expect(readCompiled(state)?.config.statusline?.layout).toBe('minimal');
    rmSync(file);
    await compileConfig(file, state);
    expect(readCompiled(state)?.config.statusline?.layout).toBe('compact');
  });

  test('a broken file leaves the last compile; a place that cannot be written is no failure', async () => {
    writeFileSync(file, 'statusline: { layout: minimal }\n');
    await compileConfig(file, state);
    writeFileSync(file, 'statusline: { layout: nonsense }\n');
    expect(await compileConfig(file, state)).toBe(false);
    expect(readCompiled(state)?.config.statusline?.layout).toBe('minimal');
    writeFileSync(file, 'statusline: { layout: compact }\n');
    expect(await compileConfig(file, join(file, 'below'))).toBe(false);
  });

  test('another version or damage: as if absent', () => {
    mkdirSync(state, { recursive: true });
    for (const text of ['', '{', '[]', '{"v":99}']) {
      writeFileSync(compiledFile(state), text);
      expect(readCompiled(state)).toBeNull();
    }
  });

  test('compiling again without a change writes nothing', async () => {
    writeFileSync(file, 'statusline: { layout: minimal }\n');
    await compileConfig(file, state);
    const before = readFileSync(compiledFile(state), 'utf8');
    utimesSync(compiledFile(state), 1, 1);
    await compileConfig(file, state);
    expect(readFileSync(compiledFile(state), 'utf8')).toBe(before);
  });
});

test('UR-120, UR-122 the state directory: as configured, unless the environment names one', () => {
  const paths = { home: '/home/dev', stateDir: '/home/dev/.local/state/tidemark' };
  expect(movedStateDir(null, paths, {})).toBe(paths.stateDir);
  expect(movedStateDir(DEFAULTS, paths, {})).toBe(paths.stateDir);
  expect(movedStateDir({ paths: { state: '~/s' } }, paths, {})).toBe('/home/dev/s');
  expect(movedStateDir({ paths: { state: '/s' } }, paths, { TIDEMARK_PATHS_STATE: '/e' })).toBe(paths.stateDir);
  expect(movedStateDir({ paths: 5 } as never, paths, {})).toBe(paths.stateDir);
});
