import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { expectSame, expectSameIngest } from './compare.ts';
import {
  assemble,
  copyHome,
  discard,
  type Home,
  hasProduct,
  hasPython,
  hasShared,
  PRODUCT_ABSENT,
  runOracle,
  runTidemark,
  SHARED,
  SHARED_ABSENT,
} from './homes.ts';
import { REPORTS, type Report } from './reports.ts';

/** REL-50: product and oracle agree on the captured runs and on transcripts of real use, in zones with odd offsets and summer times. */
const python = await hasPython();
const ready = hasShared && hasProduct && python;
const absent =
  SHARED_ABSENT + PRODUCT_ABSENT + (python ? '' : ' (skipped: python3 with zone data is absent, apt-get install python3 tzdata)');
const ZONES = ['UTC', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/New_York'];
/** Reports whose rows depend on the zone. */
const OF_DAYS: readonly Report[] = ['daily', 'weekly', 'monthly'];
const SLOW = 120_000;

const CAPTURED = path.join(SHARED, 'fixtures/captured/transcripts');
const REAL = path.join(SHARED, 'fixtures/real');
const foldersOf = (dir: string): readonly string[] =>
  existsSync(dir) ? readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])) : [];

const homes: Home[] = [];
const keep = (home: Home): Home => {
  homes.push(home);
  return home;
};
afterAll(() => homes.forEach(discard));

/** All six reports in UTC; those with days in every other zone. One ledger, read once. */
async function compare(home: Home, zones: readonly string[]): Promise<void> {
  for (const zone of zones) {
    const oracle = await runOracle(home, ['--zone', zone]);
    const reports = zone === 'UTC' ? REPORTS : OF_DAYS;
    for (const report of reports) {
      const product = await runTidemark(home, [report, '--json', '--timezone', zone]);
      if (report === 'daily') expectSameIngest(product, oracle);
      expectSame(report, product, oracle);
    }
  }
}

describe.skipIf(!ready)(`product and oracle${absent}`, () => {
  it.concurrent.each(foldersOf(CAPTURED))('captured %s, four zones', { timeout: SLOW }, async (run) => {
    await compare(keep(copyHome(path.join(CAPTURED, run))), ZONES);
  });

  it.concurrent.each(foldersOf(REAL))('real %s', { timeout: SLOW }, async (repository) => {
    await compare(keep(assemble({ [repository]: path.join(REAL, repository) })), ['UTC']);
  });

  it.concurrent('everything in one home, four zones', { timeout: SLOW }, async () => {
    const real = foldersOf(REAL).map((name) => [name, path.join(REAL, name)]);
    const captured = foldersOf(CAPTURED).map((run) => [`captured-${run}`, path.join(CAPTURED, run, 'projects')]);
    await compare(keep(assemble(Object.fromEntries([...real, ...captured]))), ZONES);
  });
});
