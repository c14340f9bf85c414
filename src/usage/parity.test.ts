import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ParityEvent, parityBlocks, parityBurn, parityLimitStatus, parityMaxTokens } from './parity.ts';

const HOUR = 3_600_000;
const DAY = Date.UTC(2024, 0, 1);
const event = (hour: number, extra: Partial<ParityEvent> = {}): ParityEvent => ({
  at: DAY + hour * HOUR,
  tokens: { input: 1000, output: 500, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 },
  cost: 10_000_000,
  model: 'claude-sonnet-4-20250514',
  ...extra,
});
const LATER = DAY + 1000 * HOUR;
const rows = (blocks: ReturnType<typeof parityBlocks>) =>
  blocks.map((b) => [b.isGap, (b.start - DAY) / HOUR, (b.end - DAY) / HOUR, b.entries]);

describe('D-24: the peer’s blocks', () => {
  test('hour floor, strict 5 h, gap from the last request + 5 h', () => {
    expect(rows(parityBlocks([event(12), event(10.925), event(11)], LATER))).toEqual([[false, 10, 15, 3]]);
    expect(rows(parityBlocks([event(10), event(12), event(18)], LATER))).toEqual([
      [false, 10, 15, 2],
      [true, 17, 18, 0],
      [false, 18, 23, 1],
    ]);
    expect(rows(parityBlocks([event(10), event(15)], LATER))).toEqual([[false, 10, 15, 2]]);
    expect(rows(parityBlocks([event(10.5), event(15.25)], LATER))).toEqual([
      [false, 10, 15, 1],
      [false, 15, 20, 1],
    ]);
    expect(rows(parityBlocks([event(10), event(12)], LATER, 2 * HOUR))).toEqual([[false, 10, 12, 2]]);
    expect(parityBlocks([], LATER)).toEqual([]);
  });

  test('an active block has a burn rate from first to last request and a projection in whole minutes and cents', () => {
    const tokens = (input: number, output: number, cacheWrite5m: number, cacheRead: number) => ({
      input,
      output,
      cacheWrite5m,
      cacheWrite1h: 0,
      cacheRead,
    });
    const first = event(13, { at: DAY + 13 * HOUR + 45.49 * 60_000, tokens: tokens(100, 50, 1000, 3000), cost: 9_450_000 });
    const second = event(14, {
      at: first.at + 20 * 60_000,
      tokens: tokens(100, 50, 1000, 3000),
      cost: 22_500_000,
      model: 'claude-opus-4-20250514',
    });
    const third = event(14, {
      at: first.at + 40 * 60_000,
      tokens: tokens(7, 5, 0, 3000),
      cost: 3_246_000,
      speed: 'fast',
      usageLimitResetAt: LATER,
    });
    const [block] = parityBlocks([first, second, third], third.at + 10 * 60_000);
    expect(block).toMatchObject({
      isActive: true,
      totalTokens: 11_312,
      cost: 35_196_000,
      usageLimitResetAt: LATER,
      id: '2024-01-01T13:00:00.000Z',
      models: ['claude-sonnet-4-20250514', 'claude-opus-4-20250514', 'claude-sonnet-4-20250514-fast'],
      burnRate: { tokensPerMinute: 282.8, tokensPerMinuteForIndicator: 7.8, costPerHour: 52_794_000 },
      projection: { remainingMinutes: 205, totalTokens: 69_286, totalCost: 220_000_000 },
    });
    expect(parityBlocks([event(10, { cost: null })], DAY + 11 * HOUR)[0]).toMatchObject({
      isActive: true,
      burnRate: null,
      projection: null,
      cost: 0,
    });
  });

  test('limit: status and max', () => {
    expect(parityLimitStatus(69_286, 5000)).toMatchObject({ percentUsed: 1385.72, status: 'exceeds' });
    expect(['ok', 'ok', 'warning', 'warning', 'exceeds']).toEqual([10, 80, 81, 100, 101].map((n) => parityLimitStatus(n, 100).status));
    const blocks = parityBlocks([event(10), event(11), event(18), event(30)], DAY + 31 * HOUR);
    expect(parityMaxTokens(blocks)).toBe(3000);
    expect(parityMaxTokens(blocks.slice(-1))).toBeNull();
  });
});

const dir = path.resolve('../shared/fixtures/peer-cases/08-session-blocks');
const read = (name: string) => JSON.parse(readFileSync(path.join(dir, name), 'utf8'));
describe.skipIf(!existsSync(dir))('D-24: peer case 08-session-blocks', () => {
  const measured = existsSync(dir) ? read('measured-v20.0.24.json') : {};
  test.each(Object.keys(measured))('%s as measured', (name) => {
    const events = readFileSync(path.join(dir, name, 'claude/projects/p/s.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => {
        const { timestamp, costUSD, message } = JSON.parse(line);
        const { input_tokens: input, output_tokens: output } = message.usage;
        const tokens = { input, output, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
        return { at: Date.parse(timestamp), cost: Math.round(costUSD * 1e9), model: message.model, tokens };
      });
    const hours = Number(/(\d)h-length/.exec(name)?.[1] ?? 5);
    const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
    const blocks = parityBlocks(events, LATER, hours * HOUR).map((b) => ({
      id: b.id,
      start: iso(b.start),
      end: iso(b.end),
      actualEnd: iso(b.actualEnd),
      isGap: b.isGap,
      entries: b.entries,
      totalTokens: b.totalTokens,
      costUSD: b.cost / 1e9,
    }));
    expect(blocks).toEqual(measured[name]);
  });

  test('burn rates as expected', () => {
    for (const { entries, costUSD, expected } of read('expected.json').burnRate) {
      if (!Array.isArray(entries)) {
        expect(parityBurn(DAY, DAY, event(0).tokens, 1)).toBe(expected);
        continue;
      }
      const times = entries.map((e) => Date.parse(`2024-01-01T${e.t}Z`));
      const sum = (key: string) => entries.reduce((total, e) => total + (e[key] ?? 0), 0);
      const tokens = {
        input: sum('input'),
        output: sum('output'),
        cacheWrite5m: sum('cacheCreation'),
        cacheWrite1h: 0,
        cacheRead: sum('cacheRead'),
      };
      const burn = parityBurn(times[0]!, times.at(-1)!, tokens, Math.round(costUSD * 1e9))!;
      expect({ ...burn, costPerHour: burn.costPerHour / 1e9 }).toEqual(expected);
    }
  });
});
