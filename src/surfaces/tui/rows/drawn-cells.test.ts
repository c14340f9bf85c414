import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionView } from '../../../monitor/snapshot.ts';
import { viewOf } from '../figures.ts';
import type { Column } from '../shape.ts';
import { aSession, aSnapshot, NOW } from '../testing.ts';
import { sessionTable } from './sessions.ts';

const COLUMNS: readonly Column[] = [
  'state',
  'name',
  'project',
  'branch',
  'model',
  'ctx',
  'bar',
  'tokens',
  'cost',
  'rate',
  'share',
  'action',
  'age',
];

/** What a snapshot may change of a session from one picture to the next. */
const changes: fc.Arbitrary<Partial<SessionView>> = fc.record(
  {
    name: fc.constantFrom('alpha', 'beta', 'a name that is rather long for its column'),
    titleSource: fc.constantFrom('given', 'project'),
    state: fc.constantFrom('working', 'idle', 'ended', 'needs-permission'),
    project: fc.constantFrom('api', 'a/b'),
    branch: fc.constantFrom(null, 'main'),
    model: fc.constantFrom(null, 'claude-opus-4-8'),
    lastAt: fc.constantFrom(null, NOW - 1000, NOW - 59_400, NOW - 61_000),
    share: fc.constantFrom(null, 1.2, 1.24, 50),
    lastTool: fc.constantFrom(null, 'Bash'),
    lastAction: fc.constantFrom(null, { tool: 'Edit', target: 'a.ts', at: NOW }),
    burnNow: fc.constantFrom({ work: 1, all: 1, costPerHour: null }, { work: 1, all: 1, costPerHour: 2_000_000_000 }),
    contextPercent: fc.constantFrom({ value: null, source: 'unknown', at: null }, { value: 91, source: 'measured', at: NOW }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<SessionView>>;
const moments = fc.record({
  change: changes,
  now: fc.constantFrom(NOW, NOW + 400, NOW + 5000),
  width: fc.constantFrom(60, 90, 120),
  reading: fc.boolean(),
});

test('LV-113: a kept row is the row that would be drawn anew, whatever changes between two pictures', () => {
  let serial = 0;
  const rowOf = (id: string, session: SessionView, { now, width, reading }: { now: number; width: number; reading: boolean }) => {
    const snapshot = aSnapshot({ sessions: [] });
    const view = viewOf({ ...snapshot, ingest: { ...snapshot.ingest, reading } }, { ascii: false, now });
    return sessionTable(view, [{ ...session, id }], COLUMNS, width, 2).rows;
  };
  fc.assert(
    fc.property(fc.array(moments, { minLength: 2, maxLength: 8 }), (all) => {
      const kept = `kept-${serial++}`;
      let session = aSession({});
      for (const moment of all) {
        session = { ...session, ...moment.change };
        expect(rowOf(kept, session, moment)).toEqual(rowOf(`new-${serial++}`, session, moment));
      }
    }),
    { numRuns: 200 },
  );
});
