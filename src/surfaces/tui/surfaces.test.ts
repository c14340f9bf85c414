import { describe, expect, test, vi } from 'vitest';
import { bar } from './bar.ts';
import { viewOf } from './figures.ts';
import { snapshotJson } from './json.ts';
import { statusLine } from './line.ts';
import { pacer } from './pacer.ts';
import { plainView } from './plain.ts';
import { aSession, aSnapshot, NOW } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { displayWidth } from './width.ts';

const view = viewOf(demoLikeSnapshot(), { ascii: false, now: NOW });

describe('progress bar, LV-54', () => {
  test.each([
    [0, '░░░░░░░░░░'],
    [9.1, '█░░░░░░░░░'],
    [49.6, '█████░░░░░'],
    [99.9, '█████████░'],
    [100, '██████████'],
    [140, '██████████'],
    [Number.NaN, '░░░░░░░░░░'],
  ])('%f %%', (value, expected) => {
    expect(bar(view, value, 10)).toBe(expected);
  });

  test('marks the elapsed part; ASCII', () => {
    expect(bar(view, 62, 10, 67.4)).toBe('██████│░░░');
    expect(bar({ ...view, ascii: true }, 62, 10, 100)).toBe('######...|');
  });
});

describe('plain view, LV-130', () => {
  test('holds every session, no escape codes, no line wider than the columns', () => {
    for (const columns of [1, 20, 40, 80, 120, 200]) {
      const text = plainView(demoLikeSnapshot(), { columns, ascii: false });
      expect(text.endsWith('\n')).toBe(true);
      expect(text).not.toMatch(/[^\P{Cc}\n]/u);
      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }
    const text = plainView(demoLikeSnapshot(), { columns: 120, ascii: false });
    for (const { name } of demoLikeSnapshot().sessions) expect(text).toContain(name);
  });

  test('0 columns are taken as 80 (LV-42); ASCII is ASCII (LV-102)', () => {
    expect(plainView(demoLikeSnapshot(), { columns: 0, ascii: false })).toBe(plainView(demoLikeSnapshot(), { columns: 80, ascii: false }));
    expect(plainView(demoLikeSnapshot(), { columns: 120, ascii: true })).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

describe('status line, LV-20 and LV-134', () => {
  test('0 columns are taken as 80 (LV-42); while history is read no sum is said (LV-35)', () => {
    expect(statusLine(demoLikeSnapshot(), { columns: 0, ascii: false })).toBe(
      statusLine(demoLikeSnapshot(), { columns: 80, ascii: false }),
    );
    const demo = demoLikeSnapshot();
    const line = statusLine({ ...demo, ingest: { ...demo.ingest, reading: true } }, { columns: 200, ascii: false });
    expect(line.endsWith(' · — tok/min · — window · — today')).toBe(true);
  });

  test('the example', () => {
    expect(statusLine(demoLikeSnapshot(), { columns: 200, ascii: false })).toBe(
      '2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20 · 6,384 tok/min HIGH · $28.67 window · $38.08 today',
    );
  });

  test.each([
    [120, '2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20 · 6,384 tok/min HIGH · $28.67 window'],
    [80, '2 need you · 2 working · 1 your turn · 5h 62 % resets 15:20 · $28.67 window'],
    [40, '2 need you · 2 working · 5h 62 %'],
    [20, '2! 2● 1✓ 62%'],
  ])('fits %i columns', (columns, expected) => {
    expect(statusLine(demoLikeSnapshot(), { columns, ascii: false })).toBe(expected);
  });
});

describe('JSON, LV-132', () => {
  test('times are RFC 3339, cost dollars, unknown null', () => {
    const json = snapshotJson(aSnapshot({ sessions: [aSession({ window: { ...aSession().window, cost: null }, lastAt: null })] }));
    expect(json.takenAt).toBe('2026-11-20T13:42:10.000Z');
    expect(json.sessions[0]).toMatchObject({ window: { costUSD: null }, lastAt: null, sharePercent: null });
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  });

  test('the top-level keys are stable', () => {
    expect(Object.keys(snapshotJson(demoLikeSnapshot()))).toEqual([
      'schemaVersion',
      'takenAt',
      'timezone',
      'verdict',
      'accounts',
      'windows',
      'combined',
      'sessions',
      'projects',
      'models',
      'warnings',
      'meta',
    ]);
    expect(snapshotJson(demoLikeSnapshot()).verdict).toMatchObject({
      needsYou: 2,
      working: 2,
      yourTurn: 1,
      failed: 0,
      limited: 0,
      active: 5,
    });
  });
});

test('a thousand changes in a second are at most eleven frames, the first at once, the last one drawn (LV-110)', () => {
  vi.useFakeTimers();
  let value = 0;
  const drawn: number[] = [];
  const paced = pacer(() => drawn.push(value), 100);
  for (value = 1; value <= 1000; value++) {
    paced.request();
    vi.advanceTimersByTime(1);
  }
  value = 1000;
  vi.advanceTimersByTime(200);
  expect(drawn[0]).toBe(1);
  expect(drawn.length).toBeLessThanOrEqual(12);
  expect(drawn.at(-1)).toBe(1000);
  paced.stop();
  vi.useRealTimers();
});
