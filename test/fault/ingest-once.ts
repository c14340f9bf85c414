import { ingest } from '../../src/ledger/ingest.ts';
import { inMemory, openLedger } from '../../src/ledger/open.ts';
import { builtinTable } from '../../src/pricing/table.ts';
import { ledgerCount } from './home.ts';

/**
 * One whole reading as a process of its own, to be killed, starved and raced: `node test/fault/ingest-once.ts <claudeDir> <ledger> [wait]`.
 * Prints `go` when the ledger is open, then the totals as JSON; notices and skipped places go to stderr. With `wait` it starts at a byte on stdin.
 */
const [claudeDir = '', path = '', mode] = process.argv.slice(2);
const options = { path, table: builtinTable(), version: 'test', now: Date.now() };
const reading = { claudeDirs: [claudeDir], workers: 1, now: options.now };

if (mode === 'wait') await new Promise((resolve) => process.stdin.once('data', resolve));
try {
  let ledger = openLedger(options);
  if (ledger.notice !== null) console.error(ledger.notice);
  console.log('go');
  const result = await ingest(ledger, reading);
  for (const { path: where, code } of result.skipped) console.error(`skipped ${where}: ${code}`);
  if (result.stopped !== null) {
    console.error(`The ledger could not be written (${(result.stopped as Error).message}): figures come from memory.`);
    ledger[Symbol.dispose]();
    ledger = inMemory(options, '');
    await ingest(ledger, reading);
  }
  console.log(JSON.stringify({ ...ledgerCount(ledger), mode: ledger.mode }));
  ledger[Symbol.dispose]();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = (error as { exitCode?: number }).exitCode ?? 70;
}
process.stdin.destroy();
