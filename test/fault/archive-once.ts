import { archiveEvents } from '../../src/ledger/archive.ts';
import { openLedger } from '../../src/ledger/open.ts';
import { builtinTable } from '../../src/pricing/table.ts';

/** One archiving of everything as a process of its own, to be killed and raced: `node test/fault/archive-once.ts <ledger>`. Prints `go` when the ledger is open. */
const [path = ''] = process.argv.slice(2);
const ledger = openLedger({ path, table: builtinTable(), version: 'test', now: Date.now() });
console.log('go');
console.log(`moved ${archiveEvents(ledger, 4e12, Date.now()).requests}`);
ledger[Symbol.dispose]();
