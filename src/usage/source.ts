/** Where a figure comes from, strongest first: the server's number, added up from records, set by a person, a rule or forecast, nothing. D-1. */
export type Source = 'official' | 'measured' | 'configured' | 'estimated' | 'unknown';

/** A number with its origin. `value` null means unknown: shown as “—”, never as 0. `at` is epoch ms of the sample, null where it has none. */
export interface Figure {
  readonly value: number | null;
  readonly source: Source;
  readonly at: number | null;
}

const STRENGTH: readonly Source[] = ['official', 'measured', 'configured', 'estimated', 'unknown'];

/** The weakest label of several: a figure computed from them carries it. */
export function weakest(...sources: readonly Source[]): Source {
  return STRENGTH[Math.max(0, ...sources.map((s) => STRENGTH.indexOf(s)))] ?? 'unknown';
}
