import { execFileSync, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { colourDepth, describeTerminal } from './terminal.ts';

test('HZ-33: a 0×0 pseudo-terminal and a pipe get a usable size', () => {
  expect(describeTerminal({ TERM: 'xterm' }, { isTTY: true, columns: 0, rows: 0 })).toEqual({
    columns: 80,
    rows: 24,
    isTTY: true,
    canDraw: true,
    colour: 16,
  });
  expect(describeTerminal({ COLUMNS: '132', LINES: 'x' }, {})).toMatchObject({
    columns: 132,
    rows: 24,
    isTTY: false,
    canDraw: false,
    colour: 0,
  });
  expect(describeTerminal({ TERM: 'dumb' }, { isTTY: true, columns: 100, rows: 40 })).toMatchObject({
    columns: 100,
    rows: 40,
    canDraw: false,
    colour: 0,
  });
});

test.each([
  [{ NO_COLOR: '1', FORCE_COLOR: '3' }, true, 'auto', 0],
  [{ NO_COLOR: '' }, true, 'auto', 16],
  [{ NO_COLOR: '1' }, false, 'always', 16],
  [{ FORCE_COLOR: '0' }, true, 'auto', 0],
  [{ FORCE_COLOR: '2' }, false, 'auto', 256],
  [{ FORCE_COLOR: '', TERM: 'xterm-256color' }, false, 'auto', 256],
  [{ COLORTERM: 'truecolor' }, true, 'auto', 16777216],
  [{ TERM: 'dumb' }, true, 'auto', 0],
  [{ COLORTERM: 'truecolor' }, true, 'never', 0],
] as const)('colour: %j, terminal %s, --color %s → %d', (env, isTTY, choice, depth) => {
  expect(colourDepth(env, isTTY, choice)).toBe(depth);
});

test.each(['writeStdoutSync', 'writeStdout'])('HZ-34: %s into a closed pipe ends quietly with exit 0', (name) => {
  const module = JSON.stringify(resolve('src/platform/stdout.ts'));
  const script = `import { ${name}, endQuietlyOnClosedPipe } from ${module}; endQuietlyOnClosedPipe(); for (let i = 0; i < 2000; i++) await ${name}('line '.repeat(100) + '\\n'); process.exit(7);`;
  const result = spawnSync(
    'bash',
    ['--norc', '--noprofile', '-c', `set -o pipefail; "${process.execPath}" --input-type=module -e "$SCRIPT" | head -1`],
    {
      env: { SCRIPT: script, PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
    },
  );
  expect([result.status, result.stderr, result.stdout.length]).toEqual([0, '', 501]);
});

test('all bytes reach a pipe before the process ends', () => {
  const module = JSON.stringify(resolve('src/platform/stdout.ts'));
  const out = execFileSync(
    process.execPath,
    ['--input-type=module', '-e', `import { writeStdoutSync } from ${module}; writeStdoutSync('é'.repeat(500000)); process.exit(0)`],
    {
      maxBuffer: 1e8,
    },
  );
  expect(out.length).toBe(1_000_000);
});

test('the clock tells epoch milliseconds and never runs backwards', () => {
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  const before = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
});
