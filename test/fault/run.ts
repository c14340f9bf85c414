import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Count } from './home.ts';

export const ONCE = join(import.meta.dirname, 'ingest-once.ts');
export const WRITER = join(import.meta.dirname, 'append-split.ts');

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Time from `go` to the end, ms. */
  readonly ms: number;
  readonly count: Count | null;
}

interface RunOptions {
  readonly command?: readonly string[];
  readonly uid?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Kill -9 after so many ms, counted from the start of the process or from `go`. */
  readonly killAfter?: { readonly from: 'start' | 'go'; readonly ms: number };
  readonly onStart?: (stdin: NodeJS.WritableStream) => void;
}

/** Runs a TypeScript file of this folder as a process and waits for its end. */
export async function run(script: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [command = process.execPath, ...before] = [...(options.command ?? []), process.execPath];
  const child = spawn(command, [...before, script, ...args], {
    stdio: 'pipe',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    env: { PATH: process.env.PATH, ...options.env },
  });
  let stdout = '';
  let stderr = '';
  let started = performance.now();
  const kill = options.killAfter;
  const arm = (): void => void setTimeout(() => child.kill('SIGKILL'), kill?.ms).unref();
  if (kill?.from === 'start') arm();
  child.stdin.on('error', () => {});
  options.onStart?.(child.stdin);
  child.stdout.on('data', (data: Buffer) => {
    if (stdout === '') {
      started = performance.now();
      if (kill?.from === 'go') arm();
    }
    stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  const last = stdout.trim().split('\n').at(-1) ?? '';
  return { code, signal, stdout, stderr, ms: performance.now() - started, count: last.startsWith('{') ? countOf(last) : null };
}

function countOf(text: string): Count {
  const { mode: _, ...count } = JSON.parse(text) as Count & { mode: string };
  return count;
}
