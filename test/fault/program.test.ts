import { appendFileSync, chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usageLine, vendorId, writeTranscript } from './home.ts';
import { type Answer, canMount, countOf, NOBODY, nobodyRuns, Person } from './program.ts';

let person: Person;
beforeEach(() => {
  person = new Person();
});
afterEach(() => person.remove());

const DAILY = ['daily', '--json'];
const LIVE = ['live', '--once', '--json'];

/** No stack, no name of a source file, no bug. */
function clean(answer: Answer): void {
  const text = answer.said.join('\n');
  expect(text).not.toMatch(/^\s+at |\.ts:|node:internal|this is a bug/m);
  for (const line of answer.said) expect(line).toMatch(/^tidemark: .*\.$/);
}

/** Both commands, each exact. `skipped`: what the one line says, or null where there must be none. */
function bothAnswer(
  skipped: RegExp | null,
  options: Parameters<Person['run']>[1] = {},
  want = person.count(),
  guessed = 0,
): { daily: Answer; live: Answer } {
  const daily = person.run(DAILY, options);
  clean(daily);
  expect(daily, daily.said.join('\n')).toMatchObject({ code: 0 });
  expect(countOf(daily)).toEqual(want);
  expect(daily.said).toHaveLength(skipped === null ? 0 : 1);
  if (skipped !== null) expect(daily.said[0]).toMatch(skipped);
  const live = person.run(LIVE, options);
  clean(live);
  expect(live, live.said.join('\n')).toMatchObject({ code: 0 });
  expect(live.json.combined.totalTokens).toBe(person.recent + guessed);
  return { daily, live };
}

/** The same home without the fault: nothing is missing, nothing is said. */
const wholeAgain = (): void => void bothAnswer(null);

describe('bad input through the program', () => {
  it('REL-50: a good home, first', () => wholeAgain());

  it('UR-90, HZ-32: no Claude directory: exit 1, one line with the way out; there later: all of it', () => {
    const hidden = new Person();
    rmSync(hidden.claude, { recursive: true });
    try {
      for (const args of [DAILY, LIVE, ['live', '--once'], ['daily']]) {
        const none = hidden.run(args);
        clean(none);
        expect(none).toMatchObject({ code: 1, stdout: '' });
        expect(none.said).toHaveLength(1);
        expect(none.said[0]).toMatch(/No Claude Code data found\. Looked in .*projects.*Run Claude Code once/);
      }
      writeTranscript(hidden.claude, '-now/now.jsonl', [usageLine({ id: vendorId('later'), output: 5 })]);
      expect(countOf(hidden.run(DAILY))).toMatchObject({ requests: 1, output: 5 });
    } finally {
      hidden.remove();
    }
  });

  it.skipIf(!nobodyRuns)(
    'HZ-6, UR-95: a directory without rights is named once, the rest is exact; with rights again, all is (needs root)',
    () => {
      person.open();
      const without = person.count();
      const locked = dirname(writeTranscript(person.claude, '-locked/x.jsonl', [usageLine({ id: vendorId('locked'), output: 50 })]));
      chmodSync(locked, 0);
      const { live } = bothAnswer(
        /~\/\.claude\/projects\/-locked could not be read \(EACCES\).*not counted\. Make it readable/,
        { uid: NOBODY },
        without,
      );
      expect(live.json.meta.notice).toMatch(/-locked cannot be read \(EACCES\)/);
      const second = writeTranscript(person.claude, '-p-0/y.jsonl', [usageLine({ id: vendorId('second'), output: 60 })]);
      chmodSync(second, 0);
      bothAnswer(/and 1 more place could not be read \(EACCES\)/, { uid: NOBODY }, without);
      chmodSync(locked, 0o755);
      chmodSync(second, 0o644);
      bothAnswer(null, { uid: NOBODY });
    },
  );

  it.skipIf(!nobodyRuns)(
    'HZ-6: projects/ itself without rights: what was read before stays, and is said to be incomplete (needs root)',
    () => {
      person.open();
      bothAnswer(null, { uid: NOBODY });
      chmodSync(join(person.claude, 'projects'), 0);
      const blind = person.run(DAILY, { uid: NOBODY });
      chmodSync(join(person.claude, 'projects'), 0o755);
      clean(blind);
      expect(blind.code).toBe(0);
      expect(blind.said).toHaveLength(1);
      expect(blind.said[0]).toMatch(/projects could not be read \(EACCES\)/);
      expect(countOf(blind)).toEqual(person.count());
    },
  );

  it('HZ-7, HZ-18, HZ-21: half, torn, glued lines, NUL bytes and rubbish: every whole object counts, the rest is counted as not read', () => {
    const one = (id: string): string => usageLine({ id: vendorId(id), output: 7 });
    const path = writeTranscript(person.claude, '-p-1/bad.jsonl', [
      one('a').slice(0, 80),
      `${one('b')}${one('c')}`,
      'rubbish',
      '[]',
      `${one('d')}{"type"`,
    ]);
    appendFileSync(path, Buffer.concat([Buffer.alloc(4096), Buffer.from(`${one('e')}\n`), Buffer.from([0xff, 0xfe, 0xc3, 10])]));
    appendFileSync(path, one('f').slice(0, 100));
    const counted = {
      ...person.count(),
      requests: person.count().requests + 1,
      output: person.count().output + 7,
      input: person.count().input + 1,
    };
    // The naive counter takes no NUL bytes for blanks.
    const { daily, live } = bothAnswer(null, {}, counted);
    expect(JSON.stringify(daily.json.meta.ingest)).toMatch(/"malformed":[1-9]/);
    expect(live.json.meta.rejectedLines).toBeGreaterThanOrEqual(5);
    expect(person.run(['daily']).stdout).toMatch(/\d lines could not be read/);
    appendFileSync(path, `${one('f').slice(100)}\n`);
    bothAnswer(null, {}, { ...counted, requests: counted.requests + 1, output: counted.output + 7, input: counted.input + 1 });
  });

  it('HZ-19: a 100 MB line costs no other line, and is counted', { timeout: 60_000 }, () => {
    const path = writeTranscript(person.claude, '-p-1/long.jsonl', [usageLine({ id: vendorId('before'), output: 3 })]);
    const want = person.count();
    appendFileSync(path, '{"type":"assistant","message":{"usage":{"input_tokens":1},"content":"');
    const block = Buffer.alloc(10 * 1024 * 1024, 0x78);
    for (let i = 0; i < 10; i++) appendFileSync(path, block);
    appendFileSync(path, `"}}\n${usageLine({ id: vendorId('behind'), output: 5 })}\n`);
    const { live } = bothAnswer(null, {}, { ...want, requests: want.requests + 1, input: want.input + 1, output: want.output + 5 });
    expect(live.json.meta.rejectedLines).toBe(1);
    truncateSync(path, 10);
  });

  it('HZ-22, HZ-25, HZ-28: hostile keys, names and times neither stop nor colour anything', () => {
    const names = [
      '__proto__',
      'constructor',
      '../../../etc/passwd',
      '\u001b[31mred\u001b]0;title\u0007',
      'a\u0000b',
      '\u202ertl',
      "'; DROP TABLE event; --",
    ];
    const lines = names.map((name, i) =>
      usageLine({
        id: vendorId(`n${i}`),
        session: name,
        model: name,
        cwd: `/x/${name}`,
        output: i + 1,
        extra: { gitBranch: name, timestamp: ['yesterday', '9999-12-31T23:59:59Z', null, 12, {}, '2026-02-30T00:00:00Z', ''][i] },
      }),
    );
    lines.push(
      `{"__proto__":{"polluted":1},"type":"assistant","message":{"id":"${vendorId('pp')}","usage":{"__proto__":{"x":1},"output_tokens":100}}}`,
    );
    writeTranscript(person.claude, '__proto__/constructor.jsonl', lines.slice(0, -1));
    const want = person.count();
    writeTranscript(person.claude, '__proto__/toString.jsonl', lines.slice(-1));
    // Lines without a time they could have are of the time of their file: now.
    bothAnswer(null, {}, { ...want, requests: want.requests + 1, output: want.output + 100 }, 132);
    for (const args of [['sessions'], ['projects'], ['models'], ['live', '--once']]) {
      const shown = person.run(args);
      clean(shown);
      expect(shown.code).toBe(0);
      expect(shown.stdout.replaceAll(/\u001b\[[\d;]*m/g, '')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it('REL-22: a corrupt ledger is moved away and said once, the figures are exact', () => {
    wholeAgain();
    const bytes = readFileSync(person.ledger);
    for (const bad of [Buffer.from('Not a database!!'.repeat(500)), bytes.subarray(0, 5000), Buffer.alloc(8192, 7)]) {
      writeFileSync(person.ledger, bad);
      const { daily } = bothAnswer(/ledger was damaged: it was moved to .*corrupt-\d+.*transcripts are read again/);
      expect(daily.json).not.toBeNull();
      wholeAgain();
    }
    writeFileSync(person.ledger, Buffer.alloc(8192, 7));
    const live = person.run(LIVE);
    clean(live);
    expect(live.json.combined.totalTokens).toBe(person.recent);
    expect(live.json.meta.notice).toMatch(/was damaged/);
    wholeAgain();
  });

  it('HZ-48, HZ-57: the ledger of a newer program is refused with exit 78 and one line, and left as it is', () => {
    wholeAgain();
    const raw = new DatabaseSync(person.ledger);
    raw.exec("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE; INSERT OR REPLACE INTO meta VALUES ('version', '9.9.9')");
    raw.close();
    const before = readFileSync(person.ledger);
    for (const args of [DAILY, LIVE]) {
      const refused = person.run(args);
      clean(refused);
      expect(refused).toMatchObject({ code: 78, stdout: '' });
      expect(refused.said).toHaveLength(1);
      expect(refused.said[0]).toMatch(/ledger\.db was written by Tidemark 9\.9\.9.*Update, or set TIDEMARK_DB/);
    }
    expect(readFileSync(person.ledger).equals(before)).toBe(true);
  });

  it.skipIf(!nobodyRuns)('HZ-31: a home that cannot be written: figures from memory, one line (needs root)', () => {
    chmodSync(person.home, 0o755);
    const { live } = bothAnswer(/ledger at .*ledger\.db cannot be written \(EACCES\): figures come from memory/, { uid: NOBODY });
    expect(live.json.meta.notice).toMatch(/cannot be written/);
    wholeAgain();
  });

  it.skipIf(!canMount).each(['64k', '160k', '400k'])(
    'HZ-3: a disk of %s that is full: figures from memory, one line; with space again, on disk (needs unshare -Urm)',
    (size) => {
      const small = join(person.home, '.local');
      mkdirSync(small);
      writeTranscript(
        person.claude,
        '-p-2/many.jsonl',
        Array.from({ length: 3000 }, (_, i) => usageLine({ id: vendorId(`m${i}`), output: 2 })),
      );
      bothAnswer(/ledger.* cannot be written.*figures come from memory/, { shell: `mount -t tmpfs -o size=${size} x '${small}'` });
      wholeAgain();
    },
  );
});
