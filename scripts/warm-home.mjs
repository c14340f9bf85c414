// For the warm-*.mjs scripts: a small home with a few sessions, read into its ledger.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DAY_MS = 86_400_000;
const MODELS = ['claude-opus-4-8', 'claude-haiku-4-5', 'claude-sonnet-4-6'];

/** A few days of one project: requests of several models, a prompt and a subagent's request each. */
function lines(session, days) {
  const made = [];
  for (let day = 0; day < days; day++) {
    const timestamp = new Date(Date.now() - day * DAY_MS).toISOString();
    const common = { sessionId: session, timestamp, cwd: '/home/dev/work/p1', version: '2.1.0' };
    made.push({ ...common, type: 'user', uuid: `u${day}`, message: { role: 'user', content: 'a' } });
    for (const [i, model] of MODELS.entries()) {
      const usage = { input_tokens: 10, output_tokens: 100, cache_creation_input_tokens: 50, cache_read_input_tokens: 1000 };
      const id = `${session}-${day}-${i}`;
      made.push({
        ...common,
        type: 'assistant',
        uuid: id,
        requestId: `r${id}`,
        isSidechain: i === 2,
        message: { id, model, role: 'assistant', usage },
      });
    }
  }
  return `${made.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** The first reading happens in a process of its own: a report that finds nothing new does not load what only that needs. */
function firstReading(home) {
  const code = `require(${JSON.stringify(resolve(process.argv[2], 'report.js'))}).run(['daily', '--json']).then((code) => { process.exitCode = code; })`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', code], { env: { HOME: home }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the first reading failed: ${stderr}`);
}

/** Five sessions of one project, the newest requests of the present. */
export function madeHome(home) {
  const folder = join(home, '.claude/projects/-home-dev-work-p1');
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < 5; i++) writeFileSync(join(folder, `session-${i}.jsonl`), lines(`session-${i}`, 20 + i));
  firstReading(home);
}
