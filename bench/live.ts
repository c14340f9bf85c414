import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { ensureCorpus, parseBytes } from './corpus.ts';
import { LiveHome, load, type Past } from './live-home.ts';
import { soak } from './live-soak.ts';
import { BenchTerminal, cpuSeconds, memory } from './live-terminal.ts';
import { median, pairwiseRatio, quantile, run } from './measure.ts';
import { atMost, below, ms, type Row, skipped, table } from './report.ts';

/* The live view on a real terminal (LV-71, LV-110, LV-113, LV-114, LV-144): node bench/live.ts [--only latency,cpu,start,soak] */

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'latency,cpu,start' },
    sessions: { type: 'string', default: '100' },
    lines: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    samples: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '9' },
    minutes: { type: 'string', default: '30' },
    past: { type: 'string', default: '75' },
    /** The soak without keys and sizes. */
    untouched: { type: 'boolean', default: false },
    corpus: { type: 'string', default: '1000' },
    bytes: { type: 'string', default: '1GB' },
    main: { type: 'string' },
    /** Flags of Node for the view, comma list. */
    node: { type: 'string', default: '' },
    /** Where a CPU profile of the loaded view is put; makes it slower. */
    profile: { type: 'string' },
  },
});
const number = (name: 'sessions' | 'lines' | 'seconds' | 'samples' | 'rounds' | 'minutes' | 'past' | 'corpus') => Number(options[name]);
const root = resolve(import.meta.dirname, '..');
const work = join(root, '.bench');
const main = resolve(options.main ?? join(root, 'dist', 'main.js'));
mkdirSync(work, { recursive: true });

/** Nothing of the person's own environment or home. */
const environment = (home: string, claudeDir: string): Record<string, string> => ({
  HOME: home,
  PATH: process.env.PATH ?? '',
  TZ: 'UTC',
  CLAUDE_CONFIG_DIR: claudeDir,
  TIDEMARK_DB: join(home, 'ledger.db'),
  XDG_CONFIG_HOME: join(home, '.config'),
  XDG_DATA_HOME: join(home, '.local', 'share'),
  XDG_STATE_HOME: join(home, '.local', 'state'),
});

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const flags = ['--sort', 'name'];

async function withView<T>(
  name: string,
  use: (home: LiveHome, view: BenchTerminal, env: Record<string, string>) => Promise<T>,
  past?: Past,
  more: readonly string[] = [],
): Promise<T> {
  using home = new LiveHome(join(work, `live-${name}-${process.pid}`), number('sessions'), past);
  const env = environment(home.dir, home.claudeDir);
  const given = options.node === '' ? [] : options.node.split(',');
  const node = [...more, ...given, ...(options.profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(options.profile)])];
  const view = new BenchTerminal(process.execPath, [...node, main, 'live', ...flags], env);
  try {
    await view.until((rows) => rows.some((row) => /s000 /.test(row)) && !rows.join().includes('reading'));
    return await use(home, view, env);
  } finally {
    view.kill();
    await Promise.race([view.exited, pause(5)]);
  }
}

/** Append → painted and key → painted, both under load (LV-110, LV-71). */
const latency = (): Promise<Row[]> =>
  withView('latency', async (home, view) => {
    await pause(2);
    const running = load(home, number('lines'));
    const painted: number[] = [];
    const keys: number[] = [];
    for (let turn = 0; turn < number('samples'); turn++) {
      await pause(0.1 + (turn % 7) / 50);
      const shown = view.until((rows) => rows.some((row) => row.includes(`Bash q${turn} `)));
      const start = performance.now();
      home.appendMarked(`q${turn}`);
      await shown;
      painted.push(performance.now() - start);
      const chosen = () => view.rows.find((row) => row.startsWith('>')) ?? '';
      const before = chosen().slice(0, 20);
      const pressed = performance.now();
      view.type(turn % 2 === 0 ? 'j' : 'k');
      await view.until(() => chosen() !== '' && chosen().slice(0, 20) !== before);
      keys.push(performance.now() - pressed);
    }
    running.stop();
    const detail = (all: readonly number[]) => `p50 ${ms(median(all))}, max ${ms(Math.max(...all))}, n ${all.length}`;
    const under = `${number('sessions')} sessions, ${number('lines')} lines/s`;
    return [
      below(`append → painted, p99, ${under}`, quantile(painted, 0.99), 100, 'ms', detail(painted)),
      below(`key → painted, p99, ${under}`, quantile(keys, 0.99), 100, 'ms', detail(keys)),
    ];
  });

async function share(pid: number, seconds: number): Promise<number> {
  const [before, start] = [cpuSeconds(pid), performance.now()];
  await pause(seconds);
  return ((cpuSeconds(pid) - before) / ((performance.now() - start) / 1000)) * 100;
}

const WARM_SECONDS = 30;

/** Part of one core, and memory (LV-113): the full view, then the engine alone. */
async function cpu(): Promise<Row[]> {
  if (process.platform !== 'linux') return [skipped('CPU and memory', 'only on Linux')];
  const seconds = number('seconds');
  const sessions = `${number('sessions')} sessions`;
  const rows = await withView('cpu', async (home, view) => {
    await pause(5);
    const idle = await share(view.pid, seconds);
    const running = load(home, number('lines'));
    // A view stays open for hours; in its first half minute under load V8 compiles.
    const first = await share(view.pid, WARM_SECONDS);
    const bytes = view.bytes;
    const loaded = await share(view.pid, seconds);
    const perSecond = Math.round((view.bytes - bytes) / seconds);
    running.stop();
    const { rss, uss } = memory(view.pid);
    return [
      below(`CPU of one core, idle, ${sessions}`, idle, 2, '%', `${seconds} s`),
      below(
        `CPU of one core, ${number('lines')} lines/s, ${sessions}`,
        loaded,
        5,
        '%',
        `${seconds} s, ${perSecond} bytes/s drawn; the first ${WARM_SECONDS} s ${first.toFixed(1)} %`,
      ),
      below('RSS, full view', rss, 150, 'MB', `unshared ${Math.round(uss)} MB`),
    ];
  });
  return [...rows, ...(await engine())];
}

/** The engine without a picture: the JSON stream into nothing. */
async function engine(): Promise<Row[]> {
  using home = new LiveHome(join(work, `live-engine-${process.pid}`), number('sessions'));
  const child = spawn(process.execPath, [main, 'live', '--json'], {
    env: environment(home.dir, home.claudeDir),
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  await pause(5);
  const running = load(home, number('lines'));
  await pause(3);
  const used = await share(child.pid!, Math.min(20, number('seconds')));
  running.stop();
  const { uss, rss } = memory(child.pid!);
  child.kill('SIGTERM');
  return [
    { ...below('CPU of one core, engine alone', used, 5, '%', `${number('lines')} lines/s, every snapshot written as JSON`), pass: null },
    below('unshared memory, engine alone', uss, 50, 'MB', `RSS ${Math.round(rss)} MB`),
  ];
}

/** First frame with a warm ledger, against a bare Ink program that prints one word (LV-114). */
async function start(): Promise<Row[]> {
  const corpus = ensureCorpus(work, { sessions: number('corpus'), bytes: parseBytes(options.bytes), seed: 1 });
  const home = join(work, `live-start-${process.pid}`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const env = environment(home, corpus.claudeDir);
  await run({ name: 'warm', file: process.execPath, args: [main, 'daily', '--json'], env });
  const bare = await bareInk();
  const first = async (args: readonly string[], shows: RegExp): Promise<number> => {
    const began = performance.now();
    const view = new BenchTerminal(process.execPath, args, env);
    await view.until((rows) => rows.some((row) => shows.test(row)));
    const took = performance.now() - began;
    view.kill('SIGTERM');
    await view.exited;
    return took;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < number('rounds'); round++) {
    ours.push(await first([main, 'live'], /^ (\d+ (need|work|your)|Nothing is running)/));
    theirs.push(await first([bare], /^word/));
  }
  const what = `first frame, ${corpus.sessions} sessions known ÷ bare Ink, one word`;
  rmSync(home, { recursive: true, force: true });
  return [atMost(what, pairwiseRatio(ours, theirs), 2, `${ms(median(ours))} / ${ms(median(theirs))}`)];
}

/** Bundled as ours is, for both load one file. */
async function bareInk(): Promise<string> {
  const entry = '\0bare';
  const code = `import { createElement } from 'react'; import { render, Text } from 'ink'; render(createElement(Text, null, 'word')); setInterval(() => {}, 1000);`;
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    cwd: root,
    external: [/^node:/, 'react-devtools-core'],
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [
      {
        name: 'bare',
        resolveId: async function (source) {
          if (source === entry) return entry;
          return source === 'ink' || source === 'react' ? this.resolve(source, join(root, 'src', 'main.ts')) : null;
        },
        load: (id) => (id === entry ? code : null),
      },
    ],
  });
  await bundle.write({
    dir: join(work, 'bare-ink'),
    format: 'esm',
    entryFileNames: 'bare.mjs',
    chunkFileNames: '[name]-[hash].mjs',
    minify: true,
  });
  await bundle.close();
  return join(work, 'bare-ink', 'bare.mjs');
}

/** Lines of a response, on the average. */
const LINES = 2;

/** As with sessions that have worked at this pace for a while: what is kept of the last hour is there from the beginning, and a growth would be a leak. */
function soaked(): Promise<Row[]> {
  const past = { minutes: number('past'), everySeconds: (number('sessions') * LINES) / number('lines') };
  const report = (env: Record<string, string>) => (args: readonly string[]) => ({ file: process.execPath, args: [main, ...args], env });
  const [minutes, linesPerSecond] = [number('minutes'), number('lines')];
  const isTyping = !options.untouched;
  const probe = `--require=${join(import.meta.dirname, 'heap-probe.cjs')}`;
  return withView('soak', (home, view, env) => soak({ home, view, minutes, linesPerSecond, isTyping, report: report(env) }), past, [probe]);
}

// Stopped from outside, it leaves no process behind either.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
if (!existsSync(main)) throw new Error(`${main} is missing: npm run build`);
const load1 = () => loadavg()[0]!.toFixed(1);
const before = load1();
const rows: Row[] = [];
for (const [name, measure] of [
  ['latency', latency],
  ['cpu', cpu],
  ['start', start],
  ['soak', soaked],
] as const) {
  if (!options.only.split(',').includes(name)) continue;
  try {
    rows.push(...(await measure()));
  } catch (error) {
    rows.push({ ...skipped(name, error instanceof Error ? error.message : String(error)), pass: false });
  }
}
console.log(`${table(rows)}\n\nLoad of the machine ${before} before, ${load1()} after.`);
process.exitCode = rows.some((row) => row.pass === false) ? 1 : 0;
