import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KnownError } from '../platform/errors.ts';
import { officialSamples, readCaptures } from '../sessions/captures.ts';
import { LiveSessions } from '../sessions/live-sessions.ts';
import { STATES } from '../sessions/states.ts';
import { type LiveDemo, writeLiveDemo } from './demo.ts';
import { quotaAt } from './demo-captures.ts';
import { demoClock, paceOf, refuseDemoTimes } from './demo-clock.ts';
import { openDemo } from './demo-run.ts';
import { ROUND } from './demo-script.ts';
import { DEMO_NOW } from './demo-sessions.ts';
import { demoTicker } from './demo-ticker.ts';

let folder: string;
let demo: LiveDemo;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tidemark-demo-ticker-'));
  now = DEMO_NOW;
  demo = writeLiveDemo(path.join(folder, 'home'), now);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const STEP_MS = 2500;
const clock = { now: () => now, monotonic: () => now };

describe('LV-140: the demo lives', () => {
  test('within a round every session does what its script says: all ten states of D-36, and then the table again', () => {
    const sessions = new LiveSessions([demo.claudeDir], demo.stateDir, { table: demo.processes });
    const states = () => Object.fromEntries(sessions.read(now).map(({ title, state }) => [title, state]));
    const first = states();
    const seen = new Set<string>();
    const inTime = new Set<string>();
    using ticker = demoTicker(demo, clock, 0);
    for (let step = 1; step <= 2 * ROUND; step++) {
      now += STEP_MS;
      ticker.tick();
      for (const state of Object.values(states())) {
        seen.add(state);
        if (step * STEP_MS <= 3 * 60_000) inTime.add(state);
      }
      if (step % ROUND === 0) expect(states()).toEqual({ ...first, 'review-418': 'your-turn' });
    }
    expect([...seen].sort()).toEqual([...STATES].sort());
    expect([...inTime].sort()).toEqual([...STATES].sort());
  });

  test('transcripts grow by whole lines in time order, by about the rates of the table', () => {
    using ticker = demoTicker(demo, clock, 0);
    const files = readdirSync(path.join(demo.claudeDir, 'projects'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.jsonl'),
    );
    for (let step = 1; step <= ROUND; step++) {
      now += STEP_MS;
      ticker.tick();
    }
    let work = 0;
    for (const name of files) {
      const text = readFileSync(path.join(demo.claudeDir, 'projects', name), 'utf8');
      expect(text.endsWith('\n')).toBe(true);
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
      const times = lines.flatMap(({ timestamp }) => (timestamp === undefined ? [] : [Date.parse(timestamp)]));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.at(-1)).toBeLessThanOrEqual(now);
      const seen = new Set<string>();
      for (const { timestamp, message } of lines) {
        if (message?.usage === undefined || seen.has(message.id!) || Date.parse(timestamp!) <= DEMO_NOW) continue;
        seen.add(message.id!);
        const { input_tokens, output_tokens, cache_creation_input_tokens } = message.usage;
        work += input_tokens + output_tokens + cache_creation_input_tokens;
      }
    }
    const perMinute = work / ((ROUND * STEP_MS) / 60_000);
    expect(perMinute).toBeGreaterThan(2000);
    expect(perMinute).toBeLessThan(12_000);
  });

  test('the official sample stays fresh and rises', () => {
    using ticker = demoTicker(demo, clock, 0);
    for (let step = 1; step <= ROUND; step++) {
      now += STEP_MS;
      ticker.tick();
      const samples = officialSamples(readCaptures(demo.stateDir, now)).filter(({ name }) => name === 'five_hour');
      expect(now - Math.max(...samples.map((sample) => sample.at))).toBeLessThanOrEqual(60_000);
    }
    const used = officialSamples(readCaptures(demo.stateDir, now)).filter(({ name }) => name === 'five_hour');
    expect(Math.max(...used.map(({ usedPercent }) => usedPercent))).toBe(62);
  });

  test('D-20: after the reset the samples tell of the next window', () => {
    const before = quotaAt(DEMO_NOW, DEMO_NOW).five_hour!;
    expect(before).toEqual({ used: 62, resetsAt: Date.parse('2026-11-20T15:20:00Z') / 1000 });
    expect(quotaAt(DEMO_NOW, Date.parse('2026-11-20T15:19:59Z')).five_hour).toEqual({ used: 76, resetsAt: before.resetsAt });
    expect(quotaAt(DEMO_NOW, before.resetsAt * 1000).five_hour).toEqual({ used: 0, resetsAt: before.resetsAt + 5 * 3600 });
    expect(quotaAt(DEMO_NOW, DEMO_NOW).seven_day).toEqual({ used: 41, resetsAt: Date.parse('2026-11-24T09:00:00Z') / 1000 });
  });
});

interface Line {
  readonly timestamp?: string;
  readonly message?: {
    readonly id?: string;
    readonly usage?: { readonly input_tokens: number; readonly output_tokens: number; readonly cache_creation_input_tokens: number };
  };
}

describe('LV-140: --at and --speed', () => {
  const real = { now: () => 5_000_000, monotonic: () => 1000 };

  test('a fixed time stands still, a speed makes it run, without both time is the real one', () => {
    expect(paceOf({})).toEqual({ at: null, speed: 1 });
    expect(paceOf({ at: '2026-11-20T13:42:10Z' })).toEqual({ at: DEMO_NOW, speed: 0 });
    expect(paceOf({ at: '2026-11-20T14:42:10+01:00', speed: '5' })).toEqual({ at: DEMO_NOW, speed: 5 });
    expect(demoClock(paceOf({}), real)).toBe(real);
    let monotonic = 1000;
    const fast = demoClock({ at: DEMO_NOW, speed: 10 }, { now: () => 0, monotonic: () => monotonic });
    monotonic += 250;
    expect(fast.now()).toBe(DEMO_NOW + 2500);
    const still = demoClock({ at: DEMO_NOW, speed: 0 }, { now: () => 0, monotonic: () => (monotonic += 99) });
    expect([still.now(), still.now()]).toEqual([DEMO_NOW, DEMO_NOW]);
  });

  test.each([
    { at: 'tomorrow' },
    { at: '2026-11-20' },
    { at: '2026-11-20T13:42:10' },
    { at: '2026-13-45T99:00Z' },
    { speed: '-1' },
    { speed: '' },
    { speed: '61' },
  ])('%o is refused with a sentence', (times) => {
    expect(() => paceOf(times)).toThrow(KnownError);
  });

  test('both belong to the demo', () => {
    expect(() => refuseDemoTimes({ at: '2026-11-20T13:42:10Z' })).toThrow('--at belongs to the demo');
    expect(() => refuseDemoTimes({ speed: '2' })).toThrow('--speed belongs to the demo');
    expect(() => refuseDemoTimes({})).not.toThrow();
  });
});

test('LV-140: everything lies in one temporary directory, which is gone afterwards', async () => {
  const run = await openDemo({ times: { at: '2026-11-20T13:42:10Z' }, configFile: undefined, flags: {} });
  const { paths } = run.app;
  const top = path.dirname(paths.home);
  for (const one of [...paths.claudeDirs, paths.configFile, paths.ledger, paths.dataDir, paths.stateDir])
    expect(one.startsWith(top)).toBe(true);
  expect([existsSync(paths.claudeDirs[0]!), run.app.clock.now()]).toEqual([true, DEMO_NOW]);
  const listeners = process.listenerCount('SIGTERM');
  run[Symbol.dispose]();
  expect([existsSync(top), process.listenerCount('SIGTERM')]).toEqual([false, listeners - 1]);
});
