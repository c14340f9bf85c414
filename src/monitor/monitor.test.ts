import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { FollowedHome, until } from './testing-home.ts';
import { responseLine } from './testing-lines.ts';

let home: FollowedHome;
beforeEach(() => {
  home = new FollowedHome();
});
afterEach(() => home.remove());

const line = (session: string, input = 100) => responseLine({ session, at: systemClock.now(), branch: 'main', input, output: 0 });

test('UR-110: an appended line, half a line and its rest, a new file, a deleted one', async () => {
  mkdirSync(home.folder, { recursive: true });
  writeFileSync(home.fileOf('s1'), line('s1'));
  const m = home.start();
  expect(m.get()).toMatchObject({ ingest: { reading: true }, combined: { all: 0 } });
  await m.ready;
  expect(m.get()).toMatchObject({ ingest: { reading: false, files: 1, lines: 1, notice: null }, combined: { all: 100 }, warnings: [] });

  appendFileSync(home.fileOf('s1'), line('s1', 11));
  const appended = await until(m, (s) => s.combined.all === 111);
  expect(appended.sessions[0]).toMatchObject({
    id: 's1',
    state: 'your-turn',
    stateSource: 'transcript',
    window: { all: 111 },
    total: { all: 111 },
    model: 'claude-opus-5-5',
    branch: 'main',
  });

  const whole = line('s1', 300);
  appendFileSync(home.fileOf('s1'), whole.slice(0, 40));
  await new Promise((done) => setTimeout(done, 60));
  expect(m.get().combined.all).toBe(111);
  appendFileSync(home.fileOf('s1'), whole.slice(40));
  await until(m, (s) => s.combined.all === 411);

  writeFileSync(home.fileOf('s2'), line('s2', 5));
  const added = await until(m, (s) => s.combined.all === 416);
  expect(added.sessions).toHaveLength(2);
  expect(added.warnings.map((w) => w.text)).toEqual(["New session 'api s2' in project 'api'"]);

  rmSync(home.fileOf('s2'));
  await new Promise((done) => setTimeout(done, 80));
  expect(m.get()).toMatchObject({ combined: { all: 416 }, ingest: { notice: null } });
});

test('LV-114: what the ledger has is there before anything is watched or read, and nothing that comes meanwhile is missed', async () => {
  mkdirSync(home.folder, { recursive: true });
  writeFileSync(home.fileOf('s1'), line('s1'));
  const before = home.start();
  await before.ready;
  before.close();

  const { promise: begins, resolve: begin } = Promise.withResolvers<void>();
  const m = home.start({ begins });
  expect(m.get()).toMatchObject({ sessions: [{ id: 's1' }], ingest: { reading: true } });
  appendFileSync(home.fileOf('s1'), line('s1', 11));
  await new Promise((done) => setTimeout(done, 150));
  expect(m.get()).toMatchObject({ ingest: { reading: true } });
  begin();
  await m.ready;
  expect(m.get()).toMatchObject({ ingest: { reading: false }, combined: { all: 111 } });
  appendFileSync(home.fileOf('s1'), line('s1', 100));
  await until(m, (s) => s.combined.all === 211);
});

test('LV-114: a monitor that is closed before it begins watches and reads nothing', async () => {
  mkdirSync(home.folder, { recursive: true });
  writeFileSync(home.fileOf('s1'), line('s1'));
  const { promise: begins, resolve: begin } = Promise.withResolvers<void>();
  const m = home.start({ begins });
  m.close();
  begin();
  await m.ready;
  expect(m.get()).toMatchObject({ combined: { all: 0 } });
});

test('HZ-32: a root that is created later', async () => {
  const m = home.start();
  await m.ready;
  expect(m.get().combined.all).toBe(0);
  mkdirSync(home.folder, { recursive: true });
  writeFileSync(home.fileOf('s1'), line('s1', 7));
  expect((await until(m, (s) => s.combined.all === 7)).projects).toMatchObject([{ name: 'api', path: '/p/api', activeSessions: 1 }]);
});

test('UR-116: below 50 ms from append to snapshot with 100 sessions', async () => {
  mkdirSync(home.folder, { recursive: true });
  for (let i = 0; i < 100; i++) writeFileSync(home.fileOf(`s${i}`), Array.from({ length: 20 }, () => line(`s${i}`, 1)).join(''));
  const m = home.start();
  await m.ready;
  expect(m.get().combined.all).toBe(2000);
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    await new Promise((done) => setTimeout(done, 30));
    const before = performance.now();
    appendFileSync(home.fileOf(`s${i}`), line(`s${i}`, 1));
    await until(m, (s) => s.combined.all === 2001 + i);
    times.push(performance.now() - before);
  }
  expect(times.sort((a, b) => a - b)[4]).toBeLessThan(50);
});

test('REL-7: a ledger that cannot be written is said, and tried again', async () => {
  mkdirSync(home.folder, { recursive: true });
  writeFileSync(home.fileOf('s1'), line('s1'));
  const m = home.start();
  await m.ready;
  home.ledger.db.exec('PRAGMA query_only = ON');
  appendFileSync(home.fileOf('s1'), line('s1', 1));
  expect((await until(m, (s) => s.ingest.notice !== null)).combined.all).toBe(100);
  home.ledger.db.exec('PRAGMA query_only = OFF');
  appendFileSync(home.fileOf('s1'), line('s1', 1));
  expect((await until(m, (s) => s.combined.all === 102)).ingest.notice).toBeNull();
});
