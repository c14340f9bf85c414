import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';

export const ROOT = path.resolve(import.meta.dirname, '../..');
/** The built program; `TIDEMARK_MAIN` names another build. */
export const MAIN = process.env.TIDEMARK_MAIN ?? path.join(ROOT, 'dist/main.js');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A throw-away home with its own configuration, ledger and state. */
export class OwnHome {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'tidemark-own-'));
  readonly claude = path.join(this.dir, '.claude');
  readonly ledger = path.join(this.dir, 'd/tidemark/ledger.db');
  readonly state = path.join(this.dir, 's/tidemark');

  /** `fixture` is a folder of fixtures/homes, copied into the home. */
  constructor(fixture?: string) {
    if (fixture !== undefined) cpSync(path.join(ROOT, 'fixtures/homes', fixture), this.dir, { recursive: true });
  }

  readonly env = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    PATH: process.env.PATH ?? '',
    HOME: this.dir,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    XDG_CONFIG_HOME: `${this.dir}/c`,
    XDG_DATA_HOME: `${this.dir}/d`,
    XDG_STATE_HOME: `${this.dir}/s`,
    ...more,
  });

  run(args: readonly string[], more: Readonly<Record<string, string>> = {}, input = ''): Ended {
    const options = { encoding: 'utf8', env: this.env(more), cwd: this.dir, input, maxBuffer: 64 * 1024 * 1024 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], options);
    return { status, stdout, stderr };
  }

  ok(...args: string[]): string {
    const done = this.run(args);
    expect(done, args.join(' ')).toMatchObject({ status: 0 });
    return done.stdout;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the documented JSON, read by tests only
  json(...args: string[]): any {
    return JSON.parse(this.ok(...args));
  }

  /** Every regular file below the home, Claude's own apart. */
  ourFiles(): string[] {
    return readdirSync(this.dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => !file.startsWith(`${this.claude}${path.sep}`));
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
