import { expect, test } from 'vitest';
import type { FinishedWindow } from '../usage/limit.ts';
import type { Window } from '../usage/window.ts';
import { buildSnapshot } from './build.ts';
import { anEvent, anInput, at, NOW, SNAPSHOT_OPTIONS } from './testing.ts';
import { verdictText } from './verdict.ts';

test('D-34: use beyond the usual peak or the plan is said as > 100 %, not as 100 %; what the guess is taken from stands beside it', () => {
  const window: Window = {
    start: at('10:20:00'),
    end: at('15:20:00'),
    source: 'estimated',
    uncertaintyMinutes: 10,
    usedPercent: null,
    usedPercentAt: null,
  };
  const tokens = (output: number) => ({ input: 0, output, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 });
  const finished = Array.from(
    { length: 10 },
    (_, back): FinishedWindow => ({ end: window.start - back * 18_000_000, tokens: tokens(100) }),
  );
  const said = (output: number, plan: 'pro' | null = null) => {
    const events = [anEvent({ at: at('12:00:00'), tokens: tokens(output) })];
    const windows = [{ account: 'default', windows: [window], finished }];
    const { verdict } = buildSnapshot(anInput(events, { windows, options: { ...SNAPSHOT_OPTIONS, plan } }));
    return verdictText(verdict, { width: 400, now: NOW, zone: 'UTC' });
  };
  expect(said(62)).toContain('5h ≈ 62 % of your usual peak (estimated)');
  expect(said(100)).toContain('5h ≈ 100 % of your usual peak (estimated)');
  expect(said(131)).toContain('5h > 100 % of your usual peak (estimated)');
  expect(said(131, 'pro')).toContain('5h ≈ 0.7 % of your plan (estimated)');
  expect(said(20_000, 'pro')).toContain('5h > 100 % of your plan (estimated)');
});
