import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Run before each measurement, outside its time. */
  readonly before?: () => void;
}

export interface Run {
  readonly ms: number;
  readonly stdout: string;
}

/** Runs a command to its end and takes the time of the whole process, as a person waits for it. */
export function run(command: Command): Promise<Run> {
  command.before?.();
  const start = performance.now();
  const child = spawn(command.file, command.args, { env: command.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = performance.now() - start;
      if (code === 0) resolve({ ms, stdout: Buffer.concat(chunks).toString('utf8') });
      else reject(new Error(`${command.name} ended with ${code}: ${Buffer.concat(errors).toString('utf8').slice(0, 500)}`));
    });
  });
}

/** Runs the commands in turn (A B C A B C …), so that a busy machine is unfair to all alike. Times in ms, by command. */
export async function alternate(commands: readonly Command[], rounds: number): Promise<readonly (readonly number[])[]> {
  const times = commands.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, command] of commands.entries()) times[index]!.push((await run(command)).ms);
  }
  return times;
}

const RSS_POLL_MS = 2;

/** The most memory the process held, MB; null where the system does not tell. In a run of its own: looking costs time. */
export function peakRssMb(command: Command): Promise<number | null> {
  command.before?.();
  const child = spawn(command.file, command.args, { env: command.env, stdio: 'ignore' });
  let peak: number | null = null;
  const look = () => {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      if (kilobytes !== undefined) peak = Math.max(peak ?? 0, Number(kilobytes) / 1024);
    } catch {
      // Ended between two looks, or not Linux.
    }
  };
  const timer = setInterval(look, RSS_POLL_MS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(timer);
      resolve(peak);
    });
  });
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

/** Median of the ratios of neighbouring runs: what disturbs one pair does not disturb the others. */
export function pairwiseRatio(ours: readonly number[], other: readonly number[]): number {
  return median(ours.map((value, index) => value / other[index]!));
}
