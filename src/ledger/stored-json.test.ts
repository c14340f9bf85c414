import { expect, it } from 'vitest';
import { storedJson } from './stored-json.ts';

it('REL-22: a value that a flipped byte spoilt is lost alone', () => {
  expect(storedJson('{"a":1}', {})).toEqual({ a: 1 });
  expect(storedJson('["x"]', [])).toEqual(['x']);
  for (const text of ['{"a":1', '', undefined, '[1]']) expect(storedJson(text, { lost: true })).toEqual({ lost: true });
  expect(storedJson('{"a":1}', ['lost'])).toEqual(['lost']);
  // Where nothing is expected in its place any form is taken.
  expect(storedJson('[1]', null)).toEqual([1]);
});

it('REL-22: a stored null where something else was expected is damage too', () => {
  expect(storedJson('null', {})).toEqual({});
  expect(storedJson('1', {})).toEqual({});
});
