import { afterEach, describe, expect, it, vi } from 'vitest';
import { nearestZones, offsetAt, resolveZone } from './zone.ts';

afterEach(() => vi.restoreAllMocks());

describe('UR-24 zones', () => {
  it('D-27: Greenwich in winter is UTC, in summer an hour ahead', () => {
    expect(offsetAt('Europe/London', Date.UTC(2026, 0, 1))).toBe(0);
    expect(offsetAt('Europe/London', Date.UTC(2026, 6, 1))).toBe(3_600_000);
  });
  it('D-27: a zone whose offset is written without digits, or not at all, is at Greenwich', () => {
    for (const text of ['1/1/2026, GMT', 'no offset']) {
      vi.spyOn(Intl.DateTimeFormat.prototype as { format: unknown }, 'format', 'get').mockReturnValue(() => text);
      expect(offsetAt('Africa/Accra', 0)).toBe(0);
      vi.restoreAllMocks();
    }
  });
  it('a system that does not name its zone counts in UTC', () => {
    for (const timeZone of [undefined, 'Nowhere/Land']) {
      vi.spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions').mockReturnValue({ timeZone } as Intl.ResolvedDateTimeFormatOptions);
      expect(resolveZone('local')).toBe('UTC');
      vi.restoreAllMocks();
    }
  });
  it('equally near names come in the order of the alphabet', () => {
    expect(nearestZones('Bari')).toEqual(['America/Bahia', 'Asia/Baku', 'Europe/Paris']);
    expect(nearestZones('Bari', 1)).toEqual(['America/Bahia']);
  });
});
