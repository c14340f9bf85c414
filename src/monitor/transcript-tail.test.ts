import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ingestTogether } from '../ledger/ingest-changed.ts';
import { openLedger } from '../ledger/open.ts';
import { builtinTable } from '../pricing/table.ts';
import { discover } from '../transcripts/discover.ts';
import type { SeenLines } from '../transcripts/seen-lines.ts';
import { targetOf } from './last-action.ts';
import { evidenceOf } from './live-states.ts';
import { TAIL_BYTES, TranscriptTail } from './transcript-tail.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tidemark-tail-'));
  file = path.join(dir, 's1.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

let minute = 0;
const line = (more: object): string => {
  const time = Date.parse('2026-11-20T10:00:00Z') + minute++ * 60_000;
  return `${JSON.stringify({ sessionId: 's1', cwd: '/p', timestamp: new Date(time).toISOString(), ...more })}\n`;
};
const assistant = (content: object[], stop: string | null, more: object = {}) =>
  line({
    type: 'assistant',
    message: {
      id: `msg_${String(minute).padStart(20, '0')}`,
      model: 'm',
      stop_reason: stop,
      content,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
    ...more,
  });
const tool = (name: string, input: object) => assistant([{ type: 'tool_use', id: 't', name, input }], 'tool_use');
const user = (content: unknown, more: object = {}) =>
  line({ type: 'user', uuid: `u${minute}`, message: { role: 'user', content }, ...more });
const write = (...lines: string[]) => appendFileSync(file, lines.join(''));

describe('LV-52: the last action', () => {
  test.each([
    ['Bash', { command: 'npm test --watch secret-canary' }, 'npm test'],
    ['Bash', { command: 'API_KEY=canary FOO=1 curl https://canary.example/x' }, 'curl'],
    ['Bash', { command: 'git commit -m canary' }, 'git commit'],
    ['Bash', { command: 'mysql --password=canary' }, 'mysql'],
    ['Bash', { command: 'A=canary' }, null],
    ['Bash', { command: '   ' }, null],
    ['Bash', {}, null],
    ['Edit', { file_path: '/home/p/src/schema.sql', new_string: 'canary' }, 'schema.sql'],
    ['NotebookEdit', { notebook_path: 'C:\\x\\y.ipynb' }, 'y.ipynb'],
    ['WebFetch', { url: 'https://canary.example' }, null],
    ['AskUserQuestion', { question: 'canary?' }, null],
  ])('%s %j → %s', (name, input, expected) => expect(targetOf(name, input)).toBe(expected));

  test('newest tool of the main thread; a hostile name is made plain; privacy shows the tool alone', () => {
    write(tool('Bash', { command: 'npm test' }), tool('Ed\u001b[31mit', { file_path: '/a/\u202eb.ts' }));
    write(assistant([{ type: 'tool_use', name: 'Read', input: { file_path: '/a/c.ts' } }], 'tool_use', { isSidechain: true }));
    const tail = new TranscriptTail(file, 0);
    tail.read();
    expect(tail.action).toMatchObject({ tool: 'Ed[31mit', target: 'b.ts' });
    expect([...tail.tools]).toEqual([
      ['Bash', 1],
      ['Ed[31mit', 1],
      ['Read', 1],
    ]);
    const quiet = new TranscriptTail(file, 0, false);
    quiet.read();
    expect(quiet.action?.target).toBeNull();
  });
});

describe('LS-6: what the last main-thread record says', () => {
  const kindAfter = (...lines: string[]) => {
    writeFileSync(file, lines.join(''));
    const tail = new TranscriptTail(file, 0);
    tail.read();
    return evidenceOf(tail)?.kind;
  };
  test.each([
    ['open', [user('do it')]],
    ['open', [user('do it'), tool('Bash', {})]],
    ['open', [user('x'), tool('Bash', {}), user([{ type: 'tool_result', content: 'ok' }])]],
    ['end-turn', [user('x'), assistant([{ type: 'text', text: 'done' }], 'end_turn')]],
    ['interrupt', [user('x'), user([{ type: 'text', text: '[Request interrupted by user for tool use]' }])]],
    ['error', [user('x'), assistant([], null, { isApiErrorMessage: true, error: 'overloaded' })]],
    [
      'limit',
      [
        assistant([], null, {
          isApiErrorMessage: true,
          apiError: 'usage_limit_reached',
          quotaLimits: { rateLimitType: 'five_hour', resetsAt: 1795204062 },
        }),
      ],
    ],
    ['end-turn', [assistant([{ type: 'text', text: 'done' }], 'end_turn'), assistant([], null, { isSidechain: true })]],
    ['end-turn', [assistant([], 'end_turn'), user('summary', { isCompactSummary: true }), user('meta', { isMeta: true })]],
    ['none', [line({ type: 'ai-title', aiTitle: 'x' })]],
    ['none', ['not json\n', '[1]\n', '{"type":"assistant"}\n'.replace('assistant', 'other')]],
  ])('%s', (kind, lines) => expect(kindAfter(...lines)).toBe(kind));

  test('open since the prompt of the turn', () => {
    const prompt = user('x');
    writeFileSync(file, prompt + tool('Bash', {}) + tool('Bash', {}));
    const tail = new TranscriptTail(file, 0);
    tail.read();
    expect(tail.last?.since).toBe(Date.parse((JSON.parse(prompt) as { timestamp: string }).timestamp));
  });
});

describe('what has been written since', () => {
  test('requests of new lines only; half a line waits for its rest', () => {
    write(tool('Bash', {}), tool('Bash', {}));
    const size = readSize();
    const tail = new TranscriptTail(file, size);
    expect(tail.read()).toMatchObject({ requests: [], gap: false });
    const whole = tool('Edit', {});
    appendFileSync(file, whole.slice(0, 50));
    expect(tail.read().requests).toEqual([]);
    appendFileSync(file, whole.slice(50));
    expect(tail.read()).toMatchObject({ requests: [{ sessionId: 's1' }], sessions: new Set(['s1']), gap: false });
    expect(tail.read().requests).toEqual([]);
  });

  test('a file first looked at after it grew', () => {
    write(tool('Bash', {}));
    const size = readSize();
    write(tool('Bash', {}), tool('Bash', {}));
    expect(new TranscriptTail(file, size).read().requests).toHaveLength(2);
    const far = Array.from({ length: 90 }, () => tool('Bash', { command: 'x'.repeat(1000) }));
    write(...far);
    // More than the part that is read without need: from the known place on, whose byte before ends a line.
    expect(new TranscriptTail(file, size).read()).toMatchObject({ requests: { length: 92 }, gap: false });
  });

  test('LV-65: never more than the last 256 KiB; a gap is said', () => {
    write(tool('Bash', {}));
    const tail = new TranscriptTail(file, 0);
    tail.read();
    write(...Array.from({ length: 300 }, () => tool('Bash', { command: 'x'.repeat(1000) })));
    const news = tail.read();
    expect(news.gap).toBe(true);
    expect(news.requests.length).toBeLessThan(TAIL_BYTES / 1000);
  });

  test('a file that was replaced or is gone', () => {
    write(tool('Bash', {}), tool('Bash', {}));
    const tail = new TranscriptTail(file, 0);
    tail.read();
    writeFileSync(file, tool('Edit', {}));
    expect(tail.read().gap).toBe(true);
    expect(tail.action?.tool).toBe('Edit');
    rmSync(file);
    expect(tail.read()).toMatchObject({ requests: [], gap: false });
  });

  test('LV-113: lines that the ledger has just read are not read again, and tell the same', () => {
    const base = path.join(dir, 'projects/-p');
    mkdirSync(base, { recursive: true });
    file = path.join(base, 's1.jsonl');
    const ledger = openLedger({ path: path.join(dir, 'ledger.db'), table: builtinTable(), version: 'test', now: 0 });
    const [one, twin] = [new TranscriptTail(file, 0), new TranscriptTail(file, 0)];
    const lines = [
      tool('Bash', { command: 'npm test' }),
      user('go on'),
      user([{ type: 'tool_result', content: 'x'.repeat(9000) }]),
      `\ufeff${tool('Edit', { file_path: '/a/b.ts' })}`,
      `${tool('Read', {}).trim()}${tool('Write', {})}`,
      `  ${assistant([], 'end_turn')}`,
      'no json at all\n',
      '\n',
      `\0\0${user('[Request interrupted by user]')}`,
      line({ type: 'assistant', isApiErrorMessage: true, error: 'rate_limit' }),
      assistant([{ type: 'tool_use', name: 'Grep', input: {} }], 'tool_use', { isSidechain: true }),
      tool('Bash', { command: 'x'.repeat(300_000) }),
      tool('Glob', {}),
    ];
    write(tool('Bash', { command: 'ls' }));
    let shared = 0;
    for (const text of lines) {
      const [read] = discover([dir]).files;
      let seen: SeenLines | undefined;
      ingestTogether(ledger, [read!], (_, found) => {
        seen = found;
      });
      expect(one.read(read!.size, seen)).toEqual(twin.read(read!.size));
      if (seen !== undefined && seen.from > 0) shared++;
      const { action, last, effort, tools, toolsSince } = one;
      expect(twin).toMatchObject({ action, last, effort, tools, toolsSince });
      write(text);
    }
    // Not the first look, nor the line that is larger than what is ever looked at.
    expect(shared).toBe(lines.length - 2);
    ledger[Symbol.dispose]();
  });

  test('lines of another file, or of another place in it, are not taken for its own', () => {
    write(tool('Bash', {}));
    const tail = new TranscriptTail(file, 0);
    tail.read();
    const size = readSize();
    const { ino, mtimeMs } = statSync(file);
    const lines = [{ end: size + 9, objects: null, text: tool('Edit', {}).trim() }];
    const seen = { ino, mtimeMs, from: size, until: size + 10, lines, hasRest: false };
    for (const other of [
      { ...seen, ino: ino + 1 },
      { ...seen, from: 0 },
    ])
      expect(tail.read(size, other).requests).toEqual([]);
    expect(new TranscriptTail(file, size).read(size, seen).requests).toEqual([]);
    expect(tail.read(size, seen).requests).toHaveLength(1);
    expect(tail.action?.tool).toBe('Edit');
  });

  const readSize = () => statSync(file).size;
});
