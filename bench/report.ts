/** One measured row: what was compared, the figure, the bar it is held to (design §6), and whether it holds. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly value: number | null;
  readonly bar: string;
  readonly pass: boolean | null;
}

export const ms = (value: number): string => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;

export const atMost = (what: string, value: number, bar: number, detail: string): Row => ({
  what,
  figure: `${value.toFixed(2)} ×  (${detail})`,
  value,
  bar: `≤ ${bar.toFixed(2)} ×`,
  pass: value <= bar,
});

export const below = (what: string, value: number, bar: number, unit: string, detail = ''): Row => ({
  what,
  figure: `${value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}${detail === '' ? '' : `  (${detail})`}`,
  value,
  bar: `≤ ${bar} ${unit}`,
  pass: value <= bar,
});

export const skipped = (what: string, why: string): Row => ({ what, figure: `skipped: ${why}`, value: null, bar: '', pass: null });

/** The table as text: columns as wide as their longest cell. */
export function table(rows: readonly Row[]): string {
  const cells = [['measured', 'result', 'bar', ''], ...rows.map((row) => [row.what, row.figure, row.bar, mark(row.pass)])];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const mark = (pass: boolean | null): string => (pass === null ? '–' : pass ? 'pass' : 'FAIL');
