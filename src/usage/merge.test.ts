import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageLine } from '../transcripts/types.ts';
import { compareOwner, type FileContext, mergeRequests, type OwnerClaim, type RequestState, requestOf } from './merge.ts';

const count = fc.nat(4);
const perhaps = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const iteration = fc.record({
  model: perhaps(fc.constantFrom('a', 'b')),
  input: count,
  output: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  cacheRead: count,
});
// Few values, so that ties are common.
const line: fc.Arbitrary<UsageLine> = fc.record({
  key: fc.constant('k'),
  weak: fc.constant(false),
  rank: fc.constantFrom(0, 1, 2, 2),
  input: count,
  output: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  cacheRead: count,
  model: perhaps(fc.constantFrom('opus', 'sonnet')),
  speed: perhaps(fc.constantFrom('standard', 'fast')),
  geo: perhaps(fc.constantFrom('us', 'other')),
  webSearches: perhaps(count),
  iterations: perhaps(fc.array(iteration, { maxLength: 2 })),
  logged: perhaps(count),
  hasStopReason: fc.boolean(),
  at: perhaps(fc.nat(3)),
  sessionId: perhaps(fc.constantFrom('s1', 's2')),
  origin: perhaps(fc.constantFrom('s1', 's3')),
  branched: fc.boolean(),
  sidechain: fc.boolean(),
  flagged: fc.constant(0),
});
const file: fc.Arbitrary<FileContext> = fc.record({
  sessionFromPath: fc.constantFrom('f1', 'f2'),
  firstAt: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY),
  birth: fc.nat(2),
  mtime: fc.double({ min: 0, max: 3, noNaN: true }),
});
const one: fc.Arbitrary<RequestState> = fc.tuple(line, file, fc.nat(3)).map((args) => requestOf(...args));
/** States as the ledger may hold them: some lines joined, in some order. */
const state = fc.array(one, { minLength: 1, maxLength: 4 }).map((all) => all.reduce(mergeRequests));
const runs = { numRuns: process.env.TIDEMARK_LONG === '1' ? 500_000 : 20_000 };

const make = (over: Partial<UsageLine>, context: Partial<FileContext> = {}, position = 0): RequestState =>
  requestOf(
    {
      key: 'k',
      weak: false,
      rank: 2,
      input: 0,
      output: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      cacheRead: 0,
      model: null,
      speed: null,
      geo: null,
      webSearches: null,
      iterations: null,
      logged: null,
      hasStopReason: false,
      at: null,
      sessionId: 's',
      origin: null,
      branched: false,
      sidechain: false,
      flagged: 0,
      ...over,
    },
    { sessionFromPath: 'path', firstAt: Number.POSITIVE_INFINITY, birth: 10, mtime: 500.4, ...context },
    position,
  );

describe('D-10 merging does not depend on order or repetition', () => {
  it('is commutative', () =>
    fc.assert(
      fc.property(state, state, (a, b) => void expect(mergeRequests(a, b)).toEqual(mergeRequests(b, a))),
      runs,
    ));
  it('is associative', () =>
    fc.assert(
      fc.property(
        state,
        state,
        state,
        (a, b, c) => void expect(mergeRequests(mergeRequests(a, b), c)).toEqual(mergeRequests(a, mergeRequests(b, c))),
      ),
      runs,
    ));
  it('is idempotent', () =>
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(mergeRequests(a, a)).toEqual(a);
        const both = mergeRequests(a, b);
        expect(mergeRequests(both, b)).toEqual(both);
      }),
      runs,
    ));
  it('gives one state for any order of any lines, some of them twice', () =>
    fc.assert(
      fc.property(
        fc
          .array(one, { minLength: 1, maxLength: 6 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }))),
        ([all, shuffled]) => void expect(shuffled.reduce(mergeRequests)).toEqual(all.reduce(mergeRequests)),
      ),
      runs,
    ));
  it('orders owners totally', () => {
    const claim: fc.Arbitrary<OwnerClaim> = one.map((r) => r.owner);
    fc.assert(
      fc.property(claim, claim, claim, (a, b, c) => {
        expect(Math.sign(compareOwner(a, b))).toBe(-Math.sign(compareOwner(b, a)) + 0);
        if (compareOwner(a, b) <= 0 && compareOwner(b, c) <= 0) expect(compareOwner(a, c)).toBeLessThanOrEqual(0);
        if (compareOwner(a, b) === 0) expect(a).toEqual(b);
      }),
      runs,
    );
  });
});

describe('D-10 merging', () => {
  it('D-10.4: each counter is the maximum, attributes come from the line with the largest output or the next that says', () => {
    const merged = [
      make({ input: 3, output: 1, model: 'first', speed: 'fast', logged: 5 }, {}, 0),
      make({ input: 2, output: 250, model: null, speed: 'standard', cacheRead: 4 }, {}, 100),
      make({ input: 2, output: 40, model: 'second', geo: 'us' }, {}, 200),
    ].reduce(mergeRequests);
    expect(merged).toMatchObject({ input: 3, output: 250, cacheRead: 4, model: 'second', speed: 'standard', geo: 'us', logged: 5 });
  });
  it('D-10.4: ties go to the larger sum, then the later time, then the later place', () => {
    expect(mergeRequests(make({ output: 5, input: 2, model: 'a' }), make({ output: 5, input: 1, model: 'b' }, {}, 9)).model).toBe('a');
    expect(mergeRequests(make({ output: 5, at: 1, model: 'a' }, {}, 9), make({ output: 5, at: 2, model: 'b' })).model).toBe('b');
    expect(mergeRequests(make({ output: 5, model: 'a' }, {}, 9), make({ output: 5, model: 'b' })).model).toBe('a');
  });
  it('D-10.3: only the highest rank counts, whenever it comes', () => {
    const main = make({ output: 10 });
    expect(mergeRequests(make({ rank: 1, output: 999 }), main)).toEqual(main);
    expect(mergeRequests(main, make({ rank: 0, output: 999 }))).toEqual(main);
  });
  it("D-12: the earliest valid time; the file's mtime only when no line has one", () => {
    expect(mergeRequests(make({ at: 900 }), make({ at: 700 }))).toMatchObject({ at: 700, atIsGuess: false });
    expect(mergeRequests(make({}), make({ at: 900 }))).toMatchObject({ at: 900, atIsGuess: false });
    expect(make({})).toMatchObject({ at: 500, atIsGuess: true });
  });
  it('D-11: one stop_reason lifts the lower bound', () => {
    expect([make({}), make({ hasStopReason: true }), make({})].reduce(mergeRequests).hasStopReason).toBe(true);
    expect([make({}), make({})].reduce(mergeRequests).hasStopReason).toBe(false);
  });
  it('D-5: a mark on the line, then the earlier file, then the earlier birth, then the smaller id owns the request', () => {
    const owner = (a: RequestState, b: RequestState): string => mergeRequests(a, b).owner.sessionId;
    expect(owner(make({ sessionId: 'B', origin: 'A', at: 9 }), make({ sessionId: 'C', at: 1 }))).toBe('A');
    expect(owner(make({ sessionId: 'B', at: 5 }, { firstAt: 5 }), make({ sessionId: 'A', at: 5 }, { firstAt: 3 }))).toBe('A');
    expect(owner(make({ sessionId: 'A' }, { birth: 9 }), make({ sessionId: 'B' }, { birth: 8 }))).toBe('B');
    expect(owner(make({ sessionId: 'B' }), make({ sessionId: 'A' }))).toBe('A');
    expect(make({ sessionId: null }).owner.sessionId).toBe('path');
  });
});
