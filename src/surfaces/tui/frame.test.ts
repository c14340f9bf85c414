import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frame, planOf } from './frame.ts';
import type { FrameOptions } from './frame-options.ts';
import { textOf } from './spans.ts';
import { amountsOf, aSession, aSnapshot, aWarning, estimatedWindow, NOTHING, NOW } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { displayWidth } from './width.ts';

const BASE: Omit<FrameOptions, 'columns' | 'rows'> = { ascii: false, compact: false, emoji: false };

const linesAt = (columns: number, rows: number, more: Partial<FrameOptions> = {}, snapshot = demoLikeSnapshot()) =>
  frame(snapshot, { ...BASE, columns, rows, ...more }).map(textOf);

const ESCAPE = String.fromCharCode(27);
const HOSTILE = [
  `${ESCAPE}[2J${ESCAPE}]0;title\u0007`,
  '\r\n\t\b',
  '漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字',
  '👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 family',
  '🇩🇪🇫🇷🇯🇵',
  'e\u0301\u0301\u0301'.repeat(50),
  '\u202eright to left\u202c',
  'שלום עולם',
  'x'.repeat(300),
  '\u0000\u009b31m',
  '',
];
const name = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 60 }));
const count = fc.integer({ min: 0, max: 5_000_000_000 });
const amounts = fc
  .tuple(count, count, count, count, count, fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: null }), fc.boolean())
  .map(([a, b, c, d, e, usd, lower]) => amountsOf([a, b, c, d, e], usd, { costIsLowerBound: lower, outputIsLowerBound: lower }));
const session = fc
  .record({
    name,
    project: name,
    branch: fc.option(name, { nil: null }),
    account: name,
    model: fc.option(name, { nil: null }),
    state: fc.constantFrom(
      'needs-permission',
      'needs-answer',
      'error',
      'rate-limited',
      'your-turn',
      'working',
      'compacting',
      'idle',
      'unknown',
      'ended',
    ),
    window: amounts,
    share: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: null }),
    lastAt: fc.option(fc.integer({ min: NOW - 9e9, max: NOW + 9e6 }), { nil: null }),
    lastError: fc.option(name, { nil: null }),
    contextPercent: fc
      .option(fc.double({ min: 0, max: 300, noNaN: true }), { nil: null })
      .map((value) => ({ value, source: 'measured' as const, at: null })),
  })
  .map((more) => aSession(more as Parameters<typeof aSession>[0]));
const snapshotOf = fc
  .record({
    sessions: fc.array(session, { maxLength: 60 }),
    warnings: fc.array(
      name.map((text) => aWarning(text)),
      { maxLength: 9 },
    ),
    reading: fc.boolean(),
    windows: fc.constantFrom([], [estimatedWindow()], demoLikeSnapshot().windows, [
      ...demoLikeSnapshot().windows,
      estimatedWindow({ account: 'b' }),
    ]),
    projects: fc.array(fc.record({ name, window: amounts }), { maxLength: 12 }),
  })
  .map(({ sessions, warnings, reading, windows, projects }) =>
    aSnapshot({
      sessions,
      warnings,
      windows,
      projects: projects.map((project) => ({ ...demoLikeSnapshot().projects[0]!, ...project })),
      ingest: { reading, percent: 68, files: sessions.length, lines: 0, rejectedLines: 0, notice: null },
    }),
  );
const options = fc.record({
  ascii: fc.boolean(),
  compact: fc.boolean(),
  emoji: fc.boolean(),
  offset: fc.integer({ min: 0, max: 80 }),
});

describe('frame', () => {
  test('never a line too wide or a screen too tall, verdict on top, ASCII where asked (LV-41, LV-1, LV-7)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 100 }),
        snapshotOf,
        options,
        (columns, rows, snapshot, more) => {
          const lines = frame(snapshot, { ...BASE, columns, rows, ...more }).map(textOf);
          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const text of lines) {
            expect(displayWidth(text)).toBeLessThanOrEqual(columns);
            expect(text).not.toMatch(/\p{Cc}/u);
            if (more.ascii) expect(text).toMatch(/^[\x20-\x7e]*$/);
          }
          if (columns >= 10) expect(lines[rows >= 30 ? 1 : 0]).toMatch(/\d|Nothing|No Claude|no data|idle|reading/);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('the sections keep the order of the screens at 120×40', () => {
    const titles = linesAt(120, 40).filter((text) => text.startsWith('── '));
    expect(titles.map((text) => text.replace(/ ─+$/, ''))).toEqual([
      '── ACTIVE SESSIONS: 5 · idle 1 · ended in this window 1',
      '── COMBINED USAGE · this 5-hour window, account work',
      '── PER-PROJECT BREAKDOWN · this window',
      '── WARNINGS 5',
    ]);
  });

  test('every one of 40 sessions can be reached, and the part shown is named (LV-2)', () => {
    const sessions = Array.from({ length: 40 }, (_, index) =>
      aSession({ id: String(index), name: `session-${String(index).padStart(2, '0')}` }),
    );
    const snapshot = aSnapshot({ sessions });
    const most = 40 - planOf(snapshot, { ...BASE, columns: 80, rows: 24 }).sessions.rows;
    const seen = new Set<string>();
    for (let offset = 0; offset <= most; offset++) {
      const lines = linesAt(80, 24, { offset }, snapshot);
      for (const text of lines) for (const found of text.matchAll(/session-\d\d/g)) seen.add(found[0]);
      expect(lines[1]).toMatch(/ACTIVE SESSIONS: 40 · \d+–\d+ of 40/);
    }
    expect(seen.size).toBe(40);
  });

  test('unknown is a dash and never 0; lower bounds carry ≥ (D-2)', () => {
    const window = amountsOf([10, 5, 0, 0, 0], null, { outputIsLowerBound: true });
    const unpriced = aSession({
      name: 'unpriced',
      window,
      burnNow: { work: 1, all: 1, costPerHour: null },
      contextPercent: { value: null, source: 'unknown', at: null },
    });
    const partly = aSession({ id: '2', name: 'partly', window: amountsOf([10, 5, 0, 0, 0], 1.2, { costIsLowerBound: true }) });
    const lines = linesAt(80, 24, {}, aSnapshot({ sessions: [unpriced, partly] }));
    expect(lines.find((text) => text.includes('unpriced'))).toMatch(/—\s+≥15\s+—\s+—\s+—\s+—\s+1m$/);
    expect(lines.find((text) => text.includes('partly'))).toMatch(/34%\s+15 ≥\$1\.20\s+0\.00\s+—\s+—\s+1m$/);
  });

  test('while history is read no sum is shown (LV-35)', () => {
    const demo = demoLikeSnapshot();
    const lines = linesAt(120, 40, {}, { ...demo, ingest: { ...demo.ingest, reading: true, percent: 68 } });
    expect(lines.join('\n')).not.toMatch(/\$\d+\.\d\d (this|today)|37,371,963|10\.36M/);
    expect(lines[0]).toContain('●reading');
  });

  test('without data it says what to do, in the middle (LV-34)', () => {
    const empty = aSnapshot({ ingest: { reading: false, percent: null, files: 0, lines: 0, rejectedLines: 0, notice: null } });
    const lines = linesAt(80, 24, {}, empty);
    expect(lines[0]).toBe(' No Claude Code data found yet');
    expect(lines[12]).toContain('To look around without data press d, or: tidemark demo');
  });

  test('a frozen picture says since when, and who needs a person meanwhile (LV-84)', () => {
    const frozen = { at: NOW, present: NOW + 12_000, needsYou: null };
    expect(linesAt(120, 40, { frozen })[0]).toContain('FROZEN 13:42:10 (+12 s)');
    expect(linesAt(120, 40, { frozen: { ...frozen, needsYou: 3 } })[0]).toContain('FROZEN 13:42:10 (+12 s, 3 need you now)');
  });

  test('emoji only where asked, only before section titles (LV-6)', () => {
    expect(linesAt(120, 40).join('')).not.toMatch(/\p{Emoji_Presentation}/u);
    const rows = linesAt(120, 40, { emoji: true }).filter((text) => /🔥|⚡|📊|⚠/u.test(text));
    expect(rows.map((text) => text.slice(0, 12).trim().split(' ')[0])).toEqual(['──', '──', '──', '──']);
  });

  test('only time moves without new data (LV-104)', () => {
    const before = linesAt(80, 24, { now: NOW });
    const after = linesAt(80, 24, { now: NOW + 5000 });
    const changed = before.filter((text, index) => text !== after[index]);
    expect(changed.every((text) => /\d+s$|official, 12 s/.test(text))).toBe(true);
  });

  test('wide screens have a second line per session and tokens by kind beside', () => {
    const lines = linesAt(200, 60);
    expect(lines).toHaveLength(60);
    expect(lines[5]).toContain('waits 2 m 14 s for permission · started 10:41, 3 h 1 m · account work');
    expect(lines.join('\n')).toMatch(/cache read\s+35,207,110\s+50,027,110/);
    expect(lines.join('\n')).toMatch(/opus-4-5\s+15,058,155 tokens/);
  });

  test('a session without any use is shown with zeros, not dashes (D-2)', () => {
    const lines = linesAt(80, 24, {}, aSnapshot({ sessions: [aSession({ name: 'fresh', window: NOTHING })] }));
    expect(lines.find((text) => text.includes('fresh'))).toMatch(/34%\s+0\s+\$0\.00\s+0\.00\s+—/);
  });
});
