import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formerLogFile, LOG_LEVELS, Log, type LogLevel, logFile, MAX_LOG_BYTES } from './log.ts';

const T = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
let home: string;
let stateDir: string;
let now: number;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tidemark-log-'));
  stateDir = join(home, '.local', 'state', 'tidemark');
  now = T;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const logOf = (level: LogLevel = 'debug') => new Log({ home, stateDir, level, now: () => now });
const text = (path = logFile(stateDir)): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const lines = (): { msg: string }[] =>
  text()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('UR-121 the log', () => {
  test.each(LOG_LEVELS)('log.level %s takes its own events and the graver ones', (level) => {
    const log = logOf(level);
    for (const each of LOG_LEVELS) log[each](`an event of ${each}`);
    expect(lines().map(({ msg }) => msg.replace('an event of ', ''))).toEqual(LOG_LEVELS.slice(0, LOG_LEVELS.indexOf(level) + 1));
  });

  test('nothing is made before the first event, and no home that is gone', () => {
    const log = logOf('error');
    log.warn('too light');
    expect(existsSync(stateDir)).toBe(false);
    rmSync(home, { recursive: true });
    log.error('too late');
    expect(existsSync(home)).toBe(false);
  });

  test('SEC-50 directory 0700, file 0600, whatever the umask; a laxer file is tightened', () => {
    const umask = process.umask(0);
    try {
      logOf().info('one');
    } finally {
      process.umask(umask);
    }
    expect([statSync(stateDir).mode & 0o777, statSync(logFile(stateDir)).mode & 0o777]).toEqual([0o700, 0o600]);
    chmodSync(logFile(stateDir), 0o644);
    logOf().info('two');
    expect(statSync(logFile(stateDir)).mode & 0o777).toBe(0o600);
  });

  test('one JSON object per line, its time first; TS-3 a text cannot end the line', () => {
    logOf().warn('a place could not be read', {
      path: 'x\r\n{"level":"error"}\u2028\u001b[2J',
      code: 'EACCES',
      lines: 3,
      gone: null,
      not: undefined,
    });
    expect(text().split('\n')).toHaveLength(2);
    expect(lines()).toEqual([
      {
        time: '2026-11-21T12:00:00.000Z',
        level: 'warn',
        msg: 'a place could not be read',
        path: 'x {"level":"error"} [2J',
        code: 'EACCES',
        lines: 3,
        gone: null,
      },
    ]);
  });

  test('SEC-70 secrets are redacted, also within a longer text', () => {
    const word = 'CANARYabc123CANARYdef456';
    logOf().info('x', { notice: `the hook at https://hooks.slack.com/services/T0/B0/${word} and sk-${'ant'}-api03-${word} failed` });
    expect(text()).not.toContain('CANARY');
    expect(text()).toContain('https://hooks.slack.com/services/***');
  });

  test('UR-95, ST-20 the same warning once an hour, by all processes together', () => {
    const [first, second] = [logOf(), logOf()];
    for (let i = 0; i < 5; i++) {
      first.warn('a place could not be read', { path: '/a' });
      second.warn('a place could not be read', { path: '/a' });
      second.warn('a place could not be read', { path: '/b' });
    }
    expect(lines()).toHaveLength(2);
    now += HOUR;
    logOf().warn('a place could not be read', { path: '/a' });
    expect(lines()).toHaveLength(3);
    // A clock that was set back by more than an hour cannot silence it for ever.
    now -= 2 * HOUR;
    logOf().warn('a place could not be read', { path: '/a' });
    expect(lines()).toHaveLength(4);
    for (let i = 0; i < 3; i++) first.info('not only once');
    expect(lines()).toHaveLength(7);
  });

  test('a full log is moved aside, and no more than two files are kept', () => {
    mkdirSync(stateDir, { recursive: true });
    const log = logOf();
    for (let i = 0; i < 3; i++) {
      writeFileSync(logFile(stateDir), `${'x'.repeat(MAX_LOG_BYTES - 10)}\n`);
      log.info('one more', { number: i });
      expect(lines()).toMatchObject([{ number: i }]);
      expect(statSync(formerLogFile(stateDir)).size).toBeLessThanOrEqual(MAX_LOG_BYTES);
    }
  });

  test('what cannot be written is no failure: a directory or a link in the place, a state directory that is a file', () => {
    mkdirSync(logFile(stateDir), { recursive: true });
    logOf().error('x');
    rmSync(logFile(stateDir), { recursive: true });
    symlinkSync(join(home, 'elsewhere'), logFile(stateDir));
    logOf().error('x');
    expect(existsSync(join(home, 'elsewhere'))).toBe(false);
    rmSync(stateDir, { recursive: true });
    writeFileSync(stateDir, '');
    logOf().error('x');
    new Log({ home, stateDir, level: 'debug', now: () => Number.NaN }).error('x');
  });
});
