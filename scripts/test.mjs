// `npm test`: installs what is missing, checks format, types and build, runs every test. Further arguments go to vitest (`npm test -- src/usage`).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, node, root, run } from './prepare.mjs';

/** Programs that some tests need: how to see that one is there, its Debian packages, and what is skipped without it. */
const TOOLS = [
  {
    name: 'python3 with zone data',
    check: ['python3', '-c', 'import zoneinfo; zoneinfo.ZoneInfo("Asia/Kathmandu")'],
    packages: ['python3', 'tzdata'],
    suites: 'comparisons with the independent oracle (test/oracle, test/golden)',
  },
  { name: 'tmux', check: ['tmux', '-V'], packages: ['tmux'], suites: 'live view in tmux (test/e2e)' },
  { name: 'strace', check: ['strace', '-V'], packages: ['strace'], suites: 'system-call and fault tests (test/e2e, test/fault)' },
];
const present = (tool) => spawnSync(tool.check[0], tool.check.slice(1), { stdio: 'ignore' }).status === 0;

function installTools() {
  const missing = TOOLS.filter((tool) => !present(tool));
  if (missing.length === 0) return;
  const packages = missing.flatMap((tool) => tool.packages);
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    process.stderr.write(`Installing what tests need: ${packages.join(' ')}\n`);
    const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update'], options);
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  }
  for (const tool of missing.filter((each) => !present(each))) {
    console.log(
      `skipped without ${tool.name}: ${tool.suites}; install: apt-get install -y --no-install-recommends ${tool.packages.join(' ')}`,
    );
  }
}

/** Numbers of tests from vitest's own report. A file that could not be loaded has no tests: it counts as one failure. */
function countTests(file) {
  if (!existsSync(file)) return null;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const broken = report.testResults.filter(
    (each) => each.status === 'failed' && !each.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

function runTests(args) {
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-test-'));
  const report = join(scratch, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const ok = run(node(), [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...reporters, ...args]);
    return { ok, counts: countTests(report) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (!ensureInstalled()) process.exit(1);
installTools();

const tool = (...path) => join(root, 'node_modules', ...path);
const failed = [];
const step = (name, args) => {
  const ok = run(node(), args, { quiet: true });
  console.log(`${ok ? 'ok' : 'FAILED'}  ${name}`);
  if (!ok) failed.push(name);
  return ok;
};
step('biome check', [tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '.']);
step('tsc --noEmit', [tool('typescript', 'bin', 'tsc'), '--noEmit']);
// Without the program the end-to-end tests could only repeat that it is missing.
const built = step('build', [join(root, 'scripts', 'build.mjs')]);
const tests = built ? runTests(process.argv.slice(2)) : { ok: false, counts: null };
if (!tests.ok) failed.push('tests');
if (failed.length > 0) console.log(`FAILED: ${failed.join(', ')}`);
const counts = tests.counts ?? { passed: 0, failed: 0, skipped: 0 };
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = failed.length > 0 || counts.failed > 0 ? 1 : 0;
