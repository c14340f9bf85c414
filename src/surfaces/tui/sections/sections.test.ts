import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../monitor/snapshot.ts';
import { frame, planOf } from '../frame.ts';
import type { FrameOptions } from '../frame-options.ts';
import { line, textOf } from '../spans.ts';
import { aSession, aSnapshot, aWarning } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';

const BASE = { ascii: false, compact: false, emoji: false };
const demo = demoLikeSnapshot();
const drawn = (columns: number, rows: number, snapshot: Snapshot = demo, more: Partial<FrameOptions> = {}) =>
  frame(snapshot, { ...BASE, columns, rows, ...more }).map(textOf);
const title = (lines: readonly string[], name: string) => lines.find((text) => text.startsWith(`── ${name}`))?.replace(/ ─+$/, '');

describe('an empty list says why', () => {
  const empty = (more: Partial<FrameOptions>, reading = false) => {
    const snapshot = aSnapshot({ ingest: { ...demo.ingest, reading } });
    return drawn(80, 24, snapshot, more)[2];
  };
  test('nothing runs, nothing passes the filter, or history is read (LV-35, LV-81)', () => {
    expect(empty({})).toBe(' no session is running or in the window');
    expect(empty({ entries: [], filtered: '0 of 7 sessions' })).toBe(' no session passes the filter');
    expect(empty({ entries: [], filtered: '0 of 7 sessions' }, true)).toBe(' reading history');
  });
});

describe('the chosen row', () => {
  const row = (columns: number, more: Partial<FrameOptions> = {}) => {
    const lines = frame(demo, { ...BASE, columns, rows: 24, selected: demo.sessions[3]!.id, ...more });
    return lines.find((spans) => textOf(spans).includes('migrate-orders') && spans.some(({ selected }) => selected))!;
  };
  test('stands out over its whole width, with > where there is an edge for it', () => {
    expect(textOf(row(80))).toMatch(/^> ●W migrate-orders /);
    expect(textOf(row(80))).toHaveLength(80);
    expect(row(80).every(({ selected }) => selected)).toBe(true);
    expect(textOf(row(40))).toMatch(/^●W migrate-orders /);
    expect(textOf(row(80, { ascii: true }))).toMatch(/^> {2}W migrate-orders /);
  });
});

describe('warnings without room are counted, LV-43', () => {
  const many = Array.from({ length: 15 }, (_, index) => aSession({ id: String(index) }));
  const said = (warnings: number) => {
    const all = Array.from({ length: warnings }, (_, index) => aWarning(`w${index}`));
    return title(drawn(80, 24, { ...demo, sessions: many, projects: [], warnings: all }), 'COMBINED');
  };
  test('by their number beside combined usage, none when there are none', () => {
    expect(said(2)).toBe('── COMBINED USAGE · 5 h window, work · 2 warnings');
    expect(said(1)).toBe('── COMBINED USAGE · 5 h window, work · 1 warning');
    expect(said(0)).toBe('── COMBINED USAGE · 5 h window, work');
  });

  test('not while one section has the screen to itself', () => {
    expect(title(drawn(80, 24, demo, { zoomed: 'combined' }), 'COMBINED')).toBe('── COMBINED USAGE · 5 h window, work');
  });
});

describe('sections on low and narrow screens', () => {
  test('one section alone has no title where titles have no room', () => {
    const projects = (rows: number) => drawn(80, rows, demo, { zoomed: 'projects' }).slice(1, 3);
    expect(projects(10)[0]).toMatch(/^ orders-db +15,058,155 tok/);
    expect(projects(12)[0]).toMatch(/^── PER-PROJECT BREAKDOWN ─/);
    expect(projects(12)[1]).toMatch(/^ orders-db /);
  });

  test('warnings in one line: a single one as it is, several by their number and the worst (LV §4)', () => {
    const folded = (count: number) => {
      const warnings = Array.from({ length: count }, (_, index) => aWarning(`warning ${index}`));
      return drawn(80, 24, { ...demo, warnings }, { compact: true }).find((text) => text.startsWith(' ! '));
    };
    expect([folded(0), folded(1), folded(3)]).toEqual([undefined, ' ! warning 0', ' ! 3 warnings: warning 0']);
  });

  test('one that is only a note has its sign', () => {
    const warnings = [aWarning('a note', { severity: 'info', level: 'info' })];
    expect(drawn(80, 24, { ...demo, warnings }, { compact: true })).toContain(' i a note');
  });
});

describe('details and chart', () => {
  test('the lines below the list are asked for only where they are drawn', () => {
    let asked = 0;
    const below = { count: 2, lines: () => [line(` asked ${++asked}`), line(' second'), line(' third')] };
    const selected = demo.sessions[3]!.id;
    const lines = drawn(120, 40, demo, { below, selected });
    expect(title(lines, 'DETAILS')).toBe('── DETAILS · migrate-orders');
    expect(lines.filter((text) => / asked| second| third/.test(text))).toEqual([' asked 1', ' second']);
    expect(title(drawn(120, 40, demo, { below, selected: 'gone' }), 'DETAILS')).toBe('── DETAILS');
    expect(title(drawn(120, 40, demo, { below: null, selected }), 'DETAILS')).toBeUndefined();
    expect(title(drawn(80, 24, demo, { below, selected }), 'DETAILS')).toBeUndefined();
    expect(asked).toBe(2);
  });

  test('without minutes there is no chart, and no room is kept for it', () => {
    const without = { ...demo, chart: { from: 0, workPerMinute: [] } };
    expect(title(drawn(120, 60), 'WORK TOKENS')).toBe('── WORK TOKENS PER MINUTE · last 120 min, all sessions');
    expect(title(drawn(120, 60, without), 'WORK TOKENS')).toBeUndefined();
    expect(planOf(without, { ...BASE, columns: 120, rows: 60 }).chart).toEqual({ title: false, rows: 0 });
  });
});
