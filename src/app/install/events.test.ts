import { expect, test } from 'vitest';
import { lowestVersion, parseVersion } from './client-version.ts';
import { eventsFor } from './events.ts';

const NINE = ['SessionStart', 'SessionEnd', 'UserPromptSubmit', 'PostToolUse', 'Notification', 'Stop', 'SubagentStop', 'PreCompact'];
const names = (version: string | null, set: 'light' | 'standard' | 'full' = 'standard') =>
  eventsFor(version === null ? null : parseVersion(version), set).map(({ name }) => name);

test('LS-44: an unknown version and the oldest get what every client knows', () => {
  expect(names(null)).toEqual(NINE);
  expect(names('1.0.128')).toEqual(NINE);
  expect(names('2.0.42')).toEqual(NINE);
});

test.each([
  ['2.0.43', '2.0.42', ['SubagentStart']],
  ['2.0.45', '2.0.44', ['PermissionRequest']],
  ['2.0.76', '2.0.75', ['PostToolUseFailure']],
  ['2.1.33', '2.1.32', ['TaskCompleted']],
  ['2.1.76', '2.1.75', ['PostCompact', 'Elicitation', 'ElicitationResult']],
  ['2.1.78', '2.1.77', ['StopFailure']],
  ['2.1.84', '2.1.83', ['TaskCreated']],
  ['2.1.89', '2.1.88', ['PermissionDenied']],
])('LS-44: %s knows more than %s', (after, before, more) => {
  expect(names(after).filter((name) => !names(before).includes(name))).toEqual(more);
  expect(names(before).filter((name) => !names(after).includes(name))).toEqual([]);
});

test('LS-44: never installed, whatever the version', () => {
  const never = ['WorktreeCreate', 'MessageDisplay', 'PreModelSwitch', 'ConfigChange', 'PostToolBatch', 'UserPromptExpansion'];
  expect(names('99.0.0', 'full').filter((name) => never.includes(name))).toEqual([]);
});

test('LS-43: light runs nothing per tool call, full adds the start of tools', () => {
  expect(names('2.1.329', 'light').filter((name) => name.includes('Tool'))).toEqual([]);
  expect(names('2.1.329', 'full').filter((name) => !names('2.1.329').includes(name))).toEqual(['PreToolUse']);
});

test('LS-45: async from 2.1.119 on, but not where a print-mode process would cut it off', () => {
  expect(eventsFor([2, 1, 118], 'full').every((event) => !event.async)).toBe(true);
  expect(eventsFor(null, 'full').every((event) => !event.async)).toBe(true);
  expect(
    eventsFor([2, 1, 119], 'full')
      .filter((event) => !event.async)
      .map(({ name }) => name),
  ).toEqual(['SessionEnd', 'Stop', 'StopFailure']);
});

test('LS-44: of several clients the lowest counts, and one that does not answer counts as unknown', () => {
  const at = (version: string | null) => ({ path: '/x', version: version === null ? null : parseVersion(version) });
  expect(lowestVersion([at('2.1.329'), at('2.0.76'), at('2.1.9')])).toEqual([2, 0, 76]);
  expect(lowestVersion([at('2.1.329'), at(null)])).toBeNull();
  expect(lowestVersion([])).toBeNull();
});

test.each([
  ['2.1.329 (Claude Code)\n', [2, 1, 329]],
  ['v1.0.128', [1, 0, 128]],
  ['', null],
  ['error: no such command', null],
  ['2.1', null],
  ['2.1.3.4', null],
])('the answer %j', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});
