import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../../src');

/** What a file loads as soon as it is loaded: neither types nor what is imported when it is needed. */
function loaded(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)';/gm)]
    .filter(([statement]) => !/^(?:import|export)\s+\{(?:\s*type\s+[\w$]+(?:\s+as\s+[\w$]+)?\s*,?)+\s*\}/.test(statement))
    .map(([, name]) => name!);
}

test('UR-74 query loads no YAML, framework or network before it needs them', () => {
  const seen = new Set<string>();
  const outside = new Set<string>();
  const queue = ['main.ts', 'cli/run.ts', 'cli/program.ts', 'cli/commands/query.ts'].map((name) => path.join(SRC, name));
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const name of loaded(file)) {
      if (name.startsWith('.')) queue.push(path.resolve(path.dirname(file), name));
      else outside.add(name);
    }
  }
  expect(seen.size).toBeGreaterThan(50);
  expect([...outside].filter((name) => !name.startsWith('node:')).sort()).toEqual(['commander', 'valibot']);
  expect([...outside].filter((name) => /^node:(?:net|tls|http|https|http2|dgram|dns|inspector)/.test(name))).toEqual([]);
});
