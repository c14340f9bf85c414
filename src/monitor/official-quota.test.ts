import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { OfficialSample } from '../sessions/captures.ts';
import { OfficialQuota } from './official-quota.ts';
import { readSamples, writeSamples } from './quota-file.ts';
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

test('D-31: what was remembered goes on after a restart', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-quota-'));
  try {
    const quota = new OfficialQuota();
    quota.learn([said(50, '12:40:00', '15:20:00'), said(62, '13:40:00', '15:20:00'), said(9, '10:00:00', '14:00:00')], work, NOW);
    expect(writeSamples(dir, quota.samples(), NOW)).toBe(true);
    const kept = readSamples(dir, NOW);
    // An hour's slope needs no older ones.
    expect(kept.map(({ account, label, used }) => [account, label, used])).toEqual([
      ['default', 'work', 50],
      ['default', 'work', 62],
    ]);
    const after = new OfficialQuota(kept);
    expect(
      after
        .fiveHour()
        .get('default')
        ?.map(({ used }) => used),
    ).toEqual([50, 62]);
    expect(after.learn([said(62, '13:40:00', '15:20:00')], work, NOW)).toBe(false);
    expect(readSamples(dir, at('15:20:00'))).toEqual([]);
    writeFileSync(join(dir, 'quota.json'), '{"v":1,"samples":[{"account":"a","label":"a","used":"1e9","resetsAt":1,"seenAt":1},7,null]}');
    expect(readSamples(dir, NOW)).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
