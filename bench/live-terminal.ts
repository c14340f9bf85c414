import { readdirSync, readFileSync } from 'node:fs';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const PATIENCE_MS = 30_000;

/** A program on a pseudo-terminal with an emulator behind it, as a person has it. */
export class BenchTerminal {
  readonly pid: number;
  readonly exited: Promise<number>;
  readonly terminal: InstanceType<typeof xterm.Terminal>;
  readonly #child: ReturnType<typeof spawn>;
  bytes = 0;

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string>>, columns = 120, rows = 40) {
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    this.#child = spawn(file, [...args], { cols: columns, rows, env: { ...env, TERM: 'xterm-256color', LANG: 'C.UTF-8' } });
    this.pid = this.#child.pid;
    this.#child.onData((data) => {
      this.bytes += data.length;
      this.terminal.write(data);
    });
    this.exited = new Promise((resolve) =>
      this.#child.onExit(({ exitCode, signal }) => resolve(exitCode === 0 && signal ? 128 + signal : exitCode)),
    );
  }

  get rows(): readonly string[] {
    const { active } = this.terminal.buffer;
    return Array.from(
      { length: this.terminal.rows },
      (_, index) => active.getLine(active.viewportY + index)?.translateToString(true) ?? '',
    );
  }

  type(keys: string): void {
    this.#child.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    this.#child.resize(columns, rows);
  }

  kill(signal = 'SIGTERM'): void {
    this.#child.kill(signal);
  }

  /** Milliseconds until the screen fulfils the condition. */
  until(condition: (rows: readonly string[]) => boolean, patience = PATIENCE_MS): Promise<number> {
    const start = performance.now();
    return new Promise((resolve, reject) => {
      const done = (how: () => void) => {
        clearTimeout(timer);
        listener.dispose();
        how();
      };
      const check = () => condition(this.rows) && done(() => resolve(performance.now() - start));
      const timer = setTimeout(() => done(() => reject(new Error(`the screen never showed it:\n${this.rows.join('\n')}`))), patience);
      const listener = this.terminal.onWriteParsed(check);
      check();
    });
  }
}

const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process has used, by Linux. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident and unshared memory in MB, and open files. */
export function memory(pid: number): { readonly rss: number; readonly uss: number; readonly files: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0);
  return { rss: kb('Rss') / 1024, uss: (kb('Private_Clean') + kb('Private_Dirty')) / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
}

/** Slope of a line through points, per hour; x in ms. */
export function slopePerHour(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const over = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return over === 0 ? 0 : (points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / over) * 3_600_000;
}
