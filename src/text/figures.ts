/** How a figure is written. */
export interface FigureOptions {
  /** Only bytes 0x20–0x7E (UR-53). */
  readonly ascii?: boolean;
}

/** `—`: the value is not known, which is never the same as 0 (D-2). */
export function unknownMark(options?: FigureOptions): string {
  return options?.ascii ? '--' : '—';
}

/** `≥`: the figure is at least this (D-11, D-16). */
export function lowerBoundMark(options?: FigureOptions): string {
  return options?.ascii ? '>=' : '≥';
}

/** `≈`: an estimate. */
export function estimateMark(options?: FigureOptions): string {
  return options?.ascii ? '~' : '≈';
}

/** An integer with a comma after every third digit from the right. */
export function grouped(integer: number): string {
  return String(integer).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
