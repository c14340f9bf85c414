#!/usr/bin/env node
// The hot paths come first: somebody waits for them many times a minute, so nothing is loaded before the first word is read (design §2, LS-39, SL-4).
async function start(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'hook') return (await import('./sessions/hook.ts')).run();
  if (argv[0] === 'statusline') return (await import('./surfaces/statusline/entry.ts')).run(argv.slice(1));
  // Compiled code is kept beside the temporary files: a warm start saves about ten milliseconds. Failing to write it is fine.
  process.getBuiltinModule('node:module').enableCompileCache?.();
  (await import('./platform/stdout.ts')).endQuietlyOnClosedPipe();
  return (await import('./cli/run.ts')).run(argv);
}

void start(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

export {};
