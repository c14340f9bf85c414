import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The repository's root, the reference data beside it (absent outside the workshop), the built program (`TIDEMARK_MAIN`: another build) and the Node that runs it. */
export const ROOT = path.resolve(import.meta.dirname, '../..');
export const SHARED = path.resolve(ROOT, '../shared');
export const MAIN = process.env.TIDEMARK_MAIN ?? path.join(ROOT, 'dist/main.js');
export const NODE = path.join(ROOT, 'node_modules/node/bin/node');
const ORACLE = path.join(ROOT, 'test/oracle/oracle.py');

/** Parsed JSON of a program or a fixture: its shape is what the tests are about. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any;

export const hasShared = existsSync(path.join(SHARED, 'fixtures'));
export const hasProduct = existsSync(MAIN);
export const SHARED_ABSENT = hasShared ? '' : ' (skipped: ../shared is absent)';
export const PRODUCT_ABSENT = hasProduct ? '' : ' (skipped: dist/main.js is absent, run npm run build)';

/** The mtime that materialised transcripts get: long ago, so that no file looks as if it still grew. */
export const OLD = new Date('2026-11-12T12:00:00.000Z');

/** A throw-away home: `home` with `.claude` inside, and a ledger of its own beside it. */
export interface Home {
  readonly dir: string;
  readonly home: string;
  readonly claude: string;
  /** Set when the case lives in both default directories, so that `CLAUDE_CONFIG_DIR` must stay unset. */
  readonly defaultDirs: boolean;
}

function emptyHome(): Home {
  const dir = mkdtempSync(path.join(tmpdir(), 'tidemark-golden-'));
  const home = path.join(dir, 'home');
  mkdirSync(path.join(home, '.claude'), { recursive: true });
  return { dir, home, claude: path.join(home, '.claude'), defaultDirs: false };
}

/** Writes `files` (path under `<home>/.claude` → raw lines, joined and ended by a line feed) and the optional link into a new home. */
export function materialise(files: Readonly<Record<string, readonly string[]>>, symlink?: { path: string; target: string }): Home {
  const home = emptyHome();
  for (const [name, lines] of Object.entries(files)) {
    const file = path.join(home.claude, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join('\n')}\n`);
    utimesSync(file, OLD, OLD);
  }
  if (symlink) {
    mkdirSync(path.dirname(path.join(home.claude, symlink.path)), { recursive: true });
    symlinkSync(path.join(home.claude, symlink.target), path.join(home.claude, symlink.path));
  }
  return { ...home, defaultDirs: Object.keys(files).some((name) => name.startsWith('../')) };
}

/** A new home whose `.claude` is a copy of `claudeDir`, every transcript with the old mtime. */
export function copyHome(claudeDir: string): Home {
  const home = emptyHome();
  cpSync(claudeDir, home.claude, { recursive: true });
  settle(home.claude);
  return home;
}

/** A new home in which each tree of `trees` (name → directory) is one project folder. */
export function assemble(trees: Readonly<Record<string, string>>): Home {
  const home = emptyHome();
  for (const [name, source] of Object.entries(trees)) cpSync(source, path.join(home.claude, 'projects', name), { recursive: true });
  settle(home.claude);
  return home;
}

function settle(dir: string): void {
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) utimesSync(path.join(entry.parentPath, entry.name), OLD, OLD);
  }
}

export function discard(home: Home): void {
  rmSync(home.dir, { recursive: true, force: true });
}

let running = 0;
const waiting: (() => void)[] = [];

/** Holds the number of child processes at two. */
async function turn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= 2) await new Promise<void>((go) => waiting.push(go));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const PATH = process.env.PATH ?? '';

/** Runs the built program on a home with a ledger of that home; returns its parsed `--json`. */
export async function runTidemark(home: Home, args: readonly string[], env: Record<string, string> = {}): Promise<Json> {
  const base: Record<string, string> = { PATH, HOME: home.home, TZ: 'UTC', TIDEMARK_DB: path.join(home.dir, 'ledger.db') };
  if (!home.defaultDirs) base.CLAUDE_CONFIG_DIR = home.claude;
  const { code, stdout, stderr } = await turn(() => run(NODE, [MAIN, ...args], { ...base, ...env }));
  if (code !== 0) throw new Error(`tidemark ${args.join(' ')}: exit ${code}\n${stderr}\n${stdout.slice(0, 2000)}`);
  return JSON.parse(stdout);
}

/** Runs the oracle on a home (or on a Claude directory as it lies); returns its answer. */
export async function runOracle(where: Home | string, args: readonly string[] = []): Promise<Json> {
  const dirs = typeof where === 'string' ? [where] : [where.claude, path.join(where.home, '.config/claude')];
  const roots = dirs.filter((dir) => existsSync(dir)).flatMap((dir) => ['--claude-dir', dir]);
  const { code, stdout, stderr } = await turn(() => run('python3', [ORACLE, ...roots, ...args], { PATH }));
  if (code !== 0) throw new Error(`oracle ${args.join(' ')}: exit ${code}\n${stderr}`);
  return JSON.parse(stdout);
}

/** Is there a Python 3 with the zone database for the oracle? */
export async function hasPython(): Promise<boolean> {
  return run('python3', ['-c', 'import zoneinfo; zoneinfo.ZoneInfo("Asia/Kathmandu")'], { PATH }).then(
    (r) => r.code === 0,
    () => false,
  );
}

export function readJson(file: string): Json {
  return JSON.parse(readFileSync(file, 'utf8'));
}
