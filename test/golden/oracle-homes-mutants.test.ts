import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSame, expectSameIngest } from './compare.ts';
import { HAND_HOMES } from './homes/all.ts';
import { writeHomes } from './homes/hand-home.ts';
import { MUTANTS, type Mutant } from './homes/mutants.ts';
import { discard, type Home, hasPython, type Json, NODE, ROOT, runOracle } from './homes.ts';

/*
 * REL-51: each rule of the product is broken once, in a copy of its source, and the oracle's answer over the homes counted by hand must tell the broken
 * product from the right one. A rule that no home shows could be broken unseen. Node runs the source as it is, so a copy needs no build.
 */
const python = await hasPython();
const isLong = process.env.TIDEMARK_LONG === '1';
/** The short run takes every second one: still more than twenty. */
const CHOSEN = MUTANTS.filter((_, i) => isLong || i % 2 === 0);
const SLOW = 60_000;
/** A zone whose days are those of no other test of the sums, with a change of its clocks inside the homes. */
const ZONE = 'America/New_York';
const run = promisify(execFile);

const scratch = mkdtempSync(path.join(tmpdir(), 'tidemark-hand-mutants-'));
let home: Home | undefined;
let oracle: Json;

/** A copy of the program's source with one place changed; null = as it is. */
function copyWith(mutant: Mutant | null): string {
  const dir = mkdtempSync(path.join(scratch, 'm-'));
  cpSync(path.join(ROOT, 'src'), path.join(dir, 'src'), {
    recursive: true,
    filter: (source) => !/\.test\.tsx?$|\/surfaces\/tui\/./.test(source),
  });
  cpSync(path.join(ROOT, 'package.json'), path.join(dir, 'package.json'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  if (mutant !== null) {
    const file = path.join(dir, 'src', mutant.file);
    const code = readFileSync(file, 'utf8');
    if (code.split(mutant.from).length !== 2)
      throw new Error(`${mutant.rule}: its place in ${mutant.file} has changed; write the mutant anew`);
    writeFileSync(
      file,
      code.replace(mutant.from, () => mutant.to),
    );
  }
  return dir;
}

/** Throws where the answer of the program in `dir` is not the oracle's. */
async function compare(dir: string, at: Home): Promise<void> {
  const env = { PATH: process.env.PATH ?? '', HOME: at.home, TZ: 'UTC', TIDEMARK_DB: path.join(dir, 'ledger.db') };
  const ask = async (report: string): Promise<Json> =>
    JSON.parse(
      (await run(NODE, [path.join(dir, 'src/main.ts'), report, '--json', '--timezone', ZONE], { env, maxBuffer: 1 << 24 })).stdout,
    );
  const daily = await ask('daily');
  expectSame('daily', daily, oracle);
  expectSameIngest(daily, oracle);
  // Only where the days agree can whose they are differ.
  expectSame('sessions', await ask('sessions'), oracle);
}

beforeAll(async () => {
  if (!python) return;
  home = writeHomes(HAND_HOMES);
  oracle = await runOracle(home, ['--zone', ZONE]);
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  if (home !== undefined) discard(home);
});

test('REL-51: every mutant has its place in the source, and no two are one', () => {
  for (const { rule, file, from } of MUTANTS) expect(readFileSync(path.join(ROOT, 'src', file), 'utf8').split(from).length, rule).toBe(2);
  expect(new Set(MUTANTS.map(({ rule }) => rule)).size).toBe(MUTANTS.length);
  expect(MUTANTS.length).toBeGreaterThanOrEqual(20);
});

describe.skipIf(!python)(
  `REL-51: the oracle tells a broken rule${python ? '' : ' (skipped: python3 is absent, apt-get install python3 tzdata)'}`,
  () => {
    test('the product as it is agrees with it', { timeout: SLOW }, async () => {
      await compare(copyWith(null), home!);
    });

    test.concurrent.each(CHOSEN.map((mutant) => [mutant.rule, mutant] as const))('%s', { timeout: SLOW }, async (_rule, mutant) => {
      const dir = copyWith(mutant);
      // An answer that differs, not a program that fails.
      await expect(compare(dir, home!)).rejects.toThrow(expect.objectContaining({ name: 'AssertionError' }));
      rmSync(dir, { recursive: true, force: true });
    });
  },
);
