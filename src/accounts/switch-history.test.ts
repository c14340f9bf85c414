import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SwitchHistory } from './switch-history.ts';
import { appendSwitches, type Switch } from './switches.ts';

const NOW = 1_795_000_000_000;
const MINUTE = 60_000;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-switches-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const aSwitch = (at: number, more: Partial<Switch> = {}): Switch => ({
  ...{ at, sessionId: 's1', from: 'default', to: 'work', method: 'account' },
  ...more,
});

test('AP-5: a switch that was seen here counts once when a file tells of it too, though some moments apart', () => {
  const history = new SwitchHistory(dir);
  expect(history.load()).toBe(false);
  history.note([aSwitch(NOW)]);
  expect([[...history.sessions], history.timesOf('s1')]).toEqual([['s1'], [NOW]]);
  const print = history.print();
  appendSwitches(dir, [aSwitch(NOW + MINUTE)]);
  expect([history.load(), history.load()]).toEqual([true, false]);
  expect(history.timesOf('s1')).toEqual([NOW + MINUTE]);
  expect(history.print()).not.toBe(print);
  // The same change again, much later, is another one; so is one to another account.
  history.note([aSwitch(NOW + 10 * MINUTE), aSwitch(NOW, { to: 'home' }), aSwitch(NOW + MINUTE + 1)]);
  expect(history.timesOf('s1')).toEqual([NOW, NOW + MINUTE, NOW + 10 * MINUTE]);
});

test('AP-5: the usage of a time is that of the account of the time; a session without a switch has none', () => {
  const history = new SwitchHistory(null);
  expect(history.load()).toBe(false);
  history.note([aSwitch(NOW), aSwitch(NOW + MINUTE, { from: 'work', to: 'home' })]);
  const at = (time: number) => history.accountAt([], 'home', 's1', time);
  expect([NOW - 1, NOW, NOW + MINUTE].map(at)).toEqual(['default', 'work', 'home']);
  expect(history.timesOf('s2')).toEqual([]);
});
