import { describe, expect, it } from 'vitest';
import { parseTimestamp } from './timestamp.ts';

describe('D-12 time of a line', () => {
  it.each([
    ['2026-11-20T19:26:17.927Z', Date.UTC(2026, 10, 20, 19, 26, 17, 927)],
    ['2026-11-20T19:26:17Z', Date.UTC(2026, 10, 20, 19, 26, 17)],
    ['2026-11-20T19:26:17.123456789Z', Date.UTC(2026, 10, 20, 19, 26, 17, 123)],
    ['2026-11-20t19:26:17.5z', Date.UTC(2026, 10, 20, 19, 26, 17, 500)],
    ['2026-11-20T19:26:17+05:30', Date.UTC(2026, 10, 20, 13, 56, 17)],
    ['2026-11-20 19:26:17-0800', Date.UTC(2026, 10, 21, 3, 26, 17)],
  ])('reads %s', (text, want) => expect(parseTimestamp(text)).toBe(want));
  it.each([
    [null],
    [undefined],
    [12],
    [{}],
    [''],
    ['yesterday'],
    ['2026-11-20'],
    ['2026-11-20T24:00:00Z'],
    ['2026-11-20T24:00:00.000Z'],
    ['2026-13-45T99:99:99.999Z'],
    ['2026-11-20T19:26:17'],
    [`2026-11-20T19:26:17.${'1'.repeat(80)}Z`],
  ])('refuses %s', (value) => expect(parseTimestamp(value)).toBeNull());
});
