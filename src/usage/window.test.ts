import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptSample,
  elapsedPercent,
  estimateWindows,
  FIVE_HOURS_MS,
  gaps,
  officialWindows,
  openWindow,
  reserve,
  type Window,
  windowFloorMs,
} from './window.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (time: string, date = '2026-11-20') => Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`);
const sample = (seen: string, used: number, resets: string) => ({ used, seenAt: at(seen), resetsAt: at(resets) });
const requests = (...times: string[]) => times.map((time) => ({ at: at(time) }));
const edges = (windows: readonly { start: number; end: number }[]) =>
  windows.map((w) => [new Date(w.start).toISOString().slice(11, 16), new Date(w.end).toISOString().slice(11, 16)]);
const window = (start: string, end: string, usedPercent: number | null = null): Window => ({
  start: at(start),
  end: at(end),
  source: 'official',
  uncertaintyMinutes: 0,
  usedPercent,
  usedPercentAt: usedPercent === null ? null : at(start),
});

describe('official windows', () => {
  test('D-20: two terminals, the third sample is 8 h 18 min ahead', () => {
    const samples = [sample('12:00', 62, '15:20'), sample('12:01', 58, '15:20'), sample('12:02', 3, '20:20')];
    expect(acceptSample(samples[2]!)).toBeNull();
    const windows = officialWindows(samples);
    expect(windows).toEqual([
      { start: at('10:20'), end: at('15:20'), source: 'official', uncertaintyMinutes: 0, usedPercent: 62, usedPercentAt: at('12:00') },
    ]);
    expect(openWindow(windows, at('15:20'))).toBeNull();
  });

  test('D-20: 15:25 {1, →20:20} is a new window at 1 %', () => {
    const windows = officialWindows([sample('15:25', 1, '20:20'), sample('12:00', 62, '15:20')]);
    expect(edges(windows)).toEqual([
      ['10:20', '15:20'],
      ['15:20', '20:20'],
    ]);
    expect(openWindow(windows, at('15:25'))?.usedPercent).toBe(1);
  });

  test('D-20: what is rejected and what is clamped', () => {
    expect(acceptSample(sample('12:00', 1_776_153_600, '15:20'))).toBeNull();
    for (const used of [Number.NaN, -1, 100.6, Number.POSITIVE_INFINITY]) expect(acceptSample(sample('12:00', used, '15:20'))).toBeNull();
    expect(acceptSample(sample('12:00', 100.5, '15:20'))?.used).toBe(100);
    expect(acceptSample(sample('12:00', 0, '15:20'))?.used).toBe(0);
    expect(acceptSample(sample('15:20', 5, '15:20'))).toBeNull();
    expect(acceptSample({ used: 5, seenAt: Number.NaN, resetsAt: 1 })).toBeNull();
    expect(acceptSample(sample('10:10', 5, '15:20'))).not.toBeNull();
    expect(acceptSample(sample('10:09:59', 5, '15:20'))).toBeNull();
  });

  test('D-20: resets at most 60 s apart are one window, its end as first seen; more apart are two, the newer wins', () => {
    const windows = officialWindows([sample('12:05', 40, '15:20:50'), sample('12:00', 30, '15:20:10'), sample('12:06', 40, '15:20:30')]);
    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({ end: at('15:20:10'), usedPercent: 40, usedPercentAt: at('12:06') });
    const two = officialWindows([sample('12:00', 30, '15:20'), sample('14:00', 4, '18:00')]);
    expect(edges(two)).toEqual([
      ['10:20', '13:00'],
      ['13:00', '18:00'],
    ]);
    expect(openWindow(two, at('14:30'))?.usedPercent).toBe(4);
  });

  test('D-20: the end does not depend on the order of the samples', () => {
    const samples = [sample('12:00', 30, '15:20:10'), sample('12:00', 31, '15:20:05'), sample('12:01', 30, '15:20:40')];
    expect(officialWindows(samples)).toEqual(officialWindows([...samples].reverse()));
  });

  test('D-25: weekly windows up to 7 d 1 h ahead, none without a sample', () => {
    const weekly = { used: 40, seenAt: at('12:00'), resetsAt: at('13:00', '2026-11-27') };
    expect(acceptSample(weekly, 'weekly')).toEqual(weekly);
    expect(acceptSample({ ...weekly, resetsAt: weekly.resetsAt + 1 }, 'weekly')).toBeNull();
    expect(officialWindows([weekly], 'weekly')[0]).toMatchObject({ start: at('13:00'), usedPercent: 40 });
    expect(officialWindows([], 'weekly')).toEqual([]);
  });
});

describe('estimated windows', () => {
  test('D-21: four requests on 2026-11-20', () => {
    const windows = estimateWindows(requests('09:07:31', '11:50', '14:05', '14:12:10'));
    expect(edges(windows)).toEqual([
      ['09:00', '14:00'],
      ['14:00', '19:00'],
    ]);
    expect(windows[0]).toMatchObject({ source: 'estimated', uncertaintyMinutes: 10, usedPercent: null, usedPercentAt: null });
  });

  test('D-21: the hour floor before 2026-04-23', () => {
    const windows = estimateWindows([{ at: at('10:55:30', '2026-03-10') }]);
    expect(edges(windows)).toEqual([['10:00', '15:00']]);
    expect(windows[0]!.uncertaintyMinutes).toBe(60);
    expect([windowFloorMs(at('00:00', '2026-04-23') - 1), windowFloorMs(at('00:00', '2026-04-23'))]).toEqual([HOUR, 10 * MINUTE]);
  });

  test('D-21: a request at exactly 14:00:00.000 opens the next window', () => {
    expect(edges(estimateWindows(requests('09:07:31', '14:00')))).toEqual([
      ['09:00', '14:00'],
      ['14:00', '19:00'],
    ]);
  });

  test('D-21: an official window cuts the estimate beside it', () => {
    const official = officialWindows([sample('14:20', 20, '19:10')]);
    const windows = estimateWindows(requests('09:07:31', '11:50', '14:05', '14:12:10'), {}, official);
    expect(edges(windows)).toEqual([
      ['09:00', '14:00'],
      ['14:00', '14:10'],
      ['14:10', '19:10'],
    ]);
    expect(windows.map((w) => w.source)).toEqual(['estimated', 'estimated', 'official']);
  });

  test('D-21: the estimate after an official window starts no earlier than that ended', () => {
    expect(edges(estimateWindows(requests('15:24'), {}, [window('10:25', '15:25'), window('20:00', '23:00')]))).toEqual([
      ['10:25', '15:25'],
      ['20:00', '23:00'],
    ]);
    expect(edges(estimateWindows(requests('15:28'), {}, [window('10:25', '15:25')]))).toEqual([
      ['10:25', '15:25'],
      ['15:25', '20:25'],
    ]);
  });

  test('D-21: `window.floor` and `window.hours`, even a length below the floor', () => {
    expect(edges(estimateWindows(requests('10:55:30'), { floorMs: HOUR, lengthMs: 3 * HOUR }))).toEqual([['10:00', '13:00']]);
    expect(edges(estimateWindows(requests('10:55:30'), { floorMs: () => HOUR, lengthMs: HOUR / 2 }))).toEqual([['10:30', '11:00']]);
  });

  test('D-22: two accounts have a window each; tokens add up, percentages do not', () => {
    const a = openWindow(officialWindows([sample('12:00', 62, '15:20')]), at('12:30'))!;
    const b = openWindow(officialWindows([sample('12:00', 10, '16:00')]), at('12:30'))!;
    expect([a.usedPercent, b.usedPercent]).toEqual([62, 10]);
    expect(a.end).not.toBe(b.end);
    expect(openWindow([a], b.end - 1)).toBeNull();
  });

  test('D-21, D-22: windows never overlap, are in order and hold every request exactly once', () => {
    const start = at('00:00', '2026-04-22');
    const instant = fc
      .integer({ min: 0, max: 4 * 24 * 60 })
      .chain((m) => fc.integer({ min: 0, max: 59_999 }).map((ms) => start + m * MINUTE + ms));
    const samples = fc.array(
      fc
        .record({ used: fc.nat(100), seenAt: instant, ahead: fc.integer({ min: 1, max: 320 }) })
        .map((s) => ({ ...s, resetsAt: s.seenAt + s.ahead * MINUTE })),
      { maxLength: 12 },
    );
    const options = fc.record(
      { floorMs: fc.constantFrom(MINUTE, 10 * MINUTE, HOUR), lengthMs: fc.constantFrom(HOUR / 2, 2 * HOUR, FIVE_HOURS_MS) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(instant, { maxLength: 60 }), samples, options, (times, seen, chosen) => {
        const official = officialWindows(seen);
        const windows = estimateWindows(
          times.map((t) => ({ at: t })),
          chosen,
          official,
        );
        for (const [i, w] of windows.entries()) {
          expect(w.start).toBeLessThan(w.end);
          if (i > 0) expect(w.start).toBeGreaterThanOrEqual(windows[i - 1]!.end);
        }
        for (const t of times) expect(windows.filter((w) => w.start <= t && t < w.end)).toHaveLength(1);
        expect(windows.filter((w) => w.source === 'official')).toEqual(official);
        for (const w of windows) {
          if (w.source === 'estimated') expect(times.some((t) => w.start <= t && t < w.end)).toBe(true);
        }
        for (const gap of gaps(windows)) expect(times.some((t) => gap.start <= t && t < gap.end)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('gaps and pace', () => {
  test('D-23: at least an hour without an open window', () => {
    expect(edges(gaps([window('14:10', '19:10'), window('22:50', '23:50')]))).toEqual([['19:10', '22:50']]);
    expect(gaps([window('09:00', '14:00'), window('14:00', '19:00')])).toEqual([]);
    expect(gaps([window('09:00', '14:00'), window('14:50', '19:50')])).toEqual([]);
    expect(edges(gaps([window('09:00', '14:00'), window('15:00', '20:00')]))).toEqual([['14:00', '15:00']]);
  });

  test('D-26: 5.4 points in reserve at 13:42:10', () => {
    const w = window('10:20', '15:20', 62);
    expect(elapsedPercent(w, at('13:42:10')).toFixed(1)).toBe('67.4');
    expect(reserve(w, at('13:42:10'))!.toFixed(1)).toBe('5.4');
    expect(reserve({ ...w, usedPercent: 80 }, at('13:42:10'))!.toFixed(1)).toBe('-12.6');
    expect(reserve(w, at('10:28:59'))).toBeNull();
    expect(reserve(w, at('10:29'))).not.toBeNull();
    expect(reserve({ ...w, usedPercent: null }, at('13:42:10'))).toBeNull();
    expect(elapsedPercent(w, at('23:00'))).toBe(100);
  });
});

const blocks = path.resolve('../shared/fixtures/peer-cases/08-session-blocks');
describe.skipIf(!existsSync(blocks))('peer case 08-session-blocks, our answer', () => {
  const right: Record<string, [string, string, number | string][]> = existsSync(blocks)
    ? JSON.parse(readFileSync(path.join(blocks, 'tidemark.json'), 'utf8')).windows
    : {};
  test.each(Object.keys(right).filter((name) => existsSync(path.join(blocks, name))))('D-21, D-23: %s', (name) => {
    const times = readFileSync(path.join(blocks, name, 'claude/projects/p/s.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((l) => ({ at: Date.parse(JSON.parse(l).timestamp) }));
    const hours = Number(/with-(\d)h-length|-(\d)h-length/.exec(name)?.[1] ?? 5);
    const windows = estimateWindows(times, { lengthMs: hours * HOUR });
    const iso = (ms: number) => new Date(ms).toISOString();
    const rows = [
      ...windows.map((w) => ({
        at: w.start,
        row: [iso(w.start), iso(w.end), times.filter((t) => w.start <= t.at && t.at < w.end).length],
      })),
      ...gaps(windows).map((g) => ({ at: g.start, row: ['gap', iso(g.start), iso(g.end)] })),
    ];
    expect(rows.sort((a, b) => a.at - b.at).map((r) => r.row)).toEqual(right[name]);
  });

  test('D-21: floor-to-hour if the same minute were in 2026-11', () => {
    expect(edges(estimateWindows(requests('10:55:30')))).toEqual([['10:50', '15:50']]);
  });
});
