import { EXIT_CONFIG, EXIT_USAGE, KnownError } from '../platform/errors.ts';

/** One thing wrong with the configuration, with its place (1-based) where it stands in a file. */
export interface Problem {
  /** A `notice` stops nothing: what it names is valid and has no effect. */
  readonly kind: 'unreadable' | 'too-large' | 'syntax' | 'old-key' | 'unknown-key' | 'value' | 'notice';
  /** A file, the name of an environment variable, or a flag. */
  readonly where: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly key: string | null;
  /** What is wrong and what was expected. */
  readonly message: string;
}

/** `config.yaml:3:7: display.color: expected auto, always or never, got "blue"`. */
export function problemLine(problem: Problem): string {
  const place = problem.line === null ? problem.where : `${problem.where}:${problem.line}:${problem.column ?? 1}`;
  return problem.key === null ? `${place}: ${problem.message}` : `${place}: ${problem.key}: ${problem.message}`;
}

/** The configuration cannot be used; `problems` has all of it, for `config validate`. */
export class ConfigError extends KnownError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], fromFlag = false) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more: tidemark config validate)` : '';
    super(`${problems[0] === undefined ? 'bad configuration' : problemLine(problems[0])}${more}`, {
      exitCode: fromFlag ? EXIT_USAGE : EXIT_CONFIG,
      operation: 'read configuration',
      ...(problems[0] === undefined ? {} : { path: problems[0].where }),
    });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
