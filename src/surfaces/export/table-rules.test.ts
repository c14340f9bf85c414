import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../text/width.ts';
import type { ReportMeta } from '../../usage/report.ts';
import { blocksTable, compareTable, periodTable, sessionCard, sessionsTable, shortModel } from './table.ts';
import { blockRows } from './test-blocks.ts';
import { at, dailyRows, dailyTotals, detail, meta, mixedSamples, otherDetail, rowOf, sessionRow } from './test-rows.ts';

const november: ReportMeta = {
  ...meta,
  timezone: 'Europe/Berlin',
  since: '2026-11-16',
  until: '2026-11-20',
  unlogged: { cost: 310_000_000, sessions: 4, forksLeftOut: 0 },
};

const mixed = rowOf(mixedSamples);

describe('UR-50 hostile names', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .array(
        fc.constantFrom(
          '漢字',
          '👩‍👩‍👧‍👦',
          'ﷺ',
          'ا',
          '\u202e',
          'e\u0301\u0301\u0301',
          '\u001b[31m',
          '\u0007',
          '\t',
          '🏳️‍🌈',
          '\u200d',
          'a',
          ' ',
          '\u00ad',
          'ｗ',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join('')),
  );
  test('1,000 names: no line is wider than the terminal, no control byte comes through', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 20, max: 220 }), fc.boolean(), (name, columns, ascii) => {
        const row = sessionRow(name, rowOf([{ ...mixedSamples[0]!, model: name }, mixedSamples[1]!]), {
          project: name,
          branch: name,
          title: name,
          account: name,
        });
        const options = at(columns, { ascii, wide: name.length % 3 === 0 });
        const hostileMeta = { ...meta, filters: { project: [name] }, accounts: [name] };
        const lines = [
          ...sessionsTable([row], row, hostileMeta, options),
          ...periodTable(
            'daily',
            [{ ...rowOf([{ ...mixedSamples[0]!, model: name }, mixedSamples[1]!]), period: '2026-11-20' }],
            row,
            hostileMeta,
            { ...options, breakdown: true },
          ),
          ...blocksTable(
            blockRows.map((each) => ({ ...each, account: `${name}${each.start % 7}` })),
            hostileMeta,
            options,
          ),
          ...sessionCard({ ...detail, row, transcriptPath: name }, hostileMeta, options),
          ...compareTable([{ ...detail, row }, otherDetail], hostileMeta, options),
        ];
        for (const line of lines) {
          expect(displayWidth(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/u);
        }
      }),
      { numRuns: 1000 },
    );
  }, 60_000);

  test('numbers are never cut: each figure of a narrow table is one of a wide one', () => {
    const usual = periodTable('daily', dailyRows, dailyTotals, november, at(80)).join('\n');
    for (const columns of [20, 30, 40, 50, 60, 70, 80, 90, 100, 110]) {
      const lines = periodTable('daily', dailyRows, dailyTotals, november, at(columns));
      for (const row of lines.filter((line) => line.startsWith(' 2026-11'))) expect(usual).toContain(row.split(' ').at(-1));
    }
  });

  test('columns leave in the order Cache r, Cache w, Models, Total', () => {
    const left = new Set<string>();
    for (let columns = 80; columns >= 20; columns -= 1) {
      const header = periodTable('daily', dailyRows, dailyTotals, november, at(columns)).find((line) => line.includes('Cost'))!;
      for (const name of ['Cache r', 'Cache w', 'Models', 'Total', 'Out', 'In ']) if (!header.includes(name.trim())) left.add(name.trim());
    }
    expect([...left]).toEqual(['Cache r', 'Cache w', 'Models', 'Total', 'Out', 'In']);
  });
});

describe('notes under a table', () => {
  const empty = rowOf([]);
  const notes = (totals = dailyTotals, more: Partial<ReportMeta> = {}, options = at(120)) =>
    periodTable('daily', dailyRows, totals, { ...november, unlogged: meta.unlogged, ...more }, options)
      .slice(11)
      .map((line) => line.trim());

  test('UR-6 unpriced models with their tokens and the command; sums are marked', () => {
    expect(notes(mixed).slice(2)).toEqual([
      '1 model has no price: claude-quasar-7 (150 tokens, cost unknown)',
      'set one: tidemark config set pricing.overrides …',
    ]);
    const lines = periodTable(
      'daily',
      [
        { period: '2026-11-20', ...mixed },
        { period: '2026-11-21', ...rowOf(mixedSamples.slice(1)) },
      ],
      mixed,
      november,
      at(120),
    );
    expect(lines[4]).toMatch(/≥100 .*≥3,300 +≥ \$0\.02$/u);
    expect(lines[5]).toMatch(/—$/u);
  });
  test('UR-4 unread lines, UR-5 the first record', () => {
    expect(notes(dailyTotals, { ingest: { ...meta.ingest, rejectedLines: 3 } }).at(-1)).toBe(
      '3 lines could not be read (tidemark ledger stats)',
    );
    expect(notes(dailyTotals, { ingest: { ...meta.ingest, rejectedLines: 1 } }).at(-1)).toBe(
      '1 line could not be read (tidemark ledger stats)',
    );
    expect(notes(dailyTotals, { since: '2024-11-20' }).at(-1)).toBe('no data recorded before 2026-10-02');
    expect(notes()).toEqual(['', 'API-equivalent cost, prices of 2026-11-20']);
  });
  test('UR-91 nothing in range', () => {
    expect(
      periodTable(
        'daily',
        [],
        empty,
        { ...meta, since: '2026-11-01', until: '2026-11-02', lastRecord: Date.parse('2026-11-19T10:00:00Z') },
        at(80),
      ),
    ).toEqual([
      ' Daily usage · 2026-11-01 to 2026-11-02 · zone UTC',
      '',
      ' No usage between 2026-11-01 and 2026-11-02 (newest: 2026-11-19)',
    ]);
    const notice = (more: Partial<ReportMeta>) => periodTable('daily', [], empty, { ...meta, ...more }, at(80))[2];
    expect(notice({ lastRecord: null, firstRecord: null })).toBe(' No usage recorded');
    expect(notice({ since: '2026-11-01', until: '2026-11-01', lastRecord: null })).toBe(' No usage on 2026-11-01');
    expect(notice({ since: '2026-11-01', lastRecord: null })).toBe(' No usage since 2026-11-01');
    expect(notice({ until: '2026-11-01', lastRecord: null })).toBe(' No usage until 2026-11-01');
    expect(notice({ filters: { project: ['x'] } })).toBe(' No usage with these filters (newest: 2026-11-20)');
  });
});

test.each([
  ['claude-opus-5-5-20260922', 'opus-5-5'],
  ['claude-sonnet-4-6', 'sonnet-4-6'],
  ['claude-opus-4-20250514-fast', 'opus-4-fast'],
  ['us.anthropic.claude-opus-4-5-20251101-v1:0', 'opus-4-5'],
  ['claude-opus-4-5@20251101', 'opus-4-5'],
  ['anthropic/claude-haiku-5-5', 'haiku-5-5'],
  ['gpt-x', 'gpt-x'],
  ['claude-', 'claude-'],
  ['', ''],
])('short name of %s', (id, short) => expect(shortModel(id)).toBe(short));
