import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { discover } from '../transcripts/discover.ts';
import type { FilePart } from './file-part.ts';
import { unpack } from './pack.ts';
import { readFile } from './read-file.ts';
import { AHEAD_EVENTS, type DecodeJob, type DecodeMessage, decodeInWorkers, SHARED } from './workers.ts';

const dir = mkdtempSync(join(tmpdir(), 'tm-workers-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const line = (file: number, n: number): string =>
  JSON.stringify({
    type: 'assistant',
    sessionId: `s-${file}`,
    timestamp: '2026-11-10T10:00:00.000Z',
    message: {
      id: `msg_${String(file * 10_000 + n).padStart(20, '0')}`,
      model: 'claude-sonnet-4-6',
      usage: { input_tokens: n, output_tokens: 1 },
    },
  });
for (let file = 0; file < 12; file++) {
  const folder = join(dir, 'projects', `-p${file}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'a.jsonl'), Array.from({ length: file === 0 ? 600 : 3 }, (_, n) => `${line(file, n)}\n`).join(''));
}
const jobs: readonly DecodeJob[] = discover([dir]).files.map((file) => ({ file, known: null }));
const keysOf = (parts: readonly FilePart[]): string[] => parts.flatMap((part) => part.requests.map(({ key }) => key)).sort();
const here = keysOf(jobs.flatMap(({ file }) => [...readFile(file, null)]));

describe('reading in threads', () => {
  it('REL-1: gives what reading here gives, and names what could not be read', async () => {
    const at = (path: string): DecodeJob => ({ file: { ...jobs[0]!.file, path }, known: null });
    const parts: FilePart[] = [];
    const done: string[] = [];
    const failed: string[] = [];
    await decodeInWorkers([...jobs, at(join(dir, 'gone.jsonl')), at(dir)], 2, (message) => {
      if ('part' in message) parts.push(message.part);
      else if ('fileDone' in message) done.push(message.fileDone);
      else failed.push(message.failed.code);
      return true;
    });
    expect(keysOf(parts)).toEqual(here);
    expect(done.sort()).toEqual(jobs.map(({ file }) => file.path).sort());
    expect(failed.sort()).toEqual(['EINVAL', 'ENOENT']);
  });
  it('HZ-3: stops where the writer cannot go on, and hands nothing more over', async () => {
    let taken = 0;
    await decodeInWorkers(jobs, 1, () => ++taken < 3);
    expect(taken).toBe(3);
  });
  it('a mistake of ours in a thread is thrown here, with its place', async () => {
    await expect(decodeInWorkers([{ file: null as never, known: null }], 1, () => true)).rejects.toThrow(/TypeError[\s\S]*read-file/);
  });
  it('a thread that cannot even begin is an error, not a wait', async () => {
    await expect(decodeInWorkers([null as never], 1, () => true)).rejects.toThrow();
  });
});

/** The thread's own program, run in this one. */
describe('a decoding thread', () => {
  const posted: (readonly DecodeMessage[])[] = [];
  const shared = new Int32Array(new SharedArrayBuffer(12));
  beforeEach(() => {
    posted.length = 0;
    shared.fill(0);
    vi.resetModules();
  });
  const start = async (given: readonly DecodeJob[], onPost: () => void = () => undefined): Promise<readonly DecodeMessage[]> => {
    vi.doMock('node:worker_threads', () => ({
      workerData: { jobs: given, shared },
      parentPort: {
        postMessage: (messages: readonly DecodeMessage[]) => {
          posted.push(messages);
          onPost();
        },
      },
      Worker: class {},
    }));
    await import('./decode-worker.ts');
    vi.doUnmock('node:worker_threads');
    return posted.flat();
  };

  it('posts in groups what files say, counts the events it is ahead, and ends when the list does', async () => {
    const messages = await start(jobs);
    const parts = messages.flatMap((message) => ('packed' in message ? [unpack(message.packed)] : []));
    expect(keysOf(parts)).toEqual(here);
    expect(shared[SHARED.waiting]).toBe(here.length);
    expect(posted.length).toBeLessThan(messages.length / 2);
    // More than 500 events of one file go at once.
    expect(posted.some((group) => group.length <= 2)).toBe(true);
  });
  it('takes no more files once it was told to stop', async () => {
    expect(await start(jobs, () => Atomics.store(shared, SHARED.stop, 1))).not.toHaveLength(0);
    expect(Atomics.load(shared, SHARED.nextJob)).toBeLessThan(jobs.length);
  });
  it('HZ-53: waits while the writer is too far behind, and goes on when it has caught up', async () => {
    Atomics.store(shared, SHARED.waiting, AHEAD_EVENTS);
    const wait = vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      Atomics.store(shared, SHARED.waiting, 0);
      return 'ok';
    });
    const messages = await start(jobs.slice(0, 2));
    expect(wait).toHaveBeenCalledWith(shared, SHARED.waiting, AHEAD_EVENTS, 100);
    expect(messages.filter((message) => 'fileDone' in message)).toHaveLength(2);
    wait.mockRestore();
  });
  it('says which file it could not read, and tells a mistake of ours from that', async () => {
    const gone: DecodeJob = { file: { ...jobs[0]!.file, path: join(dir, 'gone.jsonl') }, known: null };
    const messages = await start([gone, { file: null as never, known: null }]);
    expect(messages).toEqual([
      { failed: { path: join(dir, 'gone.jsonl'), code: 'ENOENT' } },
      { bug: expect.stringContaining('TypeError') },
    ]);
  });
});
