import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OwnHome } from '../security/own-home.ts';

/* One number each: what the statusline says of a session and of the others is what the Snapshot and `query` say (SL-11). */

const IDS = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const [OWN, ASKING] = IDS as [string, string, string];
/** Tokens in the context of each session, of a million. */
const CONTEXT = [330_000, 840_000, 120_000];
const STARTED = Date.now();
/** Epoch seconds. */
const resets = (hours: number) => Math.floor(STARTED / 1000) + hours * 3600;

let home: OwnHome;
const clients: ChildProcess[] = [];
beforeAll(() => {
  home = new OwnHome();
  mkdirSync(path.join(home.claude, 'projects/-work-api'), { recursive: true });
  mkdirSync(path.join(home.claude, 'sessions'), { recursive: true });
  const now = Date.now();
  for (const [index, id] of IDS.entries()) {
    const client = spawn('sleep', ['120'], { stdio: 'ignore' });
    clients.push(client);
    const line = {
      type: 'assistant',
      uuid: `u-${index}`,
      requestId: `req_${index}`,
      sessionId: id,
      cwd: '/work/api',
      version: '2.1.329',
      timestamp: new Date(now - 60_000).toISOString(),
      message: {
        id: `msg_${index}`,
        role: 'assistant',
        model: 'claude-opus-5-5',
        content: [],
        usage: { input_tokens: 1000, output_tokens: 100, cache_creation_input_tokens: 0, cache_read_input_tokens: CONTEXT[index]! - 1000 },
      },
    };
    writeFileSync(path.join(home.claude, `projects/-work-api/${id}.jsonl`), `${JSON.stringify(line)}\n`);
    hook(id, client, 'SessionStart', { source: 'startup' });
    hook(id, client, 'UserPromptSubmit', { prompt_id: 'p' });
  }
  hook(ASKING, clients[1]!, 'PermissionRequest', { tool_name: 'Bash', tool_use_id: 't' });
});
afterAll(() => {
  for (const client of clients) client.kill();
  home.remove();
});

function hook(id: string, client: ChildProcess, event: string, fields: object): void {
  const input = JSON.stringify({ session_id: id, hook_event_name: event, cwd: '/work/api', ...fields });
  expect(home.run(['hook'], { CLAUDE_PID: String(client.pid) }, input)).toEqual({ status: 0, stdout: '', stderr: '' });
}

function statusline(index: number): string {
  const payload = {
    session_id: IDS[index],
    transcript_path: path.join(home.claude, `projects/-work-api/${IDS[index]}.jsonl`),
    cwd: '/work/api',
    workspace: { current_dir: '/work/api', project_dir: '/work/api' },
    model: { id: 'claude-opus-5-5', display_name: 'Opus 5.5' },
    cost: { total_cost_usd: 3.21 + index, total_api_duration_ms: 5 },
    context_window: {
      context_window_size: 1_000_000,
      used_percentage: CONTEXT[index]! / 10_000,
      current_usage: {
        input_tokens: 1000,
        output_tokens: 100,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: CONTEXT[index]! - 1000,
      },
    },
    rate_limits: { five_hour: { used_percentage: 41, resets_at: resets(2) }, seven_day: { used_percentage: 62, resets_at: resets(70) } },
  };
  const ended = home.run(
    ['statusline'],
    { NO_COLOR: '1', COLUMNS: '160', CLAUDE_PID: String(clients[index]!.pid) },
    JSON.stringify(payload),
  );
  expect([ended.status, ended.stderr]).toEqual([0, '']);
  return ended.stdout;
}

test('SL-11 context, quota, sessions and needs-you equal the Snapshot and query', () => {
  for (const index of [1, 2]) statusline(index);
  const line = statusline(0);
  expect(line).toMatch(/^1 needs you · \/work\/api · Opus 5\.5 · ctx 33% · 5h 41% (2h|1h59m) · 7d 62% · \$3\.21eq · 3s 84%$/);
  const snapshot = home.json('live', '--once', '--json');
  expect(snapshot.verdict).toMatchObject({ active: 3, needsYou: 1 });
  const context = (id: string): number =>
    snapshot.sessions.find((each: { sessionId: string }) => each.sessionId === id).contextPercent.value;
  expect(IDS.map(context).map(Math.round)).toEqual(CONTEXT.map((tokens) => tokens / 10_000));
  const query = (...args: string[]) => Number(home.ok('query', ...args));
  expect([query('sessions.active'), query('sessions.needs_you')]).toEqual([3, 1]);
  expect(Math.round(query('context', '--session', OWN))).toBe(33);
  expect(Math.round(query('context.max'))).toBe(84);
  expect([query('window.used'), query('week.used')]).toEqual([41, 62]);
});

test('SL-11 the status files and the index, which other programs read, say the same', () => {
  const index = JSON.parse(readFileSync(path.join(home.claude, 'status/index.json'), 'utf8'));
  expect(index.summary).toMatchObject({ active_sessions: 3, max_context_pct: 84, tidemark: { needs_you: 1 } });
  const own = index.sessions.find((each: { session_id: string }) => each.session_id === OWN);
  expect(own).toMatchObject({ context_pct: 33, tidemark: { cost_usd: 3.21, model: 'Opus 5.5' } });
});
