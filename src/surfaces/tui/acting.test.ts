import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkProcess, endProcess } from '../../platform/end-process.ts';
import { systemProcesses } from '../../platform/processes.ts';
import { journalFile } from '../../sessions/journal.ts';
import { recordStop } from '../../sessions/record-stop.ts';
import type { StopNote } from '../../sessions/stop-note.ts';
import { Acting, type ActingTools } from './acting.ts';
import { Controller } from './controller.ts';
import { follow } from './follow.ts';
import { jumpTo, type Run } from './jump.ts';
import { textOf } from './spans.ts';
import { NOW } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { aFirstState } from './testing-picture.ts';
import { testQueries } from './testing-queries.ts';
import { recall, remember } from './ui/remember.ts';

const demo = demoLikeSnapshot();
const FIRST = aFirstState();

function rig(more: Partial<ActingTools> = {}, present = demo) {
  const emitted: string[] = [];
  const changes: string[] = [];
  const acting = new Acting({
    env: { TERM: 'xterm-256color' },
    run: async () => null,
    emit: (sequence) => emitted.push(sequence),
    check: () => ({ ok: true, proven: true }),
    end: async () => ({ ended: true, sent: ['SIGINT'], reason: null, leftovers: [] }),
    quit: () => {},
    repaint: () => {},
    suspend: () => {},
    remember: () => {},
    record: () => true,
    ...more,
  });
  const store = { get: () => present, subscribe: () => () => {} };
  const controller = new Controller(
    store,
    testQueries(() => present, changes),
    { first: FIRST, ascii: false, hour12: false, emoji: false, readOnly: false, maxSessions: 1000, scope: null, now: () => NOW },
    { effect: (effect, from) => acting.perform(effect, from), needsYou: () => {} },
  );
  controller.resize(120, 40, true);
  const keys = (...all: string[]) => {
    for (const key of all) controller.press({ kind: 'key', key });
    return controller.lines().map(textOf).join('\n');
  };
  return { acting, controller, keys, emitted, changes, end: () => controller.close() };
}

describe('copy, LV-122', () => {
  test('exactly one OSC 52 with the id, nothing else', () => {
    const { keys, emitted, end } = rig();
    expect(keys('y')).toContain('copied session id');
    expect(emitted).toEqual([`\u001b]52;c;${Buffer.from(demo.sessions[0]!.id).toString('base64')}\u0007`]);
    end();
  });

  test('where the terminal is not known to take it, the text is shown', () => {
    const { keys, emitted, end } = rig({ env: { TERM: 'vt100' } });
    expect(keys('Y')).toContain(`resume command: claude --resume ${demo.sessions[0]!.id}`);
    expect(emitted).toEqual([]);
    end();
  });
});

describe('stop, LV-120', () => {
  test('asks, goes on with y, shows each signal, needs a second y for KILL', async () => {
    const seen: string[] = [];
    const tools = rig({
      end: async (_target, options) => {
        options?.onStep?.({ signal: 'SIGINT' });
        options?.onStep?.({ signal: 'SIGTERM' });
        options?.onStep?.({ asks: 'SIGKILL' });
        const may = await options!.mayKill!();
        seen.push(String(may));
        return { ended: may, sent: ['SIGINT', 'SIGTERM', 'SIGKILL'], reason: null, leftovers: [] };
      },
    });
    expect(tools.keys('x')).toMatch(/stop fix-login-flake · project api-server[\s\S]*pid 20480 · needs permission[\s\S]*\$7\.19 so far/);
    expect(tools.keys('y')).toMatch(/INT sent[\s\S]*TERM sent[\s\S]*it still runs[\s\S]*y kills it/);
    tools.keys('y');
    await vi.waitFor(() =>
      expect(tools.keys()).toContain(`stopped; transcript kept; resume with \`claude --resume ${demo.sessions[0]!.id}\``),
    );
    expect(seen).toEqual(['true']);
    tools.end();
  });

  test('a refusal says why; nothing is signalled by one key', () => {
    let ended = 0;
    const refused = rig({
      check: () => ({ ok: false, gone: true, reason: 'the process was replaced by another with its number' }),
      end: async () => ({ ended: ++ended > 0, sent: [], reason: null, leftovers: [] }),
    });
    expect(refused.keys('x')).toContain('not stopped: the process was replaced');
    expect(refused.keys('y', 'x', 'n')).toBeTruthy();
    expect(ended).toBe(0);
    refused.end();
  });

  test('several processes: its number chooses, then the question comes; no key alone ends anything (KIL-5)', async () => {
    const first = demo.sessions[0]!;
    const twice = [first.processes[0]!, { ...first.processes[0]!, pid: 555, kind: 'bg', startedAt: NOW - 60_000 }];
    const present = { ...demo, sessions: [{ ...first, processes: twice }, ...demo.sessions.slice(1)] };
    const targets: number[] = [];
    const tools = rig(
      {
        end: async ({ pid }) => {
          targets.push(pid);
          return { ended: true, sent: ['SIGINT'], reason: null, leftovers: [{ pid: 9, start: '1', name: 'sleep' }] };
        },
      },
      present,
    );
    const asked = tools.keys('x');
    expect(asked).toMatch(
      /2 processes have fix-login-flake open[\s\S]*1 {2}pid 20480 · interactive · started 3 h ago[\s\S]*2 {2}pid 555 · bg · started 1 m ago/,
    );
    expect(tools.keys('y')).toContain('nothing was stopped');
    expect(tools.keys('x', '3')).toContain('nothing was stopped');
    expect(tools.keys('x', '2')).toContain('pid 555 · needs permission');
    expect(targets).toEqual([]);
    tools.keys('y');
    await vi.waitFor(() => expect(tools.keys()).toContain('still running: 9 sleep'));
    expect(targets).toEqual([555]);
    tools.end();
  });

  test('words of a person go to the queries, and a refusal of theirs is one sentence (LV-123)', () => {
    const tools = rig();
    tools.keys('n', 'a', 'b', 'enter');
    expect(tools.changes).toEqual([`rename ${demo.sessions[0]!.id} ab`]);
    expect(tools.keys()).toContain('named');
    tools.end();
  });
});

describe('what is kept of a stop, KIL-6', () => {
  const noted = (processes = demo.sessions[0]!.processes, more: Partial<ActingTools> = {}) => {
    const notes: (readonly [string, StopNote])[] = [];
    const present = { ...demo, sessions: [{ ...demo.sessions[0]!, processes }, ...demo.sessions.slice(1)] };
    const record = (_env: unknown, id: string, note: StopNote) => notes.push([id, note]) > 0;
    return { ...rig({ record, ...more }, present), notes };
  };
  const [only] = demo.sessions[0]!.processes;

  test.each([
    ['INT sufficed', { ended: true, sent: ['SIGINT'] }, ['INT'], true],
    ['all three', { ended: true, sent: ['SIGINT', 'SIGTERM', 'SIGKILL'] }, ['INT', 'TERM', 'KILL'], true],
    ['it did not end', { ended: false, sent: ['SIGINT', 'SIGTERM'] }, ['INT', 'TERM'], false],
  ] as const)('%s', async (_name, result, sent, ended) => {
    const { keys, notes, end } = noted(undefined, { end: async () => ({ ...result, reason: null, leftovers: [] }) });
    keys('x', 'y');
    await vi.waitFor(() => expect(notes).toEqual([[demo.sessions[0]!.id, { by: 'tui', sent, pid: only!.pid, ended }]]));
    end();
  });

  test('nothing was sent: there is nothing to keep', async () => {
    const { keys, notes, end } = noted(undefined, { end: async () => ({ ended: false, sent: [], reason: 'gone', leftovers: [] }) });
    keys('x', 'y');
    await vi.waitFor(() => expect(keys()).toContain('not stopped: gone'));
    expect(notes).toEqual([]);
    end();
  });

  test('one of several processes does not end the session', async () => {
    const { keys, notes, end } = noted([only!, { ...only!, pid: 555 }]);
    keys('x', '2', 'y');
    await vi.waitFor(() => expect(notes.map(([, { pid, ended }]) => [pid, ended])).toEqual([[555, false]]));
    end();
  });

  test('a history that cannot be written is said', async () => {
    const { keys, end } = noted(undefined, { record: () => false });
    keys('x', 'y');
    await vi.waitFor(() => expect(keys()).toContain('; the history of it'));
    end();
  });

  test('a view that was left meanwhile keeps it too', async () => {
    let done: () => void = () => {};
    const { acting, keys, notes, end } = noted(undefined, {
      end: () => new Promise((resolve) => (done = () => resolve({ ended: true, sent: ['SIGINT'], reason: null, leftovers: [] }))),
    });
    keys('x', 'y');
    acting.close();
    done();
    await vi.waitFor(() => expect(notes).toHaveLength(1));
    end();
  });

  test.skipIf(process.platform !== 'linux')('a real process, its journal and the words', async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'tidemark-stop-'));
    const child = spawn('/bin/sh', ['-c', 'echo ready; exec sleep 100'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const process = { ...only!, pid: child.pid!, procStart: systemProcesses.procStart(child.pid!)! };
      const env = { TERM: 'xterm-256color', HOME: home, XDG_STATE_HOME: `${home}/s`, CLAUDE_CONFIG_DIR: `${home}/.claude` };
      const { keys, end } = noted([process], { env, check: checkProcess, end: endProcess, record: recordStop });
      const { id } = demo.sessions[0]!;
      keys('x', 'y');
      await vi.waitFor(() => expect(keys()).toContain(`stopped; transcript kept; resume with \`claude --resume ${id}\``), 5000);
      expect(keys()).not.toContain('could not be written');
      const line = JSON.parse(readFileSync(journalFile(`${home}/s/tidemark`, id), 'utf8'));
      expect(line).toMatchObject({ event: 'TidemarkStop', stop: { by: 'tui', sent: ['INT'], pid: child.pid, ended: true } });
      end();
    } finally {
      child.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    }
  });
});

describe('jump, LV-121', () => {
  const panes = "/dev/pts/7\t%12\t$3\t@5\tit's; rm -rf:2.1\n/dev/pts/8\t%13\t$3\t@5\tb:1.1\n";
  const runner =
    (calls: string[][], listed: string | null): Run =>
    async (file, args) => {
      calls.push([file, ...args]);
      if (file === 'ps') return 'pts/7\n';
      return args[0] === 'list-panes' ? listed : '';
    };

  test("inside tmux: the pane whose tty is the process's, by ids, never by names", async () => {
    const calls: string[][] = [];
    expect(await jumpTo(runner(calls, panes), { TMUX: 'x' }, 500)).toEqual({ jumped: true, where: "tmux it's; rm -rf:2.1" });
    expect(calls.slice(2)).toEqual([
      ['tmux', 'switch-client', '-t', '$3'],
      ['tmux', 'select-window', '-t', '@5'],
      ['tmux', 'select-pane', '-t', '%12'],
    ]);
  });

  test('outside tmux the command to type; without any way the terminal is named', async () => {
    expect(await jumpTo(runner([], panes), {}, 500)).toEqual({
      jumped: false,
      words: "tmux attach -t '$3' \\; select-window -t '@5' \\; select-pane -t '%12'",
    });
    expect(await jumpTo(runner([], null), {}, 500)).toMatchObject({ jumped: false, words: expect.stringContaining('pts/7') });
  });
});

describe('what is remembered, LV-86', () => {
  test('comes back; a broken or foreign file is ignored', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tidemark-remember-'));
    const state = {
      sort: 'cost',
      inverted: true,
      group: 'project',
      theme: 'light',
      folded: ['projects'],
      presets: ['state:W', '', 'cost>1'],
    } as const;
    remember(dir, state);
    expect(recall(dir)).toEqual(state);
    const file = path.join(dir, 'live-view.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(state);
    for (const broken of ['', '{', '[]', 'null', '{"sort":"x","group":7,"presets":["("],"folded":["y"]}']) {
      writeFileSync(file, broken);
      expect(
        Object.values(recall(dir))
          .flat()
          .filter((value) => value !== ''),
      ).toEqual([]);
    }
    rmSync(dir, { recursive: true });
  });
});

describe('without a full screen', () => {
  test('a slow reader gets the newest line, never a queue; the end comes after a whole line (LV-133)', async () => {
    let value = 0;
    let changed = (): void => {};
    const written: string[] = [];
    let done: () => void = () => {};
    const store = {
      get: () => demo,
      subscribe: (listener: () => void) => {
        changed = listener;
        return () => {};
      },
    };
    const code = follow(store, {
      text: () => `line ${value}`,
      write: (text) =>
        new Promise((resolve) => {
          done = resolve;
          written.push(text);
        }),
      inPlace: false,
      heartbeat: null,
      everyMs: null,
    });
    for (value = 1; value <= 1000; value++) changed();
    value = 1000;
    expect(written).toEqual(['line 0\n']);
    done();
    await vi.waitFor(() => expect(written).toEqual(['line 0\n', 'line 1000\n']));
    process.emit('SIGTERM');
    done();
    expect(await code).toBe(143);
  });
});
