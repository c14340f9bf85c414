import type { FileChange, InstallPlan } from '../app/install/context.ts';
import { diffLines } from '../app/install/diff.ts';
import { usageError } from '../platform/errors.ts';
import { writeStdout } from '../platform/stdout.ts';
import { redact } from '../text/redact.ts';
import { terminalText } from '../text/terminal.ts';
import { notes } from './notes.ts';

export interface ConsentFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const TAB = '    ';

/** A line of a file for the screen: its indentation kept, secrets left out, nothing a terminal would act on. */
function shownLine(text: string): string {
  const [indent] = /^[ \t]*/.exec(text)!;
  return `${indent.replaceAll('\t', TAB)}${terminalText(redact(text.slice(indent.length)))}`;
}

function changeLines({ path, before, after }: FileChange): string[] {
  const name = terminalText(path);
  const head = [`--- ${before === null ? 'no file' : name}`, `+++ ${after === null ? 'no file' : name}`];
  return [...head, ...diffLines(before, after).map(({ mark, text }) => (mark === '@' ? text : `${mark}${shownLine(text)}`.trimEnd())), ''];
}

/** Shows what would change, asks, and does it (LS-49). */
export async function showAndApply(plan: InstallPlan, flags: ConsentFlags, nothing: string): Promise<void> {
  await notes(plan.notes);
  if (plan.changes.length === 0) {
    await writeStdout(`${plan.nothing ?? nothing}\n`);
    // Our own launcher may have to be renewed all the same.
    if (!flags.dryRun) await notes(await plan.apply());
    return;
  }
  await writeStdout(`${plan.changes.flatMap(changeLines).join('\n')}\n`);
  if (flags.dryRun) {
    await writeStdout('Dry run: nothing was written.\n');
    return;
  }
  if (!flags.yes && !(await agreed(plan.changes.length))) {
    await writeStdout('Nothing was written.\n');
    return;
  }
  const said = await plan.apply();
  await writeStdout(
    `${plan.changes.map(({ path, after }) => `${after === null ? 'Removed' : 'Wrote'} ${terminalText(path)}`).join('\n')}\n`,
  );
  await notes(said);
}

export const isAsking = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

async function agreed(files: number): Promise<boolean> {
  if (!isAsking())
    throw usageError('Nothing was written: without a terminal to ask on, this needs --yes', 'read the difference above, then add --yes');
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: `Change ${files === 1 ? 'this file' : `these ${files} files`}?`, initialValue: false });
  return !isCancel(answer) && answer;
}
