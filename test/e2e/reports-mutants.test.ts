// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the mutants are source text
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSame } from '../golden/compare.ts';
import { assemble, discard, type Home, hasPython, type Json, NODE, ROOT, runOracle } from '../golden/homes.ts';
import type { Report } from '../golden/reports.ts';

/*
 * REL-51: the oracle is checked itself. Each rule of the product is broken once, by a change of one place in its source; the oracle's answer must tell the
 * broken product from the right one. A rule that no home shows could be broken unseen.
 */

const python = await hasPython();
const SLOW = 240_000;

interface Mutant {
  readonly rule: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const m = (rule: string, file: string, from: string, to: string): Mutant => ({ rule, file, from, to });
const MERGE = 'usage/merge.ts';
const COST = 'pricing/cost.ts';
const DECODE = 'transcripts/decode-usage.ts';

const MUTANTS: readonly Mutant[] = [
  m('D-10.4 the first line wins', MERGE, 'output: Math.max(a.output, b.output),', 'output: a.output,'),
  m('D-10.4 counters of repeats are added', MERGE, 'input: Math.max(a.input, b.input),', 'input: a.input + b.input,'),
  m('D-10 no de-duplication', DECODE, 'return { key: id, weak: false };', 'return { key: `${id}${text(o.uuid)}`, weak: false };'),
  m(
    "D-10.2 a gateway's id is a key by itself",
    DECODE,
    "`g:${id}:${requestId ?? ''}:${t.input}:${t.cacheWrite5m + t.cacheWrite1h}:${t.cacheRead}`",
    '`g:${id}`',
  ),
  m(
    'D-10.1 without an id every line is a request',
    DECODE,
    'return { key: `r:${requestId}`, weak: false };',
    'return { key: `r:${requestId}${text(o.uuid)}`, weak: false };',
  ),
  m('D-10.3 a replay counts as the main thread does', MERGE, 'if (a.rank !== b.rank) return a.rank > b.rank ? a : b;', ''),
  m('D-10.4 the latest time', MERGE, 'guessed ? Math.min(a.at, b.at)', 'guessed ? Math.max(a.at, b.at)'),
  m(
    'D-10.5 iterations are left out',
    DECODE,
    "if (o && (o.type === 'advisor_message' || o.type === 'compaction'))",
    'if (o && o.type === null)',
  ),
  m('D-3 five minutes only', DECODE, 'cacheWrite1h: hasSplit ? write1h : 0,', 'cacheWrite1h: 0,'),
  m('D-3 the split alone', DECODE, 'cacheWrite5m: hasSplit ? write5m : total,', 'cacheWrite5m: write5m,'),
  m('D-9 what the client wrote itself counts', DECODE, "if (model === '<synthetic>') return null;", ''),
  m('D-9 other types count', DECODE, "if (type === 'assistant' || type === undefined || type === null)", 'if (type !== 0)'),
  m('D-9 fractions count', DECODE, 'Number.isInteger(value) && value >= 0', 'value >= 0'),
  m("D-5 a fork's mark is ignored", MERGE, 'sessionId: line.origin ?? line.sessionId', 'sessionId: line.sessionId'),
  m(
    'D-5 the later file owns',
    MERGE,
    'return a.fileFirstAt < b.fileFirstAt ? -1 : 1;\n  if (!a.named && a.fileBirth',
    'return a.fileFirstAt < b.fileFirstAt ? 1 : -1;\n  if (!a.named && a.fileBirth',
  ),
  m('D-11 every output is complete', DECODE, 'hasStopReason: text(message.stop_reason) !== null,', 'hasStopReason: true,'),
  m('D-16 an unknown price is 0', COST, 'if (found === null) return null;', 'if (found === null) return 0;'),
  m('D-15 searches are free', COST, 'return applyRate(rate, tokens) + searches;', 'return applyRate(rate, tokens) + 0 * searches;'),
  m('D-15 fast costs as much', COST, "const isFast = usage.speed === 'fast' && period.fastMultiplier !== null;", 'const isFast = false;'),
  m('D-15 the region costs as much', COST, 'const isGeo = usage.geoUs && period.geoUsMultiplier !== null;', 'const isGeo = false;'),
  m(
    'D-15 no tiers',
    COST,
    'const isTier = period.tier !== null && promptTokens(tokens) > period.tier.promptTokensOver;',
    'const isTier = false;',
  ),
  m(
    'D-15 a tier by input alone',
    COST,
    'return tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;',
    'return tokens.input;',
  ),
  m(
    'D-17 a logged 0 is a price',
    'ledger/queries/cells.ts',
    "if (mode === 'auto' && flags & C.loggedPositive) return logged;",
    "if (mode === 'auto' && flags & (C.loggedPositive | C.loggedZero)) return logged;",
  ),
  m('D-17 the logged cost is ignored', 'ledger/queries/cells.ts', "if (mode === 'auto' && flags & C.loggedPositive) return logged;", ''),
];

const scratch = mkdtempSync(path.join(tmpdir(), 'tidemark-mutants-'));
let home: Home;
let oracle: Json;

/** The product with one place changed; null = as it is. Returns the path of its main file. */
async function build(mutant: Mutant | null): Promise<string> {
  const dir = mkdtempSync(path.join(scratch, 'm-'));
  const change = {
    name: 'change',
    transform(code: string, id: string) {
      if (mutant === null || !id.endsWith(`/src/${mutant.file}`)) return null;
      if (code.split(mutant.from).length !== 2)
        throw new Error(`${mutant.rule}: its place in ${mutant.file} has changed; write the mutant anew`);
      return { code: code.replace(mutant.from, () => mutant.to) };
    },
  };
  const bundle = await rolldown({
    cwd: ROOT,
    platform: 'node',
    input: { main: path.join(ROOT, 'src/main.ts') },
    external: [/^node:/, /surfaces\/tui\/run\.ts$/, 'react-devtools-core'],
    plugins: [change],
    logLevel: 'silent',
  });
  await bundle.write({ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
  await bundle.close();
  return path.join(dir, 'main.mjs');
}

const usage = (more: Json): Json => ({
  input_tokens: 100,
  output_tokens: 50,
  cache_read_input_tokens: 1000,
  cache_creation_input_tokens: 0,
  ...more,
});
let count = 0;
const line = (model: string, used: Json, more: Json = {}, message: Json = {}): Json => ({
  type: 'assistant',
  uuid: `90000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
  sessionId: '90000000-0000-4000-8000-00000000feed',
  timestamp: new Date(Date.UTC(2026, 10, 10, 9, count)).toISOString(),
  cwd: '/nowhere/dev/rules',
  ...more,
  message: { id: `msg_01${String(count++).padStart(22, 'R')}`, role: 'assistant', model, stop_reason: 'end_turn', usage: used, ...message },
});

/** Every rule that the homes written by hand do not show. */
function rules(): Json[] {
  const haiku = 'claude-haiku-5-5';
  const opus = 'claude-opus-5-5';
  const twice = line(haiku, usage({}), { requestId: 'req_same' }, { id: undefined });
  const replay = line(opus, usage({ output_tokens: 900 }));
  return [
    line(haiku, usage({ cache_read_input_tokens: 100_001 })),
    line(haiku, usage({ input_tokens: 100_001, cache_read_input_tokens: 0 })),
    line(opus, usage({ speed: 'fast' })),
    line(opus, usage({ inference_geo: 'us' })),
    line(opus, usage({ server_tool_use: { web_search_requests: 5 } })),
    line(
      'claude-sonnet-4-6',
      usage({ iterations: [{ type: 'advisor_message', model: 'claude-opus-4-6', input_tokens: 1000, output_tokens: 100 }] }),
    ),
    line(opus, usage({}), { costUSD: 9.99 }),
    line(opus, usage({}), { costUSD: 0 }),
    line('claude-quasar-7', usage({})),
    line('<synthetic>', usage({ input_tokens: 7 })),
    line(opus, usage({ input_tokens: 0.5 })),
    line(opus, usage({ input_tokens: 3 }), { type: 'user' }),
    line(
      opus,
      usage({ cache_creation_input_tokens: 3000, cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 } }),
    ),
    line(
      opus,
      usage({ cache_creation_input_tokens: 5000, cache_creation: { ephemeral_5m_input_tokens: 1000, ephemeral_1h_input_tokens: 4000 } }),
    ),
    line(opus, usage({ output_tokens: 1 }), {}, { stop_reason: null }),
    twice,
    { ...twice, uuid: 'another' },
    line('gateway-model', usage({ input_tokens: 11 }), {}, { id: 'constant' }),
    line('gateway-model', usage({ input_tokens: 12 }), {}, { id: 'constant' }),
    replay,
    { ...replay, uuid: 'replay', isSidechain: true, message: { ...replay.message, usage: usage({ output_tokens: 5000 }) } },
    { ...replay, uuid: 'late', timestamp: '2026-11-12T00:00:00.000Z' },
  ];
}

beforeAll(async () => {
  const homes = path.join(ROOT, 'fixtures/homes');
  // Folders of one name in two homes stay two.
  const trees = readdirSync(homes).flatMap((name) => {
    const projects = path.join(homes, name, '.claude/projects');
    return existsSync(projects) ? readdirSync(projects).map((slug) => [`-${name}${slug}`, path.join(projects, slug)] as const) : [];
  });
  home = assemble(Object.fromEntries(trees));
  const project = path.join(home.claude, 'projects/rules');
  mkdirSync(project, { recursive: true });
  writeFileSync(
    path.join(project, 'rules.jsonl'),
    rules()
      .map((one) => `${JSON.stringify(one)}\n`)
      .join(''),
  );
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(scratch, 'node_modules'));
  if (python) oracle = await runOracle(home);
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  if (home !== undefined) discard(home);
});

/** Throws where the program's answer is not the oracle's. */
function compare(main: string): void {
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home.home,
    TZ: 'UTC',
    CLAUDE_CONFIG_DIR: home.claude,
    TIDEMARK_DB: path.join(path.dirname(main), 'ledger.db'),
  };
  for (const report of ['daily', 'sessions', 'models'] as const satisfies readonly Report[]) {
    const { status, stdout, stderr } = spawnSync(NODE, [main, report, '--json', '--timezone', 'UTC'], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
    expectSame(report, JSON.parse(stdout), oracle);
  }
}

describe.skipIf(!python)(
  `REL-51 the oracle tells a broken rule${python ? '' : ' (skipped: python3 is absent, apt-get install python3 tzdata)'}`,
  () => {
    test('the product as it is agrees with it', { timeout: SLOW }, async () => {
      compare(await build(null));
    });

    test.each(MUTANTS.map((mutant) => [mutant.rule, mutant] as const))('%s', { timeout: SLOW }, async (_, mutant) => {
      const main = await build(mutant);
      // An answer that differs, not a program that fails.
      expect(() => compare(main)).toThrow(expect.objectContaining({ name: 'AssertionError' }));
    });

    test('every mutant has its place in the source', () => {
      for (const { rule, file, from } of MUTANTS)
        expect(readFileSync(path.join(ROOT, 'src', file), 'utf8').split(from).length, rule).toBe(2);
      expect(MUTANTS.length).toBeGreaterThanOrEqual(20);
    });
  },
);
