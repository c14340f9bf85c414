import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

test('LV-113: the flags are known to this V8: nothing is said in the middle of a picture', () => {
  const file = resolve(import.meta.dirname, 'calm-compiler.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', `import(${JSON.stringify(file)}).then((m) => m.compileCalmly())`], {
    encoding: 'utf8',
  });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});
