/** What a failure that we understand tells a person: one line, and what to do about it (design §4, UR §9). */
export interface KnownErrorDetails {
  /** Process exit code: 1 known error, 2 usage, 78 configuration. Default 1. */
  readonly exitCode?: number;
  /** What to do about it: a command or a setting. */
  readonly hint?: string;
  /** What was being done, as a verb: `read`, `write`, `watch`. */
  readonly operation?: string;
  /** The file or directory concerned. */
  readonly path?: string;
  /** Whether waiting may help (a locked file, a full disk), so that a monitor tries again on its next pass. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

export const EXIT_KNOWN = 1;
export const EXIT_USAGE = 2;
export const EXIT_CONFIG = 78;

/** An expected failure. Everything else that is thrown is a bug and ends with a stack and exit 70. */
export class KnownError extends Error {
  readonly exitCode: number;
  readonly hint: string | undefined;
  readonly operation: string | undefined;
  readonly path: string | undefined;
  readonly retryable: boolean;

  constructor(message: string, details: KnownErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KnownError';
    this.exitCode = details.exitCode ?? EXIT_KNOWN;
    this.hint = details.hint;
    this.operation = details.operation;
    this.path = details.path;
    this.retryable = details.retryable ?? false;
  }
}

/** A wrong flag or value: exit 2. */
export const usageError = (message: string, hint?: string): KnownError =>
  new KnownError(message, { exitCode: EXIT_USAGE, ...(hint === undefined ? {} : { hint }) });

/** A wrong setting: exit 78. */
export const configError = (message: string, details: Omit<KnownErrorDetails, 'exitCode'> = {}): KnownError =>
  new KnownError(message, { ...details, exitCode: EXIT_CONFIG });

/** The `errno` name of a system error (`ENOENT`), or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
