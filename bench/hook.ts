/*
 * The hot path `tidemark hook` against a bare `node -e 0` (LS-39): wall time of whole processes, one of each in turn, medians and quartiles of the pairs.
 * `node bench/hook.ts [--rounds 30] [--sessions 50] [--old 1000] [--main dist/main.js]`
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    sessions: { type: 'string', default: '50' },
    old: { type: 'string', default: '1000' },
    journal: { type: 'string', default: '4' },
    main: { type: 'string', default: resolve(import.meta.dirname, '..', 'dist', 'main.js') },
  },
});
const rounds = Number(values.rounds);
const node = process.execPath;
const work = mkdtempSync(join(tmpdir(), 'tm-bench-hook-'));

/** A home with `sessions` live status files and `old` ones of an hour ago. */
function makeHome(name: string, sessions: number, old: number): string {
  const home = join(work, name);
  mkdirSync(home, { recursive: true });
  for (let i = 0; i < sessions; i++) hook(home, `live-${i}`, 'UserPromptSubmit');
  const status = join(home, '.claude', 'status');
  const past = Date.now() / 1000 - 3600;
  for (let i = 0; i < old; i++) {
    const path = join(status, `old-${i}.json`);
    writeFileSync(path, JSON.stringify({ version: '1.1.0', session_id: `old-${i}`, updated_at: '2026-01-01T00:00:00Z', task: {} }), {
      mode: 0o600,
    });
    utimesSync(path, past, past);
  }
  // Sweeping is measured apart: it happens once a minute.
  if (old > 0) writeFileSync(join(home, '.local/state/tidemark/swept.json'), `{"v":1,"at":${Date.now()},"journals":${Date.now()}}`);
  return home;
}

let serial = 0;
function payload(session: string, event: string): string {
  return JSON.stringify({
    session_id: session,
    transcript_path: `/home/dev/.claude/projects/-home-dev-work-p1/${session}.jsonl`,
    cwd: '/home/dev/work/p1',
    prompt_id: `prompt-${serial}`,
    permission_mode: 'default',
    hook_event_name: event,
    tool_name: `Tool${serial++}`,
    tool_input: { command: 'make test' },
    tool_response: { stdout: 'x'.repeat(4000) },
    tool_use_id: `toolu_${serial}`,
  });
}

function timed(args: readonly string[], input: string, home: string): number {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(node, args, { input, env: { HOME: home, PATH: process.env.PATH ?? '' } });
  const ms = performance.now() - start;
  if (status !== 0 || stdout.length + stderr.length > 0) throw new Error(`exit ${status}: ${stdout}${stderr}`);
  return ms;
}

const hook = (home: string, session: string, event: string): number => timed([values.main, 'hook'], payload(session, event), home);
const quantile = (times: readonly number[], q: number): number => [...times].sort((a, b) => a - b)[Math.floor((times.length - 1) * q)]!;

interface Case {
  readonly name: string;
  readonly run: () => number;
  readonly bar: number | null;
}

const few = makeHome('few', Number(values.sessions), 0);
const many = makeHome('many', Number(values.sessions), Number(values.old));
const full = makeHome('full', Number(values.sessions), 0);
const journal = `${JSON.stringify({ v: 1, at: Date.now() - 86_400_000, n: 'x', event: 'PostToolUse', tool: 'Bash', prompt: 'p'.repeat(200) })}\n`;
const bytes = Number(values.journal) * 1024 * 1024;
writeFileSync(join(full, '.local/state/tidemark/events/live-0.jsonl'), journal.repeat(Math.ceil(bytes / journal.length)));
const cases: readonly Case[] = [
  { name: 'node -e 0', run: () => timed(['-e', '0'], '', few), bar: null },
  { name: `hook, ${values.sessions} sessions`, run: () => hook(few, 'live-0', 'PostToolUse'), bar: 1.25 },
  { name: `hook, and ${values.old} old files`, run: () => hook(many, 'live-0', 'PostToolUse'), bar: 1.35 },
  { name: `hook, journal of ${values.journal} MiB`, run: () => hook(full, 'live-0', 'PostToolUse'), bar: null },
];
const times = cases.map((): number[] => []);
for (let round = -2; round < rounds; round++) {
  for (const [i, { run }] of cases.entries()) {
    const ms = run();
    if (round >= 0) times[i]!.push(ms);
  }
}
const bare = quantile(times[0]!, 0.5);
for (const [i, { name, bar }] of cases.entries()) {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(times[i]!, q)) as [number, number, number];
  const ratio = middle / bare;
  const verdict = bar === null ? '' : ratio <= bar ? ` (bar ${bar}: met)` : ` (bar ${bar}: MISSED)`;
  process.stdout.write(
    `${name.padEnd(28)} ${middle.toFixed(1)} ms  [${low.toFixed(1)} … ${high.toFixed(1)}]  ${ratio.toFixed(3)} × bare${verdict}\n`,
  );
}
rmSync(work, { recursive: true, force: true });
