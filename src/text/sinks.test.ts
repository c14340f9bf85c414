import { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { csvRow, guardFormula } from './csv.ts';
import { markdownText } from './markdown.ts';
import { plain } from './plain.ts';
import { redact } from './redact.ts';
import { terminalText } from './terminal.ts';
import { displayWidth, fitEnd, fitMiddle } from './width.ts';

const RUNS = { numRuns: 10_000 };
/** Pieces of what text from outside can hold at its worst; strings of them meet in ways that single ones do not. */
const PIECES = [
  '\u001b[31m',
  '\u001b[2J',
  '\u001b]0;title\u0007',
  '\u001b]52;c;aGk=\u0007',
  '\u001b]8;;http://x\u001b\\',
  '\u001bP1$r\u001b\\',
  '\u001bc',
  '\u009b?1049h',
  '\u009d',
  '\u0007',
  '\u0000',
  '\u007f',
  '\u0085',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u061c',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u034f',
  '\u3164',
  '\u180e',
  '\u180b',
  '\ufff9',
  '\ufffe',
  '\u{e0061}',
  '\u{e007f}',
  '\u{e0100}',
  '\ufe0f',
  '\ufe0e',
  '\u20e3',
  '\ud83d',
  '\udc00',
  '\u{1f3fd}',
  '👩',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '🇩🇪',
  '🇩',
  '©',
  '↔',
  '\u0338',
  '1️⃣',
  '漢字',
  'ｶﾞ',
  '한',
  '\u1112',
  '\u1161',
  '\u11ab',
  'é',
  'e\u0301',
  '\u0301',
  '\u0323',
  '\u0344',
  'مي',
  '\u0600',
  '\u0651',
  'שלום',
  'क्षि',
  '\u094d',
  '\u093c',
  '\u0958',
  'ก็',
  '\u0e33',
  '\u17b4',
  '\u{1d165}',
  ' ',
  '  ',
  '\t',
  '\r',
  '\n',
  '\r\n',
  '\u00a0',
  '\u2028',
  '\u3000',
  '…',
  '—',
  '●',
  '░',
  'a',
  'Z',
  '0',
  'name',
  '-',
  '=',
  '+',
  '@',
  '＝',
  '＠',
  '"',
  "'",
  ',',
  ';',
  '|',
  '`',
  '*',
  '_',
  '[x](http://y)',
  '<b>',
  'https://e.org',
  'www.e.org',
  'a@b.org',
  '&lt;',
  '#1',
  '1.',
  '\\',
]; // prettier-ignore
const hostile = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) },
    ),
    { maxLength: 14 },
  )
  .chain((pieces) => fc.nat({ max: 40 }).map((times) => (times === 40 ? pieces.join('').repeat(200) : pieces.join(''))));
const FORBIDDEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u200b\u2060-\u2064\ufeff\u{e0000}-\u{e007f}\u2028\u2029]/u;
const count = (text: string) => [...new Intl.Segmenter('en').segment(text)].length;

describe('SEC-31 on 10,000 hostile strings', () => {
  it('SEC-31 is idempotent, within the cap, NFC, without a forbidden code point', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 60 }), (text, cap) => {
        const clean = plain(text, cap);
        expect(clean).not.toMatch(FORBIDDEN);
        expect(clean).not.toMatch(/^\s|\s$|\s\s|[^\S ]/);
        expect(count(clean)).toBeLessThanOrEqual(cap);
        expect(clean.normalize('NFC')).toBe(clean);
        expect(plain(clean, cap)).toBe(clean);
        for (const [joiner] of clean.matchAll(/.\u200d./gsu))
          expect(joiner).toMatch(/(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f)\u200d\p{Extended_Pictographic}/u);
      }),
      RUNS,
    );
  });

  it.each(['a\u0301', '\u200d👩', '\u200c', '\ufe0f', 'ب\u200c', '👩\u200d', '\u001b[', ' ', '\ud800', '\u0301', '漢'])(
    'SEC-31 takes linear time on a long run of %j',
    (run) => {
      const timeOf = (length: number) => {
        const text = run.repeat(Math.ceil(length / run.length));
        const start = performance.now();
        plain(text, Number.POSITIVE_INFINITY);
        return performance.now() - start;
      };
      timeOf(10_000);
      const [short, long] = [Math.min(timeOf(50_000), timeOf(50_000)), Math.min(timeOf(400_000), timeOf(400_000))];
      expect(long).toBeLessThan(short * 32 + 50);
    },
  );
});

describe('TS-1 terminal', () => {
  it('TS-1 10,000 hostile titles leave cursor line, title, modes, clipboard and links of a terminal alone', async () => {
    const terminal = new Terminal({ cols: 1_000, rows: 5, allowProposedApi: true });
    const happened: string[] = [];
    terminal.onTitleChange((title) => happened.push(`title ${title}`));
    terminal.onBell(() => happened.push('bell'));
    terminal.onData((data) => happened.push(`answer ${data}`));
    for (const id of [0, 2, 8, 9, 52, 99, 777]) terminal.parser.registerOscHandler(id, () => happened.push(`osc ${id}`) > 0);
    const modes = JSON.stringify(terminal.modes);
    const titles = fc.sample(hostile, 10_000);
    await new Promise<void>((done) => terminal.write(titles.map((title) => `${terminalText(title, 80)}\r`).join(''), done));
    expect(happened).toEqual([]);
    expect(JSON.stringify(terminal.modes)).toBe(modes);
    expect([terminal.buffer.active.cursorX, terminal.buffer.active.cursorY, terminal.buffer.active.type]).toEqual([0, 0, 'normal']);
  });
});

describe('LV-45, UR-50 width', () => {
  it('LV-45 equals the width tables, also where they are not asked', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const clean = plain(text, 200);
        expect(displayWidth(clean)).toBe(stringWidth(clean));
        expect(displayWidth(clean, { ambiguousWide: true })).toBe(stringWidth(clean, { ambiguousIsNarrow: false }));
      }),
      RUNS,
    );
  });
  it('UR-50 fitted text is never wider than its columns', () => {
    fc.assert(
      fc.property(
        hostile,
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        fc.constantFrom('…', '...'),
        (text, columns, ambiguousWide, ellipsis) => {
          const clean = plain(text, 200);
          for (const shorten of [fitEnd, fitMiddle]) {
            const fitted = shorten(clean, columns, ellipsis, { ambiguousWide });
            expect(displayWidth(fitted, { ambiguousWide })).toBeLessThanOrEqual(columns);
            if (displayWidth(clean, { ambiguousWide }) <= columns) expect(fitted).toBe(clean);
          }
        },
      ),
      RUNS,
    );
  });
});

/** Reads RFC 4180 by the letter. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const row: string[] = [];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push(row.splice(0));
  }
  return rows;
}

describe('TS-9 CSV', () => {
  it('TS-9 10,000 records read back as they were, no text cell as a formula', () => {
    fc.assert(
      fc.property(hostile, hostile, fc.double(), (a, b, number) => {
        const [row, ...rest] = parseCsv(csvRow([a, number, b, null]));
        expect(rest).toEqual([]);
        for (const [cell, text] of [
          [row?.[0], a],
          [row?.[2], b],
        ] as const) {
          expect(cell).not.toMatch(/(?:^|[\r\n])[ \u00a0]*[=+\-@\t\r＝＋－＠]/);
          expect([plain(text, 4096), `'${plain(text, 4096)}`]).toContain(cell);
        }
        expect(row?.[1]).toBe(Number.isFinite(number) ? String(number) : '');
        expect(row?.[3]).toBe('');
      }),
      RUNS,
    );
  });
  it.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx', ' =1', '\u00a0 @x', '＝1', '＋1', '－1', '＠x', 'a\n=1', 'a\r\n  -1', 'a\r@x'])(
    'TS-9 %j is guarded',
    (text) => {
      expect(guardFormula(text)).toBe(`'${text}`);
    },
  );
  it.each(['a=1', "'=1", '', 'x-1', 'a\nb', '1+1'])('TS-9 %j is not', (text) => expect(guardFormula(text)).toBe(text));
  it('TS-9 numbers are never guarded; quotes double', () => {
    expect(csvRow([-5, 0.37015, -0, Number.NaN, true, null, 'a,"b"', '-5'])).toBe(`-5,0.37015,0,,true,,"a,""b""",'-5\r\n`);
  });
});

describe('TS-6 Markdown', () => {
  it('TS-6 10,000 strings: every piece of markup is escaped, and nothing else changes', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = markdownText(text);
        expect(escaped.replace(/\\([!-/:-@[-`{-~])/g, '$1')).toBe(plain(text, 1000));
        expect(escaped.replace(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[\\`*_{}[\]()<>#+\-.!|~@&:=]/);
      }),
      RUNS,
    );
  });
  it('TS-6 links, headings and columns are words', () => {
    expect(markdownText('# see [x](http://y) | www.a.org <b>')).toBe('\\# see \\[x\\]\\(http\\://y\\) \\| www\\.a\\.org \\<b\\>');
  });
});

describe('SEC-70 on hostile text', () => {
  it('SEC-70 redaction never throws and settles at once', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(redact(redact(text))).toBe(redact(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
