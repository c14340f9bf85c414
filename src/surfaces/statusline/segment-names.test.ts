import { expect, test } from 'vitest';
import { SEGMENT_NAMES } from '../../config/statusline.ts';
import { SEGMENTS } from './segments.ts';

test('SL-19 the names that the configuration knows are those that can be drawn', () => {
  expect(new Set(SEGMENT_NAMES)).toEqual(new Set(SEGMENTS.keys()));
  expect(SEGMENT_NAMES).toHaveLength(SEGMENTS.size);
});
