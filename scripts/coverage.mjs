// `npm run coverage`: how much of src/ the tests inside vitest's processes run; below the limits of vitest.config.ts it ends 1. Further arguments go to vitest.
// Tests that start the built program are left out: what a child runs is not seen here, and they take minutes.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, node, root, run } from './prepare.mjs';

/** Where tests call the source themselves. */
const INSIDE = [
  'src',
  'test/model',
  'test/fuzz',
  'test/golden/oracle-homes-inside',
  'test/fault/first-reading',
  'test/fault/recovery',
  'test/fault/resume',
  'test/fault/rewritten',
  'test/fault/row-damage',
];
const PROVIDER = '@vitest/coverage-v8';

if (!ensureInstalled()) process.exit(1);
if (!existsSync(join(root, 'node_modules', PROVIDER))) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'vitest', 'package.json'), 'utf8'));
  process.stderr.write(`Coverage needs ${PROVIDER}, which is not installed. Get it with: npm install --save-dev ${PROVIDER}@${version}\n`);
  process.exit(1);
}
const more = process.argv.slice(2);
process.exitCode = run(node(), [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--coverage', ...INSIDE, ...more]) ? 0 : 1;
