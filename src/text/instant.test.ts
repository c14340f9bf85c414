import { describe, expect, it, vi } from 'vitest';
import { formatInstant } from './instant.ts';

const at = (hour: number) => Date.UTC(2026, 10, 20, hour, 5, 9);

describe('D-39 clocks of twelve hours', () => {
  it('have noon at 12 pm and midnight at 12 am', () => {
    const shown = [0, 1, 11, 12, 13, 23].map((hour) => formatInstant(at(hour), 'UTC', 'time', { hour12: true }));
    expect(shown).toEqual(['12:05 am', '1:05 am', '11:05 am', '12:05 pm', '1:05 pm', '11:05 pm']);
  });
  it('and never in the ISO styles', () => expect(formatInstant(at(13), 'UTC', 'isoTime', { hour12: true })).toBe('2026-11-20 13:05'));
});

it('D-39: a zone for which the system has no short name is named in full', () => {
  const formatToParts = Intl.DateTimeFormat.prototype.formatToParts;
  const spy = vi.spyOn(Intl.DateTimeFormat.prototype, 'formatToParts').mockImplementation(function (this: Intl.DateTimeFormat, date) {
    return formatToParts.call(this, date).filter(({ type }) => type !== 'timeZoneName');
  });
  expect(formatInstant(at(13), 'Asia/Kathmandu', 'full')).toBe('Fri 20 Nov 18:50:09 Asia/Kathmandu');
  spy.mockRestore();
});
