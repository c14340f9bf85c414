import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { systemProcesses } from '../platform/processes.ts';
import { readSummary } from '../sessions/summary-file.ts';
import type { MonitorOptions } from './monitor-options.ts';
import type { Snapshot } from './snapshot.ts';
import { FollowedHome, until } from './testing-home.ts';
import { freshId, type ResponseLine, responseLine } from './testing-lines.ts';

let home: FollowedHome;
beforeEach(() => {
  home = new FollowedHome().makeFolders();
});
afterEach(() => home.remove());

const start = (more: Partial<MonitorOptions> = {}) => home.start({ stateDir: home.state, ...more });
const line = ({ ageMs = 0, ...more }: Partial<ResponseLine> & { readonly ageMs?: number } = {}) =>
  responseLine({ at: systemClock.now() - ageMs, branch: 'main', sidechain: false, input: 100, output: 10, read: 1000, ...more });

function register(status: string, more: object = {}): void {
  const { pid } = process;
  const now = systemClock.now();
  const record = {
    pid,
    sessionId: 's1',
    cwd: '/p/api',
    startedAt: now - 60_000,
    procStart: systemProcesses.procStart(pid),
    pidDomain: systemProcesses.domain,
    version: '2.1.329',
    kind: 'interactive',
    entrypoint: 'cli',
    name: 'deploy-it',
    nameSource: 'user',
    status,
    updatedAt: now,
    statusUpdatedAt: now,
    ...more,
  };
  writeFileSync(path.join(home.claude, 'sessions', `${pid}.json`), JSON.stringify(record));
}

describe('states', () => {
  test('LS-2, LS-14: the registry decides, a change is seen at once, the process is known', async () => {
    writeFileSync(home.fileOf('s1'), line());
    register('busy');
    const m = start();
    await m.ready;
    const [session] = m.get().sessions;
    expect(session).toMatchObject({
      state: 'working',
      stateSource: 'registry',
      alive: true,
      stale: false,
      name: 'deploy-it',
      titleSource: 'client',
    });
    expect(session!.processes).toMatchObject([{ pid: process.pid, kind: 'interactive', version: '2.1.329' }]);
    const before = performance.now();
    register('waiting', { waitingFor: 'permission prompt' });
    const asked = await until(m, (s) => s.sessions[0]?.state === 'needs-permission');
    expect(performance.now() - before).toBeLessThan(1000);
    expect(asked.verdict.needsYou).toBe(1);
    expect(asked.sessions[0]!.waiting).toMatchObject({ for: 'permission' });
    register('idle');
    await until(m, (s) => s.sessions[0]?.state === 'your-turn');
  });

  test('LS-33: a session whose process is gone has ended, and stays in its window', async () => {
    writeFileSync(home.fileOf('s1'), line({ ageMs: 60_000 }));
    register('busy', { procStart: '1' });
    const m = start();
    await m.ready;
    expect(m.get().sessions).toMatchObject([{ id: 's1', state: 'ended', alive: false }]);
  });

  test('LV-5: a session without any transcript is listed by its registry record', async () => {
    register('busy', { sessionId: 'fresh', cwd: '/p/web' });
    const m = start();
    await m.ready;
    expect(m.get().sessions).toMatchObject([{ id: 'fresh', state: 'working', project: 'web', window: { all: 0 } }]);
  });

  test('LS-6: without registry and hooks the transcript decides', async () => {
    writeFileSync(home.fileOf('s1'), line({ tool: 'Bash', command: 'npm test' }));
    const m = start();
    await m.ready;
    expect(m.get().sessions[0]).toMatchObject({ state: 'working', stateSource: 'transcript', alive: null });
    appendFileSync(home.fileOf('s1'), line());
    await until(m, (s) => s.sessions[0]?.state === 'your-turn');
  });
});

test('LS-14, D-37: a session of last week that is taken up again comes back with its totals', async () => {
  writeFileSync(home.fileOf('s1'), line({ ageMs: 8 * 86_400_000 }));
  const m = start();
  await m.ready;
  expect(m.get().sessions).toEqual([]);
  register('idle');
  const back = await until(m, (s) => s.sessions.length === 1);
  expect(back.sessions[0]).toMatchObject({ id: 's1', state: 'your-turn', project: 'api', total: { all: 1110 }, window: { all: 0 } });
});

test('LV-123: two processes on one ledger agree, and see the names the other gives', async () => {
  writeFileSync(home.fileOf('s1'), line());
  const m = start();
  const other = start({ ledger: home.open() });
  await Promise.all([m.ready, other.ready]);
  appendFileSync(home.fileOf('s1'), line());
  for (const each of [m, other]) await until(each, (s) => s.combined.all === 2220);
  other.queries.rename('s1', 'deploy');
  await until(m, (s) => s.sessions[0]?.name === 'deploy');
  other.queries.rename('s1', null);
  await until(m, (s) => s.sessions[0]?.name === 'api s1');
});

test.each([1, 2])('REL-10: a last line whose newline is missing is shown as it is counted, of %i files that grew', async (files) => {
  const names = ['s1', 's2'].slice(0, files);
  for (const name of names) writeFileSync(home.fileOf(name), line({ session: name }));
  const m = start();
  await m.ready;
  const all = 1110 * files;
  expect(m.get().combined.all).toBe(all);
  for (const name of names) appendFileSync(home.fileOf(name), line({ session: name, ageMs: 40 * 60_000 }).trimEnd());
  await until(m, (s) => s.combined.all === 2 * all);
  for (const name of names) appendFileSync(home.fileOf(name), `\n${line({ session: name })}`);
  await until(m, (s) => s.combined.all === 3 * all);
  expect(m.get().combined.requests).toBe(3 * files);
});

test('a message inside another record that names a session of its own is shown', async () => {
  writeFileSync(home.fileOf('s1'), line() + line({ session: 's2' }));
  const m = start();
  await m.ready;
  const inner = JSON.parse(line({ session: 's2' })) as object;
  const record = { type: 'progress', sessionId: 's1', timestamp: new Date(systemClock.now()).toISOString(), data: { message: inner } };
  appendFileSync(home.fileOf('s1'), `${JSON.stringify(record)}\n`);
  await until(m, (s) => s.combined.all === 3330);
});

describe('LV-52: the last action', () => {
  test('is in memory only, without the third word', async () => {
    writeFileSync(home.fileOf('s1'), line({ tool: 'Bash', command: 'npm test canary-third-word' }));
    const m = start();
    await m.ready;
    expect(m.get().sessions[0]!.lastAction).toMatchObject({ tool: 'Bash', target: 'npm test' });
    expect(JSON.stringify(m.get())).not.toContain('canary');
    await until(m, () => readSummary(home.state) !== null);
    const kept = ['ledger.db', 'ledger.db-wal', 'state/summary.json']
      .map((name) => readFileSync(path.join(home.dir, name), 'latin1'))
      .join('');
    expect(kept).not.toContain('npm test');
    expect(readdirSync(home.state).sort()).toEqual(['events', 'statusline', 'summary.json']);
  });

  test('privacy.actions: tool', async () => {
    writeFileSync(home.fileOf('s1'), line({ tool: 'Bash', command: 'npm test' }));
    const m = start({ actions: 'tool' });
    await m.ready;
    expect(m.get().sessions[0]!.lastAction).toMatchObject({ tool: 'Bash', target: null });
  });
});

test('LV-3: what is followed line by line equals what is read at once', async () => {
  const sessions = ['a', 'b', 'c'];
  for (const session of sessions) writeFileSync(home.fileOf(session), line({ session, ageMs: 3_600_000 }));
  const m = start();
  await m.ready;
  const growing = new Map<string, number>();
  for (let i = 0; i < 40; i++) {
    const session = sessions[i % 3]!;
    // A response comes in several lines with growing output; some lines are old, some of subagents.
    const id = growing.get(session) ?? freshId();
    growing.set(session, i % 4 === 3 ? freshId() : id);
    appendFileSync(
      home.fileOf(session),
      line({ session, id, output: i, ageMs: i % 7 === 0 ? 600_000 : 0, sidechain: i % 4 === 3 && i % 5 === 0 }),
    );
    if (i % 6 === 0) await new Promise((done) => setTimeout(done, 30));
  }
  const fresh = start({ ledger: home.open('other.db'), stateDir: null });
  await fresh.ready;
  const figures = ({ sessions: all, combined, models }: Snapshot) => ({
    all: combined.all,
    cost: combined.cost,
    today: combined.today,
    models: models.map((view) => view.window),
    sessions: all
      .map(({ id, window, total, startedAt, contextTokens }) => ({ id, window, total, startedAt, contextTokens }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  });
  const expected = figures(fresh.get());
  await until(m, (s) => s.combined.all === expected.all);
  expect(figures(m.get())).toEqual(expected);
});

test('LV-3: a line written between reading a file and looking at its end is in the next snapshot, not in the next look over all files', async () => {
  writeFileSync(home.fileOf('a'), line({ session: 'a' }));
  const m = start();
  await m.ready;
  const { appender } = home.ledger;
  const append = appender.append.bind(appender);
  let isBetween = true;
  appender.append = (parts) => {
    const changed = append(parts);
    if (isBetween) appendFileSync(home.fileOf('a'), line({ session: 'a' }));
    isBetween = false;
    return changed;
  };
  appendFileSync(home.fileOf('a'), line({ session: 'a' }));
  await until(m, (s) => s.combined.requests === 3 && s.sessions[0]?.window.requests === 3);
});
