import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import type { ProcessTable } from '../platform/processes.ts';
import type { HookEvent } from './event.ts';
import { announce, cachePlace, readCache } from './index-cache.ts';
import { appendEvent, journalFile } from './journal.ts';
import { publishIndex } from './publish.ts';
import { publishOwn } from './publish-own.ts';
import { DEFAULT_RULES } from './states.ts';
import { isoSecond, type StatusFile, sameButTimes } from './status-file.ts';
import type { FolderView } from './status-folder.ts';
import { sweep } from './sweep.ts';

/* LS-39, LS-40: what a publisher need not look at again, and that the index says nothing else for it. */

const table: ProcessTable = { isAlive: () => null, procStart: () => null, domain: null };
const load = { profile: 'balanced', status: 'OK', load_avg: 0 } as const;
let home: string;
let claudeDir: string;
let stateDir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tm-publish-'));
  claudeDir = `${home}/c`;
  stateDir = `${home}/s`;
  mkdirSync(`${claudeDir}/status`, { recursive: true });
  mkdirSync(stateDir);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

let serial = 0;
/** One hook of a session, without its process. `clock` is asked right before and behind the look at the folder. */
function hook(id: string, name = 'PostToolUse', clock = systemClock.now): FolderView | null {
  const now = systemClock.now();
  const event: HookEvent = { v: 1, at: now, n: `n${serial++}`, event: name, tool: `T${serial}`, cwd: '/home/dev/p1' };
  const read = appendEvent(journalFile(stateDir, id), event, now);
  const own = { stateDir, dataDir: `${home}/d`, claudeDir, sessionId: id, config: null, clock, read, table };
  return publishOwn(own, now).view;
}

const file = (name: string): string => `${claudeDir}/status/${name}.json`;
const sessions = () =>
  (JSON.parse(readFileSync(file('index'), 'utf8')) as { readonly sessions: readonly { readonly session_id: string }[] }).sessions;
const ids = () =>
  sessions()
    .map(({ session_id }) => session_id)
    .sort();

/** The index that somebody who has seen nothing before would build. */
function fresh(): unknown {
  const other = mkdtempSync(join(home, 'fresh-'));
  publishIndex({ claudeDir, stateDir: other, table, rules: DEFAULT_RULES, load, clock: systemClock.now, hide: null });
  return sessions();
}

/** A status file of another program with so many subagents, written in place. */
const foreign = (name: string, agents = 0): void =>
  writeFileSync(
    file(name),
    JSON.stringify({
      version: '1.1.0',
      session_id: name,
      task: { name: 'x'.repeat(agents), status: 'active' },
      agents: { active: agents },
    }),
  );

describe('LS-39: a folder that nobody moved is not looked at again', () => {
  test('the second hook looks at no file but its own', () => {
    for (const id of ['a', 'b', 'c']) hook(id);
    expect(hook('b')).toMatchObject({ isWhole: false });
    expect(ids()).toEqual(['a', 'b', 'c']);
    expect(hook('a')).toMatchObject({ isWhole: false });
    expect(sessions()).toEqual(fresh());
  });

  test('1,000 files out of date are neither opened nor looked at one by one, and stay out of the index', () => {
    const past = systemClock.now() / 1000 - 3600;
    for (let i = 0; i < 1000; i++) {
      foreign(`old-${i}`);
      utimesSync(file(`old-${i}`), past, past);
    }
    writeFileSync(`${stateDir}/swept.json`, '{"v":1,"journals":0}');
    const first = hook('a')!;
    expect(first.expired).toHaveLength(1000);
    // More than the few that go between two sweeps: they wait for the next.
    expect(sweep(claudeDir, stateDir, first, systemClock.now())).toEqual({ status: 0, journals: 0 });
    const second = hook('a')!;
    expect([second.isWhole, second.expired, ids()]).toEqual([false, [], ['a']]);
  });

  test('a minute later every file is looked at', () => {
    hook('a');
    const place = cachePlace(stateDir, claudeDir, DEFAULT_RULES, false);
    const kept = readFileSync(place.file, 'utf8');
    const { wholeAt } = readCache(place)!;
    writeFileSync(place.file, kept.replace(`"wholeAt":${wholeAt}`, `"wholeAt":${wholeAt - 60_000}`));
    expect(hook('a')).toMatchObject({ isWhole: true });
  });
});

describe('LS-40: whoever moved it is seen', () => {
  beforeEach(() => {
    for (const id of ['a', 'b']) hook(id);
  });

  test('a new file of another program', () => {
    foreign('f');
    expect(hook('a')).toMatchObject({ isWhole: true });
    expect(ids()).toEqual(['a', 'b', 'f']);
  });

  test('a file of another program that changes in place, without a trace in the folder', () => {
    foreign('f');
    hook('a');
    foreign('f', 5);
    expect(hook('b')).toMatchObject({ isWhole: false });
    expect(sessions()).toEqual(fresh());
    expect(sessions().find(({ session_id }) => session_id === 'f')).toMatchObject({ agents: 5 });
  });

  test('a file of ours that another program put its own in place of', () => {
    foreign('.x');
    renameSync(file('.x'), file('b'));
    expect(hook('a')).toMatchObject({ isWhole: true });
    expect(sessions()).toEqual(fresh());
  });

  test('a file that went', () => {
    rmSync(file('b'));
    expect(hook('a')).toMatchObject({ isWhole: true });
    expect(ids()).toEqual(['a']);
  });

  test('another publisher, even where the folder would show nothing', () => {
    announce(cachePlace(stateDir, claudeDir, DEFAULT_RULES, false));
    expect(hook('a')).toMatchObject({ isWhole: true });
  });

  test('a client that runs with a file out of date', () => {
    const past = systemClock.now() / 1000 - 3600;
    foreign('f');
    utimesSync(file('f'), past, past);
    hook('a');
    mkdirSync(`${claudeDir}/sessions`);
    writeFileSync(`${claudeDir}/sessions/7.json`, JSON.stringify({ pid: 7, sessionId: 'f', status: 'busy', updatedAt: systemClock.now() }));
    hook('a');
    expect(sessions()).toEqual(fresh());
    expect(ids()).toContain('f');
  });

  test.each(['', '{', '{"v":2}', '[]', '{"v":2,"key":"?","files":[]}', '{"v":2,"files":[null]}'])(
    'a damaged memory is none: %s',
    (text) => {
      const place = cachePlace(stateDir, claudeDir, DEFAULT_RULES, false);
      writeFileSync(place.file, text.replace('?', place.key));
      expect(hook('a')).toMatchObject({ isWhole: true });
      expect(ids()).toEqual(['a', 'b']);
    },
  );

  test('the count begins anew when it has grown long, and nobody is missed for it', () => {
    const place = cachePlace(stateDir, claudeDir, DEFAULT_RULES, false);
    appendFileSync(place.count, '.'.repeat(70_000));
    for (const id of ['a', 'b', 'a']) hook(id);
    expect(readFileSync(place.count, 'utf8').length).toBeLessThan(10);
    expect(sessions()).toEqual(fresh());
  });

  test('a state directory that cannot be written: the index is built from the folder each time', () => {
    rmSync(stateDir, { recursive: true });
    writeFileSync(stateDir, 'a file in the way');
    const own = { stateDir, dataDir: `${home}/d`, claudeDir, sessionId: 'a', config: null, clock: systemClock.now, read: null, table };
    expect(() => publishOwn(own, systemClock.now())).not.toThrow();
    expect(sessions()).toEqual(fresh());
  });
});

describe('LS-40: who comes between the look and the index is seen by the one that writes last', () => {
  /** What was made of a file is only kept when its time is over: 50 ms. */
  function settle(): void {
    hook('b');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
    hook('a');
  }

  test.each<[string, () => unknown]>([
    ['a hook of a known session', () => hook('b', 'Stop')],
    ['a hook of a new session', () => hook('new')],
    ['a new file of another program', () => foreign('f')],
    ['a file that goes', () => rmSync(file('b'))],
  ])('%s', (_name, meanwhile) => {
    for (const call of [2, 3]) {
      settle();
      let calls = 0;
      const clock = () => {
        if (++calls === call) meanwhile();
        return systemClock.now();
      };
      hook('a', 'PostToolUse', clock);
      expect(calls).toBeGreaterThanOrEqual(3);
      expect(sessions()).toEqual(fresh());
    }
  });
});

test('LS-40: hooks and other programs in any order: the index is what a fresh build from the folder gives', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('hook'),
      of: fc.integer({ min: 0, max: 4 }),
      event: fc.constantFrom('PostToolUse', 'Stop', 'UserPromptSubmit', 'SessionEnd'),
    }),
    fc.record({ kind: fc.constantFrom('foreign', 'gone', 'old'), of: fc.integer({ min: 0, max: 3 }), event: fc.constant('') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      for (const { kind, of, event } of steps) {
        if (kind === 'hook') hook(`h${of}`, event);
        else if (kind === 'foreign') foreign(`f${of}`, serial++ % 97);
        else if (kind === 'gone') rmSync(file(`f${of}`), { force: true });
        else if (existsSync(file(`f${of}`))) {
          const past = systemClock.now() / 1000 - 1790;
          utimesSync(file(`f${of}`), past, past);
        }
      }
      hook('last');
      expect(sessions()).toEqual(fresh());
      expect(readdirSync(`${claudeDir}/status`).filter((name) => name.startsWith('.'))).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('ST-22: the time as text is what a Date would write, for 10,000 moments', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (at) => {
      expect(isoSecond(at)).toBe(`${new Date(at).toISOString().slice(0, 19)}Z`);
    }),
    { numRuns: 10_000, examples: [[0], [951_782_399_999], [951_782_400_000], [951_868_800_000], [1_709_164_800_000], [4_107_542_399_999]] },
  );
  expect([isoSecond(-5), isoSecond(1e18)]).toEqual(['1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z']);
});

test('LS-41: times and load apart, whatever stands in names', () => {
  const base = {
    version: '1.1.0',
    updated_at: 'x',
    load: { load_avg: 1, status: 'OK' },
    tidemark: { at: 5, project: '"at":7' },
  } as unknown as StatusFile;
  const later = {
    ...base,
    updated_at: 'y',
    load: { load_avg: 2, status: 'HIGH_LOAD' },
    tidemark: { at: 6, project: '"at":7' },
  } as unknown as StatusFile;
  const other = { ...later, tidemark: { at: 6, project: '"at":8' } } as unknown as StatusFile;
  expect([sameButTimes(base, later), sameButTimes(base, other), sameButTimes(null, base)]).toEqual([true, false, false]);
});
