import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OwnHome } from './own-home.ts';

/* SEC-82: after `session forget` nothing of the session is in any byte of the ledger, its write-ahead log, its shared memory, or copies of ours. */

const TITLE = 'Repair the payments parser zebra-quartz';
const NAME = 'walnut-harbour';
const NOTE = 'copper kettle behind the lighthouse';
let home: OwnHome;

beforeEach(() => {
  home = new OwnHome('fork-and-branch');
});
afterEach(() => home.remove());

const sessions = (): { sessionId: string; requests: number }[] => home.json('sessions', '--json').sessions;
const totals = () => home.json('daily', '--json').totals;

/** Every file of the ledger and its copies that holds one of the texts. */
function holding(texts: readonly string[]): string[] {
  const dir = path.dirname(home.ledger);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap((entry) => {
    const bytes = readFileSync(path.join(entry.parentPath, entry.name));
    return texts.filter((text) => bytes.includes(text)).map((text) => `${entry.name}: ${text}`);
  });
}

/** The keys of a session's requests, from its export. */
const keysOf = (sid: string): string[] =>
  home.json('session', 'export', sid).events.map((event: { request_key: string }) => event.request_key);

describe('SEC-82 session forget --usage', () => {
  test('id, title, name, note and request keys leave ledger, -wal, -shm and our backups; a transcript that is still there brings nothing back', () => {
    const [first] = sessions();
    const sid = first!.sessionId;
    const transcript = findTranscript(sid);
    writeFileSync(
      transcript,
      `${readFileSync(transcript, 'utf8')}${JSON.stringify({ type: 'ai-title', sessionId: sid, aiTitle: TITLE })}\n`,
    );
    home.ok('session', 'name', sid, NAME);
    home.ok('session', 'note', sid, NOTE);
    home.ok('session', 'name', sid, `${NAME}-2`);
    home.ok('ledger', 'backup');
    copyFileSync(home.ledger, `${home.ledger}.v1`);
    const keys = keysOf(sid);
    const texts = [sid, TITLE, NAME, NOTE, ...keys];
    expect(keys.length).toBeGreaterThan(0);
    expect(holding(texts).length).toBeGreaterThanOrEqual(texts.length);

    const before = totals();
    home.ok('session', 'forget', sid, '--usage', '--yes');
    expect(holding(texts)).toEqual([]);
    expect(totals().requests).toBe(before.requests - first!.requests);
    home.ok('live', '--once');
    home.ok('ledger', 'verify');
    home.ok('ledger', 'rebuild');
    home.ok('ledger', 'verify');
    expect(holding(texts)).toEqual([]);
    expect(totals().requests).toBe(before.requests - first!.requests);

    home.ok('session', 'forget', sid, '--undo');
    expect(totals()).toEqual(before);
    expect(existsSync(transcript)).toBe(true);
  });

  test('a copy that cannot be changed is named', () => {
    const sid = sessions()[0]!.sessionId;
    const broken = `${home.ledger}.corrupt-1`;
    writeFileSync(broken, `not a database, but ${sid}`);
    const { status, stderr } = home.run(['session', 'forget', sid, '--usage', '--yes']);
    expect(status).toBe(0);
    expect(stderr).toContain('ledger.db.corrupt-1');
    rmSync(broken);
  });
});

test('SEC-82 session forget alone removes every byte of name, tags and note', () => {
  const sid = sessions()[0]!.sessionId;
  home.ok('session', 'name', sid, NAME);
  home.ok('session', 'tag', sid, '+quagga');
  home.ok('session', 'note', sid, NOTE);
  home.ok('ledger', 'backup');
  expect(holding([NAME, 'quagga', NOTE]).length).toBeGreaterThanOrEqual(6);
  home.ok('session', 'forget', sid);
  expect(holding([NAME, 'quagga', NOTE])).toEqual([]);
  expect(sessions().some((one) => one.sessionId === sid)).toBe(true);
});

test('SEC-82 a fork stays a fork when its origin is forgotten, and does not name it', () => {
  const forks = home.json('sessions', '--json').sessions.filter((one: { forkedFrom: string | null }) => one.forkedFrom !== null);
  expect(forks.length).toBeGreaterThan(0);
  const origin = forks[0].forkedFrom as string;
  home.ok('session', 'forget', origin, '--usage', '--yes');
  const after = home.json('sessions', '--json').sessions.find((one: { sessionId: string }) => one.sessionId === forks[0].sessionId);
  expect(after).toMatchObject({ forkedFrom: 'forgotten', requests: forks[0].requests });
  home.ok('ledger', 'rebuild');
  expect(holding([origin])).toEqual([]);
});

function findTranscript(sid: string): string {
  const projects = path.join(home.claude, 'projects');
  const name = readdirSync(projects, { recursive: true, encoding: 'utf8' }).find((file) => file.endsWith(`${sid}.jsonl`));
  return path.join(projects, name!);
}
