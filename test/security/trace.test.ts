import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDemoHome } from '../../src/app/demo.ts';
import { MAIN, OwnHome } from './own-home.ts';

/* SEC-1, SEC-2: what every command asks of the system, as strace sees it. */

const hasStrace = process.platform === 'linux' && spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
const NAME = hasStrace
  ? 'strace of every command'
  : 'strace of every command (skipped: strace cannot be used here, apt-get install strace)';

/** Files that hold secrets: made readable in the home, so that whoever opened one would succeed and be seen. */
const TRIPWIRES = [
  '.claude/.credentials.json',
  '.claude/server.key',
  '.claude/sessions/4711.0a1b2c.key',
  '.claude/projects/-secret/deploy.key',
  '.claude/projects/-secret/id_rsa',
  '.ssh/id_ed25519',
  '.ssh/config',
  '.aws/credentials',
  '.config/gcloud/application_default_credentials.json',
  '.netrc',
  '.git-credentials',
  '.local/share/keyrings/login.keyring',
  'Library/Keychains/login.keychain-db',
  '.claude/projects/-secret/tool-results/out.txt',
  '.claude/projects/-secret/tool-results/hidden.jsonl',
  '.claude/file-history/a.jsonl',
  '.claude/paste-cache/b.txt',
  '.claude/history.jsonl',
];

const COMMANDS: readonly (readonly string[])[] = [
  ['daily'],
  ['weekly', '--json'],
  ['monthly'],
  ['sessions', '--json'],
  ['projects'],
  ['models', '--offline'],
  ['blocks', '--no-offline'],
  ['session', 'show', 'migrate-orders'],
  ['session', 'compare', 'migrate-orders', 'api-docs', '--turns'],
  ['session', 'export', 'api-docs', '--format', 'csv'],
  ['session', 'name', 'api-docs', 'docs'],
  ['query', 'cost'],
  ['query', 'sessions.needs_you'],
  ['live', '--once'],
  ['live', '--once', '--json'],
  ['live', '--once', '--line'],
  ['demo', '--once'],
  ['config', 'show'],
  ['config', 'validate'],
  ['ledger', 'stats'],
  ['ledger', 'verify'],
  ['ledger', 'backup'],
  ['ledger', 'rebuild'],
  ['profiles', 'list'],
  ['state', 'show'],
  ['install', 'hooks', '--dry-run'],
  ['doctor'],
  ['hook'],
  ['statusline'],
  ['--version'],
  ['--help'],
];

/** Domains that reach another machine; AF_UNIX and netlink stay on this one. */
const NETWORK = /\b(?:socket|connect|bind|sendto|sendmsg)\([^\n]*AF_INET6?\b/;

describe.skipIf(!hasStrace)(NAME, () => {
  let home: OwnHome;
  const seen = new Map<string, string>();

  beforeAll(() => {
    home = new OwnHome();
    writeDemoHome(home.dir, Date.now());
    for (const name of TRIPWIRES) {
      const file = path.join(home.dir, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, '{"secret":"tripwire"}\n');
    }
    for (const args of COMMANDS) seen.set(args.join(' '), traced(args));
  });
  afterAll(() => home.remove());

  function traced(args: readonly string[]): string {
    const log = path.join(home.dir, 'strace.log');
    const calls = 'trace=open,openat,openat2,execve,socket,connect,bind,sendto,sendmsg,unlink,rename,renameat2,truncate';
    const ended = spawnSync('strace', ['-f', '-qq', '-s', '400', '-e', calls, '-o', log, process.execPath, MAIN, ...args], {
      env: home.env(),
      cwd: home.dir,
      encoding: 'utf8',
    });
    // A warning of `doctor` is no failure of the trace.
    expect(args[0] === 'doctor' ? 0 : ended.status, `${args.join(' ')}: ${ended.stderr}`).toBe(0);
    return readFileSync(log, 'utf8');
  }

  test('SEC-1 no socket to anywhere, nothing bound', () => {
    const found = [...seen].flatMap(([command, log]) =>
      log
        .split('\n')
        .filter((line) => NETWORK.test(line))
        .map((line) => `${command}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  test('SEC-2 no credential, keychain, key file, or text beside the transcripts is opened', () => {
    const found = [...seen].flatMap(([command, log]) =>
      TRIPWIRES.filter((name) => log.includes(`"${path.join(home.dir, name)}"`)).map((name) => `${command}: ${name}`),
    );
    expect(found).toEqual([]);
    // The trace does see what is opened.
    expect(seen.get('daily')).toMatch(/openat\([^\n]*\.claude\/projects\/[^\n]*\.jsonl"/);
  });

  test("SEC-52 Claude's files are opened for reading only; nothing is written outside our own places", () => {
    const ours = ['c/tidemark', 'd/tidemark', 's/tidemark', 'tmp'].map((name) => path.join(home.dir, name));
    const allowed = (file: string) =>
      [...ours, '/dev/', '/proc/', '/tmp/', '/var/tmp/', `${realpathSync('/tmp')}/`].some((place) => file.startsWith(place)) &&
      !file.startsWith(`${home.dir}/.`);
    const writes = [...seen].flatMap(([command, log]) =>
      [...log.matchAll(/open(?:at2?)?\((?:AT_FDCWD, )?"([^"]+)", [^)\n]*(?:O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)/g)]
        .map(([, file]) => path.resolve(home.dir, file!))
        .filter((file) => !allowed(file) || (file.startsWith(home.dir) && !ours.some((place) => file.startsWith(place))))
        .map((file) => `${command}: ${file}`),
    );
    expect(writes).toEqual([]);
  });
});
