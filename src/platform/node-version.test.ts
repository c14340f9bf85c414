import { expect, test } from 'vitest';
import { hideSqliteWarning, tooOldNode } from './node-version.ts';

test.each(['22.22.3', '23.1.0', '24.21.0', '26.0.0', '100.0.0'])('Node %s is new enough', (version) =>
  expect(tooOldNode(version)).toBeNull(),
);
test.each(['22.21.9', '20.20.2', '18.0.0'])('Node %s is told to be too old, and what is needed', (version) =>
  expect(tooOldNode(version)).toBe(
    `tidemark: this is Node ${version}, and Tidemark needs 22.22 or newer. Install a newer Node and run this again.`,
  ),
);

test('Node 22 does not call its SQLite experimental in the middle of a picture; other warnings stay', () => {
  const said: unknown[] = [];
  const warner = () => ({ emitWarning: (...args: unknown[]) => void said.push(args[0]) });
  for (const version of ['22.23.3', '24.21.0']) {
    const own = warner();
    hideSqliteWarning(version, own);
    for (const text of ['SQLite is an experimental feature and might change at any time', 'something else'])
      own.emitWarning(text, 'ExperimentalWarning');
  }
  expect(said).toEqual(['something else', 'SQLite is an experimental feature and might change at any time', 'something else']);
});
