import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SessionState, Snapshot } from '../../../monitor/snapshot.ts';
import { verdictOf } from '../../../monitor/verdict.ts';
import { KEYS } from '../keys.ts';
import { aSession, aSnapshot, aWarning, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { runningReader } from '../testing-reader.ts';
import { COMMANDS } from './commands.ts';
import type { ReaderOptions } from './run.ts';

const demo = demoLikeSnapshot();

/** A reader at a fake clock: `at` sets what the store holds, `type` gives a line and what it answered. */
function reading(first: Snapshot, more: Partial<ReaderOptions> = {}) {
  let present = first;
  const { spoken, changes, ended, input } = runningReader(() => present, {
    stateDir,
    check: () => ({ ok: true, proven: true }),
    end: async () => ({ ended: true, sent: ['SIGINT'], reason: null, leftovers: [] }),
    ...more,
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return {
    ended,
    changes,
    spoken,
    now: (next: Snapshot) => {
      present = next;
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    type: async (line: string): Promise<string> => {
      await settle();
      const before = spoken.length;
      input.write(`${line}\n`);
      await vi.waitFor(() => expect(spoken.length).toBeGreaterThan(before));
      await settle();
      return spoken.slice(before).join('');
    },
    close: async () => {
      input.write('quit\n');
      return ended;
    },
  };
}

let stateDir = '';
beforeEach(() => {
  stateDir = mkdtempSync(path.join(tmpdir(), 'tidemark-reader-'));
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(stateDir, { recursive: true, force: true });
});

describe('screen reader, LV-103', () => {
  test('60 s: everything once, then only what changed, most urgent first, one batch per 5 s', async () => {
    const of = (states: Readonly<Record<string, SessionState>>, seconds: number, warnings = aSnapshot().warnings) => {
      const sessions = Object.entries(states).map(([name, state], index) =>
        aSession({
          id: `${index}`,
          name,
          project: 'p',
          state,
          since: NOW,
          lastAt: NOW,
          contextPercent: { value: 34, source: 'measured', at: null },
        }),
      );
      const snapshot = aSnapshot({ sessions, warnings, takenAt: NOW + seconds * 1000 });
      return { ...snapshot, verdict: verdictOf({ sessions, windows: [], accounts: [], ingest: snapshot.ingest }) };
    };
    const heard = reading(of({ build: 'working', docs: 'your-turn' }, 0));
    await heard.pass(0);
    await heard.pass(10_000);
    // Ten changes within five seconds are one batch, and only the last counts.
    for (let turn = 0; turn < 10; turn++) heard.now(of({ build: turn % 2 === 0 ? 'compacting' : 'working', docs: 'working' }, 12));
    await heard.pass(5000);
    heard.now(of({ build: 'needs-permission', docs: 'working', tests: 'error' }, 22, [aWarning('build: context 88 %')]));
    await heard.pass(15_000);
    heard.now(of({ build: 'needs-permission', docs: 'ended' }, 41));
    await heard.pass(30_000);
    expect(heard.spoken).toEqual([
      [
        '1 working · 1 your turn · no window open.',
        'docs, project p: turn ended 0 s ago; opus-4-5, context 34 %, 0 tokens, $0.00 in this window.',
        'build, project p: working, 0 work tok/min (NORMAL); opus-4-5, context 34 %, 0 tokens, $0.00 in this window.\n',
      ].join('\n'),
      'docs, project p: working, 0 work tok/min (NORMAL); opus-4-5, context 34 %, 0 tokens, $0.00 in this window.\n',
      [
        'build, project p: waits 22 s for permission; opus-4-5, context 34 %, 0 tokens, $0.00 in this window.',
        'tests, project p: failed 22 s ago; opus-4-5, context 34 %, 0 tokens, $0.00 in this window.',
        'Warning: build: context 88 %.\n',
      ].join('\n'),
      ['docs, project p: ended 13:42; opus-4-5, context 34 %, 0 tokens, $0.00 in this window.', 'tests left the list.\n'].join('\n'),
    ]);
    expect(await heard.close()).toEqual({ code: 0, demo: false });
  });

  test('every key of the picture that is no movement or look has a command', () => {
    const picture = new Set([
      'pageUp',
      'pageDown',
      'top',
      'bottom',
      'nextSection',
      'previousSection',
      'left',
      'right',
      'zoom',
      'compact',
      'theme',
      'suspend',
      'submit',
    ]);
    const stands = new Set<string>(COMMANDS.flatMap((command) => command.stands));
    expect(KEYS.map(({ action }) => action).filter((action) => !picture.has(action) && !stands.has(action))).toEqual([]);
    const words = COMMANDS.flatMap((command) => command.words);
    expect(new Set(words).size).toBe(words.length);
  });

  test('each command by line', async () => {
    const heard = reading(demo);
    const said: (readonly [string, RegExp])[] = [
      ['status', /^2 need you · 2 working/],
      ['', /^2 need you/],
      ['list', /^fix-login-flake, project api-server: waits 2 m 14 s for permission[\s\S]*spike-logs/],
      ['combined', /6,384 tok\/min HIGH, \$28\.67 window, \$38\.08 today\./],
      ['projects', /^orders-db: 15,058,155 tokens, 62 %, \$17\.70, 1 of 1 sessions active, HIGH burn\./],
      ['models', /^opus-4-5: 15,058,155 tokens/],
      ['warnings', /^1, migrate-orders: context 88 %/],
      ['mute 1', /Muted/],
      ['warnings', /^1, project 'orders-db'/],
      ['mute 99', /no such warning/],
      ['details api-docs', /state, working[\s\S]*context/],
      ['details s', /There is no such|spike-logs|state/],
      ['details nobody', /There is no such session/],
      ['requests mig', /^175 requests, newest first\./],
      ['history', /^5-HOUR WINDOWS 30\.[\s\S]*reached the limit/],
      ['history days', /^DAYS 40\./],
      ['history nothing', /History has windows/],
      ['/state:needs', /^2 of 7 sessions, 66 % of cost hidden|^2 of 7 sessions/],
      ['combined filtered', /^filtered, 2 of 7 sessions\.\n.*16,846,708 of 37,371,963 tokens, this window/],
      ['save', /Saved as preset 1/],
      ['/ctx>x', /cannot be read at character 5: expected a percentage/],
      ['/', /^fix-login-flake/],
      ['preset 1', /^2 of 7 sessions/],
      ['preset 7', /No filter is saved as preset 7/],
      ['filter', /^fix-login-flake/],
      ['sort cost', /Sorted by cost/],
      ['list', /^migrate-orders/],
      ['sort what', /Sort by one of/],
      ['invert', /Order turned around/],
      ['group project', /Grouped by project/],
      ['list', /infra: 2\./],
      ['account nobody', /No session/],
      ['account all', /infra: 2/],
      ['name api-docs = the docs', /Named/],
      ['tags api-docs = one two', /Tags kept/],
      ['note api-docs = look here', /Note kept/],
      ['note api-docs', /Say it as: note/],
      ['id api-docs', /Session id: 42085a6f/],
      ['resume api-docs', /Resume command: claude --resume 42085a6f/],
      ['jump api-docs', /has no terminal/],
      ['hold', /Held/],
      ['hold', /Going on/],
      ['every 10', /every 10 s/],
      ['every 1', /from 5 to 3600/],
      ['look', /Looking again/],
      ['demo', /There is data/],
      ['help stop', /stop <session>: stops it, after asking/],
      ['nonsense', /no such command/],
      ['stop nightly', /pid 20485, |Pid 20485|pid 20485/],
      ['no', /Nothing was stopped/],
      ['stop mig', /Type y to stop it/],
      ['yes', /Stopped; transcript kept; resume with/],
    ];
    for (const [line, expected] of said) expect(await heard.type(line), line).toMatch(expected);
    expect(heard.changes).toEqual([
      `rename ${demo.sessions[4]!.id} the docs`,
      `tag ${demo.sessions[4]!.id} +one,two -`,
      `note ${demo.sessions[4]!.id} look here`,
    ]);
    expect(heard.spoken.join('')).not.toMatch(/[█░─│▲▁-▇]/);
    await heard.close();
  });

  test('--read-only has no stop, jump, naming (LV-22)', async () => {
    const heard = reading(demo, { readOnly: true });
    for (const line of ['stop api-docs', 'jump api-docs', 'name api-docs = x']) expect(await heard.type(line)).toContain('no such command');
    await heard.close();
  });
});
