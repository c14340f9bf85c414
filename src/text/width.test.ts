import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { graphemes, isSimple } from './graphemes.ts';
import { displayWidth, fitEnd, fitMiddle, padEnd, padStart } from './width.ts';

const widths: [string, string, number][] = [
  ['ASCII', 'fix-login', 9],
  ['nothing', '', 0],
  ['CJK', '日本語', 6],
  ['ZWJ emoji', '👩‍👩‍👧‍👦', 2],
  ['flag', '🇩🇪', 2],
  ['combining', 'e\u0301', 1],
  ['RTL', 'שלום', 4],
  ['our own marks', '●W ≥ 62 % — … ░█', 16],
  ['our colours', '\u001b[31mred\u001b[0m', 3],
];

describe('LV-45 display width', () => {
  it.each(widths)('LV-45 %s', (_name, text, width) => expect(displayWidth(text)).toBe(width));
  it('LV-45 ambiguous characters are as wide as the terminal draws them', () => {
    expect([displayWidth('●…é'), displayWidth('●…é', { ambiguousWide: true })]).toEqual([3, 6]);
  });
  it('LV-45 every character taken for simple is one grapheme and one column, and joins no other', () => {
    const simple: string[] = [];
    for (let unit = 0; unit <= 0xffff; unit++) if (isSimple(String.fromCharCode(unit))) simple.push(String.fromCharCode(unit));
    expect(simple.length).toBeGreaterThan(1_000);
    for (const character of simple) expect(stringWidth(character), character.codePointAt(0)?.toString(16)).toBe(1);
    expect([...new Intl.Segmenter('en').segment(simple.join(''))].length).toBe(simple.length);
    expect([...graphemes('añ')]).toEqual(['a', 'ñ']);
  });
});

describe('LV-45 fitting', () => {
  it('LV-45 titles are cut at the end, by grapheme', () => {
    expect(fitEnd('checkout-redesign', 10)).toBe('checkout-…');
    expect(fitEnd('日本語テキスト', 6)).toBe('日本…');
    expect(fitEnd('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3)).toBe('👩‍👩‍👧‍👦…');
    expect(fitEnd('fits', 4)).toBe('fits');
    expect(fitEnd('word another', 6)).toBe('word…');
    expect(fitEnd('x'.repeat(300), 20)).toBe(`${'x'.repeat(19)}…`);
  });
  it('LV-45 paths are cut in the middle', () => {
    expect(fitMiddle('/home/joe/work/api-server', 11)).toBe('/home…erver');
    expect(fitMiddle('日本語テキスト', 7)).toBe('日…スト');
    expect(fitMiddle('short', 5)).toBe('short');
  });
  it('UR-53 other ellipses, and less room than they need', () => {
    expect(fitEnd('abcdefgh', 6, '...')).toBe('abc...');
    expect([fitEnd('abcd', 2, '...'), fitEnd('abcd', 1), fitEnd('abcd', 0), fitMiddle('abcd', -1)]).toEqual(['..', '…', '', '']);
    expect(fitEnd('abcdef', 1, '…', { ambiguousWide: true })).toBe('.');
  });
  it('pads by columns, not characters', () => {
    expect([padEnd('日本', 6), padStart('é', 3), padEnd('long', 2)]).toEqual(['日本  ', '  é', 'long']);
  });
});
