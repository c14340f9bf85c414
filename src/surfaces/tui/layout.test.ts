import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Counts, layout, type Plan, SECTIONS } from './layout.ts';

const DEMO: Counts = { sessions: 7, combined: 5, projects: 4, warnings: 5, models: 4, details: 4, chart: 5 };

const rowsOf = (plan: Plan) => ({
  header: plan.header,
  verdict: plan.verdict,
  sessions: plan.sessions.rows,
  combined: plan.combined.rows,
  projects: plan.projects.rows,
  warnings: plan.warnings.rows,
  models: plan.models.rows,
  footer: plan.footer,
});

const linesOf = (plan: Plan): number => {
  const { sessions, combined, projects, warnings, models, details, chart } = plan;
  const titles = [sessions, combined, projects, warnings, models, details, chart].filter((section) => section.title).length;
  const second = sessions.second ? sessions.rows : 0;
  const content = sessions.rows + combined.rows + projects.rows + warnings.rows + models.rows + details.rows + chart.rows;
  return Number(plan.header) + plan.verdict + titles + Number(sessions.heading) + second + content + plan.footer;
};

describe('layout, LV §4', () => {
  test.each([
    [200, 60, 'wide', { header: true, verdict: 1, sessions: 7, combined: 5, projects: 4, warnings: 5, models: 4, footer: 1 }],
    [120, 40, 'full', { header: true, verdict: 1, sessions: 7, combined: 5, projects: 4, warnings: 5, models: 0, footer: 1 }],
    [120, 60, 'full', { header: true, verdict: 1, sessions: 7, combined: 5, projects: 4, warnings: 5, models: 4, footer: 1 }],
    [80, 24, 'medium', { header: false, verdict: 1, sessions: 7, combined: 5, projects: 3, warnings: 2, models: 0, footer: 1 }],
    [60, 20, 'compact', { header: false, verdict: 1, sessions: 7, combined: 4, projects: 2, warnings: 1, models: 0, footer: 1 }],
    [40, 8, 'narrow', { header: false, verdict: 2, sessions: 4, combined: 1, projects: 0, warnings: 0, models: 0, footer: 1 }],
    [20, 4, 'tiny', { header: false, verdict: 2, sessions: 1, combined: 1, projects: 0, warnings: 0, models: 0, footer: 0 }],
  ] as const)('%i×%i is %s', (columns, rows, shape, expected) => {
    const counts = { ...DEMO, combined: columns === 60 ? 4 : 5 };
    const plan = layout(columns, rows, counts);
    expect(plan.shape).toBe(shape);
    expect(rowsOf(plan)).toEqual(expected);
  });

  test('two lines per session only where every session has both', () => {
    expect(layout(200, 60, DEMO).sessions.second).toBe(true);
    expect(layout(200, 30, DEMO).sessions.second).toBe(false);
    expect(layout(120, 60, DEMO).sessions.second).toBe(false);
  });

  test('many sessions take rows before projects and warnings, the combined line stays', () => {
    const plan = layout(80, 24, { ...DEMO, sessions: 40 });
    expect(rowsOf(plan)).toMatchObject({ sessions: 19, combined: 1, projects: 0, warnings: 0, footer: 1 });
  });

  test('--compact folds sections to a line each (LV-15)', () => {
    const plan = layout(120, 40, DEMO, { compact: true });
    expect(plan.shape).toBe('compact');
    expect(rowsOf(plan)).toMatchObject({ sessions: 7, combined: 1, projects: 1, warnings: 1 });
  });

  test('details below from 34 rows at 100–159 columns, the chart from 50 rows (LV-58)', () => {
    expect(layout(120, 40, DEMO).details.rows).toBe(4);
    expect(layout(120, 33, DEMO).details.rows).toBe(0);
    expect([layout(120, 60, DEMO).chart.rows, layout(120, 49, DEMO).chart.rows]).toEqual([5, 0]);
  });

  test('a section cut by its usual bound takes what is left: +1 is never left out where it fits (LV-43)', () => {
    expect(layout(120, 60, { ...DEMO, projects: 12, warnings: 9 })).toMatchObject({ projects: { rows: 12 }, warnings: { rows: 9 } });
  });

  test('folded sections keep their title, a zoomed one takes the body', () => {
    expect(layout(120, 40, DEMO, { folded: ['projects'] }).projects).toEqual({ title: true, rows: 0 });
    expect(rowsOf(layout(120, 40, DEMO, { zoomed: 'warnings' }))).toMatchObject({ sessions: 0, combined: 0, projects: 0, warnings: 36 });
  });

  test('folded sessions give their rows and their heading to the others, folded combined usage only its own', () => {
    const plan = layout(80, 24, DEMO, { folded: ['sessions'] });
    expect(plan.sessions).toEqual({ title: true, heading: false, rows: 0, second: false });
    expect(rowsOf(plan)).toMatchObject({ combined: 5, projects: 4, warnings: 5 });
    expect(layout(80, 24, DEMO, { folded: ['combined'] }).combined).toEqual({ title: true, rows: 0 });
    expect(layout(80, 10, DEMO, { folded: ['sessions'] }).sessions.rows).toBeGreaterThan(0);
  });

  test('one row is the verdict; the footer comes with six rows', () => {
    expect(rowsOf(layout(80, 1, DEMO))).toMatchObject({ verdict: 1, sessions: 0, combined: 0, footer: 0 });
    expect(layout(80, 5, DEMO).footer).toBe(0);
    expect(layout(80, 6, DEMO).footer).toBe(1);
  });

  test('a plan never needs more rows than there are (LV-41)', () => {
    const count = fc.integer({ min: 0, max: 60 });
    const counts = fc.record({
      sessions: count,
      combined: fc.integer({ min: 3, max: 9 }),
      projects: count,
      warnings: count,
      models: count,
      details: fc.constantFrom(0, 4),
      chart: fc.constantFrom(0, 5),
    });
    const wishes = fc.record({
      compact: fc.boolean(),
      footerLines: fc.integer({ min: 1, max: 8 }),
      folded: fc.subarray([...SECTIONS]),
      zoomed: fc.option(fc.constantFrom(...SECTIONS), { nil: null }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 100 }), counts, wishes, (columns, rows, all, wish) => {
        const plan = layout(columns, rows, all, wish);
        expect(linesOf(plan)).toBeLessThanOrEqual(Math.max(rows, 1) + (all.sessions === 0 ? 1 : 0));
        expect(plan.sessions.rows).toBeGreaterThanOrEqual(0);
        expect(plan.verdict).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});
