import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const MAIN = resolve('dist/main.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** A home of its own for `tidemark hook`. */
export class HookHome {
  readonly home = mkdtempSync(join(tmpdir(), 'tm-hook-'));
  readonly status = join(this.home, '.claude', 'status');
  readonly state = join(this.home, '.local', 'state', 'tidemark');

  start(env: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(process.execPath, [MAIN, 'hook'], { env: { HOME: this.home, PATH: process.env.PATH, ...env }, stdio: 'pipe' });
    child.stdin!.on('error', () => {});
    return child;
  }

  /** Runs one hook to its end; `close: false` leaves its stdin open. */
  async run(input: string | Uint8Array, options: { readonly close?: boolean; readonly env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
    const started = performance.now();
    const child = this.start(options.env);
    let [stdout, stderr] = ['', ''];
    child.stdout!.on('data', (data: Buffer) => {
      stdout += data.toString();
    });
    child.stderr!.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    if (options.close ?? true) child.stdin!.end(input);
    else if (input.length > 0) child.stdin!.write(input);
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { code, signal, stdout, stderr, ms: performance.now() - started };
  }

  readonly event = (session: string, event: string, fields: Record<string, unknown> = {}): string =>
    JSON.stringify({ session_id: session, hook_event_name: event, cwd: '/home/dev/work/p1', ...fields });

  // biome-ignore lint/suspicious/noExplicitAny: the contract's fields are what the tests look at
  index(): any {
    return JSON.parse(readFileSync(join(this.status, 'index.json'), 'utf8'));
  }

  // biome-ignore lint/suspicious/noExplicitAny: the contract's fields are what the tests look at
  file(id: string): any {
    return JSON.parse(readFileSync(join(this.status, `${id}.json`), 'utf8'));
  }

  lines(id: string): readonly string[] {
    return readFileSync(join(this.state, 'events', `${id}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** Temporaries anywhere below the home. */
  leftovers(): readonly string[] {
    return existsSync(this.home)
      ? readdirSync(this.home, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'))
      : [];
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
