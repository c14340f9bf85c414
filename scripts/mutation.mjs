// `npm run mutation [-- <folder or file of src/surfaces/tui, comma list>]`: changes the pure parts of the live view one place at a time, and counts how many
// changes a test notices (LV-141). It takes minutes for each folder; below the bar it ends 1. The report is written to .bench/mutation.json.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, node, root, run } from './prepare.mjs';

/** Percent of the changes that a test must notice. */
const LEAST = 85;
const PARTS = ['rows', 'sections', 'filter', 'ui', 'input', 'layout.ts', '../../monitor/verdict*.ts'];
const STRYKER = '10.1.1';

if (!ensureInstalled()) process.exit(1);
// Apart from the project's own dependencies: who only builds and tests needs none of its hundred packages.
const home = join(root, '.bench', 'stryker');
const at = (name, file) => join(home, 'node_modules', '@stryker-mutator', name, file);
if (!existsSync(at('core', 'package.json'))) {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${STRYKER}`);
  const flags = ['--prefix', home, '--no-save', '--no-package-lock', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  if (!run('npm', ['install', ...flags, ...packages], { quiet: true })) process.exit(1);
}
const parts = process.argv[2]?.split(',') ?? PARTS;
const globs = parts.map((part) => join('src', 'surfaces', 'tui', part.endsWith('.ts') ? part : join(part, '**', '*.ts')));
const config = join(root, '.bench', 'stryker.json');
writeFileSync(
  config,
  JSON.stringify({
    testRunner: 'vitest',
    plugins: [at('vitest-runner', join('dist', 'src', 'index.js'))],
    vitest: { configFile: 'scripts/mutation.config.ts' },
    mutate: [...globs, '!**/*.test.ts', '!**/testing*.ts'],
    coverageAnalysis: 'perTest',
    // Literals of a module are made before any test runs: each such change would run all tests.
    ignoreStatic: true,
    concurrency: 2,
    tempDirName: '.bench/mutation',
    ignorePatterns: ['.bench', 'dist', 'docs', 'test'],
    // Its own compiler's settings are none that the pinned one reads.
    tsconfigFile: 'none',
    reporters: ['clear-text', 'json'],
    clearTextReporter: { reportTests: false, allowColor: false },
    jsonReporter: { fileName: '.bench/mutation.json' },
    thresholds: { high: 95, low: LEAST, break: LEAST },
  }),
);
process.exitCode = run(node(), [at('core', join('bin', 'stryker.js')), 'run', config]) ? 0 : 1;
