import * as text from '../../text/width.ts';

/** One terminal per process, and it draws ambiguous characters in one way: set once, before anything is measured (`display.ambiguousWide`, LV-45). */
const options = { ambiguousWide: false };

export function measureAmbiguousWide(wide: boolean): void {
  options.ambiguousWide = wide;
}

export const ambiguousIsWide = (): boolean => options.ambiguousWide;

export const displayWidth = (line: string): number => text.displayWidth(line, options);
/** For titles. */
export const fitEnd = (line: string, columns: number): string => text.fitEnd(line, columns, '…', options);
/** For paths, whose both ends tell them apart. */
export const fitMiddle = (line: string, columns: number): string => text.fitMiddle(line, columns, '…', options);
export const padEnd = (line: string, columns: number): string => text.padEnd(line, columns, options);
export const padStart = (line: string, columns: number): string => text.padStart(line, columns, options);
