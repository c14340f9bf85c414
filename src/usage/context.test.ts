import { describe, expect, test } from 'vitest';
import { type ContextEvidence, contextPercent, contextTokens } from './context.ts';

const TOKENS = { input: 7, output: 115, cacheWrite5m: 1000, cacheWrite1h: 4000, cacheRead: 12_000 };
const MILLION = { size: 1_000_000, max: 1_000_000 };
const evidence = (extra: Partial<ContextEvidence>): ContextEvidence => ({
  client: null,
  lastRequest: null,
  compaction: null,
  model: MILLION,
  ...extra,
});
const client = (usedPercent: number | null, currentTokens: number | null = 1, at = 10) => ({
  at,
  usedPercent,
  windowSize: null,
  currentTokens,
});

describe('context % (D-35)', () => {
  test('D-35: 7 + 5,000 + 12,000 of 1,000,000 is 1.7 %, output not counted', () => {
    expect(contextTokens(TOKENS)).toBe(17_007);
    const figure = contextPercent(evidence({ lastRequest: { at: 5, tokens: TOKENS } }));
    expect([figure.value!.toFixed(1), figure.source, figure.at]).toEqual(['1.7', 'measured', 5]);
  });

  test('D-35: the client’s figure first', () => {
    expect(contextPercent(evidence({ client: client(23), lastRequest: { at: 5, tokens: TOKENS } }))).toEqual({
      value: 23,
      source: 'official',
      at: 10,
    });
  });

  test('D-35: null or all-zero current_usage is unknown, not 0 %', () => {
    expect(contextPercent(evidence({ client: client(null, null) })).value).toBeNull();
    expect(contextPercent(evidence({ client: client(0, 0) }))).toEqual({ value: null, source: 'unknown', at: null });
    expect(contextPercent(evidence({ client: client(0, 0), lastRequest: { at: 5, tokens: TOKENS } })).source).toBe('measured');
  });

  test('D-35: size from the client, else the model’s row, its maximum for a larger prompt, else unknown', () => {
    const last = { at: 5, tokens: { ...TOKENS, cacheRead: 294_993 } };
    const percent = (extra: Partial<ContextEvidence>) => contextPercent(evidence({ lastRequest: last, ...extra })).value;
    expect(percent({ client: { at: 1, usedPercent: null, windowSize: 600_000, currentTokens: null } })).toBe(50);
    expect(percent({ model: { size: 200_000, max: 1_000_000 } })).toBe(30);
    expect(percent({ model: { size: 200_000, max: 200_000 } })).toBeNull();
    expect(percent({ model: null })).toBeNull();
  });

  test('D-35: after a compaction what it left, until the next request', () => {
    const compaction = { at: 6, postTokens: 30_000 };
    expect(contextPercent(evidence({ lastRequest: { at: 5, tokens: TOKENS }, compaction })).value).toBe(3);
    expect(contextPercent(evidence({ compaction })).value).toBe(3);
    expect(contextPercent(evidence({ lastRequest: { at: 7, tokens: TOKENS }, compaction })).value).toBeCloseTo(1.7);
    expect(contextPercent(evidence({ lastRequest: { at: 5, tokens: TOKENS }, compaction: { at: 6, postTokens: null } })).value).toBeNull();
  });

  test('D-35: an out-of-date figure of the client yields to newer evidence', () => {
    expect(contextPercent(evidence({ client: client(23, 1, 4), lastRequest: { at: 5, tokens: TOKENS } })).source).toBe('measured');
    expect(contextPercent(evidence({ client: client(23, 1, 4), lastRequest: { at: 5, tokens: TOKENS }, model: null })).value).toBe(23);
  });
});
