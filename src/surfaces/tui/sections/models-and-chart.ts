import { separator } from '../figures.ts';
import { chartRows } from '../rows/chart.ts';
import { modelRows } from '../rows/models.ts';
import { cutWords } from '../rows/titles.ts';
import type { Line } from '../spans.ts';
import { type Drawing, rule } from './drawing.ts';

/* What tall screens have room for. */

export const CHART_ROWS = 5;

export function modelLines(drawing: Drawing): readonly Line[] {
  const { view, snapshot, plan } = drawing;
  if (plan.models.rows === 0) return [];
  const title = `MODELS${cutWords(plan.models.rows, snapshot.models.length) || `${separator(view)}this window`}`;
  return [rule(drawing, title, 'other'), ...modelRows(view, snapshot, plan.models.rows, plan.width)];
}

export function chartLines(drawing: Drawing): readonly Line[] {
  const { view, snapshot, plan } = drawing;
  if (plan.chart.rows === 0) return [];
  const minutes = snapshot.chart.workPerMinute.length;
  const title = `WORK TOKENS PER MINUTE${separator(view)}last ${minutes} min, all sessions`;
  return [rule(drawing, title, 'other'), ...chartRows(view, snapshot.chart, plan.chart.rows, plan.width)];
}
