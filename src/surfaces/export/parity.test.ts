import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { BlockRow, PeriodRow, SessionRow } from '../../usage/report.ts';
import { blocksJson, dailyJson, jsonChunks, monthlyJson, sessionsJson, weeklyJson } from './json.ts';
import type { Json } from './json-row.ts';
import { blockRows } from './test-blocks.ts';
import { meta, ours, peerSamples, rowOf, type Sample, sessionRow } from './test-rows.ts';
import type { JsonOptions } from './types.ts';

const text = (report: object) => [...jsonChunks(report)].join('');

const measured = path.resolve('../shared/fixtures/peer-cases/10-repo-fixture/measured.json');
describe.skipIf(!existsSync(measured))('UR-32 parity: case 10 (needs ../shared)', () => {
  const peer = existsSync(measured) ? (JSON.parse(readFileSync(measured, 'utf8')) as Record<string, unknown>) : {};
  const claude: JsonOptions = { cost: true, parity: 'claude' };
  const totals = rowOf(peerSamples);
  const days = (key: (sample: Sample) => string): PeriodRow[] =>
    [...Map.groupBy(peerSamples, key)].map(([period, samples]) => ({ period, ...rowOf(samples) }));
  const bare = (report: object) => {
    const { schemaVersion, ...rest } = JSON.parse(text(report)) as Json;
    expect(schemaVersion).toBe(1);
    return rest;
  };
  const daily = days((sample) => sample.at.slice(0, 10));
  const sessions: SessionRow[] = [...Map.groupBy(peerSamples, (sample) => sample.session)].map(([id, samples]) =>
    sessionRow(id, rowOf(samples), { folder: id.replace('session', 'project') }),
  );

  test('daily, weekly, monthly, sessions', () => {
    expect(bare(dailyJson(daily, totals, meta, claude))).toEqual(peer['v20.0.24 claude daily']);
    const weeks = days((sample) => (sample.at < '2026-01-11' ? '2026-01-04' : '2026-02-01'));
    expect(bare(weeklyJson(weeks, totals, meta, claude))).toEqual(peer['v20.0.24 claude weekly']);
    expect(
      bare(
        monthlyJson(
          days((sample) => sample.at.slice(0, 7)),
          totals,
          meta,
          claude,
        ),
      ),
    ).toEqual(peer['v20.0.24 claude monthly']);
    const idle = sessionRow('idle', rowOf([]));
    expect(bare(sessionsJson([idle, ...[...sessions].reverse()], totals, meta, claude))).toEqual(peer['v20.0.24 claude session']);
  });

  test('blocks', () => {
    const block = (start: string, end: string, samples: readonly Sample[]): BlockRow => ({
      ...blockRows[0]!,
      gap: samples.length === 0,
      source: 'estimated',
      start: Date.parse(start),
      end: Date.parse(end),
      row: samples.length === 0 ? null : rowOf(samples),
    });
    const rows = [
      block('2026-01-09T10:00:00Z', '2026-01-09T15:00:00Z', peerSamples.slice(0, 2)),
      block('2026-01-09T17:30:00Z', '2026-01-10T09:15:00Z', []),
      block('2026-01-10T09:00:00Z', '2026-01-10T14:00:00Z', peerSamples.slice(2, 3)),
      block('2026-01-10T14:15:00Z', '2026-02-03T08:00:00Z', []),
      block('2026-02-03T08:00:00Z', '2026-02-03T13:00:00Z', peerSamples.slice(3)),
    ];
    expect(bare(blocksJson(rows, meta, claude))).toEqual(peer['v20.0.24 blocks']);
  });

  test('UR-42 the all-agents form', () => {
    const unified = bare(dailyJson(daily, totals, meta, { cost: true, parity: 'unified' })) as { daily: Json[] };
    const plain = (peer['v20.0.24 claude daily'] as { daily: Json[] }).daily[0]!;
    const { date, ...row } = plain;
    expect(unified.daily[0]).toEqual({
      agent: 'all',
      period: date,
      metadata: { agents: ['claude'] },
      ...row,
      modelsUsed: ['claude-opus-4-20250514-fast', 'claude-sonnet-4-20250514'],
    });
    const { session } = bare(sessionsJson(sessions, totals, meta, { cost: true, parity: 'unified' })) as { session: Json[] };
    expect(session[0]).toMatchObject({ agent: 'claude', period: 'session-alpha', metadata: { lastActivity: '2026-01-10T09:15:00.000Z' } });
  });

  test('UR-41 programs written for the peer find the same in our own shape', () => {
    interface Shape {
      daily: { date: string; totalCost: number; modelBreakdowns: { modelName: string; cost: number }[] }[];
      totals: { totalCost: number; totalTokens: number };
    }
    const programs: ((report: Shape) => unknown)[] = [
      (report) => report.totals.totalCost,
      (report) => report.totals.totalTokens,
      (report) => report.daily.map((day) => [day.date, day.totalCost]),
      (report) => report.daily.at(-1)?.totalCost,
      (report) => report.daily.flatMap((day) => day.modelBreakdowns.map((part) => [part.modelName, part.cost])),
    ];
    const own = bare(dailyJson(daily, totals, meta, ours)) as unknown as Shape;
    for (const program of programs) expect(program(own)).toEqual(program(peer['v20.0.24 claude daily'] as Shape));
  });
});
