import { expect, test } from 'vitest';
import type { OfficialSample } from '../sessions/captures.ts';
import { Accounts } from './accounts.ts';
import { OfficialQuota } from './official-quota.ts';
import { at, NOW } from './testing.ts';

const identity = (configDir: string, kind = 'subscription', alias?: string) => ({
  configDir,
  kind,
  ...(alias === undefined ? {} : { alias }),
});
const said = (usedPercent: number, seen: string, resets: string, more: Partial<OfficialSample> = {}): OfficialSample => ({
  sessionId: 's1',
  identity: identity('/h/.claude'),
  configDir: '/h/.claude',
  name: 'five_hour',
  usedPercent,
  resetsAt: at(resets),
  at: at(seen),
  ...more,
});
const work = () => ({ account: 'default', label: 'work' });

test('D-20: statements of two terminals are remembered; what cannot be true is not', () => {
  const quota = new OfficialQuota();
  expect(quota.learn([said(62, '12:00:00', '15:20:00')], work, NOW)).toBe(true);
  expect(quota.learn([said(62, '12:00:00', '15:20:00')], work, NOW)).toBe(false);
  expect(quota.learn([said(58, '12:01:00', '15:20:00', { sessionId: 's2' }), said(3, '12:02:00', '20:20:00')], work, NOW)).toBe(true);
  const samples = quota.fiveHour().get('default')!;
  expect(samples.map((s) => s.used)).toEqual([62, 58]);
  const open = {
    start: at('10:20:00'),
    end: at('15:20:00'),
    source: 'official' as const,
    uncertaintyMinutes: 0,
    usedPercent: 62,
    usedPercentAt: NOW,
  };
  expect(quota.quotas(() => open).get('default')).toMatchObject({ label: 'work', weekly: null, samples: [{ used: 62 }, { used: 58 }] });
  expect(quota.quotas(() => null).get('default')).toMatchObject({ samples: [] });
});

test('D-25: the weekly window', () => {
  const quota = new OfficialQuota();
  quota.learn([said(41, '13:42:00', '15:00:00', { name: 'seven_day', resetsAt: at('09:00:00') + 4 * 86_400_000 })], work, NOW);
  expect(quota.quotas(() => null).get('default')!.weekly).toMatchObject({ usedPercent: 41, end: at('09:00:00') + 4 * 86_400_000 });
  expect(quota.fiveHour().get('default')).toEqual([]);
});

test('D-4: one account is the default one; two are told apart by directory and kind', () => {
  const accounts = new Accounts();
  const claim = (sessionId: string, dir: string, kind?: string, alias?: string) => ({
    sessionId,
    configDir: dir,
    identity: identity(dir, kind, alias),
  });
  expect(accounts.learn([claim('s1', '/h/.claude', 'subscription', 'work'), claim('s2', '/h/.claude', 'subscription', 'work')])).toBe(
    false,
  );
  expect([accounts.of('s1'), accounts.of('s9')]).toEqual([
    { account: 'default', label: 'work' },
    { account: 'default', label: 'default' },
  ]);
  expect(accounts.learn([claim('s1', '/h/.claude'), claim('s2', '/h/.claude-home')])).toBe(true);
  expect(accounts.of('s1').account).not.toBe(accounts.of('s2').account);
  expect(accounts.of('s2').label).toBe('claude-home');
  expect(accounts.learn([claim('s1', '/h/.claude'), claim('s2', '/h/.claude-home')])).toBe(false);
});
