import { EXIT_CONFIG, EXIT_KNOWN, KnownError } from '../platform/errors.ts';
import { writeStderr } from '../platform/stdout.ts';
import { redact } from '../text/redact.ts';
import { terminalText } from '../text/terminal.ts';

export const EXIT_BUG = 70;

/** The only place that decides what a person sees of an error: one line and a hint for what is known, a stack for a bug (UR §9). */
export async function reportError(error: unknown, debug: boolean): Promise<number> {
  if (error instanceof KnownError) {
    const hint = error.hint === undefined ? '' : ` ${capital(error.hint)}${/[.?!:]$/.test(error.hint) ? '' : '.'}`;
    const message = error.message
      .split('\n')
      .map((part) => terminalText(redact(part), 1000))
      .join('\n');
    await writeStderr(
      `tidemark: ${message}${/[.?!]$/.test(message) ? '' : '.'}${terminalText(redact(hint), 1000) === '' ? '' : ` ${terminalText(redact(hint.trim()), 1000)}`}\n`,
    );
    if (debug && error.cause !== undefined) await writeStderr(`${redact(String((error.cause as Error)?.stack ?? error.cause))}\n`);
    return error.exitCode === EXIT_CONFIG ? EXIT_CONFIG : error.exitCode || EXIT_KNOWN;
  }
  await writeStderr(
    `tidemark: this is a bug; please report it with the lines below.\n${redact(String((error as Error)?.stack ?? error))}\n`,
  );
  return EXIT_BUG;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
