import { bar, sparkline, thinned } from '../../bar.ts';
import { clock, percent, say, short, unknown, type View } from '../../figures.ts';
import { type Line, padEnd, span } from '../../spans.ts';
import type { Detailed } from './detailed.ts';
import { field, LABEL_WIDTH } from './field.ts';

/** Context: how full, of what size, its history, compactions (LV-61). */
export function contextLines(view: View, { session, detail }: Detailed, width: number): readonly Line[] {
  const value = session?.contextPercent.value ?? null;
  const size = session?.windowSize ?? detail?.windowSize ?? null;
  const room = Math.max(8, Math.min(30, width - LABEL_WIDTH - 39));
  const of = size === null ? '' : ` of ${short(view, size)}`;
  const near = value !== null && value >= 80 ? 'attention' : undefined;
  const lines: Line[] = [
    value === null
      ? field(view, 'context', unknown(view))
      : [
          span(` ${padEnd('context', LABEL_WIDTH)}`, 'dim'),
          span(`${bar(view, value, room)} ${percent(view, value)}`, near),
          span(of),
          span(near === undefined ? '' : say(view, ' · compaction near'), 'attention'),
        ],
  ];
  if (detail === null || detail.contextHistory.length < 2) return lines;
  const { count, lastAt } = detail.compactions;
  const compactions =
    count === null || count === 0
      ? ''
      : `  ${count} compaction${count === 1 ? '' : 's'}${lastAt === null ? '' : ` ${clock(view, lastAt)}`}`;
  const history = thinned(
    detail.contextHistory.map(({ tokens }) => tokens),
    Math.max(8, width - LABEL_WIDTH - 2 - compactions.length),
  );
  return [...lines, field(view, 'history', `${sparkline(view, history, size ?? undefined)}${compactions}`)];
}
