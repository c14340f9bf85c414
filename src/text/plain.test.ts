import { describe, expect, it } from 'vitest';
import { plain } from './plain.ts';
import { asUntrusted, forSerialiser, type Untrusted } from './untrusted.ts';

describe('SEC-30 text from outside is no string', () => {
  it('SEC-30 Untrusted is not assignable to string, nor string to Untrusted', () => {
    const text: Untrusted = asUntrusted('x');
    // @ts-expect-error text from outside must go through a sink
    const leaked: string = text;
    // @ts-expect-error a string becomes untrusted only by name
    const forged: Untrusted = 'x';
    // @ts-expect-error text from outside has no string methods
    const joined = () => text.concat('y');
    expect([leaked, forged, forSerialiser(text), typeof joined]).toEqual(['x', 'x', 'x', 'function']);
  });
});

const cases: [string, string, number, string][] = [
  ['plain ASCII is left alone', 'Fix login', 80, 'Fix login'],
  ['white space is collapsed and trimmed', ' \t a \n\r\n b\u00a0\u3000c\u0085d\u2028e\u2029f \v', 80, 'a b c d e f'],
  ['escape sequences lose what makes them act', '\u001b[31mred\u001b[0m\u009b2J', 80, '[31mred[0m2J'],
  ['OSC 52 loses its start and end', '\u001b]52;c;aGk=\u0007x\u009c', 80, ']52;c;aGk=x'],
  ['C0, DEL, C1', 'a\u0000b\u0008c\u007fd\u0080e\u009ff', 80, 'abcdef'],
  ['bidi controls', '\u202eevil\u202c\u2066x\u2069\u200e\u200f\u061c', 80, 'evilx'],
  ['zero-width characters', 'a\u200bb\u2060c\u2064d\ufeffe\u00adf', 80, 'abcdef'],
  ['tag characters', 'hi\u{e0001}\u{e0068}\u{e0069}\u{e007f}!', 80, 'hi!'],
  ['lone surrogates', 'a\ud800b\udc00c\ud83d', 80, 'abc'],
  ['pairs stay', '😀', 80, '😀'],
  ['ZWJ stays inside an emoji', '👩‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈', 80, '👩‍👩‍👧‍👦 👩🏽‍🚀 🏳️‍🌈'],
  ['ZWJ goes elsewhere', 'a\u200db 😀\u200d \u200d😀', 80, 'ab 😀 😀'],
  ['ZWNJ stays inside a Persian word, goes elsewhere', 'می\u200cخواهم pay\u200cpal', 80, 'می\u200cخواهم paypal'],
  ['a variation selector stays behind its base only', '❤️ \ufe0fa\ufe0f\ufe0e\ufe0f', 80, '❤️ a\ufe0f'],
  ['NFC', 'e\u0301 \u1112\u1161\u11ab', 80, 'é 한'],
  ['a removed character does not keep its neighbours apart', 'e\u200b\u0301', 80, 'é'],
  ['a cut is marked', 'abcdef', 4, 'abc…'],
  ['a cut leaves no blank before the mark', 'abc def', 5, 'abc…'],
  ['a cut is between graphemes', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 2, '👩‍👩‍👧‍👦…'],
  ['as many graphemes as allowed are not cut', '👩‍👩‍👧‍👦e\u0301x', 3, '👩‍👩‍👧‍👦éx'],
  ['cap 1', 'ab', 1, '…'],
  ['cap 0', 'ab', 0, ''],
  ['no cap', `${'é'.repeat(3_000)}\n`, Number.POSITIVE_INFINITY, 'é'.repeat(3_000)],
  ['nothing left', '\u0000\u200b \u202e', 10, ''],
  ['nine accents on a letter are eight', `x${'\u0301'.repeat(9)}y`, 10, `x${'\u0301'.repeat(8)}y`],
  ['ten thousand accents are eight, and the cut is marked', `x${'\u0301'.repeat(10_000)}y`, 10, `x${'\u0301'.repeat(8)}…`],
  ['an emoji of more than four parts falls apart', '👩\u200d'.repeat(10_000), 10, `👩‍👩‍👩‍👩${'👩'.repeat(8)}…`],
];

describe('SEC-31 the common first step', () => {
  it.each(cases)('SEC-31 %s', (_name, text, cap, expected) => {
    expect(plain(text, cap)).toBe(expected);
    expect(plain(expected, cap)).toBe(expected);
  });
});
