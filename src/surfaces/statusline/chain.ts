import { type ChildProcess, spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { errnoOf } from '../../platform/errors.ts';
import type { Foreign, ForeignCommand } from './foreign.ts';
import { foreignCommand } from './foreign.ts';
import type { Setup } from './setup.ts';

/*
 * Another tool's statusline beside ours (SL-33 to SL-35). The only process this program starts here, and only where a person chained one. The build loads
 * the module that starts it with the first call: an `import()` of it would cost a millisecond more.
 */

const MAX_OUTPUT = 1024 * 1024;
/** Output that is still in the pipe when the command ends; a child of it that keeps the pipe open is not waited for. */
const DRAIN_MS = 50;
/** Between asking the group to end and ending it. */
const GRACE_MS = 30;

/** Starts the command through the shell, with the client's stdin, our environment and directory. */
export function startForeign({ command, timeoutMs }: ForeignCommand, stdin: Buffer): Promise<Foreign> {
  return new Promise((resolve) => {
    // A group of its own, so that all of it can be ended.
    const child = spawn(command, {
      shell: true,
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let length = 0;
    let isDone = false;
    let drain: NodeJS.Timeout | undefined;
    const done = (foreign: Foreign, kills: boolean) => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      clearTimeout(drain);
      if (kills) endGroup(child);
      // Whoever still holds the other end must not hold us.
      child.stdout?.destroy();
      child.stdin?.destroy();
      child.unref();
      resolve(foreign);
    };
    const timer = setTimeout(done, timeoutMs, null, true);
    const answer = (): Foreign => {
      const output = Buffer.concat(chunks);
      return output.toString('utf8').trim() === '' ? null : { output };
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.once(signal, () => {
        endGroup(child);
        process.exit(0);
      });
    }
    child.on('error', () => done(null, false));
    child.stdin?.on('error', () => {
      // It does not read its stdin, which is its right.
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_OUTPUT) done(null, true);
      else chunks.push(chunk);
    });
    child.on('close', (code) => done(code === 0 ? answer() : null, false));
    child.on('exit', (code) => {
      drain = setTimeout(() => done(code === 0 ? answer() : null, false), DRAIN_MS);
    });
    child.stdin?.end(stdin);
  });
}

/** Ends the command and everything it started in its group: asked first, then for certain. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    child.kill();
    return;
  }
  signalGroup(child.pid, 'SIGTERM');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, GRACE_MS);
  signalGroup(child.pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}

/** Prints by the mode: the other's bytes unchanged, alone or above or below ours; ours with a mark where the other failed. */
export function printChained(foreign: Foreign, own: string, setup: Setup, print: (text: string) => void): void {
  const mode = foreignCommand(setup.statusline)?.mode ?? 'collect';
  if (foreign === null) {
    print(own.endsWith('⚠') ? own : `${own} ${setup.settings.ascii ? '!' : '⚠'}`);
    return;
  }
  if (mode === 'collect') {
    print('');
    writeBytes(foreign.output);
    return;
  }
  const theirs = foreign.output.toString('utf8').replace(/\s+$/, '');
  print(mode === 'above' ? `${theirs}\n${own}` : `${own}\n${theirs}`);
}

function writeBytes(bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
