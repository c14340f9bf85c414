#!/usr/bin/env node
import module from 'node:module';
import { endQuietlyOnClosedPipe } from './platform/stdout.ts';

// Compiled code is kept beside the temporary files: a warm start saves about ten milliseconds. Failing to write it is fine.
module.enableCompileCache?.();
endQuietlyOnClosedPipe();
void import('./cli/run.ts').then(async ({ run }) => {
  process.exitCode = await run(process.argv.slice(2));
});
