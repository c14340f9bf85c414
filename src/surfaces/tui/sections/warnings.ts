import { cutWords } from '../rows/titles.ts';
import { allWarnings, foldedWarnings, warningRows } from '../rows/warnings.ts';
import type { Line } from '../spans.ts';
import { withCursor } from './cursor.ts';
import { type Drawing, rule } from './drawing.ts';

export function warningLines(drawing: Drawing): readonly Line[] {
  const { view, snapshot, plan, options } = drawing;
  const { rows, title } = plan.warnings;
  const warnings = allWarnings(snapshot, options.muted);
  if (rows === 0 && !title) return [];
  if (!title && plan.shape !== 'wide' && options.zoomed !== 'warnings') return [foldedWarnings(view, warnings, plan.width)];
  const words = rows === 0 ? '' : cutWords(rows, warnings.length);
  const drawn = withCursor(drawing, 'warnings', rows, warnings.length, (offset) => warningRows(view, warnings, rows, plan.width, offset));
  return [rule(drawing, `WARNINGS${words === '' ? ` ${warnings.length}` : words}`, 'warnings'), ...drawn];
}
