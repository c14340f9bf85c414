import { describe, expect, it } from 'vitest';
import { contextWindowOf, findFamily, findPeriod, findRate } from './lookup.ts';
import { builtinTable } from './table.ts';

const table = builtinTable();

describe('D-16 which family prices a model', () => {
  const matched: [string, string][] = [
    ['claude-opus-4-5-20251101', 'claude-opus-4-5'],
    ['claude-sonnet-4-5[1m]', 'claude-sonnet-4-5'],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 'claude-3-5-sonnet'],
    ['apac.anthropic.claude-sonnet-4-20250514-v1:0', 'claude-sonnet-4'],
    ['us.anthropic.claude-opus-4-6-v1', 'claude-opus-4-6'],
    ['claude-3-5-sonnet-v2@20241022', 'claude-3-5-sonnet'],
    ['publishers/anthropic/models/claude-opus-5', 'claude-opus-5'],
    ['anthropic/claude-sonnet-4.5', 'claude-sonnet-4-5'],
    ['CLAUDE-Opus-5-5', 'claude-opus-5-5'],
  ];
  it.each(matched)('D-16 %s → %s', (id, family) => expect(findFamily(table, id)?.family).toBe(family));

  it.each(['claude-opus-5-fast', 'claude-opus-6', 'glm-5', '<synthetic>', '', 'claude', 'claude-opus-5 ', 'x'.repeat(100_000)])(
    'D-16 %.20s is nobody’s',
    (id) => expect(findFamily(table, id)).toBeNull(),
  );

  it('D-16 an id that two families claim is unpriced, not guessed', () => {
    const twice = { ...table, families: [...table.families, { ...table.families[0]!, family: 'copy' }] };
    expect(findFamily(twice, 'claude-3-haiku')).toBeNull();
  });

  it('D-16 endless new ids do not change the answer for a known one', () => {
    for (let i = 0; i < 5_000; i++) expect(findFamily(table, `invented-${i}`)).toBeNull();
    expect(findFamily(table, 'claude-opus-5')?.family).toBe('claude-opus-5');
  });
});

describe('D-15 which row is valid', () => {
  it('D-15 the UTC day decides, `to` is exclusive', () => {
    const family = findFamily(table, 'claude-sonnet-5-5')!;
    expect(findPeriod(family, Date.parse('2026-10-06T23:59:59.999Z'))?.cacheRead).toBe(0.2);
    expect(findPeriod(family, Date.parse('2026-10-07T00:00:00.000Z'))?.cacheRead).toBe(0.1);
    expect(findPeriod(family, Date.parse('2026-10-06T23:30:00-05:00'))?.cacheRead).toBe(0.1);
    expect(findPeriod(family, Number.NaN)).toBeNull();
  });
  it('D-15 the rate names family and row', () => {
    expect(findRate(table, 'claude-haiku-4-5', 0)).toMatchObject({ family: { displayName: 'Haiku 4.5' }, period: { input: 1 } });
    expect(findRate(table, 'nobody', 0)).toBeNull();
  });
});

describe('D-35 the default context window', () => {
  it('D-35 comes from the model’s family, and is unknown without one', () => {
    expect(contextWindowOf(table, 'claude-opus-4-6')).toBe(200_000);
    expect(contextWindowOf(table, 'claude-opus-5-5')).toBe(1_000_000);
    expect(contextWindowOf(table, 'glm-5')).toBeNull();
  });
});
