// Run by vitest before the tests: they start the built program, which must be that of the present source.
import { ensureBuilt } from './prepare.mjs';

export default function setup() {
  if (!ensureBuilt()) throw new Error('The build failed: see above.');
}
