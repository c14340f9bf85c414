import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filler, LineWriter } from './corpus-lines.ts';
import { Dice } from './random.ts';

const PROJECTS = 8;
const MODELS = ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-haiku-5-5'];

interface LiveSession {
  readonly name: string;
  readonly file: string;
  readonly writer: LineWriter;
  waiting: string[];
}

/** What each session has said before: responses so many seconds apart, up to now. */
export interface Past {
  readonly minutes: number;
  readonly everySeconds: number;
}
const TEN_MINUTES: Past = { minutes: 10, everySeconds: 30 };

/** A home with living sessions: transcripts, and registry records of processes that run. Its lines come from one seed. */
export class LiveHome implements Disposable {
  readonly dir: string;
  readonly claudeDir: string;
  readonly sessions: readonly LiveSession[];
  readonly #dice = new Dice(11);
  #processes: ChildProcess[] = [];
  readonly #end = (): void => {
    for (const child of this.#processes) child.kill('SIGKILL');
  };
  #lines = 0;

  constructor(dir: string, count: number, past = TEN_MINUTES) {
    this.dir = dir;
    this.claudeDir = join(dir, '.claude');
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(join(this.claudeDir, 'sessions'), { recursive: true });
    const text = filler(this.#dice, 200_000);
    process.once('exit', this.#end);
    this.#processes = Array.from({ length: count }, () => spawn('sleep', ['7200'], { stdio: 'ignore' }));
    this.sessions = this.#processes.map((child, index) => {
      const project = `project-${index % PROJECTS}`;
      const folder = join(this.claudeDir, 'projects', `-home-dev-${project}`);
      mkdirSync(folder, { recursive: true });
      const sessionId = this.#dice.uuid();
      const cwd = `/home/dev/${project}`;
      const model = MODELS[index % MODELS.length]!;
      const writer = new LineWriter(this.#dice, text, { sessionId, cwd, branch: 'main', model, agent: null });
      const file = join(folder, `${sessionId}.jsonl`);
      const now = Date.now();
      const step = past.everySeconds * 1000;
      const turns = Math.floor((past.minutes * 60_000) / step);
      const lines = Array.from({ length: turns }, (_, turn) => writer.response(now - (turns - turn) * step));
      writeFileSync(file, writer.prompt(now - (past.minutes + 1) * 60_000) + lines.flat().join(''));
      const name = `s${String(index).padStart(3, '0')}`;
      writeRecord(join(this.claudeDir, 'sessions'), child.pid!, { sessionId, cwd, name, now });
      return { name, file, writer, waiting: [] };
    });
  }

  /** One more line in some session; the lines of a response come one after the other. */
  appendLine(): void {
    this.#lines++;
    const session = this.#dice.pick(this.sessions.slice(1));
    if (session.waiting.length === 0) session.waiting = [...session.writer.response(Date.now())];
    appendFileSync(session.file, session.waiting.shift()!);
  }

  /** A response of the first session whose tool is `Bash <mark>`, so that the mark shows in its row. */
  appendMarked(mark: string): void {
    const [session] = this.sessions;
    const lines = session!.writer.response(Date.now());
    this.#lines++;
    appendFileSync(session!.file, lines.at(-1)!.replace('"command":"', `"command":"${mark} x `));
  }

  get lines(): number {
    return this.#lines;
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#end);
    this.#end();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What a running client says of itself. */
function writeRecord(
  dir: string,
  pid: number,
  { sessionId, cwd, name, now }: { sessionId: string; cwd: string; name: string; now: number },
): void {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const procStart = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const record = { pid, sessionId, cwd, startedAt: now, procStart, version: '2.1.329', kind: 'interactive', entrypoint: 'cli' };
  const status = { name, nameSource: 'user', status: 'busy', updatedAt: now, statusUpdatedAt: now };
  writeFileSync(join(dir, `${pid}.json`), JSON.stringify({ ...record, ...status }));
}

/** Appends so many lines a second until it is stopped. */
export function load(home: LiveHome, linesPerSecond: number): { stop(): void } {
  const began = performance.now();
  let written = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1000) * linesPerSecond);
    for (; written < due; written++) home.appendLine();
  }, 1000 / linesPerSecond);
  return { stop: () => clearInterval(timer) };
}
