import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STATUSLINE_DEFAULTS } from '../../config/statusline-defaults.ts';
import { DEMO_PAYLOAD, demoFacts } from './demo-facts.ts';
import { type Input, inputOf, parseInput, salvageInput } from './input.ts';
import { layoutOf } from './layouts.ts';
import { renderLine } from './line.ts';

const F1 = demoFacts();
const draw = (input: Input) =>
  renderLine(
    { ...F1, input, quota: {} },
    { layout: layoutOf(STATUSLINE_DEFAULTS), theme: 'terminal', glyphs: 'arrows', depth: 0, width: 116 },
  );

/** Every leaf of the payload, as a path. */
function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]))];
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) };
}

const paths = leaves(DEMO_PAYLOAD).filter((path) => path.length > 0);

test.each(paths.map((path) => [path.join('.'), path] as const))('SL-2 %s: absent, null, text, NaN, negative, huge, object', (_, path) => {
  for (const bad of [undefined, null, '12', 'nonsense', Number.NaN, -1, 1e300, {}, [], true, '\u001b[31m']) {
    const input = inputOf(replaced(DEMO_PAYLOAD, path, bad) as never);
    const { text, faults } = draw(input);
    expect(faults).toEqual([]);
    expect(text).not.toBe('');
    expect(text).not.toMatch(/NaN|undefined|null|Infinity|\[object|\u001b/);
  }
});

test('SL-2 numeric text is a number', () => {
  const input = inputOf({ cost: { total_cost_usd: '1.5' }, context_window: { used_percentage: '33', context_window_size: '1000' } });
  expect(input.cost.usd).toBe(1.5);
  expect(input.context).toEqual({ used: null, size: 1000, percent: 33 });
});

test('D-35 context: the client’s per cent, else the last answer ÷ the window; nothing behind it is unknown', () => {
  const usage = { input_tokens: 7, output_tokens: 900, cache_creation_input_tokens: 5000, cache_read_input_tokens: 12_000 };
  const of = (window: object) => inputOf({ context_window: window }).context.percent;
  expect(of({ context_window_size: 1_000_000, current_usage: usage, used_percentage: 2 })).toBe(2);
  expect(of({ context_window_size: 1_000_000, current_usage: usage })).toBeCloseTo(1.7007);
  expect(of({ context_window_size: 200_000, current_usage: null })).toBeNull();
  expect(of({ context_window_size: 200_000, current_usage: null, used_percentage: 0 })).toBeNull();
  expect(
    of({ context_window_size: 200_000, current_usage: { input_tokens: 0, cache_read_input_tokens: 0 }, used_percentage: 0 }),
  ).toBeNull();
});

test('SL-1 10,000 texts: never an exception', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((text) => text.slice(0, -1)),
      ),
      (text) => {
        const input = parseInput(text);
        if (input !== null) expect(draw(input).text).not.toBe('');
        salvageInput(text);
      },
    ),
    { numRuns: 10_000 },
  );
});

test('SL-30 what is left of a payload that was cut off', () => {
  const text = JSON.stringify(DEMO_PAYLOAD).slice(0, 500);
  expect(parseInput(text)).toBeNull();
  expect(salvageInput(text)).toEqual({ sessionId: DEMO_PAYLOAD.session_id, model: 'Opus 5.5', cwd: '/home/dev/projects/api' });
});
