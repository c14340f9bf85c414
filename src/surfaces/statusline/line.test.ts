import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STATUSLINE_DEFAULTS } from '../../config/statusline-defaults.ts';
import { displayWidth } from '../../text/width.ts';
import { DEMO_NOW, demoFacts } from './demo-facts.ts';
import type { Facts } from './facts.ts';
import { fitRows } from './fit.ts';
import { inputOf } from './input.ts';
import { layoutOf } from './layouts.ts';
import { type Look, renderLine } from './line.ts';
import { SEGMENTS } from './segments.ts';
import { availableWidth } from './setup.ts';

const F1 = demoFacts();

function look(width: number, change: Partial<typeof STATUSLINE_DEFAULTS> = {}, depth: Look['depth'] = 0): Look {
  const statusline = { ...STATUSLINE_DEFAULTS, ...change };
  return { layout: layoutOf(statusline), theme: statusline.theme, glyphs: statusline.glyphs, depth, width };
}

const line = (width: number, change: Partial<typeof STATUSLINE_DEFAULTS> = {}, facts: Facts = F1) =>
  renderLine(facts, look(width, change)).text;

const ESCAPES = /\u001b(?:\[[0-9;]*m|\]8;;[!-~]*\u001b\\)/g;
const bare = (text: string) => text.replace(ESCAPES, '');

describe('layouts', () => {
  test.each([
    [116, '1 needs you · ~/projects/api main+2*3 · Opus 5.5 · ctx 33% · 5h 41% 2h29m · 7d 62% · $3.21eq · 3s · work'],
    [76, '▲1 · api main · Opus 5.5 · 33% · 5h 41% · 7d 62% · $3.21eq · 3s · work'],
    [56, '▲1 · api main · Opus 5.5 · 33% · 5h 41% · 7d 62% · 3s'],
    [36, '▲1 · api · Opus 5.5 · 33% · 5h 41%'],
    [20, '▲1 · api · 33%'],
  ])('SL-15 compact at %i', (width, expected) => expect(line(width)).toBe(expected));

  test.each([76, 116])('SL-16 classic at %i', (width) => {
    expect(line(width, { layout: 'classic' }).split('\n')).toEqual([
      '📁:~/projects/api 🌿:main+2*3 🤖:Opus5.5 🧠:674Kleft[===------|--] 🕐:14:06',
      '⌛:2h29m(41%)16:35 📅:62%(3d4h) 💰:$3.21eq|$2.57/h 👥:3s▲1 👤:work',
    ]);
  });

  test('SL-16 without pictures, and on one line', () => {
    const facts = { ...F1, settings: { ...F1.settings, useEmoji: false } };
    expect(line(196, { layout: 'classic', maxLines: 1 }, facts)).toBe(
      'dir:~/projects/api git:main+2*3 model:Opus5.5 ctx:674Kleft[===------|--] time:14:06 5h:2h29m(41%)16:35 7d:62%(3d4h) cost:$3.21eq|$2.57/h sessions:3s▲1 profile:work',
    );
    expect(line(196, { layout: 'classic', maxLines: 1 })).toContain('🕐:14:06 ⌛:2h29m');
  });

  test('SL-16 the legacy configuration switches segments of classic off', () => {
    const layout = layoutOf({ ...STATUSLINE_DEFAULTS, layout: 'classic' }, { clock: false, git: false, dir: false, budget: false });
    expect(layout.rows).toEqual([
      ['dir', 'model', 'context'],
      ['quota7d', 'spend', 'cost', 'sessions', 'profile', 'alerts', 'stale-config'],
    ]);
  });

  test('SL-17 minimal', () => {
    expect(line(116, { layout: 'minimal' })).toBe('1 needs you · api · Opus 5.5 · ctx 33% · 5h 41%');
    expect(line(116, { layout: 'minimal' }, { ...F1, others: null })).toBe('api · Opus 5.5 · ctx 33% · 5h 41%');
  });

  test('SL-18 powerline closes each block, stays within 256 colours and falls back to plain without colours', () => {
    expect(line(116, { layout: 'powerline' })).toContain('1 needs you > ~/projects/api > main+2*3 > Opus 5.5');
    for (const depth of [16, 256, 16777216] as const) {
      const { text } = renderLine(F1, look(80, { layout: 'powerline' }, depth));
      const opened = [...text.matchAll(/\u001b\[(?!0m)[0-9;]+m/g)].length;
      expect([...text.matchAll(/\u001b\[0m/g)]).toHaveLength(opened);
      expect(text).not.toMatch(/[34]8;2;/);
      expect(displayWidth(bare(text))).toBeLessThanOrEqual(80);
    }
    expect(renderLine(F1, look(116, { layout: 'powerline' }, 256)).text).toMatchSnapshot();
    expect(renderLine(F1, look(116, { layout: 'powerline', glyphs: 'plain' }, 256)).plain).not.toContain('\ue0b0');
  });

  test('SL-19 own rows: order kept, unknown names ignored, an empty list is minimal', () => {
    expect(line(80, { segments: ['cost', 'nonsense', 'dir'], separator: ' / ' })).toBe('$3.21eq / ~/projects/api');
    expect(line(80, { segments: [['model'], ['context', 'dir']] })).toBe('Opus 5.5\nctx 33% · ~/projects/api');
    expect(line(116, { segments: [] })).toBe(line(116, { layout: 'minimal' }));
  });
});

test.each([
  [undefined, 116],
  ['', 116],
  ['0', 116],
  ['-1', 116],
  ['1', 10],
  ['9', 10],
  ['20', 16],
  ['80', 76],
  ['500', 496],
  ['abc', 116],
])('SL-20 width of COLUMNS=%s is %i', (columns, expected) => {
  expect(availableWidth(columns, STATUSLINE_DEFAULTS)).toBe(expected);
  expect(availableWidth(columns, { ...STATUSLINE_DEFAULTS, padding: 2, reserve: 0, width: 90 })).toBe(
    { 116: 90, 10: 10, 16: 16, 76: 76, 496: 496 }[expected] ?? 90,
  );
});

/** Texts as hostile as a payload can hold them. */
const nasty = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '\u001b[31mred\u001b[0m',
    '\u001b]52;c;AAAA\u0007',
    'a|b%{A1:x:}#(x)<b>',
    '\u202eevil',
    '\0nul',
    'line\u2028sep\nnext',
    'x'.repeat(10_000),
    '日本語のプロジェクト',
    '👩‍👩‍👧‍👦 family',
    ' ',
  ),
);
const facts: fc.Arbitrary<Facts> = fc
  .record({
    dir: nasty,
    branch: fc.option(nasty),
    model: nasty,
    name: nasty,
    label: nasty,
    percent: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
    usd: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    used: fc.double({ min: 0, max: 100, noNaN: true }),
    age: fc.integer({ min: 0, max: 4 * 3_600_000 }),
    others: fc.option(fc.record({ active: fc.nat(200), needsYou: fc.nat(20), maxContext: fc.option(fc.nat(100)) })),
    alerts: fc.nat(30),
  })
  .map((r) => ({
    ...F1,
    dir: `/home/dev/${r.dir}`,
    branch: r.branch,
    others: r.others,
    input: {
      ...F1.input,
      model: { id: r.model, name: r.model },
      sessionName: r.name,
      agent: r.name,
      style: r.label,
      worktree: r.dir,
      context: { used: null, size: 1_000_000, percent: r.percent },
      cost: { ...F1.input.cost, usd: r.usd },
    },
    quota: { five_hour: { ...F1.quota.five_hour!, used: r.used, at: DEMO_NOW - r.age } },
    summary: {
      ...F1.summary!,
      profiles: { ...F1.summary!.profiles, work: { ...F1.summary!.profiles.work!, label: r.label } },
      alerts: { open: r.alerts, top: [] },
    },
  }));
const layouts = fc.constantFrom('compact', 'classic', 'minimal', 'powerline') as fc.Arbitrary<
  'compact' | 'classic' | 'minimal' | 'powerline'
>;
const everySegment = [[...SEGMENTS.keys()].slice(0, 12), [...SEGMENTS.keys()].slice(12)];

describe('properties', () => {
  test('SL-21, SL-24: no line is too wide or empty, no escape sequence but ours, no control character', () => {
    fc.assert(
      fc.property(
        facts,
        layouts,
        fc.integer({ min: 10, max: 300 }),
        fc.constantFrom(0, 16, 256),
        fc.boolean(),
        (given, layout, width, depth, all) => {
          const chosen = look(width, { layout, maxLines: 3, segments: all ? everySegment : null }, depth as Look['depth']);
          const { text, faults } = renderLine(given, chosen);
          expect(faults).toEqual([]);
          for (const each of text.split('\n')) {
            const visible = bare(each);
            expect(visible.trim()).not.toBe('');
            expect(visible).toBe(visible.trimEnd());
            expect(visible).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
            expect(displayWidth(visible)).toBeLessThanOrEqual(width);
          }
          expect(text.split('\n').length).toBeLessThanOrEqual(10);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('SL-21: a wider line never shows less, and the directory is always there', () => {
    const piece = fc.record({
      p: fc.integer({ min: 2, max: 14 }),
      sizes: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
    });
    const plan = (width: number) => ({ width, maxLines: 1, between: () => 3, around: 0, ellipsis: '…', ambiguousWide: false });
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 10, max: 250 }),
        (given, at, width) => {
          const row = given.map(({ p, sizes }, index) => {
            const forms = [...sizes].sort((a, b) => b - a).map((size) => 'x'.repeat(size));
            return { id: `s${index}`, p, forms, tone: 'plain' as const };
          });
          row.splice(at, 0, { id: 'dir', p: 1, forms: ['~/projects/api', 'api'], tone: 'plain' });
          const [narrow, wide] = [width, width + 1].map(
            (columns) => new Map(fitRows([row], plan(columns))[0]!.map(({ id, text }) => [id, text.length])),
          );
          expect(narrow!.has('dir')).toBe(true);
          for (const [id, columns] of narrow!) expect(wide!.get(id) ?? 0).toBeGreaterThanOrEqual(columns);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('SL-22 ASCII: not one byte from 0x80 on, in any layout', () => {
    fc.assert(
      fc.property(facts, layouts, fc.integer({ min: 10, max: 300 }), fc.constantFrom(0, 256), (given, layout, width, depth) => {
        const { text } = renderLine(
          { ...given, settings: { ...given.settings, ascii: true } },
          look(width, { layout }, depth as Look['depth']),
        );
        expect(text).toMatch(/^[\n\u001b -~]+$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('looks', () => {
  test('SL-9 colours by meaning; without colours not one escape byte; the mark stands without them', () => {
    const full = { ...F1, input: { ...F1.input, context: { used: 950_000, size: 1_000_000, percent: 95 } } };
    expect(renderLine(full, look(116, {}, 16)).text).toContain('\u001b[1;31mctx 95%!\u001b[0m');
    expect(renderLine(full, look(116)).text).toContain('ctx 95%!');
    expect(renderLine(full, look(116)).text).not.toContain('\u001b');
    const warm = { ...F1, input: { ...F1.input, context: { used: 750_000, size: 1_000_000, percent: 75 } } };
    expect(renderLine(warm, look(116, {}, 16)).text).toContain('\u001b[33mctx 75%\u001b[0m');
    for (const theme of ['terminal', 'classic', 'safe', 'mono'] as const)
      expect(renderLine(full, look(116, { theme }, 256)).text).toMatchSnapshot(theme);
  });

  test('SL-24 a link only where it is asked for, and only to https', () => {
    const rows = { segments: ['dir', 'pr'] };
    const withPr = (url: string, links: boolean) => {
      const given = { ...F1, input: { ...F1.input, pr: { number: 7, url } }, settings: { ...F1.settings, links } };
      return renderLine(given, look(80, rows, 16)).text;
    };
    expect(withPr('https://example.org/pull/7', true)).toContain('\u001b]8;;https://example.org/pull/7\u001b\\#7\u001b]8;;\u001b\\');
    expect(withPr('https://example.org/pull/7', false)).not.toContain(']8;;');
    expect(withPr('file:///etc/passwd', true)).not.toContain(']8;;');
    expect(withPr('https://x/\u001b]52;c;AA\u0007', true)).not.toContain(']8;;');
  });

  test('SL-31 a failing segment fails alone', () => {
    const broken = new Map(SEGMENTS);
    broken.set('git', {
      ...SEGMENTS.get('git')!,
      compact: () => {
        throw new Error('x');
      },
    });
    const { text, faults } = renderLine(F1, look(116), broken);
    expect(faults).toEqual(['git']);
    expect(text).toContain('api · Opus 5.5');
  });

  test.each([...SEGMENTS.keys()])('SL-30 %s: thrown away, the line is never empty', (id) => {
    const broken = new Map(SEGMENTS).set(id, {
      ...SEGMENTS.get(id)!,
      compact: () => {
        throw new Error('x');
      },
    });
    expect(renderLine(F1, look(116, { segments: null }), broken).text).not.toBe('');
  });

  test('SL-23 equal data give equal bytes within a minute', () => {
    for (const layout of ['compact', 'classic'] as const) {
      const at = (second: number) => renderLine({ ...F1, now: DEMO_NOW + second * 1000 }, look(116, { layout })).text;
      expect(new Set(Array.from({ length: 60 }, (_, second) => at(second))).size).toBe(1);
    }
  });

  test('regression: no line break at the end, no blanks at the end, far resets never show', () => {
    const far = inputOf({ rate_limits: { five_hour: { used_percentage: 10, resets_at: DEMO_NOW / 1000 + 56_888 * 3600 } } });
    const given = { ...F1, quota: { five_hour: { ...far.quota.five_hour!, at: DEMO_NOW } } };
    expect(line(116, {}, given)).not.toContain('5h');
    expect(line(116)).toBe(line(116).trim());
  });
});
