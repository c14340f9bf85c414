import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines } from './diff.ts';

const shown = (before: string | null, after: string | null) => diffLines(before, after).map(({ mark, text }) => `${mark}${text.trimEnd()}`);

test('a change with two lines around it, and where it stands', () => {
  expect(shown('1\n2\n3\n4\n5\n6\n', '1\n2\n3\nx\n4\n5\n6\n')).toEqual(['@@@ -2 +2 @@', ' 2', ' 3', '+x', ' 4', ' 5']);
});

test('a new file, a removed one, and none at all', () => {
  expect(shown(null, 'a\n')).toEqual(['@@@ -1 +1 @@', '+a']);
  expect(shown('a\n', null)).toEqual(['@@@ -1 +1 @@', '-a']);
  expect(shown(null, null)).toEqual([]);
});

test('the lines put in and kept are the new text, those taken out and kept the old', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 5 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const of = (mark: string) =>
        lines
          .filter((line) => line.mark === mark)
          .map((line) => line.text)
          .join('');
      if (before === after) expect(lines).toEqual([]);
      else if (before.length + after.length < 6) expect(of('+').length - of('-').length).toBe(after.length - before.length);
    }),
  );
});
