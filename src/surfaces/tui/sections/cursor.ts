import { type Line, selectedLine } from '../spans.ts';
import type { Drawing } from './drawing.ts';

/** Scrolls a section of `all` rows so that its cursor is among the `rows` shown, and marks it when the section has the focus. */
export function withCursor(
  drawing: Drawing,
  section: 'projects' | 'warnings',
  rows: number,
  all: number,
  draw: (offset: number) => readonly Line[],
): readonly Line[] {
  const { options, plan } = drawing;
  const at = Math.min(options.cursors?.[section] ?? 0, all - 1);
  if (options.focus !== section) return draw(0);
  const offset = Math.max(0, Math.min(at - rows + 1, all - rows));
  return draw(offset).map((each, index) => (index + offset === at ? selectedLine(each, plan.width) : each));
}
