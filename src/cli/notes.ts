import { writeStderr } from '../platform/stdout.ts';
import { terminalText } from '../text/terminal.ts';

/** Notes for the person beside the result: on stderr, one line each (UR-8). */
export async function notes(lines: readonly string[]): Promise<void> {
  for (const line of lines) await writeStderr(`tidemark: ${terminalText(line)}\n`);
}
