import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEYS } from '../keys.ts';
import { type Input, InputDecoder } from './decode.ts';

const ESC = '\u001b';

function read(...chunks: readonly string[]): readonly Input[] {
  const decoder = new InputDecoder();
  return [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.flush()];
}

const keys = (...chunks: readonly string[]) => read(...chunks).map((input) => (input.kind === 'key' ? input.key : input.kind));

describe('keys of a terminal, LV-72', () => {
  test.each([
    [`${ESC}[A`, 'up'],
    [`${ESC}OA`, 'up'],
    [`${ESC}[1;1A`, 'up'],
    [`${ESC}[1;1:1A`, 'up'],
    [`${ESC}[B`, 'down'],
    [`${ESC}[5~`, 'pageup'],
    [`${ESC}[6~`, 'pagedown'],
    [`${ESC}[H`, 'home'],
    [`${ESC}[1~`, 'home'],
    [`${ESC}OF`, 'end'],
    [`${ESC}[Z`, 'shift+tab'],
    [`${ESC}[9;2u`, 'shift+tab'],
    [`${ESC}OP`, 'f1'],
    [`${ESC}[11~`, 'f1'],
    [`${ESC}[[A`, 'f1'],
    [`${ESC}[27u`, 'esc'],
    [`${ESC}[99;5u`, 'ctrl+c'],
    [`${ESC}[113u`, 'q'],
    [`${ESC}[103;2u`, 'G'],
    [`${ESC}[97:65;2u`, 'A'],
    [`${ESC}[49:33;2u`, '!'],
    [`${ESC}[97:999999999;2u`, 'A'],
    [`${ESC}[97:55296;2u`, 'A'],
    [`${ESC}[97:3;2u`, 'A'],
    [`${ESC}[32u`, 'space'],
    [`${ESC}[67;5u`, 'ctrl+c'],
    [`${ESC}[9u`, 'tab'],
    [`${ESC}[57364u`, 'f1'],
    [`${ESC}OM`, 'enter'],
    ['\b', 'backspace'],
    ['\r', 'enter'],
    ['\u0003', 'ctrl+c'],
    [' ', 'space'],
    ['é', 'é'],
    ['😀', '😀'],
    [ESC, 'esc'],
  ])('%j is %s', (bytes, key) => {
    expect(keys(bytes)).toEqual([key]);
    expect(keys(...bytes)).toEqual([key]);
  });

  test.each([
    `${ESC}[I`,
    `${ESC}[24;80R`,
    `${ESC}[?1;2c`,
    `${ESC}[113;1:3u`,
    `${ESC}[1;5A`,
    `${ESC}x`,
    `${ESC}[200`,
    `${ESC}[M q!`,
    `${ESC}[999~`,
    `${ESC}[128u`,
    `${ESC}[31u`,
    `${ESC}[1114112u`,
    `${ESC}[57399u`,
    `${ESC}[97;6u`,
    `${ESC}[<0;1:2;3M`,
    `${ESC}[<0;3;1:2M`,
    `${ESC}[<64;0;1M`,
    `${ESC}[<64;1M`,
    `${ESC}[<2;3;5M`,
    '\u0000',
    '\u009b',
  ])('%j does nothing', (bytes) => {
    expect(keys(bytes)).toEqual([]);
  });

  test('pasted text comes whole and is no key, wherever it is broken', () => {
    const bytes = `${ESC}[200~q x\r${ESC}[A${ESC}[201~j`;
    const expected = [
      { kind: 'paste', text: `q x\r${ESC}[A` },
      { kind: 'key', key: 'j' },
    ];
    expect(read(bytes)).toEqual(expected);
    for (let at = 1; at < bytes.length; at++) expect(read(bytes.slice(0, at), bytes.slice(at))).toEqual(expected);
  });

  test('the mouse: press and wheel (LV-73)', () => {
    expect(read(`${ESC}[<0;3;5M${ESC}[<0;3;5m${ESC}[<64;1;1M${ESC}[<65;1;1M`)).toEqual([
      { kind: 'mouse', what: 'press', column: 2, row: 4 },
      { kind: 'mouse', what: 'wheelUp', column: 0, row: 0 },
      { kind: 'mouse', what: 'wheelDown', column: 0, row: 0 },
    ]);
  });

  test('an Esc that may still become a sequence waits, and is a key when nothing comes', () => {
    const decoder = new InputDecoder();
    expect([decoder.push(ESC), decoder.waits]).toEqual([[], true]);
    expect([decoder.flush(), decoder.waits]).toEqual([[{ kind: 'key', key: 'esc' }], false]);
    expect([decoder.push('a'), decoder.waits]).toEqual([[{ kind: 'key', key: 'a' }], false]);
  });

  test('10,000 byte strings: no crash, nothing but names, and what remains is small', () => {
    const piece = fc.oneof(
      fc.constantFrom(ESC, `${ESC}[`, `${ESC}O`, '[', '<', ';', '~', 'M', '200~', '201~', 'u'),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    const known = new Set(KEYS.flatMap((binding) => binding.keys));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (chunks) => {
        for (const input of read(...chunks)) {
          if (input.kind === 'key' && known.has(input.key) && input.key.length === 1) expect(chunks.join('')).toContain(input.key);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
