import { expect, test } from 'vitest';
import { carriedEnv, launchdPlist, systemdUnit, unitPath } from './service-unit.ts';

const LAUNCHER = `/home/o'neil "x" 50% $HOME & <co>/tidemark/bin/tidemark-run`;

test('TS-21: a systemd unit has every sign of a path quoted', () => {
  const unit = systemdUnit(LAUNCHER, { XDG_DATA_HOME: '/d 100%' });
  expect(unit).toContain(String.raw`ExecStart=/bin/sh "/home/o'neil \"x\" 50%% $$HOME & <co>/tidemark/bin/tidemark-run" live --json`);
  expect(unit).toContain('Environment="XDG_DATA_HOME=/d 100%%"');
});

test('TS-21: a property list has every sign of a path escaped', () => {
  expect(launchdPlist(LAUNCHER, {})).toContain(
    "<string>/home/o'neil &quot;x&quot; 50% $HOME &amp; &lt;co&gt;/tidemark/bin/tidemark-run</string>",
  );
});

test('only variables that move files are carried, and none that could end its line', () => {
  expect(carriedEnv({ TIDEMARK_DB: '/x', PATH: '/bin', ANTHROPIC_API_KEY: 'k', CLAUDE_CONFIG_DIR: 'a\nExecStartPre=b', TZ: ' ' })).toEqual([
    ['TIDEMARK_DB', '/x'],
  ]);
});

test('where the unit goes', () => {
  expect(unitPath({}, '/home/dev', 'linux')).toBe('/home/dev/.config/systemd/user/tidemark.service');
  expect(unitPath({ XDG_CONFIG_HOME: '/c' }, '/home/dev', 'linux')).toBe('/c/systemd/user/tidemark.service');
  expect(unitPath({}, '/Users/dev', 'darwin')).toBe('/Users/dev/Library/LaunchAgents/io.tidemark.monitor.plist');
});
