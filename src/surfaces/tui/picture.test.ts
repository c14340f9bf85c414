import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PictureInput } from './picture.ts';
import { textOf } from './spans.ts';
import { aSession, aSnapshot, NOW } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { Driven } from './testing-driven.ts';
import { displayWidth } from './width.ts';

const demo = demoLikeSnapshot();
const on = (columns?: number, rows?: number, more?: Partial<PictureInput>) => new Driven(demo, columns, rows, more);

describe('pictures', () => {
  test('80×24 shows what the example screen shows (LV-40)', () => {
    expect(on(80, 24).keys('down', 'down', 'down').lines).toEqual([
      ' 2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20',
      '── ACTIVE SESSIONS: 5 · idle 1 · ended 1 ───────────────────────────────────────',
      '  S  NAME              PROJECT     CTX TOKENS   COST   $/H SHARE LAST        AGE',
      '  ▲P fix-login-flake   api-server  34% 10.36M  $7.19  2.80   25% Bash         2m',
      '  ◆Q checkout-redesign shop-web    58%  6.49M  $2.50  1.50  8.7% AskUserQue… 41s',
      '  ✓Y review-418        shop-web    22%  1.33M  $0.74  0.00  2.6% Stop         6m',
      '> ●W migrate-orders    orders-db   88% 15.06M $17.70 16.10   62% Edit +2      1s',
      '  ●W api-docs          api-server   8%  2.59M  $0.06  0.05  0.2% Read         4s',
      '  ○I nightly-triage    infra        3% 662.1K  $0.02  0.00  0.1% Stop        48m',
      '  –X spike-logs        infra         — 886.2K  $0.47  0.00  1.6% SessionEnd  44m',
      '── COMBINED USAGE · 5 h window, work ───────────────────────────────────────────',
      ' Window  ███████████░│░░░░░ 62 % official, 12 s · to 15:20 · reserve 5 points',
      ' Tokens  ████████████░░░░░░ 65 % 52.19M / 80.00M today (yours) · window 37.37M',
      ' Burn    6,384 work tok/min (HIGH) · $20.45/h',
      ' Ahead   81 % (74–88 %) by 15:20 at this pace · 58.31M tokens',
      ' Cost    $28.67 window · $38.08 today, API-equivalent',
      '── PER-PROJECT 3 of 4 ──────────────────────────────────────────────────────────',
      ' orders-db     15,058,155 tok   62%  $17.70  since 10:23  1/1 active  HIGH',
      ' api-server    12,948,688 tok   25%   $7.24  since 10:41  2/2 active  HIGH',
      ' shop-web       7,816,870 tok   11%   $3.23  since 11:02  2/2 active  NORMAL',
      '── WARNINGS 2 of 5 ─────────────────────────────────────────────────────────────',
      ' ! migrate-orders: context 88 %, compaction is near',
      " ! project 'orders-db' has HIGH burn rate (4,260 > 1,000 tok/min)",
      ' ↑↓ Enter / filter s sort f freeze t jump x stop n name ? help q quit 1–4 panels',
    ]);
  });

  test('40×8 and 20×4 keep who, how full, how much (LV-40)', () => {
    expect(on(40, 8).lines).toEqual([
      '2 need you · 2 working · 1 your turn',
      '5h 62 % (official, 12 s) resets 15:20',
      '▲P fix-login-flake        34%  $7.19  2m',
      '◆Q checkout-redesign      58%  $2.50 41s',
      '✓Y review-418             22%  $0.74  6m',
      '●W migrate-orders         88% $17.70  1s',
      '$28.67 window · 6,384/min HIGH · !5',
      '↑↓ 4 of 7 · Enter · / · s · f · ? · q',
    ]);
    expect(on(20, 4).lines.slice(1)).toEqual(['5h 62 % resets 15:20', '$28.67 6.4K/m HIGH', '▲P fix-login-flake']);
  });

  test('2,000 sizes, states and keys: never too wide, never too tall, verdict on top, ASCII where asked (LV-41, LV-42)', () => {
    const hostile = aSession({
      id: 'h',
      name: '\u001b[2J\u202e漢字👨‍👩‍👧‍👦'.repeat(20),
      project: 'x'.repeat(300),
      branch: '\u0007\r\n',
      lastAction: { tool: '\u001b]0;t\u0007', target: '🇩🇪'.repeat(40), at: NOW },
    });
    const many = (count: number) => Array.from({ length: count }, (_, index) => aSession({ id: String(index), name: `session-${index}` }));
    const key = fc.constantFrom(
      'down',
      'enter',
      'esc',
      'tab',
      'z',
      's',
      'o',
      '?',
      'w',
      'H',
      'c',
      '/',
      'a',
      '"',
      'end',
      'right',
      '3',
      'f',
      'x',
      'space',
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 60 }),
        // Mostly the list itself; now and then after some keys, which draw it several times over.
        fc.oneof({ weight: 9, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: fc.array(key, { maxLength: 4 }) }),
        fc.boolean(),
        (columns, rows, count, pressed, ascii) => {
          const snapshot = count < 8 ? demo : aSnapshot({ ...demo, sessions: [hostile, ...many(count)] });
          const lines = new Driven(snapshot, columns, rows, { ascii })
            .keys(...pressed)
            .settle()
            .lines.map(textOf);
          expect(lines).toHaveLength(Math.max(1, rows));
          for (const text of lines) {
            expect(displayWidth(text)).toBeLessThanOrEqual(Math.max(1, columns));
            expect(text).not.toMatch(/\p{Cc}/u);
            if (ascii) expect(text).toMatch(/^[\x20-\x7e]*$/);
          }
          if (columns >= 10 && rows >= 2) expect(lines[rows >= 30 ? 1 : 0]).toMatch(/\d|Nothing|idle/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('every one of 40 sessions is reached by ↓ and in view (LV-2)', () => {
    const sessions = Array.from({ length: 40 }, (_, index) =>
      aSession({ id: String(index), name: `session-${String(index).padStart(2, '0')}` }),
    );
    const driven = new Driven(aSnapshot({ sessions }), 80, 24);
    const seen = new Set<string>();
    for (let step = 0; step < 40; step++) {
      seen.add(driven.chosen);
      expect(driven.lines.find((line) => line.startsWith('>'))).toContain(driven.chosen);
      driven.keys('down');
    }
    expect(seen.size).toBe(40);
    expect(driven.lines[1]).toMatch(/ACTIVE SESSIONS: 40 · \d+–40 of 40/);
  });
});
