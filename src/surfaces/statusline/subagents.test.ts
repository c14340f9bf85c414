import { expect, test } from 'vitest';
import { displayWidth } from '../../text/width.ts';
import { subagentRows } from './subagents.ts';

const NOW = Date.UTC(2026, 10, 20, 14, 6);
const task = {
  id: 't1',
  name: 'coder',
  type: 'local_agent',
  status: 'running',
  description: 'SECRET',
  model: 'claude-sonnet-5-5',
  contextWindowSize: 200_000,
  tokenCount: 24_100,
  startTime: NOW - 190_000,
};
const rows = (tasks: unknown, columns: unknown = 80) =>
  subagentRows(JSON.stringify({ columns, tasks }), NOW)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id: string; content: string });

test('SL-42 a row per task', () => {
  expect(rows([task])).toEqual([{ id: 't1', content: 'coder · Sonnet 5.5 · 12% · 24.1K · 3m' }]);
  expect(rows([])).toEqual([]);
  expect(rows(Array.from({ length: 50 }, (_, index) => ({ ...task, id: `t${index}` })))).toHaveLength(50);
});

test('SL-42 missing model or window, numeric effort, broken tasks', () => {
  expect(rows([{ ...task, model: undefined, effort: 3 }])[0]?.content).toBe('coder · 12% · 24.1K · 3m');
  expect(rows([{ ...task, contextWindowSize: null }])[0]?.content).toBe('coder · Sonnet 5.5 · 24.1K · 3m');
  expect(rows([null, 5, {}, { id: 'x' }, { name: 'y' }])).toEqual([]);
  expect(subagentRows('nonsense', NOW)).toBe('');
  expect(JSON.stringify(rows([task]))).not.toContain('SECRET');
});

test('SL-42 widths 10 to 200, never empty', () => {
  for (let width = 10; width <= 200; width++) {
    const [row] = rows([{ ...task, name: '日本語\u001b[31m worker' }], width);
    expect(row?.content).not.toBe('');
    expect(displayWidth(row?.content ?? '')).toBeLessThanOrEqual(width);
    expect(row?.content).not.toContain('\u001b');
  }
});
