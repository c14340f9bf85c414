import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Snapshot } from '../monitor/snapshot.ts';
import { Log, logFile } from '../platform/log.ts';
import { JournalLog, logMonitor, NoticeLog } from './log-monitor.ts';

const T = Date.UTC(2026, 10, 21, 12);
let home: string;
let log: Log;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tidemark-log-monitor-'));
  log = new Log({ home, stateDir: home, level: 'info', now: () => T });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(home, { recursive: true, force: true });
});

const said = (): string[] => {
  try {
    return readFileSync(logFile(home), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const { level, msg, notice, journal, lines } = JSON.parse(line);
        return [level, msg, notice, journal, lines].filter((part) => part !== undefined).join(' · ');
      });
  } catch {
    return [];
  }
};

test('what is held back is logged once, and when it is over; so is a fall back to polling (UR-95, HZ-6)', () => {
  const notices = new NoticeLog(log);
  const fine = { notice: null, polling: false };
  for (const ingest of [fine, fine, { notice: '/x cannot be read (EACCES)', polling: true }]) notices.note(ingest);
  notices.note({ notice: '/x cannot be read (EACCES)', polling: true });
  notices.note(fine);
  expect(said()).toEqual([
    'warn · something is held back · /x cannot be read (EACCES)',
    'warn · directories are polled: this system gives no file events',
    'info · nothing is held back any more',
    'info · file events arrive again',
  ]);
});

test('LS-23 a hook journal with rubbish is named once, without its content', () => {
  mkdirSync(join(home, 'events'));
  const path = join(home, 'events', '5e551000.jsonl');
  appendFileSync(path, 'walrus rubbish\n{"half\n');
  const journals = new JournalLog(log, home);
  journals.look(T);
  journals.look(T);
  expect(said()).toEqual(['warn · a hook journal has lines that are no events · 5e551000.jsonl · 2']);
  expect(readFileSync(logFile(home), 'utf8')).not.toContain('walrus');
});

test('a monitor is looked at every five seconds until it is closed', () => {
  vi.useFakeTimers();
  let looks = 0;
  const get = () => {
    looks++;
    return { ingest: { notice: null, polling: false }, sessions: [] } as unknown as Snapshot;
  };
  const end = logMonitor(log, { get }, home, () => T);
  vi.advanceTimersByTime(20_000);
  end();
  vi.advanceTimersByTime(20_000);
  expect(looks).toBe(4);
});
