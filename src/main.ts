#!/usr/bin/env node
// The hot paths come first: somebody waits for them many times a minute, so nothing is loaded before the first word is read (design §2, LS-39, SL-4).
async function start(argv: readonly string[]): Promise<number> {
  // A hook that fails would stop the client's work: not even a damaged installation may (LS-37).
  if (argv[0] === 'hook') {
    // Compiled code kept from the last run saves a tenth of what a bare Node takes; not being able to keep it is fine.
    process.getBuiltinModule('node:module').enableCompileCache?.();
    return import('./sessions/hook.ts').then(
      // Without unwinding what is gone in a moment anyway: one more millisecond.
      ({ run }) => process.exit(run()),
      () => 0,
    );
  }
  if (argv[0] === 'statusline') return (await import('./surfaces/statusline/entry.ts')).run(argv.slice(1));
  process.getBuiltinModule('node:module').enableCompileCache?.();
  (await import('./platform/stdout.ts')).endQuietlyOnClosedPipe();
  return (await import('./cli/run.ts')).run(argv);
}

void start(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

export {};
