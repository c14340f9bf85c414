import { appendFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildCapture, mergeQuota, writeCapture } from '../sessions/captures.ts';
import { setLimits } from '../usage/limit.ts';
import type { Snapshot } from './snapshot.ts';
import { SNAPSHOT_OPTIONS } from './testing.ts';
import { FollowedHome, until } from './testing-home.ts';
import { freshId, responseLine } from './testing-lines.ts';

const NO_LIMITS = { tokensPerDay: null, tokensPerWindow: null };

/* A monitor that has run for hours keeps sums where one that starts reads requests: both must say the same. */

const MINUTE = 60_000;
const NOON = Date.parse('2026-11-20T12:00:00Z');
let home: FollowedHome;

beforeEach(() => {
  home = new FollowedHome(NOON).makeFolders();
});
afterEach(() => home.remove());

/** What must not depend on since when somebody looks. States, and whether a session without use in the window is listed, go by the times of files, which are the system's. */
const figuresOf = ({ combined, sessions, windows, projects, models, chart }: Snapshot) => ({
  combined,
  sessions: sessions
    .filter(({ window }) => window.requests > 0)
    .map(({ id, window, total, subagents, burnNow, share, startedAt, windowStartedAt, model }) => ({
      ...{ id, window, total, subagents, burnNow, share, startedAt, windowStartedAt, model },
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1)),
  windows,
  projects: projects
    .filter(({ window }) => window.requests > 0)
    .map(({ activeSessions: _, sessions: __, startedAt: ___, ...rest }) => rest),
  models,
  chart,
});

describe('LV-113: hours of following', () => {
  test('a late line of a request that is known as a part of a sum only is counted at once', async () => {
    const id = freshId();
    const line = (output: number, ageMs = 100 * MINUTE) => responseLine({ at: NOON - ageMs, id, input: 100, output });
    writeFileSync(home.fileOf('s1'), line(10));
    const m = home.start();
    await m.ready;
    expect(m.get().combined.tokens).toMatchObject({ input: 100, output: 10 });
    appendFileSync(home.fileOf('s1'), line(25));
    await until(m, (s) => s.combined.tokens.output === 25);
    // It stays a request of its earliest line's time.
    appendFileSync(home.fileOf('s1'), line(40, 0));
    await until(m, (s) => s.combined.tokens.output === 40);
    expect(m.get().combined).toMatchObject({ requests: 1, today: { requests: 1 }, burnNow: { work: 0 } });
  });

  test('what another process writes is noticed though no count of tokens changes', async () => {
    const id = freshId();
    const line = (stop: string | null) => responseLine({ at: NOON - 20 * MINUTE, id, input: 100, output: 10, stop });
    writeFileSync(home.fileOf('s1'), line(null));
    const writer = home.start();
    const reader = home.start({ ledger: home.open(), claudeDirs: [], refreshInterval: 20 });
    await Promise.all([writer.ready, reader.ready]);
    await until(reader, ({ combined }) => combined.outputIsLowerBound);
    appendFileSync(home.fileOf('s1'), line('end_turn'));
    await until(writer, ({ combined }) => !combined.outputIsLowerBound);
    await until(reader, ({ combined }) => !combined.outputIsLowerBound);
    expect(reader.get().combined.requests).toBe(1);
  });

  test('D-12, D-34: time alone brings a request of the far future into the day, and makes a window history', async () => {
    const day = 24 * 60 * MINUTE;
    const at = (ms: number, work: number) => responseLine({ at: NOON + ms, input: work, output: 0 });
    writeFileSync(home.fileOf('s1'), at(0, 100) + at(day + 60 * MINUTE, 7));
    const m = home.start({
      refreshInterval: 5,
      snapshot: { ...SNAPSHOT_OPTIONS, limits: setLimits({ tokens: 'max', per: 'window' }, NO_LIMITS) },
    });
    await m.ready;
    expect(m.get().combined).toMatchObject({ work: 100, limit: null });
    home.now = NOON + 6 * 60 * MINUTE;
    await until(m, ({ takenAt }) => takenAt === home.now);
    expect(m.get().combined).toMatchObject({ work: 0, today: { work: 100 }, limit: { tokens: 100 } });
    home.now = NOON + day + 61 * MINUTE;
    await until(m, ({ takenAt }) => takenAt === home.now);
    expect(m.get().combined).toMatchObject({ work: 7, today: { work: 7 } });
  });

  test('D-20: a window that the server lets begin earlier than was thought has its requests', async () => {
    const at = (time: string) => Date.parse(`2026-11-20T${time}Z`);
    home.now = at('00:30:00');
    const lines = [at('00:00:00') - 7 * 3_600_000, at('00:00:00') - 130 * MINUTE, at('00:10:00')].map((time, i) =>
      responseLine({ at: time, input: 100 + i, output: 0 }),
    );
    writeFileSync(home.fileOf('s1'), lines.join(''));
    const m = home.start({ stateDir: home.state });
    await m.ready;
    expect(m.get().windows).toMatchObject([{ source: 'estimated', amounts: { work: 102 } }]);
    const identity = { configDir: home.claude, kind: 'subscription' as const };
    const rest = { version: '2.1.329', cwd: '/p/api', transcriptPath: null, sessionName: null, cache: null, effort: null };
    const facts = {
      ...{ ...rest, sessionId: 's1', configDir: home.claude, model: { id: 'claude-opus-5-5', name: 'Opus 5.5' }, identity },
      context: { used: 68_000, size: 200_000, percent: 34 },
      cost: { usd: 1, apiMs: 1, durationMs: 1, linesAdded: 0, linesRemoved: 0 },
    };
    const quota = mergeQuota({ five_hour: { used: 60, resetsAt: at('02:30:00') / 1000 } }, 1, null, home.now);
    writeCapture(home.state, buildCapture(facts, quota, null, home.now, 'a line'), null);
    const told = await until(m, ({ windows }) => windows[0]?.source === 'official');
    expect(told.windows).toMatchObject([{ start: at('00:00:00') - 150 * MINUTE, amounts: { work: 203 } }]);
  });

  test('whatever is written and however time goes, it says what a monitor says that starts now', async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          session: fc.nat(3),
          age: fc.oneof(fc.constant(0), fc.nat(400)),
          again: fc.boolean(),
          late: fc.boolean(),
          output: fc.nat(999),
        }),
      },
      { weight: 2, arbitrary: fc.record({ forward: fc.oneof(fc.nat(20), fc.nat(200)) }) },
      { weight: 1, arbitrary: fc.record({ back: fc.nat(50) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const own = new FollowedHome(NOON).makeFolders();
        try {
          const m = own.start({ watch: { pollInterval: 5 }, refreshInterval: 5 });
          await m.ready;
          const written: [session: string, id: number, at: number][] = [];
          let lines = 0;
          for (const s of steps) {
            if ('forward' in s) own.now += s.forward * MINUTE;
            else if ('back' in s) own.now -= s.back * MINUTE;
            else {
              const known = s.again ? written[s.output % Math.max(1, written.length)] : undefined;
              const [session, id, at] = known ?? [`s${s.session}`, freshId(), own.now - s.age * MINUTE];
              if (known === undefined) written.push([session, id, at]);
              appendFileSync(
                own.fileOf(session),
                responseLine({
                  session,
                  id,
                  at: s.late ? Math.max(at, own.now) : at,
                  input: 100,
                  output: s.output,
                  model: `claude-opus-5-${s.output % 2 ? 5 : 1}`,
                }),
              );
              lines++;
              m.lookAgain();
              await until(m, ({ ingest }) => ingest.lines === lines);
            }
            await until(m, ({ takenAt }) => takenAt === own.now);
            const fresh = own.start();
            await fresh.ready;
            expect(figuresOf(m.get())).toEqual(figuresOf(fresh.get()));
            fresh.close();
          }
        } finally {
          own.remove();
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
