import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { buildCapture, mergeQuota, writeCapture } from '../sessions/captures.ts';
import { readSummary } from '../sessions/summary-file.ts';
import { FollowedHome, until } from './testing-home.ts';
import { responseLine } from './testing-lines.ts';

let home: FollowedHome;
beforeEach(() => {
  home = new FollowedHome().makeFolders();
});
afterEach(() => home.remove());

const start = () => home.start({ stateDir: home.state });
const line = ({ session = 's1', ageMs = 0 } = {}) =>
  responseLine({ session, at: systemClock.now() - ageMs, branch: 'main', sidechain: false, input: 100, output: 10, read: 1000 });

function capture(
  session: string,
  used: number,
  options: { readonly alias?: string; readonly apiMs?: number; readonly dir?: string } = {},
): void {
  const now = systemClock.now();
  const configDir = options.dir ?? home.claude;
  const facts = {
    sessionId: session,
    configDir,
    version: '2.1.329',
    cwd: '/p/api',
    transcriptPath: null,
    sessionName: null,
    model: { id: 'claude-opus-5-5', name: 'Opus 5.5' },
    context: { used: 68_000, size: 200_000, percent: 34 },
    cost: { usd: 1, apiMs: options.apiMs ?? 1, durationMs: 1, linesAdded: 0, linesRemoved: 0 },
    cache: null,
    effort: 'high',
    identity: { configDir, kind: 'subscription', ...(options.alias === undefined ? {} : { alias: options.alias }) },
  };
  const reset = Math.floor(now / 1000) + 3600;
  const quota = mergeQuota(
    { five_hour: { used, resetsAt: reset }, seven_day: { used: 41, resetsAt: reset + 86_400 } },
    facts.cost.apiMs,
    null,
    now,
  );
  writeCapture(home.state, buildCapture(facts, quota, null, now, 'a line'), null);
}

describe('quota', () => {
  test('D-20, D-25, D-26: statusline captures give window, weekly, label, context and effort', async () => {
    writeFileSync(home.fileOf('s1'), line({ ageMs: 60_000 }));
    capture('s1', 62, { alias: 'work' });
    const m = start();
    await m.ready;
    const s = m.get();
    expect(s.windows).toMatchObject([{ label: 'work', source: 'official', usedPercent: { value: 62, source: 'official' }, stale: false }]);
    expect(s.accounts).toMatchObject([
      { id: 'default', label: 'work', weekly: { usedPercent: { value: 41, source: 'official' } }, sessions: 1 },
    ]);
    expect(s.sessions[0]).toMatchObject({ effort: 'high', windowSize: 200_000, points: { value: 62, source: 'measured' } });
    expect(s.accounts[0]!.window!.reserve).toBeCloseTo(s.accounts[0]!.window!.elapsedPercent - 62, 6);
    capture('s1', 64, { alias: 'work', apiMs: 2 });
    const later = await until(m, ({ windows }) => windows[0]?.usedPercent.value === 64);
    expect(later.verdict.window).toMatchObject({ usedPercent: { value: 64 }, hours: 5 });
  });

  test('D-22, D-33: two accounts have a window, a quota and shares each; tokens are added, percentages never', async () => {
    for (const session of ['s1', 's2', 's3']) writeFileSync(home.fileOf(session), line({ session, ageMs: 60_000 }));
    capture('s1', 62, { alias: 'work' });
    capture('s2', 10, { alias: 'home', dir: path.join(home.dir, 'other') });
    capture('s3', 60, { alias: 'work' });
    const m = start();
    await m.ready;
    const { accounts, windows, sessions, combined, verdict } = m.get();
    expect(accounts.map((a) => [a.label, a.sessions, a.window?.usedPercent.value])).toEqual([
      ['work', 2, 62],
      ['home', 1, 10],
    ]);
    expect(windows.reduce((sum, w) => sum + w.amounts.all, 0)).toBe(combined.all);
    expect(sessions.map((s) => [s.id, s.share, s.points.value]).sort()).toEqual([
      ['s1', 50, 31],
      ['s2', 100, 10],
      ['s3', 50, 31],
    ]);
    expect(verdict).toMatchObject({ accounts: 2, window: { label: 'work', others: 1 } });
  });

  test('the summary for the hot paths', async () => {
    writeFileSync(home.fileOf('s1'), line());
    capture('s1', 62, { alias: 'work' });
    const m = start();
    await m.ready;
    await until(m, () => readSummary(home.state) !== null);
    const summary = readSummary(home.state)!;
    expect(summary.profiles.default).toMatchObject({ label: 'work', quota: { fiveHour: { usedPercent: 62, source: 'official' } } });
    expect(summary.today.tokens).toBe(m.get().combined.today.all);
    expect(Object.keys(summary.sessions)).toEqual(['s1']);
  });
});
