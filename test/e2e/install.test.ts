import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { spawn as spawnPty } from '@lydell/node-pty';
import { describe, expect, test } from 'vitest';
import {
  claude,
  claudeDir,
  environment,
  freshHome,
  give,
  home,
  json,
  MAIN,
  program,
  ROOT,
  read,
  settings,
  tidemark,
  tree,
} from './install-home.ts';

const FIXTURES = path.join(ROOT, 'fixtures/settings');
freshHome();

describe('LS-43, LS-46: install and uninstall of each settings file', () => {
  // The other kinds go through the same code in src/app/install/settings-install.test.ts.
  const names = ['comments.json', 'bom.json', 'linked.json', 'read-only.json', 'two-spaces.json', 'foreign-statusline.json'];
  const cases: readonly (readonly [string, string | null])[] = [['no file', null] as const, ...names.map((name) => [name, name] as const)];

  test.each(cases)('%s', (_title, name) => {
    const bytes = name === null ? null : readFileSync(path.join(FIXTURES, name));
    claude('2.1.329');
    if (bytes !== null) give(bytes);
    else mkdirSync(claudeDir());
    const dotfiles = path.join(home, 'dotfiles/settings.json');
    if (name === 'linked.json') {
      mkdirSync(path.dirname(dotfiles));
      cpSync(settings(), dotfiles);
      rmSync(settings());
      symlinkSync('../dotfiles/settings.json', settings());
    }
    if (name === 'read-only.json') chmodSync(settings(), 0o444);
    if (name === 'two-spaces.json') chmodSync(settings(), 0o640);
    const mode = bytes === null ? 0o600 : statSync(settings()).mode & 0o777;

    const both = [tidemark(['install', 'hooks', '--yes']), tidemark(['install', 'statusline', '--yes'])];
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(statSync(settings()).mode & 0o777).toBe(mode);
    expect(lstatSync(settings()).isSymbolicLink()).toBe(name === 'linked.json');
    expect(json(read()).hooks.Stop.at(-1).hooks[0].command).toContain('/tidemark/bin/tidemark-run');
    expect(json(read()).statusLine).toMatchObject({ refreshInterval: 10 });
    const backups = readdirSync(claudeDir()).filter((each) => each.startsWith('settings.json.tidemark-backup-'));
    expect(backups).toHaveLength(bytes === null ? 0 : 1);
    for (const backup of backups) {
      expect(readFileSync(path.join(claudeDir(), backup)).equals(bytes!)).toBe(true);
      expect(statSync(path.join(claudeDir(), backup)).mode & 0o777).toBe(0o600);
    }

    expect(tidemark(['uninstall', '--yes'])).toMatchObject({ code: 0 });
    if (bytes === null) expect(existsSync(settings())).toBe(false);
    else expect(readFileSync(settings()).equals(bytes)).toBe(true);
    if (bytes !== null) expect(statSync(settings()).mode & 0o777).toBe(mode);
    if (name === 'linked.json') expect(readFileSync(dotfiles).equals(bytes!)).toBe(true);
    expect(readdirSync(claudeDir()).filter((each) => each !== 'settings.json')).toEqual([]);
    expect(existsSync(path.join(home, '.local/share/tidemark'))).toBe(false);
  });
});

describe('LS-44: names of the client that is there', () => {
  test('2.0.76 gets no name it does not know, and nothing async', () => {
    claude('2.0.76');
    give('{}');
    tidemark(['install', 'hooks', '--yes']);
    const { hooks } = json(read());
    expect(Object.keys(hooks)).toHaveLength(11);
    expect(Object.keys(hooks)).not.toContain('StopFailure');
    expect(read()).not.toContain('async');
  });

  test('of several clients the lowest', () => {
    claude('2.1.329');
    mkdirSync(path.join(home, '.cursor/extensions/anthropic.claude-code-2.0.45-linux-x64'), { recursive: true });
    give('{}');
    expect(tidemark(['install', 'hooks', '--yes']).err).toContain('2.0.45');
    expect(Object.keys(json(read()).hooks)).toHaveLength(10);
  });

  test('a newer client renews the entries in place, twice is once', () => {
    claude('2.0.76');
    give('{ "model": "opus" }\n');
    tidemark(['install', 'hooks', '--yes']);
    claude('2.1.329');
    tidemark(['install', 'hooks', '--yes']);
    const once = read();
    expect(json(once).hooks.PostToolUse[0].hooks[0].async).toBe(true);
    expect(tidemark(['install', 'hooks', '--yes']).out).toContain('installed already');
    expect(read()).toBe(once);
  });
});

test('LS-45: the installed command, run as the client runs it, writes the session’s status in silence', () => {
  claude('2.1.329');
  give('{}');
  tidemark(['install', 'hooks', '--yes']);
  const { command } = json(read()).hooks.SessionStart[0].hooks[0];
  const id = 'ffffffff-0000-4000-8000-000000000001';
  const input = JSON.stringify({ session_id: id, hook_event_name: 'SessionStart', source: 'startup', cwd: home, transcript_path: '' });
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { env: environment(), input, encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(JSON.parse(readFileSync(path.join(claudeDir(), `status/${id}.json`), 'utf8')).session_id).toBe(id);
});

/** Runs on a pseudo-terminal and gives one answer once the question is there. */
async function onTerminal(args: readonly string[], question: string, answer: string): Promise<{ code: number; seen: string }> {
  const options = { env: { ...environment(), TERM: 'xterm-256color' }, cwd: home, cols: 100, rows: 40 };
  const pty = spawnPty(process.execPath, [MAIN, ...args], options);
  let seen = '';
  let isAnswered = false;
  pty.onData((data) => {
    seen += data;
    if (isAnswered || !seen.includes(question)) return;
    isAnswered = true;
    pty.write(answer);
  });
  return new Promise((resolve) => pty.onExit(({ exitCode }) => resolve({ code: exitCode, seen })));
}

describe('LS-49: asks first', () => {
  test('--dry-run shows the difference without secrets and writes nothing at all', () => {
    give('{\n  "env": { "ANTHROPIC_API_KEY": "sk-ant-REDACTED" }\n}\n');
    const before = tree();
    const { code, out } = tidemark(['install', 'hooks', '--dry-run']);
    expect(code).toBe(0);
    expect(out).toContain('+  "hooks": {');
    expect(out).not.toContain('canarycanary');
    expect(tree()).toEqual(before);
    expect(tidemark(['install', 'statusline', '--dry-run']).code).toBe(0);
    expect(tidemark(['install', 'plugin', '--dry-run']).code).toBe(0);
    expect(tidemark(['install', 'service', '--dry-run']).code).toBe(0);
    expect(tree()).toEqual(before);
  });

  test('without a terminal it needs --yes', () => {
    give('{}');
    const before = tree();
    expect(tidemark(['install', 'hooks'])).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(tidemark(['install'])).toMatchObject({ code: 2 });
    expect(tree()).toEqual(before);
  });

  test('install alone asks what to install on a terminal; leaving changes nothing', async () => {
    give('{}');
    const before = tree();
    const { code, seen } = await onTerminal(['install'], 'What should be installed?', '\u0003');
    expect(code).toBe(0);
    expect(seen).toContain('statusline');
    expect(tree()).toEqual(before);
  });

  test.each([
    ['n', false],
    ['\u0003', false],
    ['y', true],
  ])('on a terminal the answer %j', async (answer, isWritten) => {
    give('{}');
    const before = tree();
    const { code, seen } = await onTerminal(['install', 'hooks'], 'Change this file?', answer);
    expect(code).toBe(0);
    expect(seen).toContain('+  "hooks"');
    if (isWritten) expect(read()).toContain('tidemark-run');
    else expect(tree()).toEqual(before);
  });
});

describe('what is refused', () => {
  test.each([
    ['{\n  "a": 1,\n}', ':3:1:'],
    ['{ "hooks": 3 }', ':1:12:'],
    ['[1]', ':1:1:'],
  ])('LS-43: %j with line and column, exit 78, nothing written', (text, place) => {
    give(text);
    const before = tree();
    const { code, err } = tidemark(['install', 'hooks', '--yes']);
    expect(code).toBe(78);
    expect(err).toContain(`settings.json${place}`);
    expect(err.trim().split('\n').at(-1)).toMatch(/^tidemark: /);
    expect(err).not.toContain(' at ');
    expect(tree()).toEqual(before);
  });

  test('bytes that are no text, a dangling link, a directory', () => {
    give(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    expect(tidemark(['install', 'hooks', '--yes'])).toMatchObject({ code: 78, err: expect.stringContaining('not UTF-8') });
    rmSync(settings());
    symlinkSync('nowhere.json', settings());
    expect(tidemark(['install', 'hooks', '--yes'])).toMatchObject({ code: 78, err: expect.stringContaining('link') });
    rmSync(settings());
    mkdirSync(settings());
    expect(tidemark(['install', 'hooks', '--yes'])).toMatchObject({ code: 78, err: expect.stringContaining('not a regular file') });
  });

  test('a directory that is not there, words that mean nothing', () => {
    expect(tidemark(['install', 'hooks', '--dir', 'nowhere', '--yes'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no directory'),
    });
    expect(tidemark(['install', 'hooks', '--events', 'all']).code).toBe(2);
    expect(tidemark(['install', 'everything']).code).toBe(2);
  });
});

test('LS-46: with two Claude directories each is handled', () => {
  for (const name of ['one', 'two']) {
    mkdirSync(path.join(home, name));
    writeFileSync(path.join(home, name, 'settings.json'), `{ "name": "${name}" }`);
  }
  const env = { CLAUDE_CONFIG_DIR: `${home}/one,${home}/two` };
  const texts = () => ['one', 'two'].map((name) => readFileSync(path.join(home, name, 'settings.json'), 'utf8'));
  const before = texts();
  tidemark(['install', 'hooks', '--yes'], env);
  expect(texts().every((text) => text.includes('tidemark-run'))).toBe(true);
  tidemark(['uninstall', 'hooks', '--dir', path.join(home, 'one'), '--yes'], env);
  expect(texts()[0]).toBe(before[0]);
  expect(texts()[1]).toContain('tidemark-run');
  tidemark(['uninstall', 'hooks', '--yes']);
  expect(texts()).toEqual(before);
});

test('MG-4: a regular status.json that was moved away for the link comes back', () => {
  give('{}');
  tidemark(['install', 'hooks', '--yes']);
  writeFileSync(path.join(claudeDir(), 'status.json.tidemark-backup-20260101T000000Z'), '{"old":1}');
  mkdirSync(path.join(claudeDir(), 'status'));
  symlinkSync('status/x.json', path.join(claudeDir(), 'status.json'));
  tidemark(['uninstall', 'hooks', '--yes']);
  expect(readFileSync(path.join(claudeDir(), 'status.json'), 'utf8')).toBe('{"old":1}');
});

describe('SL-37: the status line of another tool', () => {
  const config = () => readFileSync(path.join(home, '.config/tidemark/config.yaml'), 'utf8');

  test.each([
    ['script', '{ "type": "command", "command": "~/.claude/line.sh" }'],
    ['inline shell', `{"type":"command","command":"echo \\"$(date)\\" | cut -c1-5"}`],
    ['npx', '{ "type": "command", "command": "npx -y some-line@latest" }'],
    ['with padding', '{ "type": "command", "command": "line", "padding": 2 }'],
  ])('%s is stored, chained, and comes back byte for byte', (_name, raw) => {
    give(`{\n  "statusLine": ${raw}\n}\n`);
    const before = read();
    claude('2.1.329');
    expect(tidemark(['install', 'statusline', '--yes'])).toMatchObject({ code: 0, err: expect.stringContaining('is kept') });
    expect(json(read()).statusLine.command).toContain('tidemark-run');
    expect(json(read()).statusLine.padding).toBe(JSON.parse(raw).padding);
    const shown = JSON.parse(tidemark(['config', 'show', '--json']).out).settings.find(
      (each: { key: string }) => each.key === 'statusline.chain',
    ).value;
    expect(shown).toMatchObject({ mode: 'collect', command: JSON.parse(raw) });
    expect(tidemark(['uninstall', 'statusline', '--yes']).code).toBe(0);
    expect(read()).toBe(before);
    expect(config()).not.toContain('command');
  });

  test('one of another kind is left as it is, unless forced', () => {
    give('{ "statusLine": { "type": "static", "text": "hi" } }');
    const before = read();
    expect(tidemark(['install', 'statusline', '--yes'])).toMatchObject({ code: 0, err: expect.stringContaining('left as it is') });
    expect(read()).toBe(before);
    tidemark(['install', 'statusline', '--force', '--yes']);
    expect(read()).toContain('tidemark-run');
    tidemark(['uninstall', 'statusline', '--yes']);
    expect(read()).toBe(before);
  });

  test('--force stores it without showing it', () => {
    give('{ "statusLine": { "type": "command", "command": "line" } }');
    tidemark(['install', 'statusline', '--force', '--layout', 'minimal', '--yes']);
    expect(config()).toMatch(/mode: "?off/);
    expect(config()).toContain('minimal');
  });

  test('SL-36: refreshInterval only for clients that know it; --subagents sets the rows', () => {
    claude('2.1.96');
    give('{}');
    tidemark(['install', 'statusline', '--subagents', '--yes']);
    expect(json(read()).statusLine).not.toHaveProperty('refreshInterval');
    expect(json(read()).subagentStatusLine.command).toMatch(/tidemark-run'? statusline --subagents$/);
    tidemark(['uninstall', 'statusline', '--yes']);
    expect(read()).toBe('{}');
  });

  test('SL-38: one that was changed in between is left alone and named', () => {
    give('{}');
    tidemark(['install', 'statusline', '--yes']);
    give('{ "statusLine": { "type": "command", "command": "mine" } }');
    const before = read();
    expect(tidemark(['uninstall', 'statusline', '--yes']).err).toContain('left as it is');
    expect(read()).toBe(before);
  });

  test('SL-37: settings that win over ours are named', () => {
    give('{}');
    mkdirSync(path.join(home, 'work/.claude'), { recursive: true });
    writeFileSync(path.join(home, 'work/.claude/settings.local.json'), '{ "statusLine": { "type": "command", "command": "x" } }');
    const { stderr } = spawnSync(process.execPath, [MAIN, 'install', 'statusline', '--yes'], {
      env: environment(),
      cwd: path.join(home, 'work'),
      encoding: 'utf8',
    });
    expect(stderr).toContain('settings.local.json');
  });
});

describe('LS-48: the plugin folder', () => {
  test('has the manifest, hooks, rows of subagents and the command, and goes again', () => {
    claude('2.1.329');
    const { code, err } = tidemark(['install', 'plugin', '--yes']);
    expect(code).toBe(0);
    expect(err).toContain('cannot carry a status line');
    const root = path.join(home, '.local/share/tidemark/plugin');
    const at = (name: string) => readFileSync(path.join(root, name), 'utf8');
    expect(json(at('tidemark/.claude-plugin/plugin.json')).name).toBe('tidemark');
    expect(Object.keys(json(at('tidemark/hooks/hooks.json')).hooks)).toHaveLength(18);
    expect(json(at('tidemark/settings.json'))).toEqual({ subagentStatusLine: expect.objectContaining({ type: 'command' }) });
    expect(at('tidemark/commands/tidemark.md')).toContain('live --once');
    expect(json(at('.claude-plugin/marketplace.json')).plugins[0].source).toBe('./tidemark');
    expect(tidemark(['uninstall', 'plugin', '--yes']).code).toBe(0);
    expect(existsSync(path.join(home, '.local/share/tidemark'))).toBe(false);
  });

  const real = spawnSync('claude', ['--version'], { encoding: 'utf8' }).status === 0;
  test.skipIf(!real)('claude plugin validate accepts it (needs a real claude)', () => {
    tidemark(['install', 'plugin', '--yes']);
    const { status } = spawnSync('claude', ['plugin', 'validate', path.join(home, '.local/share/tidemark/plugin/tidemark')], {
      env: { ...process.env, HOME: home },
    });
    expect(status).toBe(0);
  });
});

describe('the service', () => {
  const unit = () => path.join(home, '.config/systemd/user/tidemark.service');
  const calls = () => readFileSync(path.join(home, 'calls'), 'utf8').trim().split('\n');

  test.skipIf(process.platform !== 'linux')(
    'is a unit that the service manager starts, with the paths of this shell; uninstall ends it',
    () => {
      program('systemctl', `#!/bin/sh\necho "$@" >> "$HOME/calls"\n`);
      const env = { CLAUDE_CONFIG_DIR: `${home}/100% "mine" $X` };
      expect(tidemark(['install', 'service', '--yes'], env).err).toContain('running');
      expect(calls()).toEqual(['--user daemon-reload', '--user enable tidemark.service', '--user restart tidemark.service']);
      expect(statSync(unit()).mode & 0o777).toBe(0o600);
      expect(readFileSync(unit(), 'utf8')).toContain(String.raw`100%% \"mine\" $X`);
      const verify = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', unit()], {
        encoding: 'utf8',
        env: { ...process.env, HOME: home },
      });
      if (verify.error === undefined) expect(verify.stderr.split('\n').filter((line) => line.includes('tidemark.service'))).toEqual([]);
      rmSync(path.join(home, 'calls'));
      expect(tidemark(['uninstall', 'service', '--yes'], env).code).toBe(0);
      expect(calls()).toEqual(['--user disable --now tidemark.service', '--user daemon-reload']);
      expect(existsSync(unit())).toBe(false);
    },
  );

  test.skipIf(process.platform !== 'linux')('where no service manager answers, it says what to do', () => {
    program('systemctl', '#!/bin/sh\nexit 1\n');
    expect(tidemark(['install', 'service', '--yes'])).toMatchObject({
      code: 0,
      err: expect.stringContaining('systemctl --user daemon-reload'),
    });
  });
});
