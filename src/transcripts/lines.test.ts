import { describe, expect, it } from 'vitest';
import { LineSplitter, MAX_LINE } from './lines.ts';

/** What a splitter told: lines as text, an overlong one as `…`. */
function listening(): { told: string[]; splitter: LineSplitter } {
  const told: string[] = [];
  const splitter = new LineSplitter({
    line: (chunk, start, end) => told.push(chunk.toString('utf8', start, end)),
    tooLong: () => told.push('…'),
  });
  return { told, splitter };
}

describe('LineSplitter', () => {
  it('HZ-7, HZ-8: gives the same lines and offset wherever the bytes are cut', () => {
    const bytes = Buffer.from('{"a":"日本"}\n\n{"b":1}\n{"half');
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second += 3) {
        const { told, splitter } = listening();
        for (const [from, to] of [
          [0, first],
          [first, second],
          [second, bytes.length],
        ] as const)
          splitter.push(bytes.subarray(from, to));
        expect(told).toEqual(['{"a":"日本"}', '', '{"b":1}']);
        expect(splitter.rest().toString()).toBe('{"half');
        expect(splitter.consumed).toBe(bytes.length - 6);
      }
    }
  });

  it('keeps what it holds when the reader fills its buffer again', () => {
    const { told, splitter } = listening();
    const shared = Buffer.from('half');
    splitter.push(shared);
    shared.fill('x');
    splitter.push(Buffer.from(' a line\n'));
    expect(told).toEqual(['half a line']);
  });

  it('SEC-41, HZ-19: a line over the bound costs one count, holds no memory, and the next line is read', () => {
    const { told, splitter } = listening();
    const quarter = Buffer.alloc(MAX_LINE / 4, 'x');
    for (let i = 0; i < 6; i++) splitter.push(quarter);
    expect(splitter.rest()).toHaveLength(0);
    expect(told).toEqual([]);
    splitter.push(Buffer.from('x\nnext\n'));
    expect(told).toEqual(['…', 'next']);
    expect(splitter.consumed).toBe(6 * quarter.length + 2 + 5);
  });

  it('SEC-41: the bound is the same for a line inside one chunk and for one that ends in the next', () => {
    const at = (length: number, cut: number): string[] => {
      const { told, splitter } = listening();
      const line = Buffer.alloc(length + 1, 'x');
      line[length] = 10;
      splitter.push(line.subarray(0, cut));
      splitter.push(line.subarray(cut));
      return told.map((text) => (text === '…' ? text : `${text.length}`));
    };
    expect(at(MAX_LINE, 0)).toEqual([`${MAX_LINE}`]);
    expect(at(MAX_LINE, 5)).toEqual([`${MAX_LINE}`]);
    expect(at(MAX_LINE + 1, 0)).toEqual(['…']);
    expect(at(MAX_LINE + 1, 5)).toEqual(['…']);
  });
});
