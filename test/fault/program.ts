import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Count, makeHome, NaiveCounter, remove, tempDir, usageLine, vendorId, writeTranscript } from './home.ts';

const MAIN = resolve(process.env.TIDEMARK_PROGRAM ?? 'dist/main.js');
/** A user without rights. */
export const NOBODY = 65534;

export const nobodyRuns =
  process.getuid?.() === 0 && spawnSync(process.execPath, ['--check', MAIN], { uid: NOBODY, gid: NOBODY, env: {} }).status === 0;
export const canMount = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=256k x /mnt'], { stdio: 'ignore' }).status === 0;

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  /** Lines of stderr. */
  readonly said: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: the documented JSON, read by tests only
  readonly json: any;
}

/** A person's home with a history, and one session that is running now. */
export class Person {
  readonly home = tempDir('program');
  readonly claude = join(this.home, '.claude');
  readonly ledger = join(this.home, '.local/share/tidemark/ledger.db');
  /** What the running session used, all kinds of tokens. */
  readonly recent = 1234 + 1;
  readonly naive = new NaiveCounter();

  constructor() {
    makeHome(this.claude, 4, 20, 3);
    writeTranscript(this.claude, '-now/now.jsonl', [
      usageLine({ id: vendorId('now'), session: 's-now', output: 1234, at: Date.now() - 5000 }),
    ]);
  }

  /** What a whole reading of the present transcripts gives. */
  count(): Count {
    return this.naive.see(this.claude).count();
  }

  /** Lets the user without rights read all, and write below `.local` only. */
  open(): void {
    chmodSync(this.home, 0o755);
    mkdirSync(join(this.home, '.local'), { recursive: true });
    chownSync(join(this.home, '.local'), NOBODY, NOBODY);
  }

  /** Runs the built program with this home. `shell` runs before it, in a mount namespace of its own. */
  run(args: readonly string[], options: { readonly uid?: number; readonly shell?: string } = {}): Answer {
    const words = [process.execPath, MAIN, ...args];
    const command = options.shell === undefined ? words : ['unshare', '-Urm', 'sh', '-c', `${options.shell} && exec "$@"`, 'sh', ...words];
    const ended = spawnSync(command[0]!, command.slice(1), {
      encoding: 'utf8',
      cwd: '/',
      maxBuffer: 64 * 1024 * 1024,
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      env: { PATH: process.env.PATH, HOME: this.home, TZ: 'UTC' },
    });
    const { status: code, stdout, stderr } = ended;
    return {
      code,
      stdout,
      said: stderr.split('\n').filter((line) => line !== ''),
      json: stdout.startsWith('{') ? JSON.parse(stdout) : null,
    };
  }

  remove(): void {
    if (existsSync(join(this.claude, 'projects'))) chmodSync(join(this.claude, 'projects'), 0o755);
    remove(this.home);
  }
}

/** The totals of `daily --json`, as the naive counter names them. */
export function countOf({ json }: Answer): Count {
  const { requests, prompts, inputTokens, outputTokens, cacheCreation5mTokens, cacheCreation1hTokens, cacheReadTokens } = json.totals;
  return {
    requests,
    prompts,
    input: inputTokens,
    output: outputTokens,
    write5m: cacheCreation5mTokens,
    write1h: cacheCreation1hTokens,
    read: cacheReadTokens,
  };
}
