import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTail } from '../../src/sessions/fold.ts';
import { HookHome } from './hook-home.ts';

const isLong = process.env.TIDEMARK_LONG === '1';
const HOOKS = isLong ? 100 : 30;
const KILLS = isLong ? 200 : 40;
const READS = 10_000;

let home: HookHome;
beforeEach(() => {
  home = new HookHome();
});
afterEach(() => home.remove());

/** Reads a file again and again while `work` runs, at least `READS` times; counts what is no whole JSON. */
async function watched(path: () => readonly string[], work: Promise<unknown>): Promise<{ reads: number; torn: number }> {
  let isOver = false;
  const end = work.finally(() => {
    isOver = true;
  });
  let [reads, torn] = [0, 0];
  while (!isOver || reads < READS) {
    for (const file of path()) {
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch {
        continue;
      }
      reads++;
      try {
        JSON.parse(text);
      } catch {
        torn++;
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await end;
  return { reads, torn };
}

interface Entry {
  readonly session_id: string;
  readonly updated_at: string;
  readonly tidemark: { readonly state: string };
}
const shown = (each: Entry) => `${each.session_id} ${each.updated_at} ${each.tidemark.state}`;
const entries = (index: { readonly sessions: readonly Entry[] }): readonly string[] => index.sessions.map(shown).sort();

/** What the index must say: the folder itself. */
function folder(): readonly string[] {
  return readdirSync(home.status)
    .filter((name) => name !== 'index.json' && !name.startsWith('.'))
    .map((name) => home.file(name.slice(0, -5)))
    .map(shown)
    .sort();
}

describe('LS-40: without a lock', () => {
  test(`LS-40: ${HOOKS} hooks of as many sessions at once: every file right, index = folder, no torn read, nothing left`, {
    timeout: 120_000,
  }, async () => {
    await home.run(home.event('s-0', 'SessionStart', { source: 'startup' }));
    const all = Promise.all(
      Array.from({ length: HOOKS }, (_, i) => home.run(home.event(`s-${i}`, 'UserPromptSubmit', { prompt_id: `p${i}` }))),
    );
    const { reads, torn } = await watched(
      () => [join(home.status, 'index.json'), join(home.status, 's-0.json'), join(home.home, '.claude', 'status.json')],
      all,
    );
    for (const ended of await all) expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(reads).toBeGreaterThanOrEqual(READS);
    expect(torn).toBe(0);
    for (let i = 0; i < HOOKS; i++) expect(home.file(`s-${i}`).tidemark.state).toBe('working');
    expect(entries(home.index())).toEqual(folder());
    expect(entries(home.index())).toHaveLength(HOOKS);
    expect(home.leftovers()).toEqual([]);
  });

  test(`LS-21: ${HOOKS} hooks of one session at once: every line whole, the state that of all`, { timeout: 120_000 }, async () => {
    await home.run(home.event('one', 'UserPromptSubmit'));
    const start = (i: number) => home.run(home.event('one', 'SubagentStart', { agent_id: `a${i}`, agent_type: 'coder' }));
    const all = Promise.all(Array.from({ length: HOOKS }, (_, i) => start(i)));
    const { torn } = await watched(() => [join(home.status, 'index.json'), join(home.status, 'one.json')], all);
    expect(torn).toBe(0);
    expect(home.lines('one')).toHaveLength(HOOKS + 1);
    expect(home.lines('one').every((line) => JSON.parse(line).v === 1)).toBe(true);
    expect(home.file('one').agents.active).toBe(HOOKS);
    expect(home.index().sessions[0].agents).toBe(HOOKS);
    expect(home.leftovers()).toEqual([]);
  });
});

test(`LS-21, ST-5: kill -9 at ${KILLS} random moments: nothing torn, no former event lost, the next hook puts all right`, {
  timeout: 300_000,
}, async () => {
  await home.run(home.event('k', 'UserPromptSubmit'));
  const before: string[] = [];
  for (let i = 0; i < KILLS; i++) {
    const child = home.start();
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.stdin!.end(home.event('k', 'SubagentStart', { agent_id: `a${i}`, agent_type: 'x' }));
    await new Promise((resolve) => setTimeout(resolve, 15 + Math.random() * 45));
    child.kill('SIGKILL');
    await closed;
    const tail = readTail(readFileSync(join(home.state, 'events', 'k.jsonl')));
    expect(tail.skipped).toBe(0);
    const now = tail.events.map(({ event }) => event.n);
    expect(now.slice(0, before.length)).toEqual(before);
    before.splice(0, before.length, ...now);
    for (const name of readdirSync(home.status)) if (name.endsWith('.json')) JSON.parse(readFileSync(join(home.status, name), 'utf8'));
  }
  await home.run(home.event('k', 'SubagentStart', { agent_id: 'last', agent_type: 'x' }));
  // The prompt is no agent.
  expect(home.file('k').agents.active).toBe(before.length);
  expect(entries(home.index())).toEqual(folder());
});
