import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlockRow } from '../../usage/report.ts';
import { blocksJson } from './json.ts';
import { decimal, type Json } from './json-row.ts';
import { blockRows } from './test-blocks.ts';
import { meta, ours } from './test-rows.ts';

describe('blocks', () => {
  const block = (more: Partial<BlockRow>) => (blocksJson([{ ...blockRows[4]!, ...more }], meta, ours) as { blocks: Json[] }).blocks[0]!;

  test('D-26 reserve, limit status, reset time', () => {
    expect(block({})).toMatchObject({
      reserve: decimal(((3 * 3600 + 22 * 60 + 10) / 18_000) * 100 - 62),
      tokenLimitStatus: { limit: 60_000_000, status: 'warning', kind: 'all', source: 'configured' },
    });
    expect(block({}).usageLimitResetTime).toBeUndefined();
    expect(block({ usedPercent: 100 }).usageLimitResetTime).toBe('2026-11-20T15:20:00.000Z');
    expect(block({ usedPercent: null }).reserve).toBeNull();
    expect(block({ start: meta.generatedAt - 60_000 }).reserve).toBeNull();
  });

  test('a work limit is compared with work tokens', () => {
    expect(block({ limit: { tokens: 1_000_000, kind: 'work', source: 'estimated' } }).tokenLimitStatus).toEqual({
      limit: 1_000_000,
      projectedUsage: 2_164_853 + 489_000,
      percentUsed: 265.3853,
      status: 'exceeds',
      kind: 'work',
      source: 'estimated',
    });
    expect(block({ limit: { tokens: 1e9, kind: 'all', source: 'configured' } }).tokenLimitStatus).toMatchObject({ status: 'ok' });
    expect(block({ limit: { tokens: 1e9, kind: 'all', source: 'unknown' } }).tokenLimitStatus).toBeUndefined();
  });

  test('UR-43 tokens and money at the end = used + pace × minutes left', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e7 }), fc.integer({ min: 0, max: 300 }), (all30, minutes) => {
        const pace = all30 / 30;
        const used = 37_371_963;
        const json = block({
          burn: { ...blockRows[4]!.burn!, pace: { work: 0, all: pace, costPerHour: 0 } },
          projection: { ...blockRows[4]!.projection!, tokens: used + pace * minutes, remainingMinutes: minutes },
        });
        const { tokensPerMinute } = json.burnRate as { tokensPerMinute: number };
        const { totalTokens, remainingMinutes } = json.projection as { totalTokens: number; remainingMinutes: number };
        expect(Math.abs(totalTokens - (used + Math.round(tokensPerMinute * remainingMinutes)))).toBeLessThanOrEqual(1);
      }),
    );
  });
});
