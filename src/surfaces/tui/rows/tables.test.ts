import { describe, expect, test } from 'vitest';
import { columnsChart, sparkline, thinned } from '../bar.ts';
import { viewOf } from '../figures.ts';
import { textOf } from '../spans.ts';
import { amountsOf, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { displayWidth } from '../width.ts';
import { axisEnd, chartRows } from './chart.ts';
import { kindRows, modelRows } from './models.ts';
import { projectRows, sortedProjects } from './projects.ts';

const demo = demoLikeSnapshot();
const view = viewOf(demo, { ascii: false, now: NOW });
const ascii = { ...view, ascii: true };
const HOUR = 3_600_000;

describe('the chart of two hours, LV-58', () => {
  const chart = { from: NOW - 2 * HOUR, workPerMinute: Array.from({ length: 120 }, (_, minute) => minute * 10) };
  const rows = (width: number, how = view, height = 5) => chartRows(how, chart, height, width).map(textOf);

  test.each([
    [0, 1],
    [1, 1],
    [1.1, 2],
    [2.1, 5],
    [5.1, 10],
    [999, 1000],
    [1000, 1000],
    [1001, 2000],
    [6400, 10_000],
  ])('the axis above %d ends at %d', (most, end) => expect(axisEnd(most)).toBe(end));

  test('a line of ticks, the zero line, times below', () => {
    const drawn = rows(127);
    expect(drawn).toHaveLength(5);
    expect(drawn[0]).toMatch(/^ {2}2K ┤ /);
    expect(drawn[1]).toMatch(/^ {4} │/);
    expect(drawn[3]).toBe(`   0 ┼${'─'.repeat(120)}`);
    expect(drawn[4]).toBe(`      11:42${' '.repeat(25)}12:12${' '.repeat(25)}12:42${' '.repeat(25)}13:12${' '.repeat(20)}13:41`);
    expect(rows(127, ascii)[3]).toBe(`   0 +${'-'.repeat(120)}`);
  });

  test.each([
    ['127', 127, view],
    ['48', 48, view],
    ['48 with am and pm', 48, { ...view, hour12: true }],
    ['28', 28, view],
    ['17', 17, view],
    ['an hour after midnight', 60, { ...view, now: NOW - 13 * HOUR }],
  ])('times below never touch nor reach over the edge: %s columns', (_, width, how) => {
    const shifted = { ...chart, from: how.now - 2 * HOUR };
    const below = textOf(chartRows(how, shifted, 5, width).at(-1)!);
    expect(displayWidth(below)).toBeLessThanOrEqual(width - 1);
    expect(below).not.toMatch(/\d\d:\d\d\d|m\d|…/);
    expect(below).toMatch(/\d:\d\d(?: [ap]m)?$/);
  });

  test('no chart where it would have no height or hardly a column', () => {
    expect(rows(127, view, 2)).toEqual([]);
    expect(rows(16)).toEqual([]);
    expect(rows(17)).toHaveLength(5);
  });

  test('minutes without use are the lowest bars of a line, and empty in a chart', () => {
    expect(sparkline(view, [0, 0, 0])).toBe('▁▁▁');
    expect(sparkline(ascii, [0, 5, 10])).toBe('_=#');
    expect(columnsChart(view, [0, 5, 10, 40], 1, 10)).toEqual([' ▄██']);
    expect(columnsChart(view, [0, 5, 10], 2, 10)).toEqual(['  █', ' ██']);
    expect(thinned([1, 9, 2, 3], 2)).toEqual([9, 3]);
  });
});

describe('models, LV-58', () => {
  const model = (name: string, all: number) => ({ model: name, window: amountsOf([0, all, 0, 0, 0], 1), share: 50, sessions: 1 });
  const models = [model('claude-c', 10), model('claude-a', 10), model('claude-d', 20), model('claude-b', 10)];
  const rows = (width: number) => modelRows(view, { ...demo, models }, 3, width).map(textOf);

  test('by tokens, then by name, the first that fit', () => {
    expect(rows(80)).toEqual([
      ' d  20 tokens  50%  $1.00  1 session',
      ' a  10 tokens  50%  $1.00  1 session',
      ' b  10 tokens  50%  $1.00  1 session',
    ]);
    expect(rows(60)).toEqual([' d  20  50%  $1.00', ' a  10  50%  $1.00', ' b  10  50%  $1.00']);
  });

  test('tokens by kind; while history is read none of them (LV-35)', () => {
    const [heading, input] = kindRows(view, demo, 60).map(textOf);
    expect(heading).toBe('                     window       today');
    expect(input).toBe(' input               95,360      95,360');
    expect(
      kindRows({ ...view, complete: false }, demo, 60)
        .map(textOf)
        .slice(1),
    ).toEqual(
      ['input', 'output', 'cache write 5m', 'cache write 1h', 'cache read', 'all', 'requests'].map(
        (kind) => ` ${kind.padEnd(14)}       —       —`,
      ),
    );
  });
});

describe('projects, LV-55', () => {
  const base = demo.projects[0]!;
  const project = (path: string, share: number | null, all: number) => ({
    ...base,
    name: path.slice(1),
    path,
    share,
    window: amountsOf([0, all, 0, 0, 0], 1),
  });

  test('by share, unknown ones last, then by tokens, then by path; two of one path stay as they came', () => {
    const projects = [
      project('/c', null, 5),
      project('/a', null, 5),
      project('/d', 0, 1),
      project('/b', null, 9),
      { ...project('/a', null, 5), name: 'a2' },
    ];
    expect(sortedProjects({ ...demo, projects }).map(({ name }) => name)).toEqual(['d', 'b', 'a', 'a2', 'c']);
    expect(sortedProjects({ ...demo, projects: projects.toReversed() }).map(({ name }) => name)).toEqual(['d', 'b', 'a2', 'a', 'c']);
  });

  test('a start that is not known is left out; a path is cut in its middle (LV-45)', () => {
    const long = { ...base, name: 'work/clients/northwind/services/orders-db', startedAt: null };
    const rows = (width: number) => projectRows(view, { ...demo, projects: [long] }, 'medium', 8, width).map(textOf);
    expect(rows(100)).toEqual([' work/clients/northw…d/services/orders-db  15,058,155 tok   62%  $17.70  1/1 active  HIGH']);
    expect(rows(64)[0]).toMatch(/^ work\S*…\S*db {2}15,058,155 tok/);
  });
});
