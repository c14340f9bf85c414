import { expect, test } from 'vitest';
import { profileIndicator } from './profile-indicator.ts';

test.each([
  [{ label: 'work', confidence: 95, liveProfiles: 2, show: 'auto' as const }, 'work'],
  [{ label: 'work', confidence: 95, liveProfiles: 1, show: 'auto' as const }, null],
  [{ label: 'work', confidence: 95, liveProfiles: 1, show: true }, 'work'],
  [{ label: 'work', confidence: 95, liveProfiles: 3, show: false }, null],
  [{ label: 'work', confidence: 40, liveProfiles: 2, show: 'auto' as const }, 'work?'],
  [{ label: 'me@example.org', confidence: 95, liveProfiles: 2, show: true }, null],
  [{ label: 'me@example.org', confidence: 95, liveProfiles: 2, show: true, isTyped: true }, 'me@example.org'],
])('AP-9 %j → %s', (given, expected) => expect(profileIndicator(given)).toBe(expected));
