import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccountBook, openBook } from './book.ts';
import { type AccountClaim, directoryOf } from './claims.ts';
import { directoriesOf } from './locate.ts';
import { appendSwitches } from './switches.ts';

const NOW = 1_795_000_000_000;
let root: string;
let claude: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-book-'));
  claude = join(root, '.claude');
  mkdirSync(join(claude, 'session-health'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const options = (claudeDirs: readonly string[] = [claude]) => ({
  claudeDirs,
  named: false,
  home: root,
  stateDir: join(root, 'state'),
  dataDir: join(root, 'data'),
});
const claim = (sessionId: string, more: Partial<AccountClaim> = {}): AccountClaim => ({
  sessionId,
  configDir: claude,
  profileEnv: null,
  alias: null,
  kind: null,
  cwd: '/p',
  live: true,
  weekly: null,
  ...more,
});
const login = (account: string, dir = root): void => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, '.claude.json'), JSON.stringify({ oauthAccount: { accountUuid: account } }));
};

describe('D-4', () => {
  test('nothing known, or one account: default, named as it was started', () => {
    const book = new AccountBook(options());
    expect(book.of('s1')).toMatchObject({ account: 'default', label: 'default', confidence: 10 });
    expect(book.learn([claim('s1', { alias: 'work' })], NOW)).toBe(false);
    expect([book.of('s1').label, book.of('s9').account]).toEqual(['work', 'default']);
  });

  test('AP-12: directories without a recorded account are accounts of their own; the first one is default, whoever speaks first', () => {
    const other = join(root, '.claude-home');
    const book = new AccountBook(options([claude, other]));
    expect(book.learn([claim('a', { configDir: other }), claim('b')], NOW)).toBe(true);
    expect([book.of('b').account, book.of('a').label]).toEqual(['default', 'claude-home']);
    expect(book.of('a').account).toMatch(/^auto_/);
    expect(book.learn([claim('a', { configDir: other }), claim('b')], NOW)).toBe(false);
    // A session that says nothing belongs to the directory its transcript lies in.
    book.locate(
      directoriesOf([{ path: join(other, 'projects/-p/old.jsonl') }, { path: join(claude, 'projects/-p/b.jsonl') }], [claude, other]),
    );
    expect([book.of('old').account, book.of('b').account]).toEqual([book.of('a').account, 'default']);
    expect(directoryOf(join(other, 'projects/-p/x.jsonl'), [claude, other])).toBe(other);
  });

  test('providers are accounts of their own kind', () => {
    const book = new AccountBook(options());
    book.learn([claim('s1', { kind: 'subscription' }), claim('s2', { kind: 'bedrock' })], NOW);
    expect(book.of('s1').account).toBe('default');
    login('a');
    book.learn([claim('s1', { kind: 'subscription' }), claim('s2', { kind: 'bedrock' })], NOW + 1);
    expect(book.of('s2').account).not.toBe(book.of('s1').account);
  });
});

describe('AP-5', () => {
  test('a login in the middle of a session: what was before stays; sessions that ended stay whose they were', () => {
    login('a');
    const book = new AccountBook(options());
    const both = (live: boolean) => [claim('s1'), claim('s2', { live })];
    book.learn(both(true), NOW);
    login('b');
    expect(book.learn(both(false), NOW + 60_000)).toBe(true);
    const { account } = book.of('s1');
    expect(account).toMatch(/^auto_/);
    expect([NOW, NOW + 59_999, NOW + 60_000].map((at) => book.at('s1', at))).toEqual(['default', 'default', account]);
    expect([book.of('s2').account, book.at('s2', NOW + 70_000)]).toEqual(['default', 'default']);
    expect(book.partsOf('s1')).toEqual([
      { account: 'default', from: null, to: NOW + 60_000 },
      { account, from: NOW + 60_000, to: null },
    ]);
    expect(book.partsOf('s2')).toHaveLength(1);
  });

  test('what other processes wrote down is learned: switches, profiles, sessions, a label', async () => {
    const state = (label: string) =>
      JSON.stringify({
        authProfiles: [
          { profileId: 'default', label: 'Primary Account' },
          { profileId: 'auto_1', label },
        ],
        sessions: [{ sessionId: 's1', authProfile: 'auto_1' }],
      });
    const file = join(claude, 'session-health/runtime-state.json');
    writeFileSync(file, state('work'));
    appendSwitches(join(root, 'state'), [{ at: NOW, sessionId: 's1', from: 'default', to: 'auto_1', method: 'account' }]);
    const book = await openBook(options());
    expect(book.of('s1')).toMatchObject({ account: 'auto_1', label: 'work' });
    expect([book.at('s1', NOW - 1), book.at('s1', NOW)]).toEqual(['default', 'auto_1']);
    expect(await book.load()).toBe(false);
    writeFileSync(file, state('my own name'));
    expect(await book.load()).toBe(true);
    book.learn([claim('s1', { live: false })], NOW);
    expect(book.of('s1').label).toBe('my own name');
    // A file that somebody broke leaves what it said.
    appendFileSync(file, 'x');
    await book.load();
    expect(book.of('s1').account).toBe('auto_1');
  });
});

test('AP-7: a second account under one profile is shown apart', () => {
  login('a');
  const other = join(root, 'other');
  login('b', other);
  const book = new AccountBook(options([claude, other]));
  book.learn([claim('s1', { profileEnv: 'work' }), claim('s2', { profileEnv: 'work', configDir: other })], NOW);
  const [one, two] = [book.of('s1').account, book.of('s2').account];
  expect(one).not.toBe(two);
  expect([one, two].map((account) => account.replace(/~[0-9a-f]{8}$/, ''))).toEqual(['work', 'work']);
});
