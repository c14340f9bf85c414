import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { liveProfileCount } from './profile-indicator.ts';
import { MAX_SUMMARY_BYTES, readSummary, readSummarySessions, summaryFile } from './summary-file.ts';
import { buildSummary, type SummaryInput, writeSummary } from './write-summary.ts';

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'summary-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const input = (sessions = 2, text = 'x'): SummaryInput => ({
  now: 1_795_000_000_000,
  today: { tokens: 5, usd: null, unpriced: true },
  profiles: {
    work: {
      label: 'work',
      kind: 'subscription',
      quota: { fiveHour: { usedPercent: 41, resetsAt: 1_795_001_000, at: 1_795_000_000_000, source: 'official' }, sevenDay: null },
      todayUsd: 1,
      usdPerHour: null,
    },
  },
  sessions: Array.from({ length: sessions }, (_, index) => ({
    id: `s${index}`,
    profile: 'work',
    method: 'account',
    confidence: 95,
    title: { text: `${text}${index}`, source: 'user', at: 1 },
    usd: null,
    tokPerMin: 3,
    usdPerHour: null,
    git: { branch: 'main', ahead: 1, behind: 0, dirty: 2, at: 7 },
  })),
  alerts: { open: 9, top: Array.from({ length: 9 }, () => ({ severity: 'warn', text: 'y'.repeat(1000), at: 1 })) },
});

test('ST-16 at most 200 sessions, 3 alerts, 64 KiB', () => {
  const summary = buildSummary(input(5000));
  expect(Object.keys(summary.sessions)).toHaveLength(200);
  expect(summary.alerts.top).toHaveLength(3);
  const long = buildSummary(input(5000, '日'.repeat(300)));
  writeSummary(stateDir, long);
  expect(statSync(summaryFile(stateDir)).size).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
  expect(Object.keys(readSummary(stateDir)!.sessions).length).toBeGreaterThan(10);
});

test('reads back as written; unknown stays null', () => {
  const summary = buildSummary(input());
  expect(writeSummary(stateDir, summary)).toBe(true);
  expect(readSummary(stateDir)).toEqual(summary);
});

test('with one session asked for: it, and one of each profile', () => {
  const given = input(200);
  const home = { ...given.sessions[0]!, id: 'h', profile: 'home' };
  writeSummary(stateDir, buildSummary({ ...given, sessions: [...given.sessions.slice(0, 150), home] }));
  const read = readSummary(stateDir, 's7')!;
  expect(Object.keys(read.sessions)).toEqual(['s0', 's7', 'h']);
  expect(read.sessions.s7).toEqual(readSummary(stateDir)!.sessions.s7);
  expect(liveProfileCount(read)).toBe(2);
});

test('ST-14 nothing but the time changed → nothing is written', () => {
  const first = buildSummary(input());
  expect(writeSummary(stateDir, { ...first, at: first.at + 5000 }, first)).toBe(false);
  expect(writeSummary(stateDir, { ...first, today: { ...first.today, tokens: 6 } }, first)).toBe(true);
});

test.each(['', '{', '[]', '{"v":2,"at":1}', '{"v":1}', 'null'])('damaged or of another version: %s', (text) => {
  writeFileSync(summaryFile(stateDir), text);
  expect(readSummary(stateDir)).toBeNull();
});

test('odd types inside are absent', () => {
  writeFileSync(summaryFile(stateDir), '{"v":1,"at":1,"today":7,"profiles":{"p":null},"sessions":{"s":[],"__proto__":{}},"alerts":"x"}');
  const read = readSummary(stateDir);
  expect(read?.profiles.p?.label).toBe('');
  expect(read?.sessions.s?.usd).toBeNull();
  expect(read?.alerts).toEqual({ open: 0, top: [] });
});

test('single sessions are read as the whole is; what is missing, damaged or of another version is none', () => {
  writeSummary(stateDir, buildSummary(input()));
  const all = readSummary(stateDir)!.sessions;
  const one = readSummarySessions(stateDir)!;
  expect([one('s0'), one('s1'), one('s7'), one('__proto__'), one('toString')]).toEqual([all.s0, all.s1, null, null, null]);
  writeFileSync(summaryFile(stateDir), '{"v":1,"at":5,"sessions":{"a":7,"b":{"profile":5,"confidence":1000,"title":{"text":" "}}}}');
  const damaged = readSummarySessions(stateDir)!;
  expect([damaged('a'), damaged('b')]).toEqual([readSummary(stateDir)!.sessions.a, readSummary(stateDir)!.sessions.b]);
  for (const text of ['{"v":2,"at":5,"sessions":{"a":{}}}', '{"v":1,"sessions":{}}', '[]', '{']) {
    writeFileSync(summaryFile(stateDir), text);
    expect(readSummarySessions(stateDir)).toBeNull();
  }
});

test('ST-14: what says the same at another time is not written again, what says anything else is', () => {
  const first = buildSummary(input());
  expect(writeSummary(stateDir, first)).toBe(true);
  const later = buildSummary({ ...input(), now: 1_795_000_009_000 });
  expect(writeSummary(stateDir, later, first)).toBe(false);
  expect(readSummary(stateDir)!.at).toBe(first.at);
  // Figures of the time of writing elsewhere do not count as it.
  const other = buildSummary({ ...input(), today: { tokens: 6, usd: null, unpriced: true } });
  expect(writeSummary(stateDir, other, first)).toBe(true);
  expect(writeSummary(stateDir, { ...other, at: 7 }, other)).toBe(false);
  expect(writeSummary(stateDir, { ...other, alerts: { open: 0, top: [] } }, other)).toBe(true);
});
