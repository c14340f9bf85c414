import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { SessionView, Snapshot } from '../../monitor/snapshot.ts';
import { parseFilter } from './filter/parse.ts';
import { forgetKept, Kept } from './keep.ts';
import { type PictureInput, picture } from './picture.ts';
import { cellsOf } from './screen/cells.ts';
import type { Line } from './spans.ts';
import { amountsOf, aSession, aSnapshot, aWarning, aWindow, estimatedWindow, NOW, sumOf } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { aFirstState, anInput } from './testing-picture.ts';
import { testQueries } from './testing-queries.ts';
import { lookOf } from './theme.ts';
import { refreshed, reordered } from './ui/refresh.ts';
import { listingFor } from './ui/state-listing.ts';
import { measureAmbiguousWide } from './width.ts';

/* Whatever is held from one picture to the next, the lines are those of a picture drawn from nothing (LV-113). */

afterEach(() => measureAmbiguousWide(false));

const ASTS = ['', 'state:working', 'cost>1'].map((text) => {
  const parsed = parseFilter(text);
  return { text, ast: parsed.ok ? parsed.ast : null };
});
const demo = demoLikeSnapshot();

/** Nothing, or one of these. */
function oneOf(shape: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  const changes = Object.entries(shape).map(([key, values]) => values.map((value) => ({ [key]: value })));
  return fc.oneof({ weight: changes.length, arbitrary: fc.constant({}) }, ...changes.map((arbitrary) => ({ weight: 1, arbitrary })));
}

/** What one snapshot changes of a session of the one before. */
const sessionChange = fc.record(
  {
    name: fc.constantFrom('alpha', 'beta ≈', '漢字 name', 'a name that is rather long for its column, and goes on'),
    titleSource: fc.constantFrom('given', 'project'),
    state: fc.constantFrom('working', 'idle', 'ended', 'needs-permission', 'error', 'rate-limited', 'unknown'),
    project: fc.constantFrom('api', 'a/b', 'a-project-with-a-name-longer-than-most'),
    branch: fc.constantFrom(null, 'main', 'feature/cart'),
    model: fc.constantFrom(null, 'claude-opus-4-8', 'claude-haiku-5-5'),
    account: fc.constantFrom('work', 'home'),
    since: fc.constantFrom(null, NOW - 59_500, NOW - 3_600_000),
    lastAt: fc.constantFrom(null, NOW - 1000, NOW - 59_400, NOW - 61_000, NOW + 5000),
    stateSource: fc.constantFrom(null, 'hook'),
    stateSeenAt: fc.constantFrom(null, NOW - 700),
    startedAt: fc.constantFrom(null, NOW - 9_000_000),
    waiting: fc.constantFrom(null, { for: 'permission', tool: 'Bash', since: NOW - 30_100 }),
    lastTool: fc.constantFrom(null, 'Bash'),
    lastAction: fc.constantFrom(null, { tool: 'Edit', target: 'a.ts', at: NOW }, { tool: 'Edit', target: 'b.ts', at: NOW }),
    agents: fc.constantFrom({ active: 0, names: [] }, { active: 2, names: ['a', 'b'] }),
    window: fc.constantFrom(amountsOf([1, 2, 0, 3, 900], 0.2), amountsOf([1, 2, 0, 3, 90_000_000], null, { outputIsLowerBound: true })),
    share: fc.constantFrom(null, 1.2, 1.24, 50),
    points: fc.constantFrom({ value: 3, source: 'measured', at: NOW }, { value: null, source: 'unknown', at: null }),
    burnNow: fc.constantFrom({ work: 1, all: 1, costPerHour: null }, { work: 9000, all: 1, costPerHour: 2_000_000_000 }),
    contextPercent: fc.constantFrom({ value: null, source: 'unknown', at: null }, { value: 91, source: 'measured', at: NOW }),
    tags: fc.constantFrom([], ['x']),
    lastError: fc.constantFrom(null, 'overloaded'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<SessionView>>;

const snapshotChange = oneOf({
  windows: fc.constantFrom([], demo.windows, [estimatedWindow()], [aWindow(), estimatedWindow({ account: 'home', label: 'home' })]),
  projects: fc.constantFrom([], demo.projects, demo.projects.slice(1)),
  models: fc.constantFrom([], demo.models),
  accounts: fc.constantFrom(demo.accounts, [...demo.accounts, { ...demo.accounts[0]!, id: 'home', label: 'at home' }]),
  warnings: fc.constantFrom([], demo.warnings, [aWarning('one'), aWarning('two')]),
  demo: fc.boolean(),
  timezone: fc.constantFrom('UTC', 'Asia/Kolkata'),
  reading: fc.boolean(),
  notice: fc.constantFrom(null, 'the disk is full'),
  today: fc.constantFrom(amountsOf([1, 0, 0, 0, 5], 1), amountsOf([7, 0, 0, 0, 5], 2)),
});

const sizes = fc.constantFrom([120, 40], [120, 60], [80, 24], [200, 60], [80, 14], [60, 20], [40, 8], [20, 4]);

const inputChange = oneOf({
  size: sizes,
  ascii: fc.boolean(),
  hour12: fc.boolean(),
  emoji: fc.boolean(),
  keys: fc.boolean(),
  readOnly: fc.boolean(),
  debug: fc.constantFrom(null, '12 frames'),
  scope: fc.constantFrom(null, 'projects api*'),
  maxSessions: fc.constantFrom(2, 1000),
  terminals: fc.constantFrom(new Map(), new Map([['0', 'tmux dev:2.1']])),
});

const stateChange = oneOf({
  selected: fc.constantFrom(null, '0', '3', '11'),
  offset: fc.nat(12),
  sort: fc.constantFrom('attention', 'cost', 'name'),
  inverted: fc.boolean(),
  group: fc.constantFrom('none', 'none', 'project'),
  filter: fc.constantFrom(...ASTS),
  filtersCombined: fc.boolean(),
  accounts: fc.constantFrom([], ['work']),
  focus: fc.constantFrom('sessions', 'combined', 'projects', 'warnings'),
  folded: fc.constantFrom([], ['combined'], ['projects', 'warnings']),
  zoomed: fc.boolean(),
  compact: fc.boolean(),
  refreshSeconds: fc.constantFrom(1, 5),
  cursors: fc.constantFrom({ projects: 0, warnings: 0 }, { projects: 1, warnings: 1 }),
  message: fc.constantFrom(null, { text: 'named', until: NOW + 1000 }),
  muted: fc.constantFrom(new Set<string>(), new Set(['one'])),
  overlay: fc.constantFrom(null, null, { kind: 'menu', what: 'sort', cursor: 1 }),
  screens: fc.constantFrom([], [], [{ kind: 'details', id: '0', offset: 0 }]),
});

const moments = fc.record({
  sessions: fc.array(fc.tuple(fc.nat(13), sessionChange), { maxLength: 3 }),
  /** New objects that say the same; sessions that are left out, and another order of them. */
  copied: fc.boolean(),
  missing: fc.constantFrom(null, null, 0, 5),
  turned: fc.boolean(),
  snapshot: snapshotChange,
  input: inputChange,
  state: stateChange,
  held: fc.constantFrom(false, false, false, true),
  passed: fc.constantFrom(0, 91, 400, 1000, 61_000, 86_400_000, -2000),
  ambiguousWide: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
type Moment = typeof moments extends fc.Arbitrary<infer T> ? T : never;

const FIRST = aFirstState();
const SESSIONS = Array.from({ length: 14 }, (_, index) =>
  aSession({ id: String(index), name: `session ${index}`, window: amountsOf([index, 7, 0, 1, 1000 * index], index / 10) }),
);

function nextSnapshot(before: Snapshot, { sessions: changed, copied, missing, turned, snapshot }: Moment, now: number): Snapshot {
  const byId = new Map([...SESSIONS, ...before.sessions].map((session) => [session.id, copied ? { ...session } : session]));
  for (const [index, change] of changed) byId.set(String(index), { ...byId.get(String(index))!, ...change });
  const sessions = [...byId.values()].filter(({ id }) => missing === null || id !== String(missing));
  const { reading = false, notice = null, today = before.combined.today, ...rest } = snapshot as Partial<Record<string, never>>;
  const sums = sumOf(sessions.map(({ window }) => window));
  const { verdict: _made, ...past } = before;
  return aSnapshot({
    ...past,
    ...rest,
    takenAt: now,
    sessions: turned ? sessions.reverse() : sessions,
    combined: { ...before.combined, ...sums, today },
    ingest: { ...before.ingest, reading, notice },
  } as Partial<Snapshot>);
}

/** The lines of all moments, one after the other. */
function drawn(all: readonly Moment[], usualSize: readonly number[], before: () => void): readonly (readonly Line[])[] {
  let [state, now] = [FIRST, NOW];
  let present = aSnapshot({ ...demo, sessions: SESSIONS });
  const usual = anInput(present, { queries: testQueries(() => present) });
  return all.map((moment) => {
    measureAmbiguousWide(moment.ambiguousWide);
    before();
    now += moment.passed;
    present = nextSnapshot(present, moment, now);
    const { size = usualSize, ...rest } = moment.input as { size?: readonly number[] } & Partial<PictureInput>;
    const input = { ...usual, ...rest, columns: size[0]!, rows: size[1]!, present, now };
    const { order, selected, lastIndex, offset } = state;
    state = { ...FIRST, order, selected, lastIndex, offset, ...moment.state, frozen: moment.held ? (state.frozen ?? present) : null };
    const snapshot = state.frozen ?? present;
    state = reordered(state, { snapshot, now });
    const listing = listingFor(state, snapshot, now, input.maxSessions);
    state = refreshed(state, { snapshot, listing, now, listRows: picture(state, input, listing).context.listRows });
    return picture(state, input, listing).lines;
  });
}

describe('what is held from picture to picture, LV-113', () => {
  test('LV-113: is what would be drawn from nothing, whatever changes between two pictures', () => {
    fc.assert(
      fc.property(fc.array(moments, { minLength: 2, maxLength: 7 }), sizes, (all, size) => {
        forgetKept();
        expect(drawn(all, size, () => {})).toEqual(drawn(all, size, forgetKept));
      }),
      { numRuns: 500 },
    );
  });

  test('LV-113: a row that says the same is the very same line, though all else is new', () => {
    const still: Moment = {
      sessions: [],
      copied: true,
      missing: null,
      turned: false,
      snapshot: {},
      input: {},
      state: {},
      held: false,
      passed: 0,
      ambiguousWide: false,
    };
    const [before, after] = drawn([still, still], [120, 40], () => {});
    expect(after!.every((line, index) => line === before![index])).toBe(true);
  });

  test('LV-113: cells that take over the looks of the row before are those made from nothing', () => {
    const look = lookOf('dark', 256);
    const span = fc.record({
      text: fc.oneof(fc.constantFrom('  ', 'a', 'ab c', '≈ 5', '漢字', 'é…'), fc.string({ maxLength: 6 })),
      tone: fc.constantFrom(undefined, 'dim', 'strong', 'attention'),
      selected: fc.constantFrom(undefined, true),
    });
    const line = fc.array(span, { maxLength: 5 }) as unknown as fc.Arbitrary<Line>;
    fc.assert(
      fc.property(line, line, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (one, other, columns, before) => {
        expect(cellsOf(other, columns, look, cellsOf(one, before, look))).toEqual(cellsOf(other, columns, look));
      }),
    );
  });

  test('a result is handed out for its own inputs only, and a fixed number of them is held', () => {
    const kept = new Kept<number>(2);
    let made = 0;
    const of = (...inputs: unknown[]) => kept.of(inputs, () => ++made);
    expect([of(1, 'a'), of(2), of(1, 'a'), of(2)]).toEqual([1, 2, 1, 2]);
    expect([of(0), of(-0), of(Number.NaN), of(Number.NaN), of(1)]).toEqual([3, 4, 5, 5, 6]);
    expect(of(1, 'a')).toBe(7);
  });
});
