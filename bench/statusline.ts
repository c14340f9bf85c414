import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median, pairwiseRatio } from './measure.ts';
import { atMost, below, ms, type Row, table } from './report.ts';

/* The whole process of one statusline run beside bare node (SL-4), with few and many sessions on disk, and what chaining adds (SL-35). */

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    main: { type: 'string', default: resolve(import.meta.dirname, '..', 'dist', 'main.js') },
  },
});
const rounds = Number(options.rounds);
const root = mkdtempSync(join(tmpdir(), 'tidemark-statusline-'));

interface Home {
  readonly env: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** A home with so many sessions: captures, an index, a summary, a repository. */
function makeHome(name: string, sessions: number): Home {
  const home = join(root, name);
  const state = join(home, '.local/state/tidemark');
  const status = join(home, '.claude/status');
  const project = join(home, 'projects/api');
  for (const folder of [join(state, 'statusline'), status, join(project, '.git')]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(project, '.git/HEAD'), 'ref: refs/heads/main\n');
  const now = Date.now();
  const ids = Array.from({ length: sessions }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);
  const reading = { used: 41, resetsAt: Math.floor(now / 1000) + 9000, at: now };
  for (const id of ids) {
    const capture = {
      v: 1,
      at: now,
      sessionId: id,
      configDir: join(home, '.claude'),
      quota: { five_hour: reading },
      identity: {},
      lastLine: 'x'.repeat(100),
    };
    writeFileSync(join(state, 'statusline', `${id}.json`), JSON.stringify(capture));
  }
  // The index lists what has not ended: of a thousand sessions on disk these few.
  const entries = ids.slice(0, 50).map((id, index) => ({
    session_id: id,
    task: `session ${index}`,
    context_pct: index % 90,
    agents: 0,
    status: 'active',
    updated_at: new Date(now).toISOString(),
    tidemark: {
      state: index === 1 ? 'needs-permission' : 'working',
      state_since: now,
      alive: true,
      context_known: true,
      project: 'api',
    },
  }));
  writeFileSync(join(status, 'index.json'), JSON.stringify({ updated_at: new Date(now).toISOString(), sessions: entries }));
  const session = { profile: 'work', method: 'account', confidence: 95, usd: 3.21, tokPerMin: 1000, usdPerHour: 2.57 };
  const summary = {
    v: 1,
    at: now,
    today: { tokens: 1e6, usd: 17, unpriced: false },
    profiles: { work: { label: 'work', kind: 'subscription', quota: {}, todayUsd: 17, usdPerHour: 2.57 } },
    sessions: Object.fromEntries(ids.slice(0, 200).map((id) => [id, session])),
    alerts: { open: 0, top: [] },
  };
  writeFileSync(join(state, 'summary.json'), JSON.stringify(summary));
  const payload = JSON.stringify({
    session_id: ids[0],
    transcript_path: join(home, '.claude/projects/-api', `${ids[0]}.jsonl`),
    cwd: project,
    model: { id: 'claude-opus-5-5', display_name: 'Opus 5.5' },
    workspace: { current_dir: project, project_dir: project, added_dirs: [] },
    version: '2.1.329',
    cost: { total_cost_usd: 3.21, total_duration_ms: 1000, total_api_duration_ms: 900, total_lines_added: 1, total_lines_removed: 2 },
    context_window: {
      context_window_size: 1_000_000,
      used_percentage: 33,
      current_usage: { input_tokens: 1000, output_tokens: 1, cache_creation_input_tokens: 25_000, cache_read_input_tokens: 300_000 },
    },
    rate_limits: { five_hour: { used_percentage: 41, resets_at: Math.floor(now / 1000) + 9000 } },
  });
  return { env: { HOME: home, PATH: process.env.PATH ?? '', COLUMNS: '120', TERM: 'xterm-256color' }, payload };
}

/** Milliseconds of one whole process, which gets the payload as a client would send it. */
function time(args: readonly string[], home: Home): number {
  const start = performance.now();
  const ended = spawnSync(process.execPath, args, { env: home.env, input: home.payload });
  const took = performance.now() - start;
  if (ended.status !== 0) throw new Error(`${args.join(' ')} ended with ${ended.status}: ${ended.stderr}`);
  return took;
}

const statusline = [options.main, 'statusline'];
const many = makeHome('many', 1000);
const few = makeHome('few', 10);
/** A session whose cost grows with every run, as in a turn: each publishes (SL-27). */
let spent = 0;
const busy = makeHome('busy', 50);
const publishing: Home = {
  env: busy.env,
  get payload() {
    spent += 0.01;
    return busy.payload.replace('"total_cost_usd":3.21', `"total_cost_usd":${3.21 + spent}`);
  },
};
/** Another tool's statusline, chained, and the same command run by itself. */
const chained = makeHome('chained', 1000);
const foreign = `sh -c 'cat >/dev/null; sleep 0.05; echo other'`;
writeFileSync(
  join(chained.env.HOME!, '.local/state/tidemark/config.json'),
  JSON.stringify({
    v: 1,
    source: { path: '', size: null, mtimeMs: null },
    config: { statusline: { chain: { mode: 'collect', timeout: 2000, command: foreign } } },
  }),
);

const runs: readonly (readonly [name: string, args: readonly string[], home: Home])[] = [
  ['node -e 0', ['-e', '0'], many],
  ['1,000 sessions', statusline, many],
  ['10 sessions', statusline, few],
  ['node -e 0, again', ['-e', '0'], few],
  ['chained', statusline, chained],
  ['publishing', statusline, publishing],
];
const times = runs.map((): number[] => []);
const alone: number[] = [];
for (let round = -2; round < rounds; round++) {
  for (const [index, [, args, home]] of runs.entries()) {
    const took = time(args, home);
    // The first two fill the caches of files and compiled code.
    if (round >= 0) times[index]!.push(took);
  }
  const start = performance.now();
  spawnSync('sh', ['-c', foreign], { input: many.payload });
  if (round >= 0) alone.push(performance.now() - start);
}
rmSync(root, { recursive: true, force: true });

const [bare, large, small, , chain, publish] = times.map(median) as [number, number, number, number, number, number];
const rows: Row[] = [
  atMost('statusline, 1,000 sessions ÷ node -e 0', pairwiseRatio(times[1]!, times[0]!), 1.35, `${ms(large)} / ${ms(bare)}`),
  atMost('statusline, 10 sessions ÷ node -e 0', pairwiseRatio(times[2]!, times[0]!), 1.35, `${ms(small)} / ${ms(bare)}`),
  atMost('1,000 sessions ÷ 10 sessions', pairwiseRatio(times[1]!, times[2]!), 1.03, `${ms(large)} / ${ms(small)}`),
  {
    what: 'a run that publishes ÷ node -e 0',
    figure: `${pairwiseRatio(times[5]!, times[0]!).toFixed(2)} ×  (${ms(publish)} / ${ms(bare)})`,
    value: null,
    bar: '',
    pass: null,
  },
  below(
    'a chained command: what we add beyond our own start',
    // Round by round: what disturbs one does not disturb the others.
    median(alone.map((took, round) => times[4]![round]! - took - times[1]![round]!)),
    5,
    'ms',
    `${ms(chain)} chained, ${ms(median(alone))} alone`,
  ),
];
console.log(table(rows));
process.exitCode = rows.some((row) => row.pass === false) ? 1 : 0;
