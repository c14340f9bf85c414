import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Ledger } from '../../src/ledger/open.ts';
import { EVERYTHING } from '../../src/ledger/queries/cells.ts';
import { loadDirectory } from '../../src/ledger/queries/directory.ts';
import { type ReportContext, totals } from '../../src/ledger/queries/reports.ts';

/** Sums that every attack compares: tokens, and counts of D-13. */
export interface Count {
  requests: number;
  prompts: number;
  input: number;
  output: number;
  write5m: number;
  write1h: number;
  read: number;
}

/** What a test may set on a line; all else has a value of its own. Tokens; `at` in epoch ms. */
export interface LineSpec {
  readonly id: string;
  readonly session?: string;
  readonly input?: number;
  readonly output?: number;
  readonly write5m?: number;
  readonly write1h?: number;
  readonly read?: number;
  readonly at?: number;
  readonly model?: string;
  readonly cwd?: string;
  readonly stop?: string | null;
  readonly text?: string;
  readonly extra?: Record<string, unknown>;
}

export const T0 = Date.UTC(2026, 9, 5, 8);
export const vendorId = (n: number | string): string => `msg_01${String(n).padStart(22, 'A')}`;

/** An assistant line in the client's form, without its newline. */
export function usageLine(s: LineSpec): string {
  return JSON.stringify({
    type: 'assistant',
    sessionId: s.session ?? 's-1',
    timestamp: new Date(s.at ?? T0).toISOString(),
    cwd: s.cwd ?? '/nowhere/app',
    message: {
      id: s.id,
      role: 'assistant',
      model: s.model ?? 'claude-sonnet-4-5-20250929',
      stop_reason: s.stop === undefined ? 'end_turn' : s.stop,
      content: [{ type: 'text', text: s.text ?? 'é “quoted” }{ \n 🚀' }],
      usage: {
        input_tokens: s.input ?? 1,
        output_tokens: s.output ?? 1,
        cache_creation_input_tokens: (s.write5m ?? 0) + (s.write1h ?? 0),
        cache_creation: { ephemeral_5m_input_tokens: s.write5m ?? 0, ephemeral_1h_input_tokens: s.write1h ?? 0 },
        cache_read_input_tokens: s.read ?? 0,
      },
    },
    // Last, as in the client's lines: the end of a line tells it from others (REL-12 looks at 64 bytes).
    uuid: `u-${s.at ?? T0}-${s.id}-${s.output ?? 1}`,
    ...s.extra,
  });
}

export const promptLine = (uuid: string, session = 's-1', at = T0): string =>
  JSON.stringify({
    type: 'user',
    uuid,
    sessionId: session,
    timestamp: new Date(at).toISOString(),
    message: { role: 'user', content: 'do it' },
  });

/** A small generator with a seed (mulberry32): numbers in [0, 1). */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const tempDir = (name: string): string => mkdtempSync(join(tmpdir(), `tm-${name}-`));
export const remove = (dir: string): void => rmSync(dir, { recursive: true, force: true });

/** Writes `lines` to a transcript of `<claudeDir>/projects`, making its folders. Returns its path. */
export function writeTranscript(claudeDir: string, name: string, lines: readonly string[]): string {
  const path = join(claudeDir, 'projects', name);
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

/** A UUID for a number: two of them are as far apart as the client's own. */
function uuidOf(n: number): string {
  const next = random(n + 1);
  const hex = Array.from({ length: 32 }, () => Math.floor(next() * 16).toString(16)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A home of `files` transcripts: streamed repeats (two lines per request), prompts, and copies of a neighbour's requests. Requests are numbered over files. */
export function makeHome(claudeDir: string, files: number, requests: number, seed: number): void {
  const next = random(seed);
  let previous: string[] = [];
  for (let f = 0; f < files; f++) {
    const lines: string[] = previous.slice(0, 5);
    const own: string[] = [];
    for (let r = 0; r < requests; r++) {
      const spec = {
        id: vendorId(f * requests + r),
        session: `s-${f}`,
        input: 1 + Math.floor(next() * 99),
        output: 5 + Math.floor(next() * 500),
        read: Math.floor(next() * 9999),
        at: T0 + (f * 60 + r) * 1000,
      };
      const half = usageLine({ ...spec, output: 1, stop: null });
      own.push(half, usageLine(spec));
      if (r % 10 === 0) own.push(promptLine(uuidOf(f * requests + r), `s-${f}`, T0 + r));
    }
    previous = own;
    writeTranscript(claudeDir, `-p-${f % 4}/s-${f}.jsonl`, [...lines, ...own]);
  }
}

/**
 * Every whole object of a line of ours, torn ones beside it or not (rule 2 of the transcripts' reference): tried from its start, and from wherever one of
 * our lines begins right behind a brace, to the nearest brace that closes something JSON accepts. Slow, and without a thought about nesting or quotes.
 */
function wholeObjects(line: string): unknown[] {
  const found: unknown[] = [];
  const starts = [0, ...[...line.matchAll(/(?<=\})\{"type":"(?:assistant|user)"/g)].map((match) => match.index)];
  let behind = 0;
  for (const start of starts) {
    if (start < behind) continue;
    for (let end = line.indexOf('}', start); end >= 0; end = line.indexOf('}', end + 1)) {
      try {
        found.push(JSON.parse(line.slice(start, end + 1)));
        behind = end + 1;
        break;
      } catch {
        // not yet whole
      }
    }
  }
  return found;
}

/**
 * The second opinion: shares nothing with the product. `see` reads every transcript whole, splits at newlines, and keeps per message id the maximum of
 * each counter. What was seen once stays, as in the ledger.
 */
export class NaiveCounter {
  private readonly requests = new Map<string, number[]>();
  private readonly prompts = new Set<string>();

  see(claudeDir: string): this {
    const root = join(claudeDir, 'projects');
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.jsonl')) this.seeText(readFileSync(join(root, name), 'utf8'));
    }
    return this;
  }

  seeText(text: string): void {
    for (const line of text.split('\n')) for (const one of wholeObjects(line)) this.seeObject(one);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the naive reader trusts the lines this folder writes
  private seeObject(o: any): void {
    if (o.type === 'user') this.prompts.add(o.uuid);
    if (o.type !== 'assistant') return;
    const u = o.message.usage;
    const now = [
      u.input_tokens,
      u.output_tokens,
      u.cache_creation.ephemeral_5m_input_tokens,
      u.cache_creation.ephemeral_1h_input_tokens,
      u.cache_read_input_tokens,
    ];
    const before = this.requests.get(o.message.id) ?? [0, 0, 0, 0, 0];
    this.requests.set(
      o.message.id,
      before.map((v, i) => Math.max(v, now[i])),
    );
  }

  count(): Count {
    const s = [0, 0, 0, 0, 0];
    for (const one of this.requests.values()) for (let i = 0; i < 5; i++) s[i]! += one[i]!;
    return {
      requests: this.requests.size,
      prompts: this.prompts.size,
      input: s[0]!,
      output: s[1]!,
      write5m: s[2]!,
      write1h: s[3]!,
      read: s[4]!,
    };
  }
}

export const contextOf = (ledger: Ledger): ReportContext => ({
  ledger,
  directory: loadDirectory(ledger),
  filter: EVERYTHING,
  mode: 'auto',
  zone: 'UTC',
  weekStart: 1,
});

/** What the ledger reports over everything. */
export function ledgerCount(ledger: Ledger): Count {
  const { sum, prompts } = totals(contextOf(ledger));
  return {
    requests: sum.requests,
    prompts,
    input: sum.input,
    output: sum.output,
    write5m: sum.cacheWrite5m,
    write1h: sum.cacheWrite1h,
    read: sum.cacheRead,
  };
}
