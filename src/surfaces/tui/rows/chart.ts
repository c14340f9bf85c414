import type { Chart } from '../../../monitor/snapshot.ts';
import { columnsChart, thinned } from '../bar.ts';
import { clock, plainLines, say, short, type View } from '../figures.ts';
import { clip, type Line, line, padStart } from '../spans.ts';

const AXIS_WIDTH = 6;
/** Chart, base line, times. */
const OTHER_LINES = 2;
const MINUTE_MS = 60_000;

/** The least of 1, 2, 5 × 10ⁿ that is not below the values: an axis end that can be read. */
export function axisEnd(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= most) ?? power * 10;
}

/** Work tokens per minute over the chart's minutes, in `rows` lines (LV-58). */
export function chartRows(view: View, chart: Chart, rows: number, width: number): readonly Line[] {
  const height = rows - OTHER_LINES;
  const room = Math.min(chart.workPerMinute.length, width - AXIS_WIDTH - 1);
  if (height < 1 || room < 10) return [];
  const values = thinned(chart.workPerMinute, room);
  const most = axisEnd(Math.max(...values));
  const [tick, zero, rule, side] = plainLines(view) ? ['+', '+', '-', '|'] : ['┤', '┼', '─', '│'];
  const drawn = columnsChart(view, values, height, most).map((cells, index) =>
    line(`${padStart(index === 0 ? short(view, most).replace('.0', '') : '', AXIS_WIDTH - 2)} ${index === 0 ? tick : side}${cells}`),
  );
  const from = chart.from;
  const to = chart.from + chart.workPerMinute.length * MINUTE_MS;
  const times = [0, 0.25, 0.5, 0.75].map((part) => ({ at: Math.round(part * room), text: clock(view, from + part * (to - from)) }));
  const last = clock(view, to - MINUTE_MS);
  let labels = ' '.repeat(AXIS_WIDTH);
  for (const { at, text } of times) if (labels.length <= AXIS_WIDTH + at) labels = `${labels.padEnd(AXIS_WIDTH + at)}${text}`;
  labels = `${labels.padEnd(AXIS_WIDTH + room - last.length)}${last}`;
  return [...drawn, line(`${padStart('0', AXIS_WIDTH - 2)} ${zero}${rule.repeat(room)}`), line(say(view, labels))].map((each) =>
    clip(each, width),
  );
}
