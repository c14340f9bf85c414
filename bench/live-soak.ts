import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { usd } from '../src/text/format.ts';
import { type LiveHome, load } from './live-home.ts';
import { returnToFigures } from './live-return.ts';
import { type BenchTerminal, memory, slopePerHour } from './live-terminal.ts';
import { Dice } from './random.ts';
import { below, type Row } from './report.ts';

const ESC = '\u001b';
/** Nothing that ends the view, stops a session or types a name. */
const KEYS = [
  ...['j', 'k', `${ESC}[A`, `${ESC}[B`, `${ESC}[5~`, `${ESC}[6~`, 'G', `${ESC}[H`],
  ...['\r', ESC, '\t', 's', '<', '>', 'I', 'o', 'a', 'w', 'H', '?', 'T', 'p', 'z', '1', '2', '3', '4', 'r', '\u000c', 'y'],
  ...['ff', `/cost>0\r`, `/mig`, `${ESC}[C`, `${ESC}[D`],
];
const PAUSE_MS = 150;
const PARTS = 10;
/** Between two looks at the heap in use. */
const HEAP_MS = 60_000;
/** After the last change of size, until the picture is drawn for it. */
const SETTLED_MS = 1000;

export interface Soak {
  readonly home: LiveHome;
  readonly view: BenchTerminal;
  readonly minutes: number;
  readonly linesPerSecond: number;
  /** Without keys and sizes the view stands as a person leaves it. */
  readonly isTyping: boolean;
  /** Runs a report over the same ledger and gives its JSON. */
  readonly report: (args: readonly string[]) => {
    readonly file: string;
    readonly args: readonly string[];
    readonly env: Record<string, string>;
  };
}

interface Seen {
  readonly memory: readonly (readonly [at: number, uss: number, files: number])[];
  readonly steps: number;
}

/** Keys and sizes for so long, and beside them looks at the process from outside, each minute at its heap. */
async function exercise({ home, view, minutes, isTyping }: Soak): Promise<Seen> {
  const dice = new Dice(5);
  const began = performance.now();
  const seen: [at: number, uss: number, files: number][] = [];
  let steps = 0;
  let asked = 1;
  while (performance.now() - began < minutes * 60_000) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (++steps % 12 === 0 && isTyping) view.resize(dice.int(1, 240), dice.int(1, 80));
    else if (isTyping) view.type(dice.pick(KEYS));
    if (performance.now() - began > asked * HEAP_MS) {
      // Always of the same picture: the memory of a long list on a large terminal would be taken for a growth.
      if (isTyping) await toFigures(view);
      await lookAtHeap(home, view);
      asked++;
    }
    if (steps % 20 !== 0) continue;
    const { uss, files } = memory(view.pid);
    seen.push([performance.now() - began, uss, files]);
  }
  return { memory: seen, steps: isTyping ? steps : 0 };
}

async function toFigures(view: BenchTerminal): Promise<void> {
  view.resize(120, 40);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  await returnToFigures(view);
}

async function lookAtHeap(home: LiveHome, view: BenchTerminal): Promise<void> {
  const looks = heapOf(home).length;
  process.kill(view.pid, 'SIGUSR2');
  for (let waited = 0; waited < SETTLED_MS && heapOf(home).length === looks; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** What the view had in use after each collection, MB, `code` what was compiled of it, and when (epoch ms). */
function heapOf({ dir }: LiveHome): readonly { readonly at: number; readonly used: number; readonly code: number }[] {
  const file = join(dir, 'heap.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { at, heapUsed, external, code } = JSON.parse(line) as Record<'at' | 'heapUsed' | 'external' | 'code', number>;
    return { at, used: (heapUsed + external) / 1e6, code: code / 1e6 };
  });
}

/** Random sizes and keys under load; at the end the figures on screen are the ledger's, and the terminal is given back (LV-144). */
export async function soak(options: Soak): Promise<Row[]> {
  const { home, view, minutes, report } = options;
  const running = load(home, options.linesPerSecond);
  const { memory: seen, steps } = await exercise(options);
  running.stop();
  await toFigures(view);
  const asked = report(['daily', '--json']);
  const today = () => {
    const { daily } = JSON.parse(execFileSync(asked.file, asked.args, { env: asked.env, encoding: 'utf8' })) as {
      daily: readonly { totalTokens: number; totalCost: number }[];
    };
    const { totalTokens = 0, totalCost = 0 } = daily.at(-1) ?? {};
    return { tokens: totalTokens.toLocaleString('en'), cost: usd(Math.round(totalCost * 1e9)) };
  };
  const ledger = today();
  const isEqual = (rows: readonly string[]) =>
    rows.some((row) => row.includes(`${ledger.tokens} today`)) && rows.some((row) => row.includes(`${ledger.cost} today`));
  const equal = await view.until(isEqual, 10_000).then(
    () => true,
    () => false,
  );
  if (!equal) console.error(`ledger: ${ledger.tokens} tokens, ${ledger.cost}\n${view.rows.join('\n')}`);
  view.type('q');
  const code = await Promise.race([view.exited, new Promise<number>((resolve) => setTimeout(() => resolve(-1), 5000))]);
  const { modes, buffer } = view.terminal;
  const restored =
    code === 0 &&
    buffer.active.type === 'normal' &&
    modes.mouseTrackingMode === 'none' &&
    !modes.bracketedPasteMode &&
    modes.wraparoundMode;
  const later = seen.slice(Math.floor(seen.length / 3));
  // What is unused is collected in waves, and malloc keeps what it had: the lowest of each part shows what stays.
  const part = Math.ceil(seen.length / PARTS);
  const lowest = Array.from({ length: PARTS }, (_, i) =>
    Math.round(Math.min(...seen.slice(i * part, (i + 1) * part).map(([, uss]) => uss))),
  );
  const heap = heapOf(home);
  const isShort = minutes < 15 || heap.length < PARTS;
  const late = heap.slice(Math.floor(heap.length / 3));
  const heapSlope = slopePerHour(late.map(({ at, used }) => [at, used]));
  const dataSlope = slopePerHour(late.map(({ at, used, code }) => [at, used - code]));
  const files = (later.at(-1)?.[2] ?? 0) - (later[0]?.[2] ?? 0);
  const is = (what: string, ok: boolean, figure: string, bar: string): Row => ({ what, figure, value: ok ? 1 : 0, bar, pass: ok });
  const span = `${minutes} min, ${steps} keys and sizes, ${home.lines} lines`;
  return [
    is('soak: figures at the end', equal, equal ? `equal to daily --json  (${span})` : 'differ', 'equal'),
    is('soak: terminal', restored, restored ? 'given back, exit 0' : `code ${code}, ${buffer.active.type}`, 'given back'),
    below('soak: open files gained', Math.max(0, files), 2, 'files'),
    // The first third does not count, nor a short run: code is still compiled. With keys at random it is for as long as something is done for the first
    // time, so that what is kept besides is looked at; without keys all of it.
    {
      ...below(
        'soak: heap in use after collection, slope',
        heapSlope,
        1,
        'MB/h',
        `each minute ${heap.map(({ used }) => used.toFixed(1)).join(', ')} MB`,
      ),
      ...(options.isTyping || isShort ? { pass: null } : {}),
    },
    { ...below('soak: the same without compiled code, slope', dataSlope, 1, 'MB/h'), ...(isShort ? { pass: null } : {}) },
    {
      ...below(
        'soak: unshared memory, at the end',
        later.at(-1)?.[1] ?? 0,
        150,
        'MB',
        `lowest of each ${PARTS}th part ${lowest.join(', ')} MB`,
      ),
    },
  ];
}
