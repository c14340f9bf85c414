import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Corpus, ensureCorpus, parseBytes } from './corpus.ts';
import type { DecodeResult } from './decode.ts';
import { measureLatency } from './latency.ts';
import { alternate, type Command, median, pairwiseRatio, peakRssMb, quantile, run } from './measure.ts';
import { atMost, below, ms, type Row, skipped, table } from './report.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sessions: { type: 'string' },
    bytes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: 'ingest,warm,memory,decode,latency' },
  },
});
const rounds = Number(options.rounds);
const parts = new Set(options.only.split(','));
const root = resolve(import.meta.dirname, '..');
const work = join(root, '.bench');
const main = join(root, 'dist', 'main.js');
const home = join(work, 'home');
mkdirSync(home, { recursive: true });

const corpus = ensureCorpus(work, {
  sessions: Number(options.sessions ?? (options.quick ? 100 : 1000)),
  bytes: parseBytes(options.bytes ?? (options.quick ? '50MB' : '1GB')),
  seed: Number(options.seed),
});
console.log(
  `Corpus: ${corpus.sessions} sessions, ${corpus.files} files, ${corpus.lines} lines, ${Math.round(corpus.bytes / 2 ** 20)} MB, seed ${corpus.seed}\n`,
);

const rows: Row[] = [];
for (const [name, measure] of [
  ['ingest', ingest],
  ['warm', warm],
  ['memory', memory],
  ['decode', decode],
  ['latency', latency],
] as const) {
  if (!parts.has(name)) continue;
  try {
    rows.push(...(await measure(corpus)));
  } catch (error) {
    rows.push(skipped(name, error instanceof Error ? error.message : String(error)));
  }
}
console.log(table(rows));
writeFileSync(
  join(work, 'result.json'),
  `${JSON.stringify({ takenAt: new Date().toISOString(), node: process.version, corpus: { ...corpus, claudeDir: undefined }, rounds, rows }, null, 2)}\n`,
);
process.exitCode = rows.some((row) => row.pass === false) ? 1 : 0;

/** First ingest of everything with a new ledger, against one full scan of the peer. */
async function ingest({ claudeDir }: Corpus): Promise<Row[]> {
  const fresh = ours('tidemark, new ledger', ['daily', '--json'], claudeDir, 'first.db', { isFresh: true });
  const peer = ccusage(['daily', '--json', '--offline'], claudeDir);
  await run(peer); // The page cache is warm for both from the first measured run on.
  const [us, them] = await alternate([fresh, peer], rounds);
  return [atMost('first ingest ÷ ccusage 20 full scan', pairwiseRatio(us!, them!), 1, `${ms(median(us!))} / ${ms(median(them!))}`)];
}

/** A report over a ledger that is up to date. */
async function warm({ claudeDir }: Corpus): Promise<Row[]> {
  const report = ours('tidemark, warm', ['daily', '--json'], claudeDir, 'warm.db');
  await run(report);
  const [us, them, bare] = await alternate([report, ccusage(['daily', '--json', '--offline'], claudeDir), bareNode()], rounds);
  return [
    atMost('daily --json, warm ÷ ccusage 20', pairwiseRatio(us!, them!), 0.1, `${ms(median(us!))} / ${ms(median(them!))}`),
    atMost('daily --json, warm ÷ node -e 0', pairwiseRatio(us!, bare!), 2.5, `${ms(median(us!))} / ${ms(median(bare!))}`),
  ];
}

async function memory({ claudeDir }: Corpus): Promise<Row[]> {
  const report = ours('tidemark, warm', ['daily', '--json'], claudeDir, 'warm.db');
  const first = await peakRssMb(ours('tidemark, new ledger', ['daily', '--json'], claudeDir, 'first.db', { isFresh: true }));
  await run(report);
  const later = await peakRssMb(report);
  const peer = await peakRssMb(ccusage(['daily', '--json', '--offline'], claudeDir));
  if (first === null || later === null) return [skipped('peak memory', 'only on Linux')];
  const detail = peer === null ? '' : `ccusage ${Math.round(peer)} MB`;
  return [below('peak RSS, first ingest', first, 200, 'MB', detail), below('peak RSS, warm report', later, 100, 'MB', detail)];
}

/** In a process of its own, on one core. */
async function decode({ claudeDir, sessions }: Corpus): Promise<Row[]> {
  const maxBytes = Math.min(corpus.bytes, 512 * 2 ** 20);
  const file = join(import.meta.dirname, 'decode.ts');
  const { stdout } = await run({
    name: 'decode',
    file: process.execPath,
    args: [file, claudeDir, String(maxBytes)],
    env: environment(claudeDir, 'none.db'),
  });
  const result = JSON.parse(stdout) as DecodeResult & { readonly scans: readonly number[] };
  const perSecond = Math.round(result.linesPerSecond);
  return [
    {
      what: 'decode, one core',
      figure: `${perSecond.toLocaleString('en')} lines/s  (${Math.round(result.megabytesPerSecond)} MB/s, ${Math.round(result.bytes / result.lines)} bytes a line)`,
      value: perSecond,
      bar: '≥ 300,000 lines/s',
      pass: perSecond >= 300_000,
    },
    below(`scan of ${sessions} known sessions`, median(result.scans), 100, 'ms'),
  ];
}

async function latency(): Promise<Row[]> {
  const claudeDir = join(work, 'live');
  const live = ours('tidemark live', ['live', '--json'], claudeDir, 'live.db');
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(work, `live.db${suffix}`), { force: true });
  const latencies = await measureLatency(live, claudeDir, options.quick ? 50 : 200);
  return [
    below('append → snapshot printed, p99', quantile(latencies, 0.99), 50, 'ms', `p50 ${ms(median(latencies))}, n ${latencies.length}`),
  ];
}

function ours(name: string, args: readonly string[], claudeDir: string, ledger: string, { isFresh = false } = {}): Command {
  if (!existsSync(main)) throw new Error('dist/main.js is missing: npm run build');
  const remove = () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(work, `${ledger}${suffix}`), { force: true });
  };
  return {
    name,
    file: process.execPath,
    args: [main, ...args],
    env: environment(claudeDir, ledger),
    ...(isFresh ? { before: remove } : {}),
  };
}

function bareNode(): Command {
  return { name: 'node -e 0', file: process.execPath, args: ['-e', '0'], env: environment('', 'none.db') };
}

/** The peer's native program itself, without its Node starter. */
function ccusage(args: readonly string[], claudeDir: string): Command {
  const name = `@ccusage/ccusage-${process.platform}-${process.arch}`;
  const program = process.platform === 'win32' ? 'ccusage.exe' : 'ccusage';
  // Installed on demand into .bench/peer: the registry lacks some of its platforms, which would break `npm ci` there.
  const beside = createRequire(join(root, '.bench', 'peer', 'node_modules', 'ccusage', 'package.json'));
  const file = join(beside.resolve(`${name}/package.json`), '..', 'bin', program);
  return { name: 'ccusage 20', file, args, env: environment(claudeDir, 'none.db') };
}

/** Nothing of the person's own environment or home: only what both programs need. */
function environment(claudeDir: string, ledger: string): Record<string, string> {
  return {
    HOME: home,
    PATH: process.env.PATH ?? '',
    TZ: 'UTC',
    CLAUDE_CONFIG_DIR: claudeDir,
    TIDEMARK_DB: join(work, ledger),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
  };
}
