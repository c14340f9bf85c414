import { describe, expect, test } from 'vitest';
import type { AccountView, SessionView, Snapshot } from '../../monitor/snapshot.ts';
import { finished } from './finished.ts';
import { snapshotJson } from './json.ts';
import { plainView } from './plain.ts';
import { type Line, span, textOf } from './spans.ts';
import { chooseBoxOf, stopBoxOf, stoppedWords } from './stop-box.ts';
import { aSession, aSnapshot, at, aWarning, aWindow, NOW } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { anInput } from './testing-picture.ts';

const demo = demoLikeSnapshot();

describe('JSON, LV-132', () => {
  const account = (more: Partial<AccountView>): AccountView => ({ id: 'a', label: 'A', window: null, weekly: null, sessions: 0, ...more });
  const of = (more: Partial<Snapshot>) => snapshotJson(aSnapshot(more));

  test('an account without window and week says so with null', () => {
    expect(of({ accounts: [account({})] }).accounts).toEqual([
      { id: 'a', label: 'A', window: null, weekly: null, limit: null, sessions: 0 },
    ]);
  });

  test('an account with both has its limit, its edges and its week, times in UTC', () => {
    const weekly = { usedPercent: { value: 41, source: 'official', at: NOW }, stale: false, resetsAt: null, reserve: 3 } as const;
    const window = aWindow({ limit: { tokens: 9, count: 'all', source: 'configured', rung: 'configured', over: false } });
    expect(of({ accounts: [account({ window, weekly })] }).accounts[0]).toMatchObject({
      window: { start: '2026-11-20T10:20:00.000Z', end: '2026-11-20T15:20:00.000Z', projection: null, percentProjection: null },
      weekly: { usedPercent: { value: 41, source: 'official', at: '2026-11-20T13:42:10.000Z' }, resetsAt: null, reservePoints: 3 },
      limit: { tokens: 9, count: 'all', source: 'configured', rung: 'configured', over: false },
    });
  });

  test('projections are in dollars and instants', () => {
    const window = aWindow({
      projection: { tokens: 5, low: 4, high: 6, cost: 2_500_000_000, calibrated: true, limitAt: at('15:00') },
      percentProjection: { percent: 81, low: 74, high: 88, limitAt: null },
    });
    expect(of({ windows: [window] }).windows[0]).toMatchObject({
      projection: { tokens: 5, low: 4, high: 6, costUSD: 2.5, calibrated: true, limitAt: '2026-11-20T15:00:00.000Z' },
      percentProjection: { percent: 81, low: 74, high: 88, limitAt: null },
    });
  });

  test('of an action the tool alone is written, never its target (LV-52)', () => {
    const [waits, asked] = [aSession({ lastAction: { tool: 'Bash', target: 'cat secret', at: NOW } }), aSession({ lastTool: 'Read' })];
    const json = of({ sessions: [waits, asked] });
    expect(json.sessions.map(({ lastTool }) => lastTool)).toEqual(['Bash', 'Read']);
    expect(JSON.stringify(json)).not.toContain('secret');
  });
});

describe('plain table, LV-130', () => {
  const plain = (more: Partial<Snapshot>) => plainView(aSnapshot({ ...demo, ...more }), { columns: 100, ascii: false });

  test('a section without content has no title', () => {
    expect(plain({})).toMatch(/ACTIVE SESSIONS: 5[\s\S]*COMBINED[\s\S]*PER-PROJECT BREAKDOWN[\s\S]*WARNINGS 5/);
    expect(plain({ sessions: [] })).not.toContain('ACTIVE SESSIONS');
    expect(plain({ projects: [] })).not.toContain('PER-PROJECT');
    expect(plain({ warnings: [] })).not.toContain('WARNINGS');
    expect(plain({ warnings: [aWarning('only this')] })).toMatch(/WARNINGS 1\n ! only this\n$/);
  });

  test('without any data only the first line is left', () => {
    const none = aSnapshot({ ingest: { ...demo.ingest, files: 0 } });
    expect(plainView(none, { columns: 80, ascii: false }).trimEnd().split('\n')).toHaveLength(1);
  });

  test('ages are counted to the time that is given, else to that of the snapshot', () => {
    const options = { columns: 120, ascii: false };
    expect(plainView(demo, { ...options, now: NOW })).toBe(plainView(demo, options));
    expect(plainView(demo, { ...options, now: NOW + 3_600_000 })).not.toBe(plainView(demo, options));
  });
});

describe('the rows of a picture', () => {
  const [one, two]: readonly Line[] = [[span('one')], [span('two…')]];
  const size = { columns: 4, rows: 3, ascii: false };
  const texts = (lines: readonly Line[]) => lines.map(textOf);

  test('are exactly as many as the screen has, none wider than it', () => {
    expect(texts(finished([one!], size))).toEqual(['one', '', '']);
    expect(texts(finished([one!, two!, one!, two!], { ...size, columns: 2 }))).toEqual(['o…', 't…', 'o…']);
    expect(texts(finished([two!], { ...size, ascii: true }))[0]).toBe('two~');
  });

  test('are the very same lines where they say the same, also empty ones (LV-115)', () => {
    const first = finished([one!], size);
    expect(finished([one!], size).map((line, row) => line === first[row])).toEqual([true, true, true]);
    const third = finished([[span('one')], two!], size);
    expect(third.map((line, row) => line === first[row])).toEqual([true, false, true]);
    expect(texts(finished([[], one!], size))).toEqual(['', 'one', '']);
  });
});

describe('what is asked before a stop, LV-120', () => {
  const process = demo.sessions[0]!.processes[0]!;
  const facts = (more: Partial<SessionView>, proven = true) => {
    const session = { ...demo.sessions[0]!, ...more };
    return stopBoxOf(anInput(demo), session, process, proven).facts;
  };

  test('title, project, pid, state, model, what runs with it, cost, age, account (KIL-2)', () => {
    expect(facts({ agents: { active: 1, names: [] }, shells: 2 })).toEqual([
      'stop fix-login-flake · project api-server',
      'pid 20480 · needs permission · opus-5-5',
      'running with it: 1 subagent, 2 background shells',
      '$7.19 so far · started 3 h ago · account work',
    ]);
  });

  test('what is not known is left out; a start time that is only near is said (KIL-1)', () => {
    const words = facts({ startedAt: null, agents: { active: 0, names: [] }, shells: 0 }, false);
    expect(words.slice(2)).toEqual([
      'running with it: nothing else',
      '$7.19 so far · account work',
      'its start time is only near the recorded one: it may be another process',
    ]);
  });

  test('of many processes nine can be chosen, and the rest is counted (KIL-5)', () => {
    const processes = Array.from({ length: 11 }, (_, index) => ({ ...process, pid: 100 + index, kind: null, startedAt: null }));
    const box = chooseBoxOf(anInput(demo), { ...demo.sessions[0]!, processes });
    expect(box.facts).toEqual(['11 processes have fix-login-flake open; which one is to stop?', '2 more are not listed']);
    expect(box.processes).toHaveLength(9);
    expect(box.processes![0]).toEqual({ pid: 100, words: 'pid 100' });
    const two = chooseBoxOf(anInput(demo), { ...demo.sessions[0]!, processes: [process, process] });
    expect([two.facts.length, two.processes![1]!.words]).toEqual([1, 'pid 20480 · interactive · started 3 h ago']);
  });

  test('how it ended (KIL-4, KIL-6)', () => {
    const result = { ended: true, sent: ['SIGINT' as const], reason: null, leftovers: [] };
    expect(stoppedWords('s1', result)).toBe('stopped; transcript kept; resume with `claude --resume s1`');
    expect(stoppedWords('s1', { ...result, leftovers: [{ pid: 9, start: '1', name: 'sl\u001beep' }] }, false)).toBe(
      'stopped; transcript kept; resume with `claude --resume s1`; still running: 9 sleep; the history of it could not be written',
    );
    expect(stoppedWords('s1', { ...result, ended: false, reason: 'it is another one' })).toBe('not stopped: it is another one');
    expect(stoppedWords('s1', { ...result, ended: false })).toBe('not stopped: unknown');
  });
});
