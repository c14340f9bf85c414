import { expect, test } from 'vitest';
import type { Snapshot } from './snapshot.ts';
import { NO_FACTS, summaryInput } from './summary.ts';

const session = (id: string, name: string, titleSource: string) => ({
  id,
  name,
  titleSource,
  state: 'working',
  account: 'default',
  total: { cost: 1e9 },
  burnNow: { work: 1, costPerHour: null },
});
const warning = (sessionId: string | null, text: string) => ({ severity: 'warn', text, since: 1, sessionId });
const snapshot = {
  takenAt: 5,
  combined: { today: { all: 1, cost: 1, costIsLowerBound: false } },
  accounts: [],
  sessions: [session('a', 'marmot harbour', 'given'), session('b', 'Fix login', 'ai-title')],
  warnings: [warning('a', 'marmot harbour waits'), warning('b', 'Fix login waits'), warning(null, 'the week is full')],
} as unknown as Snapshot;

test('UR-69 names that are sealed at rest are not written for the hot paths, nor warnings that say them', () => {
  expect(JSON.stringify(summaryInput(snapshot, NO_FACTS))).toContain('marmot');
  const hidden = summaryInput(snapshot, { ...NO_FACTS, hidesGiven: true });
  expect(JSON.stringify(hidden)).not.toContain('marmot');
  expect(hidden.sessions.map(({ title }) => title?.text)).toEqual([undefined, 'Fix login']);
  expect(hidden.alerts).toMatchObject({ open: 3, top: [{ text: 'Fix login waits' }, { text: 'the week is full' }] });
});
