import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OpenedWatch } from './directory.ts';
import { openSystemWatch } from './directory.ts';
import { type Change, type OpenWatch, type TreeWatch, type WatchOptions, watchTree } from './watch.ts';

let folder: string;
let projects: string;
let open: TreeWatch | null = null;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'tidemark-watch-')));
  projects = join(folder, 'projects');
  mkdirSync(join(projects, 'api', 'sid', 'subagents'), { recursive: true });
});
afterEach(() => {
  open?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a watch and keeps what it tells. Long intervals, so that only what a test shortens can be the cause. */
function start(options: WatchOptions = {}, roots: readonly string[] = [projects]) {
  const told: Change[] = [];
  const watch = watchTree(roots, (change) => told.push(change), {
    pollInterval: 3_600_000,
    rescanInterval: 3_600_000,
    recursive: false,
    ...options,
  });
  open = watch;
  return { watch, told, paths: () => new Set(told.flatMap((change) => (change === 'rescan' ? [] : [...change]))) };
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });
/** A rescan that is still waiting swallows the single path, as it should; the next append is then told by its name. */
const appendedUntilTold = (file: string, paths: () => ReadonlySet<string>) =>
  eventually(() => {
    appendFileSync(file, 'x\n');
    expect(paths()).toContain(file);
  });
const failing =
  (errno: string, only: (directory: string) => boolean = () => true): OpenWatch =>
  (directory, options, listener) => {
    if (only(directory)) throw Object.assign(new Error(errno), { code: errno });
    return openSystemWatch(directory, options, listener);
  };

describe('events', () => {
  test.each([
    ['project', 'api/s.jsonl'],
    ['subagent', 'api/sid/subagents/agent-1.jsonl'],
  ])('an append to a %s file is told', async (_kind, name) => {
    const file = join(projects, name);
    writeFileSync(file, 'one\n');
    const { watch, paths } = start();
    expect([watch.mode, watch.directories]).toEqual(['events', 4]);
    appendFileSync(file, 'two\n');
    await eventually(() => expect(paths()).toEqual(new Set([file])));
  });

  test('the first change is told at once, a burst after it together', async () => {
    const { told, paths } = start({ debounce: 200 });
    for (let i = 0; i < 50; i++) writeFileSync(join(projects, 'api', `${i}.jsonl`), 'x\n');
    await eventually(() => expect(told).toHaveLength(1));
    await eventually(() => expect(paths().size).toBe(50));
    expect(told.length).toBeLessThanOrEqual(3);
  });

  test('a new project is picked up, with the files written before its watch stood', async () => {
    const { paths } = start();
    const deep = join(projects, 'new', 'sid2', 'subagents');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'agent-2.jsonl'), 'x\n');
    await eventually(() => expect(paths()).toContain(join(deep, 'agent-2.jsonl')));
    writeFileSync(join(projects, 'new', 'later.jsonl'), 'x\n');
    await eventually(() => expect(paths()).toContain(join(projects, 'new', 'later.jsonl')));
  });

  test('HZ-40: a directory that was replaced is watched again', async () => {
    const { paths, watch } = start();
    renameSync(join(projects, 'api'), join(folder, 'gone'));
    await eventually(() => expect(watch.directories).toBe(1));
    mkdirSync(join(projects, 'api'));
    await eventually(() => expect(watch.directories).toBe(2));
    writeFileSync(join(projects, 'api', 'again.jsonl'), 'x\n');
    await eventually(() => expect(paths()).toContain(join(projects, 'api', 'again.jsonl')));
    writeFileSync(join(folder, 'gone', 'elsewhere.jsonl'), 'x\n');
    writeFileSync(join(projects, 'api', 'last.jsonl'), 'x\n');
    await eventually(() => expect(paths()).toContain(join(projects, 'api', 'last.jsonl')));
    expect([...paths()].some((path) => path.includes('elsewhere'))).toBe(false);
  });

  test('only accepted paths are told; tool results, links and what is too deep are not entered', async () => {
    mkdirSync(join(projects, 'api', 'sid', 'tool-results'));
    mkdirSync(join(projects, '1/2/3/4/5/6'), { recursive: true });
    symlinkSync(folder, join(projects, 'loop'));
    const { watch, paths } = start({ accept: (path) => path.endsWith('.jsonl') });
    expect(watch.directories).toBe(9);
    writeFileSync(join(projects, 'api', 'x.json'), 'x');
    writeFileSync(join(projects, 'api', 'x.jsonl'), 'x');
    await eventually(() => expect(paths()).toEqual(new Set([join(projects, 'api', 'x.jsonl')])));
  });

  test('one watch over the whole tree, where the system can', async () => {
    const { watch, paths } = start({ recursive: true });
    expect(watch.directories).toBe(1);
    const file = join(projects, 'api', 'sid', 's.jsonl');
    await eventually(() => {
      appendFileSync(file, 'x\n');
      expect(paths()).toContain(file);
    });
    mkdirSync(join(projects, 'new'));
    const other = join(projects, 'new', 'n.jsonl');
    await eventually(() => {
      appendFileSync(other, 'x\n');
      expect(paths()).toContain(other);
    });
  });

  test('nothing is told after close, and closing twice is fine', async () => {
    const { watch, told } = start({ pollInterval: 5 });
    watch.close();
    watch[Symbol.dispose]();
    writeFileSync(join(projects, 'api', 's.jsonl'), 'x\n');
    const other = start();
    writeFileSync(join(projects, 'api', 't.jsonl'), 'x\n');
    await eventually(() => expect(other.told.length).toBeGreaterThan(0));
    expect(told).toEqual([]);
  });
});

describe('HZ-37: watches used up', () => {
  test.each(['ENOSPC', 'EMFILE', 'EACCES'])('%s: everything is polled, with one notice', async (errno) => {
    const onNotice = vi.fn();
    const { watch, paths } = start({ openWatch: failing(errno), pollInterval: 20, onNotice });
    expect(watch.mode).toBe('polling');
    const file = join(projects, 'api', 's.jsonl');
    writeFileSync(file, 'x\n');
    await eventually(() => expect(paths()).toContain(file));
    const deep = join(projects, 'new', 'sid');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'n.jsonl'), 'x\n');
    await eventually(() => expect(paths()).toContain(join(deep, 'n.jsonl')));
    expect(onNotice).toHaveBeenCalledExactlyOnceWith(`${projects} cannot be watched (${errno}): looking every 0.02 s instead`);
  });

  test('only what cannot be watched is polled; growth and removal are seen', async () => {
    const file = join(projects, 'api', 's.jsonl');
    writeFileSync(file, 'x\n');
    const { watch, told, paths } = start({ openWatch: failing('ENOSPC', (directory) => directory.endsWith('api')), pollInterval: 20 });
    expect(watch.mode).toBe('mixed');
    appendFileSync(file, 'y\n');
    await eventually(() => expect(paths()).toContain(file));
    told.length = 0;
    rmSync(file);
    await eventually(() => expect(paths()).toContain(file));
  });

  test('events are tried again at the next rescan', async () => {
    let free = false;
    const { watch } = start({ openWatch: failing('ENOSPC', () => !free), rescanInterval: 20 });
    expect(watch.mode).toBe('polling');
    free = true;
    await eventually(() => expect(watch.mode).toBe('events'));
  });

  test('a whole-tree watch that fails falls back to polling the tree', async () => {
    const { watch, paths } = start({ recursive: true, openWatch: failing('EMFILE'), pollInterval: 20 });
    expect([watch.mode, watch.directories]).toEqual(['polling', 4]);
    const file = join(projects, 'api', 'sid', 'subagents', 'agent-1.jsonl');
    writeFileSync(file, 'x\n');
    await eventually(() => expect(paths()).toContain(file));
  });
});

/** A watch whose events a test raises by hand. */
function byHand() {
  const opened = new Map<string, { emit: (event: 'rename' | 'change', name: string | null) => void; fail: (error: unknown) => void }>();
  const openWatch: OpenWatch = (directory, _options, listener) => {
    const watch: OpenedWatch = {
      on: (_event, onError) => opened.set(directory, { emit: listener, fail: onError }),
      close: () => {},
    };
    return watch;
  };
  return { opened, openWatch };
}

describe('lost events', () => {
  test('HZ-40: a watcher that fails late is polled from then on, and everything is looked at again', async () => {
    const { opened, openWatch } = byHand();
    let broken = false;
    const { watch, told, paths } = start({
      pollInterval: 20,
      openWatch: (...given) => (broken ? failing('ENOSPC')(...given) : openWatch(...given)),
    });
    broken = true;
    opened.get(join(projects, 'api'))!.fail(Object.assign(new Error('late'), { code: 'EIO' }));
    expect(told).toContain('rescan');
    expect(watch.mode).toBe('mixed');
    writeFileSync(join(projects, 'api', 's.jsonl'), 'x\n');
    await eventually(() => expect(paths()).toContain(join(projects, 'api', 's.jsonl')));
    opened.get(join(projects, 'api'))!.fail(new Error('again'));
  });

  test('an event without a name means: look at everything', () => {
    const { opened, openWatch } = byHand();
    const { told } = start({ openWatch });
    opened.get(projects)!.emit('change', null);
    expect(told).toEqual(['rescan']);
  });

  test('HZ-39: a rescan comes round by itself and finds directories no event told of', async () => {
    const { openWatch } = byHand();
    const { told, watch } = start({ openWatch, rescanInterval: 20 });
    mkdirSync(join(projects, 'silent'));
    await eventually(() => expect(watch.directories).toBe(5));
    await eventually(() => expect(told).toContain('rescan'));
    rmSync(join(projects, 'silent'), { recursive: true });
    await eventually(() => expect(watch.directories).toBe(4));
  });
});

describe('roots', () => {
  test('HZ-32: a root that appears later is watched, one that goes is let go', async () => {
    const later = join(folder, 'later', 'projects');
    const { watch, told, paths } = start({ pollInterval: 20 }, [later, later]);
    expect(watch.directories).toBe(0);
    mkdirSync(join(later, 'p'), { recursive: true });
    await eventually(() => expect(watch.directories).toBe(2));
    expect(told).toContain('rescan');
    await appendedUntilTold(join(later, 'p', 's.jsonl'), paths);
    rmSync(join(folder, 'later'), { recursive: true });
    await eventually(() => expect(watch.directories).toBe(0));
  });

  test('a root replaced by another directory is watched anew', async () => {
    const { watch, paths } = start({ pollInterval: 20 });
    renameSync(projects, join(folder, 'old'));
    mkdirSync(join(projects, 'fresh'), { recursive: true });
    await eventually(() => expect(watch.directories).toBe(2));
    await appendedUntilTold(join(projects, 'fresh', 's.jsonl'), paths);
  });
});
