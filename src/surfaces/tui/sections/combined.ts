import { separator } from '../figures.ts';
import { combinedRows, combinedTitle } from '../rows/combined.ts';
import { scopeOf } from '../rows/combined-scope.ts';
import { allWarnings } from '../rows/warnings.ts';
import type { Line } from '../spans.ts';
import { type Drawing, rule } from './drawing.ts';

/** Warnings that found no room are said by their number, so that nobody takes silence for calm; null when they are on screen. */
function hiddenWarnings({ snapshot, plan, options }: Drawing): string | null {
  const count = allWarnings(snapshot, options.muted).length;
  if (count === 0 || plan.warnings.rows > 0 || plan.warnings.title || options.zoomed != null) return null;
  return `${count} warning${count === 1 ? '' : 's'}`;
}

export function combinedLines(drawing: Drawing): readonly Line[] {
  const { view, snapshot, plan, options } = drawing;
  const scope = options.combinedOf == null ? null : scopeOf(snapshot, options.combinedOf);
  const rows = combinedRows(view, snapshot, plan.shape, plan.combined.rows, plan.width, scope);
  if (!plan.combined.title) return rows;
  const words = combinedTitle(view, snapshot, plan.shape, plan.width, scope);
  const said = [options.filtered && scope === null ? `${words}, unfiltered` : words, hiddenWarnings(drawing)].filter(
    (word) => word !== null,
  );
  return [rule(drawing, said.join(separator(view)), 'combined'), ...rows];
}
