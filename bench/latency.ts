import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { filler, LineWriter } from './corpus-lines.ts';
import type { Command } from './measure.ts';
import { Dice } from './random.ts';

const SESSIONS = 10;
const PATIENCE_MS = 5000;
/** Longer than the pause between two printed snapshots: what is measured is how soon a change is known, not the pace of printing (LV-110). */
const PAUSE_MS = 120;

/**
 * Appends a response to a transcript and waits until `live --json` prints a snapshot that counts it; each latency in ms.
 * The command's home is made here: a few sessions of today.
 */
export async function measureLatency(command: Command, claudeDir: string, appends: number): Promise<readonly number[]> {
  const dice = new Dice(7);
  const text = filler(dice, 200_000);
  rmSync(claudeDir, { recursive: true, force: true });
  const folder = join(claudeDir, 'projects', '-home-dev-live');
  mkdirSync(folder, { recursive: true });
  const threads = Array.from({ length: SESSIONS }, () => {
    const sessionId = dice.uuid();
    const writer = new LineWriter(dice, text, { sessionId, cwd: '/home/dev/live', branch: 'main', model: 'claude-opus-5-5', agent: null });
    const file = join(folder, `${sessionId}.jsonl`);
    writeFileSync(file, writer.prompt(Date.now()) + writer.response(Date.now()).join(''));
    return { writer, file };
  });
  const child = spawn(command.file, command.args, { env: command.env, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const snapshots = new Snapshots(child);
    let counted = await snapshots.until((requests) => requests >= SESSIONS);
    const latencies: number[] = [];
    for (let i = 0; i < appends; i++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const { writer, file } = threads[i % SESSIONS]!;
      const lines = writer.response(Date.now()).join('');
      const before = counted;
      const start = performance.now();
      appendFileSync(file, lines);
      counted = await snapshots.until((requests) => requests > before);
      latencies.push(performance.now() - start);
    }
    return latencies;
  } finally {
    child.kill('SIGTERM');
  }
}

/** Waits for printed snapshots by the number of requests they count. */
class Snapshots {
  #requests = 0;
  #waiting: { readonly wanted: (requests: number) => boolean; readonly done: (requests: number) => void } | null = null;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    createInterface({ input: child.stdout! }).on('line', (line) => this.#read(line));
  }

  until(wanted: (requests: number) => boolean): Promise<number> {
    if (wanted(this.#requests)) return Promise.resolve(this.#requests);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no new snapshot within ${PATIENCE_MS} ms`)), PATIENCE_MS);
      this.#child.once('exit', () => reject(new Error('live --json ended')));
      this.#waiting = {
        wanted,
        done: (requests) => {
          clearTimeout(timer);
          this.#child.removeAllListeners('exit');
          resolve(requests);
        },
      };
    });
  }

  #read(line: string): void {
    const snapshot = JSON.parse(line) as { readonly combined?: { readonly requests?: number } };
    this.#requests = snapshot.combined?.requests ?? this.#requests;
    if (this.#waiting?.wanted(this.#requests) !== true) return;
    const { done } = this.#waiting;
    this.#waiting = null;
    done(this.#requests);
  }
}
