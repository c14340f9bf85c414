import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtinTable } from '../pricing/table.ts';
import { discover } from '../transcripts/discover.ts';
import { checkpoints } from './checkpoints.ts';
import { ingest } from './ingest.ts';
import { ingestFile } from './ingest-changed.ts';
import { openLedger } from './open.ts';
import { EVERYTHING } from './queries/cells.ts';
import { loadDirectory } from './queries/directory.ts';
import { modelRows, periodRows, projectRows, type ReportContext, sessionRows, totals } from './queries/reports.ts';

const T0 = Date.UTC(2026, 9, 5, 8);
let dir: string;
let number = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tm-order-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = () => openLedger({ path: join(dir, `state-${number++}`, 'ledger.db'), table: builtinTable(), version: 'test', now: T0 });
const contextOf = (ledger: ReturnType<typeof open>): ReportContext => ({
  ledger,
  directory: loadDirectory(ledger),
  filter: EVERYTHING,
  mode: 'auto',
  zone: 'Europe/Berlin',
  weekStart: 1,
});
const reports = (ledger: ReturnType<typeof open>): string => {
  const c = contextOf(ledger);
  return JSON.stringify([periodRows(c, 'day', true), sessionRows(c), projectRows(c), modelRows(c, 'month'), totals(c)]);
};

function put(name: string, lines: readonly unknown[]): void {
  const path = join(dir, 'projects', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  utimesSync(path, T0 / 1000, T0 / 1000);
}

const vendorId = (n: number): string => `msg_${String(n).padStart(20, '0')}`;
const response = (id: number, session: string, output: number, over: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'assistant',
  sessionId: session,
  cwd: `/nowhere/${session}`,
  gitBranch: `b-${output % 3}`,
  timestamp: new Date(T0 + id * 1e6).toISOString(),
  ...over,
  message: {
    id: vendorId(id),
    model: id % 2 ? 'claude-opus-4-1-20250805' : 'claude-sonnet-4-5-20250929',
    stop_reason: output % 2 ? 'end_turn' : null,
    usage: { input_tokens: id, output_tokens: output, cache_read_input_tokens: 7 },
  },
});

/** Copies by forks with and without a mark, streamed repeats in several files, sidechains, prompts, moved directories, lines without time. */
function makeHome(): void {
  const shared = [1, 2, 3].map((id) => response(id, 'origin', id * 10));
  const prompt = (uuid: string, session: string, at: number) => ({
    type: 'user',
    uuid,
    sessionId: session,
    timestamp: new Date(at).toISOString(),
    message: { content: 'hi' },
  });
  put('-z/origin.jsonl', [prompt('p1', 'origin', T0), ...shared, { type: 'custom-title', sessionId: 'origin', customTitle: 'One' }]);
  put('-a/fork.jsonl', [
    ...shared.map((line) => ({ ...line, sessionId: 'fork', requestSessionId: 'origin' })),
    response(4, 'fork', 9),
    prompt('p1', 'fork', T0),
  ]);
  put('-m/lost-fork.jsonl', [response(5, 'lost-fork', 8, { requestSessionId: 'gone' })]);
  put('-b/lost-fork-2.jsonl', [response(5, 'lost-fork-2', 9, { requestSessionId: 'gone' })]);
  put('-c/plain-copy.jsonl', [
    ...shared.map((line) => ({ ...line, sessionId: 'plain-copy' })),
    response(6, 'plain-copy', 3),
    { type: 'custom-title', sessionId: 'origin', customTitle: 'Two' },
  ]);
  put('-c/origin/subagents/agent-1.jsonl', [
    response(1, 'origin', 500, { isSidechain: true, agentId: 'a' }),
    response(7, 'origin', 5, { isSidechain: true, cwd: '/nowhere/side' }),
  ]);
  put('-d/streams.jsonl', [
    response(8, 'streams', 1),
    response(8, 'streams', 40, { timestamp: null }),
    response(9, 'streams', 4, { timestamp: 'never' }),
  ]);
  put('-e/streams-2.jsonl', [
    response(8, 'streams-2', 40, { costUSD: 0.5 }),
    { type: 'relocated', sessionId: 'streams', relocatedCwd: '/nowhere/else', timestamp: new Date(T0 + 5).toISOString() },
  ]);
}

describe('D-10 the order of reading', () => {
  it('gives byte-identical report rows for 60 random orders of the files', async () => {
    makeHome();
    const { files } = discover([dir]);
    using first = open();
    await ingest(first, { claudeDirs: [dir], workers: 0, now: T0 });
    const want = reports(first);
    for (let i = 0; i < 60; i++) {
      const order = files
        .map((file) => ({ file, at: Math.random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ file }) => file);
      using ledger = open();
      for (const file of order) ingestFile(ledger, file);
      expect(reports(ledger), order.map(({ path }) => path.slice(dir.length)).join(' ')).toBe(want);
    }
  });

  it('D-5: A has r1 r2, its fork B copies both and adds r3 → A 2 requests, B 1, whatever is read first', async () => {
    put('-p/A.jsonl', [response(1, 'A', 1), response(2, 'A', 2)]);
    put('-p/B.jsonl', [
      response(1, 'B', 1, { requestSessionId: 'A' }),
      response(2, 'B', 2, { requestSessionId: 'A' }),
      response(3, 'B', 3),
    ]);
    const files = discover([dir]).files;
    for (const order of [files, [...files].reverse()]) {
      using ledger = open();
      for (const file of order) ingestFile(ledger, file);
      expect(sessionRows(contextOf(ledger)).map((row) => [row.sessionId, row.sum.requests])).toEqual([
        ['A', 2],
        ['B', 1],
      ]);
      expect(totals(contextOf(ledger)).sum.requests).toBe(3);
    }
  });

  it('D-6: subagents at any depth belong to their session and are said apart', async () => {
    const usage = (id: number, input: number, output: number, over = {}) => {
      const line = response(id, 'S', output, over);
      return { ...line, message: { ...(line.message as object), usage: { input_tokens: input, output_tokens: output } } };
    };
    put('-p/S.jsonl', [usage(1, 100, 50)]);
    put('-p/S/subagents/agent-a.jsonl', [usage(2, 20, 2, { isSidechain: true })]);
    put('-p/S/subagents/workflows/wf_1/agent-b.jsonl', [usage(3, 30, 3, { isSidechain: true, sessionId: undefined })]);
    using ledger = open();
    await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 });
    const rows = sessionRows(contextOf(ledger));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ sum: { input: 150, output: 55 }, subagents: { input: 50, output: 5 } });
  });

  it('REL-12: a file that was shortened is read once more, not at every start', async () => {
    put('-p/A.jsonl', [response(1, 'A', 1), response(2, 'A', 2), response(3, 'A', 3)]);
    using ledger = open();
    await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 });
    put('-p/A.jsonl', [response(1, 'A', 1), response(2, 'A', 2)]);
    utimesSync(join(dir, 'projects/-p/A.jsonl'), T0 / 1000 + 9, T0 / 1000 + 9);
    expect((await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 })).filesRead).toBe(1);
    expect((await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 })).filesRead).toBe(0);
    expect(totals(contextOf(ledger)).sum.requests).toBe(3);
  });

  it('REL-10: what half a last line says is not remembered by the checkpoint', async () => {
    const path = join(dir, 'projects', '-p', 'A.jsonl');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(response(1, 'A', 1)));
    using ledger = open();
    await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 });
    expect(totals(contextOf(ledger)).sum.requests).toBe(1);
    expect([...checkpoints(ledger).values()][0]).toMatchObject({ offset: 0, lines: 0, firstAt: null, lastAt: 0, session: null });
  });
});
