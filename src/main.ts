#!/usr/bin/env node
// The hot paths come first: somebody waits for them many times a minute, so nothing is loaded before the first word is read (design §2, LS-39, SL-4).
// The build keeps the hook, the reports and the live view in files of their own, which this only loads when they are called.
import { asksForLive } from './cli/live-names.ts';
import { run as runReport } from './cli/report-entry.ts';
import { REPORT_WORDS } from './cli/report-names.ts';
import { hideSqliteWarning, tooOldNode } from './platform/node-version.ts';
import { run as runHook } from './sessions/hook.ts';

async function start(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'statusline') return (await import('./surfaces/statusline/entry.ts')).run(argv.slice(1));
  const tooOld = tooOldNode(process.versions.node);
  if (tooOld !== null) {
    process.stderr.write(`${tooOld}\n`);
    return 1;
  }
  hideSqliteWarning(process.versions.node);
  if (argv[0] !== undefined && REPORT_WORDS.includes(argv[0])) return runReport(argv);
  if (asksForLive(argv)) return (await import('./cli/live-entry.ts')).run(argv);
  process.getBuiltinModule('node:module').enableCompileCache?.();
  (await import('./platform/stdout.ts')).endQuietlyOnClosedPipe();
  return (await import('./cli/run.ts')).run(argv);
}

/** A hook that fails would stop the client's work: not even a damaged installation may (LS-37). */
function hook(): never {
  try {
    runHook();
  } catch {
    // Nothing could even be loaded.
  }
  // Without unwinding what is gone in a moment anyway: one more millisecond.
  process.exit(0);
}

// With more words, `--help` for one, a person asks.
if (process.argv[2] === 'hook' && process.argv.length === 3) hook();
void start(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
