import { plainLines, type View } from './figures.ts';

/**
 * A progress bar of `width` columns, never longer (LV-54): any use shows at least one filled cell only when it rounds to one,
 * and full only at 100 %. `mark` (percent) sets a sign at the elapsed part of the time.
 */
export function bar(view: View, percent: number, width: number, mark: number | null = null): string {
  const [full, empty, sign] = plainLines(view) ? ['#', '.', '|'] : ['█', '░', '│'];
  const part = Math.min(100, Math.max(0, Number.isFinite(percent) ? percent : 0)) / 100;
  const filled = part < 1 ? Math.min(width - 1, Math.round(part * width)) : width;
  const cells = [...(full.repeat(Math.max(0, filled)) + empty.repeat(Math.max(0, width - filled)))];
  if (mark !== null && mark >= 0 && mark <= 100) cells[Math.min(width - 1, Math.floor((mark / 100) * width))] = sign;
  return cells.join('');
}

const LEVELS = '▁▂▃▄▅▆▇█';
const ASCII_LEVELS = '_.-=+*%#';

/** A line of bars, one column per value; the highest of `most` (default: of the values) fills the column, 0 is the lowest bar. */
export function sparkline(view: View, values: readonly number[], most = Math.max(...values, 0)): string {
  const levels = plainLines(view) ? ASCII_LEVELS : LEVELS;
  const step = (value: number) => (most <= 0 ? 0 : Math.min(levels.length - 1, Math.max(0, Math.ceil((value / most) * levels.length) - 1)));
  return values.map((value) => levels[step(value)]).join('');
}

/** Values thinned or kept to at most `width` columns: each column shows the greatest of its part. */
export function thinned(values: readonly number[], width: number): readonly number[] {
  if (values.length <= width) return values;
  return Array.from({ length: width }, (_, column) => {
    const from = Math.floor((column * values.length) / width);
    return Math.max(...values.slice(from, Math.max(from + 1, Math.floor(((column + 1) * values.length) / width))));
  });
}

/** A chart of `height` rows over bars of eighths, the topmost row first; `most`, above 0, fills them. */
export function columnsChart(view: View, values: readonly number[], height: number, most: number): readonly string[] {
  const levels = plainLines(view) ? ASCII_LEVELS : LEVELS;
  return Array.from({ length: height }, (_, index) => {
    const base = height - 1 - index;
    const cell = (value: number) => {
      const part = (Math.min(value, most) / most) * height - base;
      return part <= 0 ? ' ' : levels[Math.min(levels.length - 1, Math.max(0, Math.ceil(part * levels.length) - 1))]!;
    };
    return values.map(cell).join('');
  });
}
