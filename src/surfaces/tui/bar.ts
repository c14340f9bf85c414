import type { View } from './figures.ts';

/**
 * A progress bar of `width` columns, never longer (LV-54): any use shows at least one filled cell only when it rounds to one,
 * and full only at 100 %. `mark` (percent) sets a sign at the elapsed part of the time.
 */
export function bar(view: View, percent: number, width: number, mark: number | null = null): string {
  const [full, empty, sign] = view.ascii ? ['#', '.', '|'] : ['█', '░', '│'];
  const part = Math.min(100, Math.max(0, Number.isFinite(percent) ? percent : 0)) / 100;
  const filled = part < 1 ? Math.min(width - 1, Math.round(part * width)) : width;
  const cells = [...(full.repeat(Math.max(0, filled)) + empty.repeat(Math.max(0, width - filled)))];
  if (mark !== null && mark >= 0 && mark <= 100) cells[Math.min(width - 1, Math.floor((mark / 100) * width))] = sign;
  return cells.join('');
}
