import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpoints } from '../../src/ledger/checkpoints.ts';
import { ingest } from '../../src/ledger/ingest.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { projectRows, sessionRows } from '../../src/ledger/queries/reports.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import {
  type Count,
  contextOf,
  ledgerCount,
  makeHome,
  NaiveCounter,
  promptLine,
  remove,
  T0,
  tempDir,
  usageLine,
  vendorId,
  writeTranscript,
} from './home.ts';
import { ONCE, run } from './run.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
/** Whether a user without rights can run our runner at all. */
const nobodyRuns =
  isRoot &&
  spawnSync(process.execPath, [ONCE], { uid: NOBODY, gid: NOBODY, env: {} }).status !== null &&
  spawnSync(process.execPath, ['--check', ONCE], { uid: NOBODY, gid: NOBODY, env: {} }).status === 0;
const canMount = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=256k x /mnt'], { stdio: 'ignore' }).status === 0;

let dir: string;
let db: string;
beforeEach(() => {
  dir = tempDir('bad');
  db = join(dir, 'state', 'ledger.db');
});
afterEach(() => remove(dir));

async function read(
  times = 1,
): Promise<{ count: Count; skipped: readonly { path: string; code: string }[]; malformed: number; tooLong: number; flagged: number }> {
  using ledger = openLedger({ path: db, table: builtinTable(), version: 'test', now: T0 });
  let skipped: readonly { path: string; code: string }[] = [];
  for (let i = 0; i < times; i++) ({ skipped } = await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 }));
  const files = [...checkpoints(ledger).values()];
  const sum = (of: (f: (typeof files)[number]) => number): number => files.reduce((s, f) => s + of(f), 0);
  return {
    count: ledgerCount(ledger),
    skipped,
    malformed: sum((f) => f.malformed),
    tooLong: sum((f) => f.tooLong),
    flagged: sum((f) => f.flagged),
  };
}

describe('bad lines', () => {
  const good = usageLine({ id: vendorId('g'), output: 7 });

  it('HZ-7: half a last line waits and counts once when it is whole, cut at every byte', { timeout: 30_000 }, async () => {
    const lines = [usageLine({ id: vendorId('a'), output: 3, text: 'é🚀' }), promptLine('p'), usageLine({ id: vendorId('b'), output: 4 })]
      .map((l) => `${l}\n`)
      .join('');
    const bytes = Buffer.from(lines);
    const path = writeTranscript(dir, '-p/s.jsonl', []);
    using ledger = openLedger({ path: db, table: builtinTable(), version: 'test', now: T0 });
    for (let cut = 0; cut < bytes.length; cut++) {
      appendFileSync(path, bytes.subarray(cut, cut + 1));
      await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 });
      const naive = new NaiveCounter();
      naive.seeText(bytes.subarray(0, cut + 1).toString());
      expect(ledgerCount(ledger), `after byte ${cut}`).toEqual(naive.count());
    }
  });

  it('HZ-18, HZ-21: glued objects, NUL bytes, BOM, CRLF, rubbish and invalid UTF-8 cost no good line and are counted', async () => {
    const path = writeTranscript(dir, '-p/s.jsonl', []);
    const one = (n: number): string => usageLine({ id: vendorId(`x${n}`), output: n });
    const write = (...parts: (string | Buffer)[]): void =>
      appendFileSync(path, Buffer.concat(parts.map((part) => Buffer.from(part as Buffer))));
    write('\uFEFF', one(1), '\r\n', one(2), one(3), '\n', Buffer.alloc(4096), one(4), Buffer.alloc(10), '\n');
    write(
      one(5).slice(0, -9),
      '\n',
      'rubbish\n',
      '[]\n',
      '"text"\n',
      '12\n',
      'null\n',
      '\n',
      ' \t\n',
      Buffer.from([0xff, 0xfe, 0xc3, 10]),
      one(6),
      '\n',
    );
    write('garbage ', one(7), '\n', one(8), ' {"half', '\n', one(9));
    const { count, malformed, skipped } = await read(2);
    expect(skipped).toEqual([]);
    expect(count).toMatchObject({ requests: 8, output: 1 + 2 + 3 + 4 + 6 + 7 + 8 + 9 });
    expect(malformed).toBeGreaterThanOrEqual(8);
  });

  it('HZ-19: a 100 MB line is skipped and counted, its neighbours count, memory stays small', { timeout: 60_000 }, async () => {
    const path = writeTranscript(dir, '-p/s.jsonl', [good]);
    const fd = openSync(path, 'a');
    writeSync(fd, '{"type":"assistant","message":{"usage":{"input_tokens":1},"content":"');
    const block = Buffer.alloc(1024 * 1024, 0x78);
    for (let i = 0; i < 100; i++) writeSync(fd, block);
    writeSync(fd, `"}}\n${usageLine({ id: vendorId('after'), output: 5 })}\n`);
    closeSync(fd);
    const result = await read();
    expect(result).toMatchObject({ tooLong: 1, skipped: [] });
    expect(result.count).toMatchObject({ requests: 2, output: 12 });
    const ended = await run(ONCE, [dir, join(dir, 'again', 'ledger.db')]);
    expect(ended).toMatchObject({ code: 0, count: result.count });
  });

  it('HZ-22, HZ-28: hostile keys, ids and names pollute nothing and keep their figures apart', async () => {
    const ids = [
      '__proto__',
      'constructor',
      'toString',
      '../../../etc/passwd',
      'a/b',
      'CON',
      '.',
      'x'.repeat(255),
      'nul\u0000byte',
      "'; DROP TABLE event; --",
      '‮rtl',
      '\ud800',
    ];
    const lines = ids.map((session, i) =>
      usageLine({
        id: vendorId(`h${i}`),
        session,
        output: i + 1,
        model: session,
        cwd: session,
        extra: { gitBranch: session, customTitle: session },
      }),
    );
    lines.push(
      `{"__proto__":{"polluted":1},"type":"assistant","sessionId":"s","message":{"__proto__":{"polluted":2},"id":"${vendorId('p')}","model":"m","usage":{"__proto__":{"polluted":3},"output_tokens":100}}}`,
    );
    lines.push(...ids.map((session) => JSON.stringify({ type: 'custom-title', sessionId: session, customTitle: session })));
    writeTranscript(dir, '-p/__proto__.jsonl', lines);
    writeTranscript(dir, '__proto__/constructor.jsonl', [usageLine({ id: vendorId('q'), session: 'x', output: 1000 })]);
    using ledger = openLedger({ path: db, table: builtinTable(), version: 'test', now: T0 });
    await ingest(ledger, { claudeDirs: [dir], workers: 0, now: T0 });
    expect(ledgerCount(ledger)).toMatchObject({ requests: ids.length + 2, output: 78 + 100 + 1000 });
    const rows = sessionRows(contextOf(ledger));
    expect(rows).toHaveLength(ids.length + 2);
    expect(projectRows(contextOf(ledger)).reduce((sum, row) => sum + row.sum.output, 0)).toBe(1178);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('HZ-22: 10⁶ brackets and 10⁵ keys neither crash nor stop the next line', { timeout: 30_000 }, async () => {
    const deep = `{"usage":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;
    const open = `{"usage":${'{"a":'.repeat(300_000)}`;
    const wide = JSON.stringify({
      type: 'assistant',
      message: {
        id: vendorId('w'),
        usage: { output_tokens: 5, ...Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i])) },
      },
    });
    writeTranscript(dir, '-p/s.jsonl', [deep, open, `${open}}{`, wide, good]);
    expect((await read()).count).toMatchObject({ requests: 2, output: 12 });
  });

  it('HZ-23: counters that are no counters are 0 and flagged; the largest that are do not break the sums', async () => {
    const bad = ['-1', '1.5', '"7"', '1e400', '9007199254740993', 'true', '[]', '{}'];
    const line = (id: string, output: string, input = '1'): string =>
      `{"type":"assistant","sessionId":"s","message":{"id":"${vendorId(id)}","model":"claude-opus-4-1","usage":{"input_tokens":${input},"output_tokens":${output}}}}`;
    writeTranscript(dir, '-p/s.jsonl', [...bad.map((v, i) => line(`n${i}`, v)), line('f', '100.0'), line('z', 'null')]);
    const small = await read();
    expect(small.count).toMatchObject({ requests: bad.length + 2, input: bad.length + 2, output: 100 });
    expect(small.flagged).toBe(bad.length);
    const max = 1e9;
    // The largest that is believed: the sums must stay exact.
    for (const n of [1100]) {
      writeTranscript(
        dir,
        '-p/t.jsonl',
        Array.from({ length: n }, (_, i) => line(`m${i}`, String(max), String(max))),
      );
      const large = await read(2);
      expect(large.count.requests).toBe(bad.length + 2 + n);
      expect(large.count.output / (max * n)).toBeCloseTo(1, 3);
    }
    writeTranscript(
      dir,
      '-p/u.jsonl',
      Array.from({ length: 1100 }, (_, i) =>
        line(`d${i}`, String(max)).replace('"sessionId"', `"timestamp":"2026-01-01T${String(i % 24).padStart(2, '0')}:00:00Z","sessionId"`),
      ),
    );
    expect((await read()).count.output / (max * 2200)).toBeCloseTo(1, 3);
    writeTranscript(dir, '-p/v.jsonl', [line('c', '9007199254740991')]);
    expect((await read(2)).count.requests).toBe(bad.length + 2 + 2200 + 1);
  });

  it('HZ-25: invalid, absent, ancient and far times count like others', async () => {
    const times = [
      '',
      'yesterday',
      '2026-13-45T99:99:99.999Z',
      '2026-02-30T00:00:00Z',
      null,
      12,
      {},
      '1970-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
      '0001-01-01T00:00:00.000Z',
      '2026-10-05T08:00:00.123456789+05:30',
      '+275760-09-13T00:00:00.000Z',
    ];
    writeTranscript(
      dir,
      '-p/s.jsonl',
      times.map((timestamp, i) => usageLine({ id: vendorId(`t${i}`), output: 1, extra: { timestamp } })),
    );
    const { count, skipped } = await read();
    expect(skipped).toEqual([]);
    expect(count).toMatchObject({ requests: times.length, output: times.length });
  });
});

describe('bad places', () => {
  it('HZ-32: missing directories are no error', async () => {
    expect(await run(ONCE, [join(dir, 'nowhere'), db])).toMatchObject({ code: 0, stderr: '', count: { requests: 0 } });
    mkdirSync(join(dir, 'projects'));
    expect(await run(ONCE, [dir, db])).toMatchObject({ code: 0, stderr: '', count: { requests: 0 } });
  });

  it('HZ-29: link loops, links out, pipes and directories named .jsonl neither hang nor count', { timeout: 20_000 }, async () => {
    writeTranscript(dir, '-p/s.jsonl', [usageLine({ id: vendorId('a') })]);
    const folder = join(dir, 'projects', '-p');
    symlinkSync(folder, join(folder, 'loop'));
    symlinkSync('self.jsonl', join(folder, 'self.jsonl'));
    symlinkSync('/dev/zero', join(folder, 'zero.jsonl'));
    symlinkSync(join(folder, 's.jsonl'), join(folder, 'twice.jsonl'));
    symlinkSync('/nowhere/x.jsonl', join(folder, 'dangling.jsonl'));
    mkdirSync(join(folder, 'dir.jsonl'));
    spawnSync('mkfifo', [join(folder, 'pipe.jsonl')]);
    const ended = await run(ONCE, [dir, db]);
    expect(ended).toMatchObject({ code: 0, stderr: '', count: { requests: 1 } });
  });

  it.skipIf(!nobodyRuns)(
    'HZ-6: a project, a file and a whole home without rights are skipped and named once each; the rest is complete (needs root)',
    async () => {
      chmodSync(dir, 0o755);
      makeHome(dir, 4, 20, 3);
      const all = new NaiveCounter().see(dir).count();
      mkdirSync(join(dir, 'state'));
      chownSync(join(dir, 'state'), NOBODY, NOBODY);
      const locked = writeTranscript(dir, '-locked/x.jsonl', [usageLine({ id: vendorId('locked'), output: 50 })]);
      const file = writeTranscript(dir, '-p-0/y.jsonl', [usageLine({ id: vendorId('file'), output: 70 })]);
      chmodSync(join(locked, '..'), 0);
      chmodSync(file, 0);
      const ended = await run(ONCE, [dir, db], { uid: NOBODY });
      expect(ended).toMatchObject({ code: 0, count: all });
      const said = ended.stderr.trim().split('\n').sort();
      expect(said).toEqual([`skipped ${join(locked, '..')}: EACCES`, `skipped ${file}: EACCES`].sort());
      // Rights return: taken up. Rights go again: what was counted stays, and is not marked as gone.
      chmodSync(join(locked, '..'), 0o755);
      chmodSync(file, 0o644);
      const full = { ...all, requests: all.requests + 2, input: all.input + 2, output: all.output + 120 };
      expect(await run(ONCE, [dir, db], { uid: NOBODY })).toMatchObject({ code: 0, stderr: '', count: full });
      chmodSync(join(dir, 'projects'), 0);
      const blind = await run(ONCE, [dir, db], { uid: NOBODY });
      expect(blind).toMatchObject({ code: 0, count: full, stderr: `skipped ${join(dir, 'projects')}: EACCES\n` });
    },
  );

  it.skipIf(!nobodyRuns)('HZ-6: a Claude directory that may not be entered is named, not taken for absent (needs root)', async () => {
    chmodSync(dir, 0o755);
    const home = join(dir, 'claude');
    makeHome(home, 1, 5, 3);
    chmodSync(home, 0);
    mkdirSync(join(dir, 'state'));
    chownSync(join(dir, 'state'), NOBODY, NOBODY);
    const ended = await run(ONCE, [home, db], { uid: NOBODY });
    expect(ended).toMatchObject({ code: 0, count: { requests: 0 } });
    expect(ended.stderr).toContain(`skipped ${join(home, 'projects')}: EACCES`);
  });

  it.skipIf(!nobodyRuns)(
    'HZ-31: a home that cannot be written gives the figures from memory and says so in one line (needs root)',
    async () => {
      chmodSync(dir, 0o755);
      makeHome(dir, 4, 20, 3);
      const ended = await run(ONCE, [dir, db], { uid: NOBODY });
      expect(ended).toMatchObject({ code: 0, count: new NaiveCounter().see(dir).count() });
      expect(ended.stderr.trim().split('\n')).toHaveLength(1);
      expect(ended.stderr).toMatch(/cannot be written.*memory/);
    },
  );

  it.skipIf(!canMount)('HZ-31: a read-only file system, also with a ledger already there (needs unshare -Urm)', async () => {
    makeHome(dir, 4, 20, 3);
    const want = new NaiveCounter().see(dir).count();
    await run(ONCE, [dir, db]);
    writeTranscript(dir, '-p-0/new.jsonl', [usageLine({ id: vendorId('new'), output: 9 })]);
    const readOnly = ['unshare', '-Urm', 'sh', '-c', `mount --bind ${dir} ${dir} && mount -o remount,bind,ro ${dir} && exec "$@"`, 'sh'];
    const ended = await run(ONCE, [dir, db], { command: readOnly });
    expect(ended).toMatchObject({
      code: 0,
      count: { ...want, requests: want.requests + 1, input: want.input + 1, output: want.output + 9 },
    });
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });

  it.skipIf(!canMount).each(['64k', '96k', '128k', '256k', '400k'])(
    'HZ-3: a disk of %s that fills up: figures from memory, one line said; exact on disk when space is back (needs unshare -Urm)',
    { timeout: 30_000 },
    async (size) => {
      makeHome(dir, 6, 400, 5);
      const want = new NaiveCounter().see(dir).count();
      const small = join(dir, 'small');
      mkdirSync(small);
      const node = `"${process.execPath}" "${ONCE}" "${dir}" "${small}/state/ledger.db"`;
      const script = `mount -t tmpfs -o size=${size} x ${small} && ${node} && echo FULL >&2 && mount -o remount,size=40m ${small} && ${node} && ${node}`;
      const ended = spawnSync('unshare', ['-Urm', 'sh', '-c', script], { encoding: 'utf8' });
      expect(ended.status, ended.stderr).toBe(0);
      const [full = '', after = ''] = ended.stderr.split('FULL\n');
      expect(full.trim().split('\n')).toHaveLength(1);
      expect(full).toContain('memory');
      expect(after).toBe('');
      const counts = ended.stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line));
      expect(counts).toEqual([
        { ...want, mode: 'memory' },
        { ...want, mode: 'disk' },
        { ...want, mode: 'disk' },
      ]);
    },
  );

  it('a file shortened while it is read, and one that vanishes between finding and reading, stop nothing', async () => {
    const path = writeTranscript(
      dir,
      '-p/s.jsonl',
      Array.from({ length: 50 }, (_, i) => usageLine({ id: vendorId(i), output: 1 })),
    );
    const first = await read();
    expect(first.count.requests).toBe(50);
    truncateSync(path, 1000);
    expect((await read(2)).count).toEqual(first.count);
    remove(join(dir, 'projects'));
    expect((await read()).count).toEqual(first.count);
    expect(readdirSync(dir)).not.toContain('projects');
  });
});
