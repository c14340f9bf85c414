import { execFileSync } from 'node:child_process';
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
/** After the last change of size, until the picture is drawn for it. */
const SETTLED_MS = 1000;

export interface Soak {
  readonly home: LiveHome;
  readonly view: BenchTerminal;
  readonly minutes: number;
  readonly linesPerSecond: number;
  /** Runs a report over the same ledger and gives its JSON. */
  readonly report: (args: readonly string[]) => {
    readonly file: string;
    readonly args: readonly string[];
    readonly env: Record<string, string>;
  };
}

/** Random sizes and keys under load; at the end the figures on screen are the ledger's, and the terminal is given back (LV-144). */
export async function soak({ home, view, minutes, linesPerSecond, report }: Soak): Promise<Row[]> {
  const dice = new Dice(5);
  const running = load(home, linesPerSecond);
  const began = performance.now();
  const seen: [at: number, uss: number, files: number][] = [];
  let steps = 0;
  while (performance.now() - began < minutes * 60_000) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    if (++steps % 12 === 0) view.resize(dice.int(1, 240), dice.int(1, 80));
    else view.type(dice.pick(KEYS));
    if (steps % 20 !== 0) continue;
    const { uss, files } = memory(view.pid);
    seen.push([performance.now() - began, uss, files]);
  }
  running.stop();
  view.resize(120, 40);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  await returnToFigures(view);
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
  const slope = slopePerHour(later.map(([at, uss]) => [at, uss]));
  // What is unused is collected in waves: the lowest of each part shows what stays.
  const part = Math.ceil(seen.length / PARTS);
  const lowest = Array.from({ length: PARTS }, (_, i) =>
    Math.round(Math.min(...seen.slice(i * part, (i + 1) * part).map(([, uss]) => uss))),
  );
  const files = (later.at(-1)?.[2] ?? 0) - (later[0]?.[2] ?? 0);
  const is = (what: string, ok: boolean, figure: string, bar: string): Row => ({ what, figure, value: ok ? 1 : 0, bar, pass: ok });
  const span = `${minutes} min, ${steps} keys and sizes, ${home.lines} lines`;
  return [
    is('soak: figures at the end', equal, equal ? `equal to daily --json  (${span})` : 'differ', 'equal'),
    is('soak: terminal', restored, restored ? 'given back, exit 0' : `code ${code}, ${buffer.active.type}`, 'given back'),
    below('soak: open files gained', Math.max(0, files), 2, 'files'),
    // Less than a quarter of an hour tells nothing of a slope: the collector's own waves are higher.
    {
      ...below(
        'soak: unshared memory, slope',
        slope,
        1,
        'MB/h',
        `at the end ${Math.round(later.at(-1)?.[1] ?? 0)} MB, lowest of each ${PARTS}th part ${lowest.join(', ')} MB`,
      ),
      ...(minutes < 15 ? { pass: null } : {}),
    },
  ];
}
