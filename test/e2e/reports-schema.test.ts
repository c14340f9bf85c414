import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDemoHome } from '../../src/app/demo.ts';
import { type SchemaName, schemas } from '../../src/surfaces/export/schema.ts';
import { OwnHome } from '../security/own-home.ts';

/* UR-40: what every command prints with --json is what schemas/ says, no field more and none less. */

let home: OwnHome;
beforeAll(() => {
  home = new OwnHome('unpriced');
  writeDemoHome(home.dir, Date.now());
  home.ok('session', 'name', 'spike-logs', 'logs');
});
afterAll(() => home.remove());

/** A session of the demo by its id: what was forgotten has no name. */
const NIGHTLY = '0a93c7d8-e452-4b16-8f3d-c2716e5b94fa';
const S = ['migrate-orders', 'api-docs'] as const;
const COMMANDS: readonly (readonly [SchemaName, readonly string[]])[] = [
  ['daily', ['daily', '--json']],
  ['daily', ['daily', '--json', '--no-cost']],
  ['daily', ['daily', '--json', '--since', '2001-01-01', '--until', '2001-01-02']],
  ['instances', ['daily', '--instances', '--json']],
  ['weekly', ['weekly', '--json']],
  ['monthly', ['monthly', '--json', '--mode', 'display']],
  ['sessions', ['sessions', '--json']],
  ['sessions', ['sessions', '--json', '--no-cost', '--subagents', 'only']],
  ['projects', ['projects', '--json']],
  ['models', ['models', '--json']],
  ['models', ['models', '--json', '--by-period', 'month']],
  ['blocks', ['blocks', '--json', '--token-limit', 'max']],
  ['blocks', ['blocks', '--json', '--no-cost']],
  ['sections', ['daily', '--sections', 'daily,weekly,monthly,sessions,projects,models,blocks', '--json']],
  ['session', ['session', 'show', S[0], '--json']],
  ['session', ['sessions', '--id', S[1], '--json']],
  ['compare', ['session', 'compare', ...S, '--json']],
  ['compare', ['session', 'compare', ...S, '--turns', '--json']],
  ['compare', ['session', 'compare', ...S, '--turns', '--json', '--no-cost']],
  ['session-label', ['session', 'name', S[0], '--json']],
  ['session-label', ['session', 'tag', S[0], '+x', '--json']],
  ['session-label', ['session', 'note', S[1], '--json']],
  ['session-export', ['session', 'export', S[0], '--format', 'json']],
  ['session-export', ['session', 'export', S[0], '--no-cost']],
  ['session-forget', ['session', 'forget', 'nightly-triage', '--usage', '--yes', '--json']],
  ['session-forget', ['session', 'forget', NIGHTLY, '--undo', '--json']],
  ['query', ['query', 'window.tokens', '--format', 'json']],
  ['query', ['query', 'window.reset', '--format', 'json']],
  ['config', ['config', 'show', '--json']],
  ['ledger-stats', ['ledger', 'stats', '--json']],
  ['ledger-verify', ['ledger', 'verify', '--json']],
  ['ledger-rebuild', ['ledger', 'rebuild', '--json']],
  ['ledger-backup', ['ledger', 'backup', 'kept.db', '--json']],
  ['ledger-restore', ['ledger', 'restore', 'kept.db', '--yes', '--json']],
  ['profiles', ['profiles', 'list', '--json']],
  ['state', ['state', 'show', '--json']],
];

describe('UR-40 --json', () => {
  test.each(COMMANDS.map(([name, args]) => [args.join(' '), name, args] as const))('%s', (_, name, args) => {
    const printed = home.json(...args);
    expect(v.parse(schemas[name] as v.GenericSchema, printed)).toEqual(printed);
  });

  test('UR-30 --no-cost leaves no field of money', () => {
    for (const [, args] of COMMANDS.filter(([, all]) => all.includes('--no-cost'))) {
      const names = [...home.ok(...args).matchAll(/"([^"]+)":/g)].map(([, name]) => name!);
      expect(
        names.filter((name) => /cost|usd|prices/i.test(name)),
        args.join(' '),
      ).toEqual([]);
    }
  });

  test('live --once', () => {
    v.parse(schemas.live, home.json('live', '--once', '--json'));
  });

  test('doctor, whatever it finds', () => {
    const printed = JSON.parse(home.run(['doctor', '--json']).stdout);
    expect(v.parse(schemas.doctor, printed)).toEqual(printed);
  });

  test('UR-9 the locale of the machine changes nothing', () => {
    const texts = ['de_DE.UTF-8', 'hi_IN', 'C'].map((LANG) => home.run(['daily', '--json'], { LANG, LC_ALL: LANG }).stdout);
    const same = texts.map((text) => text.replace(/"generatedAt": "[^"]+"/, ''));
    expect(same[1]).toBe(same[0]);
    expect(same[2]).toBe(same[0]);
    expect(texts[0]).not.toContain('\u001b');
  });

  test.each(['daily', 'blocks', 'sessions'] as const)('UR-40 %s --json-schema prints the published one', async (name) => {
    const { schemaFiles } = await import('../../src/surfaces/export/json-schema.ts');
    expect(home.ok(name, '--json-schema')).toBe(schemaFiles().get(`${name}.schema.json`));
  });
});

describe('UR-65 compare --turns', () => {
  test('the turns of each session add up to what show says of it', () => {
    const { turns } = home.json('session', 'compare', ...S, '--turns', '--json');
    for (const [i, which] of S.entries()) {
      const shown = home.json('session', 'show', which, '--json');
      const own = turns.flatMap((turn: { sessions: unknown[] }) => turn.sessions[i] ?? []);
      const sum = (field: string) => own.reduce((total: number, turn: Record<string, number>) => total + turn[field]!, 0);
      for (const field of [
        'requests',
        'inputTokens',
        'outputTokens',
        'cacheCreationTokens',
        'cacheReadTokens',
        'totalTokens',
        'workTokens',
      ])
        expect(sum(field), field).toBe(shown[field]);
      expect(sum('totalCost')).toBeCloseTo(shown.totalCost, 8);
      expect(own.filter((turn: { requests: number }) => turn.requests > 0).length).toBeGreaterThan(0);
      expect(turns.filter((turn: { turn: number; sessions: unknown[] }) => turn.turn > 0 && turn.sessions[i] !== null)).toHaveLength(
        shown.prompts,
      );
    }
  });

  test('as a table, at any width, without a line wider than the terminal', () => {
    for (const columns of [20, 40, 80, 120]) {
      const { stdout, status } = home.run(['session', 'compare', ...S, '--turns'], { COLUMNS: String(columns) });
      expect(status).toBe(0);
      expect(stdout).toContain('Total');
      for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(columns);
    }
  });
});
