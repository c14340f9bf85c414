import { describe, expect, it } from 'vitest';
import { parseTimestamp } from './timestamp.ts';

const at = Date.UTC(2026, 10, 10, 10, 20, 30, 400);

describe('D-12 times that look like the client’s own', () => {
  it('are read though another character divides them', () => {
    expect(parseTimestamp('2026-11-10T10:20:30.400Z')).toBe(at);
    expect(parseTimestamp('2026-11-10 10:20:30.400Z')).toBe(at);
    expect(parseTimestamp('2026-11-10t10:20:30.400Z')).toBe(at);
  });
  it('are none with a letter for a digit, an hour, minute or second that does not exist, or other dividers', () => {
    for (const text of [
      '2026-11-10T1x:20:30.400Z',
      '2026-11-10T10:20:30.4/0Z',
      '2026-11-10T25:20:30.400Z',
      '2026-11-10T10:60:30.400Z',
      '2026-11-10T10:20:61.400Z',
      '2026-11-10T10.20.30.400Z',
    ])
      expect(parseTimestamp(text), text).toBeNull();
  });
  it('are none on a day or month that does not exist', () => {
    for (const text of [
      '2026-02-30T10:20:30.400Z',
      '2026-02-29T10:20:30+01:00',
      '2026-13-01T10:20:30.400Z',
      '2026-13-01T10:20:30+01:00',
      '2026-11-10T10:20:30+99:99',
    ])
      expect(parseTimestamp(text), text).toBeNull();
  });
});
