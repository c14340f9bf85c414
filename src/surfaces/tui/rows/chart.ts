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
  return ([1, 2, 5].find((step) => step * power >= most) ?? 10) * power;
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
  const axis = line(`${padStart('0', AXIS_WIDTH - 2)} ${zero}${rule.repeat(room)}`);
  return [...drawn, axis, line(say(view, timesBelow(view, chart, room)))].map((each) => clip(each, width));
}

/** The times of the quarters below `room` minutes' columns and the last minute's at the right edge, each with a blank before it: one without room is left out. */
function timesBelow(view: View, { from, workPerMinute }: Chart, room: number): string {
  const length = workPerMinute.length * MINUTE_MS;
  const last = clock(view, from + length - MINUTE_MS);
  const lastAt = AXIS_WIDTH + room - last.length;
  let labels = ' '.repeat(AXIS_WIDTH - 1);
  for (const part of [0, 0.25, 0.5, 0.75]) {
    const at = AXIS_WIDTH + Math.round(part * room);
    const text = clock(view, from + part * length);
    if (labels.length < at && at + text.length < lastAt) labels = `${labels.padEnd(at)}${text}`;
  }
  return `${labels.padEnd(lastAt)}${last}`;
}
