import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { DEFAULTS } from '../../config/defaults.ts';
import { MAX_FAILURES, noteFailures } from '../../ledger/failures.ts';
import { openLedger } from '../../ledger/open.ts';
import { builtinTable } from '../../pricing/table.ts';
import { checkTranscripts } from './checks/ledger.ts';
import type { DoctorFacts } from './facts.ts';
import { ledgerFacts } from './gather-ledger.ts';

const T0 = 1_800_000_000_000;
const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const findings = (path: string, now: number) =>
  checkTranscripts({ ledger: ledgerFacts(path, [], DEFAULTS.pricing, now) } as unknown as DoctorFacts);

test('UR-103, REL-13: doctor names the transcript that is left alone, those that fail, and those that changed unseen', () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-doctor-'));
  dirs.push(dir);
  const path = join(dir, 'd/ledger.db');
  const ledger = openLedger({ path, table: builtinTable(), version: 'test', now: 0 });
  expect(findings(path, T0)).toEqual([]);
  for (let i = 0; i < MAX_FAILURES; i++) noteFailures(ledger, T0, [{ path: '/x/bad.jsonl', code: 'EIO' }], []);
  noteFailures(ledger, T0, [{ path: '/x/new.jsonl', code: 'EACCES' }], []);
  ledger.db.exec(`INSERT INTO file VALUES ('/x/moved.jsonl', '', 0, 0, 0, 0, 0, '', 0, '', 0, 0, 0, 0, 0, 0, NULL, 0, NULL, NULL, 1, 2)`);
  ledger[Symbol.dispose]();
  expect(findings(path, T0 + 1)).toMatchObject([
    { level: 'fail', message: '/x/bad.jsonl could not be read 5 times in a row (EIO) and is left alone for 5 minutes' },
    { level: 'warn', message: '/x/new.jsonl could not be read the last time (EACCES)' },
    { level: 'warn', message: '/x/moved.jsonl was changed without a new size or time, and read again' },
  ]);
  // The time is over: it is tried again.
  expect(findings(path, T0 + 300_000)[0]).toMatchObject({ level: 'warn' });
});
