import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OwnHome } from '../security/own-home.ts';
import { promptLine, usageLine, vendorId, writeTranscript } from './home.ts';

const OLD = 'aaaa1111-2222-4333-8444-555566667777';
const MIDDLE = 'bbbb1111-2222-4333-8444-555566667777';
const NEW = 'cccc1111-2222-4333-8444-555566667777';
const AT = { [OLD]: Date.UTC(2025, 0, 10, 9), [MIDDLE]: Date.UTC(2025, 5, 10, 9), [NEW]: Date.UTC(2026, 9, 1, 9) };
let home: OwnHome;

beforeEach(() => {
  home = new OwnHome();
  for (const [sid, at] of Object.entries(AT)) {
    const lines = Array.from({ length: 6 }, (_, i) =>
      usageLine({ id: vendorId(`${sid[0]}${i}`), session: sid, at: at + i * 3_600_000, input: 100 + i, output: 10 * i, read: 1000 }),
    );
    writeTranscript(home.claude, `-nowhere-app/${sid}.jsonl`, [promptLine(`p-${sid}`, sid, at), ...lines]);
  }
});
afterEach(() => home.remove());

const REPORTS = [
  ['daily', '--json'],
  ['weekly', '--json', '--timezone', 'Asia/Kathmandu'],
  ['monthly', '--json', '--breakdown'],
  ['sessions', '--json'],
  ['projects', '--json'],
  ['models', '--json'],
  ['blocks', '--json'],
  ['blocks', '--json', '--parity'],
  ['session', 'export', OLD],
  ['session', 'show', MIDDLE, '--json'],
  ['session', 'compare', OLD, NEW, '--json', '--turns'],
] as const;
const SAME = /"(?:generatedAt|lastRead)":\s*"[^"]*",?/g;
const reports = (): string[] => REPORTS.map((args) => home.ok(...args).replace(SAME, ''));
const archives = (): string[] => {
  const dir = path.join(path.dirname(home.ledger), 'archive');
  return existsSync(dir)
    ? readdirSync(dir)
        .filter((name) => name.includes('-events-'))
        .map((name) => path.join(dir, name))
    : [];
};

describe('tidemark ledger archive', () => {
  test('REL-24: every report prints the same before and after, and when the transcripts are read again', () => {
    const before = reports();
    expect(home.ok('ledger', 'archive', '--before', '2025-06-10')).toContain('Moved 6 requests');
    expect(reports()).toEqual(before);
    const again = home.json('ledger', 'archive', '--before', '2026-01-01', '--json');
    expect(again).toMatchObject({ before: '2026-01-01T00:00:00.000Z', requests: 6 });
    // Two of one second are in no order.
    expect(archives()).toContain(again.path);
    expect(reports()).toEqual(before);
    home.ok('ledger', 'rebuild');
    expect(reports()).toEqual(before);
    expect(home.ok('ledger', 'verify')).toContain('No difference');
    expect(home.json('ledger', 'stats', '--json')).toMatchObject({ events: 18, archive: { requests: 12, files: 2, missing: [] } });
    expect(home.ok('ledger', 'archive', '--before', '2026-01-01')).toBe('Nothing to archive.\n');
    for (const file of archives()) expect(gunzipSync(readFileSync(file)).toString().trim().split('\n')).toHaveLength(6);
  });

  test('session show says that requests are archived, and what it still knows when the archive is lost', () => {
    const sum = () => {
      const { sessions, ...rest } = home.json('sessions', '--json');
      return [sessions, rest.totals];
    };
    home.ok('ledger', 'archive', '--before', '2025-02-01');
    const before = sum();
    const shown = home.run(['session', 'show', OLD]);
    expect(shown.stderr).toContain('6 requests of this session are archived');
    rmSync(archives()[0]!);
    const lost = home.run(['session', 'show', OLD]);
    expect(lost.status).toBe(0);
    expect(lost.stderr).toContain('6 of them cannot be read: they are in every sum');
    expect(lost.stderr).toContain('its requests still count');
    expect(sum()).toEqual(before);
    const verified = home.run(['ledger', 'verify']);
    expect(verified.status).toBe(1);
    expect(verified.stdout).toContain('archive');
    const transcript = path.join(home.claude, `projects/-nowhere-app/${OLD}.jsonl`);
    const text = readFileSync(transcript);
    rmSync(transcript);
    home.ok('ledger', 'rebuild');
    expect(sum()[1]).toEqual(before[1]);
    expect(home.run(['ledger', 'verify']).status).toBe(1);
    writeFileSync(transcript, text);
    // Its transcript is there: the requests are taken from it.
    home.ok('ledger', 'rebuild');
    expect(sum()).toEqual(before);
    expect(home.ok('ledger', 'verify')).toContain('No difference');
  });

  test('REL-24: prices that change while the archive is away: every report and ledger stats say so, and all is mended once it is back', () => {
    const cost = (): number => home.json('daily', '--json').totals.totalCost;
    const overrides = () =>
      writeFileSync(
        path.join(home.dir, 'c/tidemark/config.yaml'),
        'pricing:\n  overrides:\n    - {pattern: "*", from: null, to: null, input: 7, output: 11, cacheWrite5m: 1, cacheWrite1h: 2, cacheRead: 3}\n',
      );
    home.ok('ledger', 'archive', '--before', '2025-02-01');
    const before = cost();
    const dir = path.join(path.dirname(home.ledger), 'archive');
    renameSync(dir, `${dir}-away`);
    mkdirSync(path.join(home.dir, 'c/tidemark'), { recursive: true });
    overrides();
    const away = home.run(['daily', '--json']);
    expect(away.stderr).toContain('may be at former prices');
    expect(home.ok('ledger', 'stats')).toContain('may be at former prices');
    const held = cost();
    renameSync(`${dir}-away`, dir);
    const back = home.run(['daily', '--json']);
    expect(back.stderr).not.toContain('former prices');
    expect(cost()).not.toBe(held);
    expect(cost()).not.toBe(before);
    expect(home.ok('ledger', 'verify')).toContain('No difference');
    expect(home.ok('ledger', 'stats')).not.toContain('former prices');
  });

  test('UR-113: ledger.keep archives what is older with any report, and drops nothing', () => {
    const before = reports();
    home.ok('config', 'set', 'ledger.keep', '720h');
    expect(home.ok('config', 'validate')).not.toContain('no effect');
    const [first] = REPORTS;
    home.ok(...first);
    expect(home.json('ledger', 'stats', '--json').archive.requests).toBeGreaterThanOrEqual(12);
    expect(reports()).toEqual(before);
  });

  test('a day it does not know, one in the future, or none, is said in one sentence', () => {
    for (const [args, said] of [
      [['--before', 'soon'], '--before does not know the date "soon"'],
      [['--before', '2999-01-01'], 'in the future'],
      [[], 'Say before which day'],
    ] as const) {
      const { status, stderr } = home.run(['ledger', 'archive', ...args]);
      expect(status).toBe(2);
      expect(stderr).toContain(said);
      expect(stderr).not.toContain('    at ');
    }
  });
});

describe('SEC-82: tidemark ledger forget --before', () => {
  /** Every file of ours that holds one of the texts, compressed ones unpacked. */
  const holding = (texts: readonly string[]): string[] =>
    readdirSync(path.dirname(home.ledger), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap((entry) => {
        const bytes = readFileSync(path.join(entry.parentPath, entry.name));
        const all = entry.name.endsWith('.gz') ? Buffer.concat([bytes, gunzipSync(bytes)]) : bytes;
        return texts.filter((text) => all.includes(text)).map((text) => `${entry.name}: ${text}`);
      });

  test.each([false, true])(
    'sessions that ended before leave every byte of ours (archived: %s), others stay, nothing comes back',
    (archived) => {
      home.ok('session', 'name', OLD, 'walnut-harbour');
      home.ok('session', 'note', MIDDLE, 'copper kettle');
      if (archived) home.ok('ledger', 'archive', '--before', '2026-01-01');
      home.ok('ledger', 'backup');
      const keys = [OLD, MIDDLE].flatMap((sid) => Array.from({ length: 6 }, (_, i) => vendorId(`${sid[0]}${i}`)));
      const gone = [OLD, MIDDLE, 'walnut-harbour', 'copper kettle', ...keys];
      expect(holding(gone).length).toBeGreaterThan(gone.length);
      const kept = home.json('sessions', '--json').sessions.find((one: { sessionId: string }) => one.sessionId === NEW);

      const asked = home.run(['ledger', 'forget', '--before', '2026-01-01']);
      expect(asked.status).toBe(2);
      expect(asked.stderr).toContain('2 sessions that ended before 2026-01-01, 12 requests');
      expect(holding([OLD]).length).toBeGreaterThan(0);

      expect(home.json('ledger', 'forget', '--before', '2026-01-01', '--yes', '--json')).toMatchObject({
        sessions: 2,
        requests: 12,
        prompts: 2,
      });
      expect(holding(gone)).toEqual([]);
      const remaining = (): unknown => home.json('sessions', '--json').sessions;
      expect(remaining()).toEqual([kept]);
      home.ok('live', '--once');
      home.ok('ledger', 'verify');
      home.ok('ledger', 'rebuild');
      expect(home.ok('ledger', 'verify')).toContain('No difference');
      expect(remaining()).toEqual([kept]);
      expect(holding(gone)).toEqual([]);
      expect(home.ok('ledger', 'forget', '--before', '2026-01-01', '--yes')).toBe('No session ended before then.\n');
    },
  );

  test('a session counts by its last sign: a prompt, or a line that is no request, keeps it', () => {
    writeTranscript(home.claude, `-nowhere-app/${OLD}.jsonl`, [promptLine('late', OLD, Date.UTC(2026, 1, 1))]);
    expect(home.json('ledger', 'forget', '--before', '2026-01-01', '--yes', '--json')).toMatchObject({ sessions: 1, requests: 6 });
    expect(home.json('sessions', '--json').sessions).toHaveLength(2);
  });

  test('a session that runs, or that a hook or the statusline told of since, stays, and that is said', () => {
    home.ok('daily');
    mkdirSync(path.join(home.claude, 'sessions'), { recursive: true });
    const record = { pid: process.pid, sessionId: OLD, startedAt: AT[OLD], updatedAt: AT[OLD] };
    writeFileSync(path.join(home.claude, `sessions/${process.pid}.json`), JSON.stringify(record));
    mkdirSync(path.join(home.state, 'events'), { recursive: true });
    const journal = path.join(home.state, `events/${MIDDLE}.jsonl`);
    writeFileSync(journal, '');
    const forget = () => home.run(['ledger', 'forget', '--before', '2026-01-01', '--yes', '--json']);
    const kept = forget();
    expect(JSON.parse(kept.stdout)).toMatchObject({ sessions: 0 });
    expect(kept.stderr).toContain('2 sessions without a request since stay');
    utimesSync(journal, 1_600_000_000, 1_600_000_000);
    expect(JSON.parse(forget().stdout)).toMatchObject({ sessions: 1, requests: 6 });
  });

  test('what a killed restore left behind: forgetting reaches it, and it goes after an hour', () => {
    home.ok('daily');
    const dirs = ['restore-aB3dE6', 'restore-old123'].map((name) => path.join(path.dirname(home.ledger), name));
    for (const dir of dirs) {
      mkdirSync(dir);
      cpSync(home.ledger, path.join(dir, 'ledger.db'));
    }
    expect(holding([OLD]).length).toBeGreaterThan(2);
    utimesSync(dirs[1]!, Date.now() / 1000 - 7200, Date.now() / 1000 - 7200);
    home.ok('ledger', 'forget', '--before', '2025-02-01', '--yes');
    expect(holding([OLD])).toEqual([]);
    expect(dirs.map((dir) => existsSync(dir))).toEqual([true, false]);
  });

  test('its help says no more than it does', () => {
    expect(home.ok('ledger', 'forget', '--help').replace(/\s+/g, ' ')).toContain('from the ledger, its archive and copies of it');
  });

  test('a copy that cannot be changed is named', () => {
    home.ok('daily');
    writeFileSync(`${home.ledger}.corrupt-1`, `not a database, but ${OLD}`);
    const { status, stderr } = home.run(['ledger', 'forget', '--before', '2025-02-01', '-y']);
    expect(status).toBe(0);
    expect(stderr).toContain('ledger.db.corrupt-1');
  });
});
