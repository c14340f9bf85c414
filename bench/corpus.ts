import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filler, LineWriter, type Thread } from './corpus-lines.ts';
import { Dice } from './random.ts';

export interface CorpusSize {
  readonly sessions: number;
  readonly bytes: number;
  readonly seed: number;
}

export interface Corpus extends CorpusSize {
  /** A Claude directory: holds `projects/`. */
  readonly claudeDir: string;
  readonly files: number;
  readonly lines: number;
}

const DAY_MS = 86_400_000;
const DAYS = 90;
/** The corpus ends here, so that one seed gives the same bytes for ever. */
const END = Date.parse('2026-11-20T00:00:00Z');
const MODELS = [
  'claude-opus-5-5',
  'claude-opus-4-5',
  'claude-opus-4-8',
  'claude-sonnet-5-5',
  'claude-sonnet-4-6',
  'claude-haiku-5-5',
  'claude-haiku-4-5',
];
const PROJECTS = 40;
const FILLER_CHARACTERS = 4 * 1024 * 1024;

/** Writes the corpus once; a finished one of the same size and seed is used again. */
export function ensureCorpus(folder: string, size: CorpusSize): Corpus {
  const claudeDir = join(folder, `corpus-${size.sessions}-${size.bytes}-${size.seed}`);
  const marker = join(claudeDir, 'corpus.json');
  if (existsSync(marker)) return JSON.parse(readFileSync(marker, 'utf8')) as Corpus;
  rmSync(claudeDir, { recursive: true, force: true });
  const corpus = writeCorpus(claudeDir, size);
  writeFileSync(marker, `${JSON.stringify(corpus)}\n`);
  return corpus;
}

/** Sessions of unequal length over 90 days; every seventh has subagents with a third of its bytes. */
export function writeCorpus(claudeDir: string, size: CorpusSize): Corpus {
  const dice = new Dice(size.seed);
  const text = filler(dice, FILLER_CHARACTERS);
  const weights = Array.from({ length: size.sessions }, () => 0.2 + 1.6 * dice.next());
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let files = 0;
  let lines = 0;
  const write = (path: string, thread: Thread, start: number, bytes: number) => {
    const written = transcript(dice, new LineWriter(dice, text, thread), thread, start, bytes);
    writeFileSync(path, written.text);
    files += 1;
    lines += written.lines;
  };
  for (const weight of weights) {
    const budget = (size.bytes * weight) / total;
    const project = dice.int(1, PROJECTS);
    const thread: Thread = {
      sessionId: dice.uuid(),
      cwd: `/home/dev/work/project-${project}`,
      branch: dice.pick(['main', 'main', 'next', 'fix/one']),
      model: dice.pick(MODELS),
      agent: null,
    };
    const folder = join(claudeDir, 'projects', `-home-dev-work-project-${project}`);
    mkdirSync(folder, { recursive: true });
    const start = END - Math.floor(dice.next() * DAYS * DAY_MS);
    const agents = dice.chance(1 / 7) ? dice.int(1, 3) : 0;
    write(join(folder, `${thread.sessionId}.jsonl`), thread, start, agents > 0 ? (budget * 2) / 3 : budget);
    if (agents === 0) continue;
    const below = join(folder, thread.sessionId, 'subagents');
    mkdirSync(below, { recursive: true });
    for (let i = 0; i < agents; i++) {
      const agent = `a${dice.text('0123456789abcdef', 16)}`;
      write(join(below, `agent-${agent}.jsonl`), { ...thread, agent, model: dice.pick(MODELS) }, start + 60_000, budget / 3 / agents);
    }
  }
  return { ...size, claudeDir, files, lines };
}

/** The mix of lines measured on public transcripts (transcripts §2, §5): tool results carry about 60 % of the bytes. */
function transcript(dice: Dice, writer: LineWriter, thread: Thread, start: number, bytes: number): { text: string; lines: number } {
  const parts: string[] = [];
  let length = 0;
  let at = start;
  const add = (line: string) => {
    parts.push(line);
    length += line.length;
  };
  const step = () => {
    at = Math.min(at + dice.int(800, 40_000), END);
    return at;
  };
  add(writer.prompt(at));
  if (thread.agent === null) add(writer.title());
  while (length < bytes) {
    for (const line of writer.response(step())) add(line);
    add(writer.toolResult(step(), toolResultSize(dice)));
    if (dice.chance(0.8)) add(writer.progress(step()));
    if (dice.chance(0.1)) add(writer.attachment(step()));
    if (dice.chance(0.12)) add(writer.snapshot());
    if (dice.chance(0.35)) add(writer.small(at));
    if (dice.chance(0.15)) add(writer.prompt(step()));
  }
  return { text: parts.join(''), lines: parts.length };
}

/** Most answers of tools are short, some are whole files. */
function toolResultSize(dice: Dice): number {
  const roll = dice.next();
  if (roll < 0.5) return dice.int(100, 1200);
  return roll < 0.92 ? dice.int(1200, 9000) : dice.int(9000, 50_000);
}

/** `50MB`, `1GB` → bytes. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(MB|GB)$/i.exec(text);
  if (match === null) throw new Error(`expected a size such as 50MB or 1GB, got ${text}`);
  return Math.round(Number(match[1]) * (match[2]!.toUpperCase() === 'GB' ? 2 ** 30 : 2 ** 20));
}
