import { type App, hasNoClaude, noDataError, openApp, openReady, type Ready } from '../app/open.ts';
import { VERSION } from '../app/version.ts';
import { withAccounts } from '../ledger/queries/account-directory.ts';
import { DEFAULT_ACCOUNT, type Directory, loadDirectory } from '../ledger/queries/directory.ts';
import { cellFilter } from '../ledger/queries/filters.ts';
import { ingestMeta, recordSpan } from '../ledger/queries/meta.ts';
import type { ReportContext } from '../ledger/queries/reports.ts';
import { unloggedTotal } from '../ledger/queries/unlogged.ts';
import type { Pseudonym } from '../monitor/hidden-names.ts';
import { pseudonym, readSalt } from '../sessions/pseudonym.ts';
import type { ShownMeta } from '../surfaces/export/types.ts';
import type { KnownAccounts } from './accounts.ts';
import { notes } from './notes.ts';
import { ProgressLine } from './progress.ts';
import type { ReportFlags } from './report-flags.ts';
import { type ReportRequest, reportRequest } from './report-request.ts';

/** All a report command works with, after reading what is new. */
export interface OpenReport {
  readonly app: App;
  readonly ready: Ready;
  /** Names as they may be shown. */
  readonly directory: Directory;
  /** `privacy.names: hide` or `--privacy` (LS-27). */
  readonly namesHidden: boolean;
  readonly request: ReportRequest;
  readonly context: ReportContext;
  readonly span: { readonly first: number | null; readonly last: number | null };
  [Symbol.dispose](): void;
}

/** `accounts`: rows name their account. What tells accounts apart lies in a file per session, so it is read only where it is asked for. */
export async function openReport(flags: ReportFlags, { accounts = false } = {}): Promise<OpenReport> {
  const app = await openApp({ configFile: flags.config });
  const asked = reportRequest(flags, app);
  const known = accounts || asked.filter.accounts.length > 0 ? await (await import('./accounts.ts')).knownAccounts(app) : null;
  const request = known === null ? asked : { ...asked, filter: { ...asked.filter, accounts: known.idsOf(asked.filter.accounts) } };
  const line = flags.progress ? new ProgressLine(app.clock.monotonic) : null;
  const ready = await openReady(app, line?.report);
  line?.end();
  const span = recordSpan(ready.ledger);
  if (hasNoClaude(app)) {
    if (span.first === null) {
      ready[Symbol.dispose]();
      throw noDataError(app);
    }
    await notes(['No Claude Code data found here now; this is the history that was recorded before.']);
  }
  const namesHidden = flags.privacy === true || app.config.privacy.names === 'hide';
  // Its own file: a report that shows names does without.
  const hiding = namesHidden ? await import('./hidden-names.ts') : null;
  await notes(hiding === null ? ready.notices : ready.notices.map(hiding.withoutFolders));
  const named = directoryOf(ready, app, known);
  const directory = hiding === null ? named : hiding.hiddenDirectory(named, standIns(app));
  const context: ReportContext = {
    ledger: ready.ledger,
    directory,
    filter: cellFilter(request.filter, named),
    mode: request.mode,
    zone: request.zone,
    weekStart: request.weekStart,
  };
  const shown = hiding === null ? request : { ...request, filterTexts: hiding.hiddenFilters(request.filterTexts) };
  return { app, ready, directory, namesHidden, request: shown, context, span, [Symbol.dispose]: () => ready[Symbol.dispose]() };
}

/** The stand-ins of this installation, the same on all surfaces. Not in the lazy file: shared by two of those, it would be cut out of the report's own. */
function standIns({ paths }: App): Pseudonym {
  const salt = readSalt(paths.dataDir);
  return (kind, name) => pseudonym(kind, name, salt);
}

function directoryOf({ ledger }: Ready, { config }: App, accounts: KnownAccounts | null): Directory {
  const directory = loadDirectory(ledger, config.projects.aliases);
  if (accounts === null) return directory;
  accounts.locate(ledger);
  return withAccounts(directory, accounts.of, accounts.partsOf);
}

function accountsIn(directory: Directory): string[] {
  if (directory.accountParts === undefined) return [DEFAULT_ACCOUNT];
  const { sessions, accountParts } = directory;
  const parts = [...accountParts.values()].flat();
  const found = new Set([...sessions.values(), ...parts].map(({ account }) => account));
  return found.size === 0 ? [DEFAULT_ACCOUNT] : [...found].sort();
}

export function metaOf(open: OpenReport): ShownMeta {
  const { app, ready, request, directory, context, span } = open;
  const unreadable: Record<string, number> = {};
  for (const { code } of ready.result.skipped) unreadable[code] = (unreadable[code] ?? 0) + 1;
  return {
    generatedAt: app.clock.now(),
    version: VERSION,
    timezone: request.zone,
    weekStart: request.weekStartName,
    order: request.order,
    mode: request.mode,
    priceTable: ready.ledger.table.date,
    since: request.since,
    until: request.until,
    filters: request.filterTexts,
    accounts: accountsIn(directory),
    firstRecord: span.first,
    lastRecord: span.last,
    ingest: ingestMeta(ready.ledger, unreadable),
    unlogged: unloggedTotal(ready.ledger, directory, context.filter.sessions),
    parity: request.parity !== false,
    ...(open.namesHidden ? { namesHidden: true } : {}),
  };
}
