import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemProcesses } from '../../src/platform/processes.ts';
import { HookHome } from './hook-home.ts';

let home: HookHome;
beforeEach(() => {
  home = new HookHome();
});
afterEach(() => home.remove());

const SILENT = { code: 0, stdout: '', stderr: '' };
const canary = 'CANARY-91c2';

describe('LS-37: exit 0, nothing printed, always', () => {
  test.each([
    ['empty', ''],
    ['blank', ' \n'],
    ['broken', '{"session_id":'],
    ['no object', '[1,2]'],
    ['null', 'null'],
    ['not JSON', 'hello'],
    ['bytes', '\u0000\uffff\ud800'],
    ['no session', '{"hook_event_name":"Stop"}'],
    ['odd types', '{"session_id":{},"hook_event_name":[],"tool_input":5}'],
    ['hostile id', '{"session_id":"../../x","hook_event_name":"Stop"}'],
    ['hostile event', '{"session_id":"s","hook_event_name":"constructor","background_tasks":{}}'],
    [
      'odd everything',
      '{"session_id":"s","hook_event_name":"Stop","background_tasks":[null,5,{"type":"subagent","status":"running","id":7}],"effort":null,"cwd":7}',
    ],
  ])('%s', async (_name, input) => {
    expect(await home.run(input)).toMatchObject(SILENT);
    expect(readdirSync(home.home).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  test('ST-9: a hostile id leads nowhere', async () => {
    for (const id of ['../../x', 'index', 'CON', 'a/b', '✓']) await home.run(home.event(id, 'Stop'));
    const names = readdirSync(home.status);
    expect(names.filter((name) => name !== 'index.json').every((name) => /^h-[0-9a-f]{32}\.json$/.test(name))).toBe(true);
    expect(names).toHaveLength(6);
    expect(
      home
        .index()
        .sessions.map((each: { session_id: string }) => each.session_id)
        .sort(),
    ).toEqual(['../../x', 'CON', 'a/b', 'index', '✓'].sort());
  });

  test('a home that is gone, none, a folder in the way, an unreadable place', async () => {
    for (const env of [
      { HOME: '/nowhere/at/all' },
      { HOME: '' },
      { HOME: 'relative' },
      { CLAUDE_CONFIG_DIR: '/proc/nowhere' },
      { XDG_STATE_HOME: '/proc/x' },
    ])
      expect(await home.run(home.event('s', 'Stop'), { env }), JSON.stringify(env)).toMatchObject(SILENT);
    mkdirSync(join(home.home, '.claude'), { recursive: true });
    writeFileSync(join(home.home, '.claude', 'status'), 'a file');
    expect(await home.run(home.event('s', 'Stop'))).toMatchObject(SILENT);
  });

  test('a full disk', async () => {
    if (!existsSync('/dev/full')) return;
    mkdirSync(join(home.state, 'events'), { recursive: true });
    execFileSync('ln', ['-s', '/dev/full', join(home.state, 'events', 's.jsonl')]);
    expect(await home.run(home.event('s', 'Stop'))).toMatchObject(SILENT);
  });

  test('SIGTERM while it waits for its stdin', async () => {
    const child = home.start();
    child.stdin!.write('{"session_id"');
    await new Promise((resolve) => setTimeout(resolve, 600));
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('LS-38: input limits', () => {
  test('stdin kept open: a whole object counts at once', async () => {
    const ended = await home.run(home.event('s', 'Stop'), { close: false });
    expect(ended).toMatchObject(SILENT);
    expect(home.file('s').tidemark.state).toBe('your-turn');
  });

  test('stdin kept open with a part of an object: after a second, what arrived', async () => {
    const ended = await home.run('{"session_id":"s","hook_event_name":"Stop","last_assistant_message":"abc', { close: false });
    expect(ended).toMatchObject(SILENT);
    expect(ended.ms).toBeGreaterThan(900);
    expect(ended.ms).toBeLessThan(4000);
    expect(home.file('s').tidemark.state).toBe('your-turn');
  });

  test('stdin kept open without a byte', async () => {
    const ended = await home.run('', { close: false });
    expect(ended).toMatchObject(SILENT);
    expect(ended.ms).toBeLessThan(4000);
  });

  test('a FIFO that nobody closes, a file, a terminal without input, /dev/null', () => {
    const script = `exec "$NODE" "$MAIN" hook`;
    const env = { HOME: home.home, PATH: process.env.PATH, NODE: process.execPath, MAIN: join(process.cwd(), 'dist/main.js') };
    const input = join(home.home, 'input');
    writeFileSync(input, home.event('file', 'Stop'));
    expect(execFileSync('sh', ['-c', `${script} < ${input}`], { env, encoding: 'utf8' })).toBe('');
    expect(execFileSync('sh', ['-c', `${script} < /dev/null`], { env, encoding: 'utf8' })).toBe('');
    expect(
      execFileSync('sh', ['-c', `(printf '%s' '${home.event('fifo', 'Stop')}'; sleep 3) | (${script})`], { env, encoding: 'utf8' }),
    ).toBe('');
    expect([home.file('file').tidemark.state, home.file('fifo').tidemark.state]).toEqual(['your-turn', 'your-turn']);
  });

  test('50 MiB of tool output: the right event', async () => {
    const big = JSON.stringify({
      session_id: 's',
      hook_event_name: 'PostToolUse',
      tool_name: 'Bash',
      tool_input: { a: 1 },
      tool_response: 'x'.repeat(50 * 1024 * 1024),
    });
    expect(await home.run(big)).toMatchObject(SILENT);
    expect(home.file('s').tidemark).toMatchObject({ state: 'working', last_tool: { name: 'Bash' } });
  });
});

describe('files', () => {
  test('seed 004: two hooks with two ids → two files and an index, a link to the newest', async () => {
    await home.run('{"session_id":"a","hook_event_name":"PostToolUse"}');
    await home.run('{"session_id":"b","hook_event_name":"PostToolUse"}');
    expect(home.index().sessions.map((each: { session_id: string }) => each.session_id)).toEqual(['b', 'a']);
    expect(home.index().summary).toMatchObject({ total_sessions: 2, active_sessions: 2, stale_sessions: 0 });
    expect(readlinkSync(join(home.home, '.claude', 'status.json'))).toBe('status/b.json');
    await home.run(home.event('b', 'SessionEnd', { reason: 'other' }));
    expect(home.index().sessions.map((each: { session_id: string }) => each.session_id)).toEqual(['a']);
    expect(readlinkSync(join(home.home, '.claude', 'status.json'))).toBe('status/a.json');
    await home.run(home.event('a', 'SessionEnd', { reason: 'other' }));
    expect(lstatSync(join(home.home, '.claude', 'status.json'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('MG-4: a regular status.json is kept aside once', async () => {
    mkdirSync(join(home.home, '.claude'));
    writeFileSync(join(home.home, '.claude', 'status.json'), '{"old":1}');
    await home.run(home.event('a', 'Stop'));
    const backup = readdirSync(join(home.home, '.claude')).find((name) => name.startsWith('status.json.tidemark-backup-'))!;
    expect(readFileSync(join(home.home, '.claude', backup), 'utf8')).toBe('{"old":1}');
  });

  test('ST-8: private whatever the umask', async () => {
    execFileSync('sh', ['-c', 'umask 000; printf %s "$EVENT" | "$NODE" dist/main.js hook'], {
      env: { HOME: home.home, PATH: process.env.PATH, NODE: process.execPath, EVENT: home.event('a', 'Stop') },
    });
    const made = readdirSync(home.home, { recursive: true, encoding: 'utf8' }).map((name) => join(home.home, name));
    const lax = made.filter(
      (path) =>
        !lstatSync(path).isSymbolicLink() && (path.includes('status') || path.includes('tidemark')) && (statSync(path).mode & 0o077) !== 0,
    );
    expect(lax).toEqual([]);
  });

  test('LS-34: a 31-minute-old file goes at the next hook, one of a live session stays, foreign files that are none too', async () => {
    await home.run(home.event('old', 'Stop'));
    await home.run(home.event('live', 'Stop'));
    const past = Date.now() / 1000 - 31 * 60;
    for (const name of ['old', 'live']) utimesSync(join(home.status, `${name}.json`), past, past);
    writeFileSync(join(home.status, 'notes.json'), '{"mine":true}');
    utimesSync(join(home.status, 'notes.json'), past, past);
    const sessions = join(home.home, '.claude', 'sessions');
    mkdirSync(sessions);
    const procStart = systemProcesses.procStart(process.pid);
    writeFileSync(
      join(sessions, `${process.pid}.json`),
      JSON.stringify({
        pid: process.pid,
        sessionId: 'live',
        procStart,
        pidDomain: systemProcesses.domain,
        status: 'idle',
        updatedAt: 1,
        startedAt: Date.now(),
      }),
    );
    await home.run(home.event('new', 'Stop'));
    expect(readdirSync(home.status).sort()).toEqual(['index.json', 'live.json', 'new.json', 'notes.json']);
    expect(readdirSync(sessions)).toEqual([`${process.pid}.json`]);
  });

  test('LS-33: an ended process is out of the index at once; LS-13: /clear leaves one entry', async () => {
    const sessions = join(home.home, '.claude', 'sessions');
    mkdirSync(sessions, { recursive: true });
    const procStart = systemProcesses.procStart(process.pid);
    const put = (sessionId: string) =>
      writeFileSync(
        join(sessions, `${process.pid}.json`),
        JSON.stringify({
          pid: process.pid,
          sessionId,
          procStart,
          pidDomain: systemProcesses.domain,
          status: 'idle',
          name: 'mine',
          nameSource: 'user',
          updatedAt: Date.now(),
          statusUpdatedAt: Date.now(),
        }),
      );
    const env = { CLAUDE_PID: String(process.pid) };
    put('one');
    await home.run(home.event('one', 'UserPromptSubmit'), { env });
    expect(home.index().sessions).toMatchObject([{ session_id: 'one', task: 'mine', tidemark: { alive: true } }]);
    put('two');
    await home.run(home.event('one', 'SessionEnd', { reason: 'clear' }), { env });
    await home.run(home.event('two', 'SessionStart', { source: 'clear' }), { env });
    expect(home.index().sessions).toMatchObject([{ session_id: 'two', task: 'mine' }]);
    writeFileSync(
      join(sessions, '999999.json'),
      JSON.stringify({ pid: 999_999, sessionId: 'dead', procStart: '1', pidDomain: systemProcesses.domain, status: 'busy' }),
    );
    await home.run(home.event('three', 'Stop'));
    expect(
      home
        .index()
        .sessions.map((each: { session_id: string }) => each.session_id)
        .sort(),
    ).toEqual(['three', 'two']);
  });

  test('LS-41: 50 tools of one session within a second or so: at most one index write a second', async () => {
    const inodes = new Set<number>();
    const started = performance.now();
    for (let i = 0; i < 12; i++) {
      await home.run(home.event('s', 'PostToolUse', { tool_name: 'Bash', tool_use_id: `t${i}` }));
      inodes.add(statSync(join(home.status, 'index.json')).ino);
    }
    expect(home.lines('s')).toHaveLength(12);
    expect(inodes.size).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - started) / 1000));
  });

  test('ST-10, §13 20: a newer schema is not overwritten; unknown keys of ours survive', async () => {
    await home.run(home.event('a', 'Stop'));
    const path = join(home.status, 'a.json');
    writeFileSync(path, JSON.stringify({ ...home.file('a'), extra: 1 }));
    await home.run(home.event('a', 'UserPromptSubmit'));
    expect(home.file('a')).toMatchObject({ extra: 1, tidemark: { state: 'working' } });
    const newer = JSON.stringify({ ...home.file('a'), version: '9.0' });
    writeFileSync(path, newer);
    await home.run(home.event('a', 'Stop'));
    expect(readFileSync(path, 'utf8')).toBe(newer);
  });

  test('LS-24, LS-42, ST-21: no content and no environment on disk', async () => {
    const env = { CLAUDE_CODE_MESSAGING_TOKEN: canary, ANTHROPIC_API_KEY: canary, CLAUDE_CODE_MESSAGING_SOCKET: canary };
    const content = {
      prompt: canary,
      tool_name: 'Write',
      tool_input: { content: canary },
      tool_response: canary,
      message: canary,
      error: canary,
      last_assistant_message: canary,
    };
    for (const event of ['UserPromptSubmit', 'PostToolUse', 'PostToolUseFailure', 'StopFailure', 'Notification', 'Stop'])
      await home.run(home.event('s', event, content), { env });
    const files = readdirSync(home.home, { recursive: true, encoding: 'utf8' }).map((name) => join(home.home, name));
    for (const file of files) if (statSync(file).isFile()) expect(readFileSync(file, 'utf8'), file).not.toContain(canary);
    expect(home.file('s').tidemark.error).toBeNull();
  });

  test('LS-27: names are hidden in every file', async () => {
    mkdirSync(home.state, { recursive: true });
    writeFileSync(
      join(home.state, 'config.json'),
      JSON.stringify({ v: 1, source: { path: '', size: null, mtimeMs: null }, config: { privacy: { names: 'hide' } } }),
      { mode: 0o600 },
    );
    await home.run(home.event('s', 'SessionStart', { source: 'startup', session_title: canary, cwd: `/home/dev/${canary}` }));
    const [first, second] = [home.file('s').task.name, home.index().sessions[0].task];
    expect(first).toMatch(/^session-[0-9a-f]{4}$/);
    expect(second).toBe(first);
    for (const name of readdirSync(home.status)) expect(readFileSync(join(home.status, name), 'utf8')).not.toContain(canary);
  });

  test('a read-only folder is left as it is', async () => {
    if (process.getuid?.() === 0) return;
    await home.run(home.event('a', 'Stop'));
    chmodSync(home.status, 0o500);
    expect(await home.run(home.event('b', 'Stop'))).toMatchObject(SILENT);
    chmodSync(home.status, 0o700);
    rmSync(home.status, { recursive: true });
  });
});
