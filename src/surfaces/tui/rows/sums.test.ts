import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { viewOf } from '../figures.ts';
import { snapshotJson } from '../json.ts';
import { plainView } from '../plain.ts';
import { textOf } from '../spans.ts';
import { amountsOf, aSession, aSnapshot, aWarning, NOW, sumOf } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { projectRows } from './projects.ts';
import { allWarnings, warningRows } from './warnings.ts';

const number = (text: string | undefined) => Number((text ?? '').replaceAll(',', ''));

describe('sums, D-38', () => {
  test('the demo adds up to 37,371,963 tokens and $28.665531 (LV-145)', () => {
    const json = snapshotJson(demoLikeSnapshot());
    const sum = (parts: readonly { window: { totalTokens: number; costUSD: number | null } }[]) => [
      parts.reduce((all, part) => all + part.window.totalTokens, 0),
      parts.reduce((all, part) => all + Math.round((part.window.costUSD ?? 0) * 1e9), 0),
    ];
    expect(sum(json.sessions)).toEqual([37_371_963, 28_665_531_000]);
    expect(sum(json.projects)).toEqual([37_371_963, 28_665_531_000]);
    expect(sum(json.models)).toEqual([37_371_963, 28_665_531_000]);
    expect([json.combined.totalTokens, json.combined.costUSD]).toEqual([37_371_963, 28.665531]);
    expect(json.projects.map((project) => project.window.totalTokens)).toEqual([15_058_155, 12_948_688, 7_816_870, 1_548_250]);
  });

  test('printed project rows add up to the printed combined figure (LV-4)', () => {
    const arbitrary = fc.array(fc.array(fc.integer({ min: 0, max: 90_000_000 }), { minLength: 5, maxLength: 5 }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(arbitrary, (all) => {
        const sessions = all.map((counts, index) =>
          aSession({ id: String(index), project: `p${index}`, window: amountsOf(counts as [number, number, number, number, number], 1) }),
        );
        const base = demoLikeSnapshot().projects[0]!;
        const projects = sessions.map((session) => ({
          ...base,
          name: session.project,
          path: `/${session.project}`,
          window: session.window,
        }));
        const snapshot = aSnapshot({ sessions, projects });
        const text = plainView(snapshot, { columns: 140, ascii: false });
        const rows = [...text.matchAll(/^ p\d+ +([\d,]+) tokens/gm)].map((found) => number(found[1]));
        const combined = number(/^ Tokens +([\d,]+) this window/m.exec(text)?.[1]);
        expect(rows).toHaveLength(sessions.length);
        expect(rows.reduce((sum, value) => sum + value, 0)).toBe(combined);
        expect(combined).toBe(sumOf(sessions.map((session) => session.window)).all);
      }),
      { numRuns: 200 },
    );
  });
});

describe('project rows, LV-55', () => {
  const snapshot = demoLikeSnapshot();
  const view = viewOf(snapshot, { ascii: false, now: NOW });

  test('sorted by share, with start, elapsed, active of all and severity (seed 002)', () => {
    expect(projectRows(view, snapshot, 'full', 8, 120).map(textOf)).toEqual([
      ' orders-db     15,058,155 tokens   62%  $17.70  started 10:23, 3 h 19 m  1 of 1 active  HIGH burn',
      ' api-server    12,948,688 tokens   25%   $7.24  started 10:41, 3 h 1 m   2 of 2 active  HIGH burn',
      ' shop-web       7,816,870 tokens   11%   $3.23  started 11:02, 2 h 40 m  2 of 2 active  NORMAL burn',
      ' infra          1,548,250 tokens  1.7%   $0.49  started 10:20, 3 h 22 m  0 of 2 active  NORMAL burn',
    ]);
  });

  test('behind midnight the day of a start goes before the end of a name', () => {
    const HOUR = 3_600_000;
    const [first, ...others] = snapshot.projects;
    const started = (hours: number) => ({ ...snapshot, projects: [{ ...first!, startedAt: NOW - hours * HOUR }, ...others] });
    const row = (hours: number, width: number) => textOf(projectRows(view, started(hours), 'medium', 8, width)[0]!);
    expect(row(15, 80)).toBe(' orders-db     15,058,155 tok   62%  $17.70  since 22:42  1/1 active  HIGH');
    expect(row(40, 80)).toContain(' orders-db    15,058,155 tok   62%  $17.70  since Wed 18 Nov  1/1');
    expect(row(15, 100)).toContain('since Thu 19 Nov 22:42');
    // A clock that was wrong: no time of the last 24 hours.
    expect(row(-20, 80)).toContain('since Sat 21 Nov');
  });

  test('a very long name is cut, figures never are', () => {
    const project = { ...snapshot.projects[0]!, name: 'x'.repeat(300) };
    const [row] = projectRows(view, { ...snapshot, projects: [project] }, 'medium', 8, 80).map(textOf);
    expect(row).toMatch(/^ x+… {2}15,058,155 tok/);
    expect(row).toContain('1/1 active  HIGH');
  });
});

test("what is held back comes first, then the episodes in the engine's order, muted ones not at all (LV-56, LV-90)", () => {
  const snapshot = demoLikeSnapshot({
    warnings: [aWarning('a warning'), aWarning('a note', { severity: 'info', level: 'info' }), aWarning('muted')],
    ingest: { ...demoLikeSnapshot().ingest, notice: 'the disk is full' },
  });
  const warnings = allWarnings(snapshot, new Set(['muted']));
  const rows = warningRows(viewOf(snapshot, { ascii: false, now: NOW }), warnings, 6, 80).map(textOf);
  expect(rows).toEqual([' ! the disk is full', ' ! a warning', ' i a note']);
});
