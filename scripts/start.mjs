// `npm start`: installs what is missing, builds, and runs the program with the arguments given (`npm start -- daily --json`).
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ensureBuilt, ensureInstalled, node, program } from './prepare.mjs';

if (!ensureInstalled() || !ensureBuilt()) process.exit(1);

const child = spawn(node(), [program, ...process.argv.slice(2)], { stdio: 'inherit' });

// On a terminal Ctrl-C reaches the child by itself; passing it on as well would be a second Ctrl-C.
const onTerminal = process.stdin.isTTY === true;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) {
  const typed = signal === 'SIGINT' || signal === 'SIGQUIT';
  try {
    process.on(signal, () => {
      if (!(typed && onTerminal)) child.kill(signal);
    });
  } catch {
    // Not every system has every signal.
  }
}

child.on('error', (error) => {
  process.stderr.write(`Cannot start: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
