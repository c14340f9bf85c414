/** How a check went: as it should be; worth knowing; a fault, which makes the command end with 1 (LS-47). */
export type Level = 'ok' | 'warn' | 'fail';

/** One line of the doctor's report. Texts may hold paths and names from outside: they are escaped where they are printed. */
export interface Finding {
  /** What was looked at: `settings`, `hooks`, … */
  readonly check: string;
  readonly level: Level;
  /** One sentence without a full stop. */
  readonly message: string;
  /** What to do about it; null when nothing need be done. */
  readonly remedy: string | null;
}

export const ok = (check: string, message: string): Finding => ({ check, level: 'ok', message, remedy: null });
export const warn = (check: string, message: string, remedy: string | null = null): Finding => ({ check, level: 'warn', message, remedy });
export const fail = (check: string, message: string, remedy: string): Finding => ({ check, level: 'fail', message, remedy });

/** The faults found, or one line that all is well. */
export const orFine = (check: string, found: readonly Finding[], message: string): readonly Finding[] =>
  found.length > 0 ? found : [ok(check, message)];
