import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/ledger/schema.ts';
import { ROOT } from './own-home.ts';

const text = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const security = text('docs/SECURITY.md');

describe('docs/SECURITY.md', () => {
  test('SEC-3 is linked from the README and says what has to be said', () => {
    expect(text('README.md')).toContain('(docs/SECURITY.md)');
    const headings = [...security.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    for (const heading of ['Threat model', 'What is kept', 'Never opened', 'Not defended', 'Supported versions', 'How to report'])
      expect(headings).toContain(heading);
  });

  test('SEC-82 names every table of the ledger', () => {
    const made = new Set([...MIGRATIONS.join('\n').matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name!));
    for (const name of made) expect(security, name).toContain(`| \`${name}\` |`);
  });

  test('the tests and files it names exist', () => {
    const named = [...security.matchAll(/`((?:src|test)\/[\w./-]+\.ts)`/g)].map(([, file]) => file!);
    expect(named.length).toBeGreaterThan(4);
    for (const file of named) expect(() => text(file), file).not.toThrow();
  });
});
