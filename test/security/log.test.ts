import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Log, logFile } from '../../src/platform/log.ts';
import { OwnHome } from './own-home.ts';
import { CANARY, LOOK_ALIKES, SECRETS } from './secrets.ts';

/* The log as a sink: SEC-70 (secrets), SEC-80 (conversations), SEC-81 (names), TS-3 (lines); and what is in it (UR-92, UR-95, UR-104). */

const SID = 'c0ffee00-0000-4000-8000-00000000ca9a';
const SENTENCE = 'the walrus keeps the lighthouse';
type Event = Readonly<Record<string, unknown>>;

const logText = (home: OwnHome): string => (existsSync(logFile(home.state)) ? readFileSync(logFile(home.state), 'utf8') : '');
const events = (home: OwnHome): Event[] =>
  logText(home)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('SEC-70 the log redacts', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'tidemark-log-sink-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test('40 secrets in any field leave no trace, look-alikes stay readable', () => {
    const log = new Log({ home, stateDir: path.join(home, 's'), level: 'debug' });
    expect(SECRETS).toHaveLength(40);
    for (const [number, secret] of SECRETS.entries()) {
      log.debug('a secret', { alone: secret, inside: `could not reach ${secret} at last`, quoted: JSON.stringify({ secret }) });
      log.error('a secret', { number, path: `/home/joe/${secret}/x.jsonl` });
    }
    for (const text of LOOK_ALIKES) log.debug('none', { text });
    const written = readFileSync(logFile(path.join(home, 's')), 'utf8');
    expect(written).not.toContain(CANARY);
    expect(written.trimEnd().split('\n')).toHaveLength(80 + LOOK_ALIKES.length);
    for (const text of LOOK_ALIKES) expect(written).toContain(text);
  });
});

describe('SEC-70, SEC-80 a full run at level debug', () => {
  let home: OwnHome;
  const printed: string[] = [];
  const level = { TIDEMARK_LOG_LEVEL: 'debug' };

  beforeAll(() => {
    home = new OwnHome();
    const project = path.join(home.claude, 'projects', '-nowhere-dev-api');
    mkdirSync(project, { recursive: true });
    const at = (i: number) => new Date(Date.now() - 600_000 + i * 1000).toISOString();
    const common = { sessionId: SID, cwd: '/nowhere/dev/api', version: '2.1.329' };
    const lines = SECRETS.flatMap((secret, i) => [
      JSON.stringify({ ...common, type: 'user', uuid: `u${i}`, timestamp: at(i), message: { content: `${SENTENCE} ${secret}` } }),
      JSON.stringify({
        ...common,
        type: 'assistant',
        uuid: `a${i}`,
        timestamp: at(i),
        isApiErrorMessage: i % 3 === 0,
        error: 'server_error',
        message: {
          id: `msg_01${String(i).padStart(22, 'A')}`,
          model: 'claude-opus-4-5',
          content: [{ type: 'text', text: `${SENTENCE} ${secret}` }],
          usage: { input_tokens: 1, output_tokens: 2 },
        },
      }),
      // Cut off in the middle of what somebody said.
      `{"type":"assistant","message":{"usage":{"input_tokens":1},"content":"${SENTENCE} ${JSON.stringify(secret).slice(1, -1)}`,
    ]);
    writeFileSync(path.join(project, `${SID}.jsonl`), `${lines.join('\n')}\n`);
    const env = {
      ...level,
      ...Object.fromEntries(SECRETS.map((secret, i) => [`TIDEMARK_CANARY_${i}`, secret])),
      ANTHROPIC_API_KEY: SECRETS[0]!,
    };
    const run = (args: readonly string[], input = '') => {
      const { stdout, stderr } = home.run(args, env, input);
      printed.push(stdout, stderr);
    };
    for (const secret of SECRETS.slice(0, 8)) {
      const hook = {
        session_id: SID,
        cwd: '/nowhere/dev/api',
        prompt: `${SENTENCE} ${secret}`,
        tool_input: { command: secret },
        message: secret,
      };
      for (const hook_event_name of ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'Notification'])
        run(['hook'], JSON.stringify({ ...hook, hook_event_name }));
    }
    for (const args of [
      ['daily'],
      ['sessions', '--json'],
      ['session', 'show', SID],
      ['live', '--once'],
      ['ledger', 'rebuild'],
      ['doctor'],
      ['config', 'show'],
    ])
      run(args);
    mkdirSync(path.join(home.dir, 'c/tidemark'), { recursive: true });
    for (const secret of SECRETS) {
      const value = JSON.stringify(secret);
      writeFileSync(
        path.join(home.dir, 'c/tidemark/config.yaml'),
        `# ${secret.replaceAll('\n', ' ')}\ndisplay: { color: ${value} }\nhub: { token: ${value} }\n`,
      );
      run(['daily']);
      run(['config', 'validate']);
    }
    rmSync(path.join(home.dir, 'c/tidemark/config.yaml'));
  }, 240_000);
  afterAll(() => home.remove());

  test('0 hits of secrets and of the conversation in all that was written and printed', () => {
    for (const word of [CANARY, SENTENCE]) {
      expect(home.ourFiles().filter((file) => readFileSync(file).includes(word))).toEqual([]);
      expect(printed.filter((text) => text.includes(word))).toEqual([]);
    }
  });

  test('UR-92 each line that was left out is named by file, line and reason', () => {
    const left = events(home).filter(({ msg }) => msg === 'a line was left out');
    expect(left[0]).toMatchObject({ level: 'debug', line: `~/.claude/projects/-nowhere-dev-api/${SID}.jsonl:3`, reason: 'malformed' });
    expect(new Set(left.map(({ line }) => line)).size).toBeGreaterThan(10);
  });

  test('UR-104 a configuration that cannot be used is named by place and key', () => {
    const bad = events(home).filter(({ msg }) => msg === 'the configuration cannot be used');
    expect(bad[0]).toMatchObject({ level: 'error', where: path.join(home.dir, 'c/tidemark/config.yaml'), line: 2, key: 'display.color' });
  });

  test('TS-3 every line is one object with time, level and message; SEC-50 0600', () => {
    for (const event of events(home))
      expect([typeof event.time, typeof event.level, typeof event.msg]).toEqual(['string', 'string', 'string']);
    expect(statSync(logFile(home.state)).mode & 0o777).toBe(0o600);
  });
});

describe('what is logged', () => {
  let home: OwnHome;
  const SECOND = 'second/.claude';
  beforeEach(() => {
    home = new OwnHome('two-projects');
    mkdirSync(path.join(home.dir, SECOND), { recursive: true });
    // A place that cannot be entered, for root too.
    symlinkSync('projects', path.join(home.dir, SECOND, 'projects'));
  });
  afterEach(() => home.remove());
  const both = () => ({ CLAUDE_CONFIG_DIR: `${home.claude},${path.join(home.dir, SECOND)}` });

  test('a run without trouble writes no log; --debug does, and prints nothing more on stdout (LV-17)', () => {
    const quiet = home.run(['daily', '--json']);
    expect(existsSync(logFile(home.state))).toBe(false);
    const loud = home.run(['daily', '--json', '--debug']);
    const without = (text: string) => text.replace(/"generatedAt": "[^"]+"/, '');
    expect(without(loud.stdout)).toBe(without(quiet.stdout));
    expect(events(home)).toMatchObject([{ level: 'debug', msg: 'transcripts were read', skipped: 0 }]);
  });

  test('UR-95 a place that cannot be read is logged once, however often reports run', () => {
    for (let i = 0; i < 3; i++) expect(home.run(['daily'], both()).status).toBe(0);
    expect(events(home)).toMatchObject([{ level: 'warn', msg: 'a place could not be read', path: `~/${SECOND}/projects`, code: 'ELOOP' }]);
  });

  test('UR-121 at level error a warning is not written', () => {
    home.run(['daily'], { ...both(), TIDEMARK_LOG_LEVEL: 'error' });
    expect(existsSync(logFile(home.state))).toBe(false);
  });

  test('SEC-81 with names hidden no path of a transcript is in the log', () => {
    const file = path.join(home.claude, 'projects', '-nowhere-dev-api', 'broken.jsonl');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '{"usage_tokens":\n');
    home.run(['daily', '--debug'], { ...both(), TIDEMARK_PRIVACY_NAMES: 'hide' });
    expect(events(home).length).toBeGreaterThan(1);
    expect(logText(home)).toContain('broken.jsonl:1');
    expect(logText(home)).not.toMatch(/-nowhere|second/);
  });

  test('REL-22 a damaged ledger is an error in the log', () => {
    home.ok('daily');
    writeFileSync(home.ledger, 'no database '.repeat(1000));
    for (const suffix of ['-wal', '-shm']) rmSync(`${home.ledger}${suffix}`, { force: true });
    expect(home.run(['daily']).status).toBe(0);
    expect(events(home)).toMatchObject([{ level: 'error', msg: 'the ledger is not as it should be', mode: 'disk' }]);
  });

  test('a state directory that cannot be written changes nothing for the person', () => {
    mkdirSync(path.dirname(home.state), { recursive: true });
    writeFileSync(home.state, '');
    expect(home.run(['daily', '--debug'], both()).status).toBe(0);
    rmSync(home.state);
    mkdirSync(home.state);
    chmodSync(home.state, 0o500);
    expect(home.run(['daily', '--debug'], both()).status).toBe(0);
    chmodSync(home.state, 0o700);
  });
});
