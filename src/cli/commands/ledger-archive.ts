import type { Command } from 'commander';
import { type App, openApp, openReady, type Ready } from '../../app/open.ts';
import { archiveAll, shrink } from '../../ledger/archive.ts';
import { forgetInCopies, removeStaleRestores } from '../../ledger/backup.ts';
import { isBusy } from '../../ledger/driver.ts';
import { forgetSessions } from '../../ledger/forget.ts';
import { sessionsEndedBefore } from '../../ledger/forget-before.ts';
import { isUnwritable } from '../../ledger/open.ts';
import { KnownError, usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { SCHEMA_VERSION } from '../../surfaces/export/json.ts';
import { tokensFull } from '../../text/format.ts';
import { terminalText } from '../../text/terminal.ts';
import { dayStartUtc, localDay, parseDateFlag, weekdayFromName, zoneSegments } from '../../usage/calendar.ts';
import { confirmed } from '../confirm.ts';
import { notes } from '../notes.ts';
import { zoneOf } from '../report-request.ts';
import { sessionsWithSigns } from './ledger-signs.ts';

interface BeforeFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly before?: string;
  readonly yes?: boolean;
}

const BEFORE = '--before <date>';
const DATE = 'a local day such as 2026-06-01, or 90d: what is older than that';

/** `ledger archive` (REL-24, UR-113) and `ledger forget` (SEC-82). `command` adds one with the options that all ledger commands have. */
export function addArchiveCommands(command: (name: string, about: string) => Command): void {
  command('archive', 'moves old requests to a compressed file beside the ledger; every figure stays as it is')
    .option(BEFORE, `${DATE} (default: the setting ledger.keep)`)
    .action(archive);
  command('forget', 'removes sessions that ended before a day from the ledger, its archive and copies of it, for good; asks first')
    .option(BEFORE, DATE)
    .option('-y, --yes', 'do not ask')
    .action(forget);
}

async function open(flags: BeforeFlags): Promise<{ app: App; ready: Ready }> {
  const app = await openApp({ configFile: flags.config });
  // A date that cannot be understood is said before anything is read.
  if (flags.before !== undefined) dayOf(app, flags.before);
  removeStaleRestores(app.paths.ledger, app.clock.now());
  const ready = await openReady(app);
  await notes(ready.notices);
  if (ready.ledger.mode === 'disk') return { app, ready };
  ready[Symbol.dispose]();
  throw new KnownError(`The ledger ${app.paths.ledger} cannot be used: nothing was done`, {
    hint: 'make it writable, or set TIDEMARK_DB to another file',
  });
}

/** The first instant of a local day that `--before` names, epoch ms. */
function dayOf({ config, clock, env }: App, text: string): number {
  const zone = zoneOf(config.display.timezone ?? 'local', env.TZ);
  const now = clock.now();
  const today = localDay(now, zoneSegments(zone, now, now));
  const range = parseDateFlag(text, today, weekdayFromName(config.display.weekStart) ?? 1);
  if (range === null) throw usageError(`--before does not know the date "${text}"`, 'Use 2026-06-01, 20260601, 90d, 12w or 6m');
  const at = dayStartUtc(range.since, zone);
  if (at > now) throw usageError(`--before ${text} is in the future`, 'name a day that has begun');
  return at;
}

const say = (flags: BeforeFlags, body: object, text: string): Promise<void> =>
  writeStdout(flags.json ? `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...body }, null, 2)}\n` : `${text}\n`);
const some = (n: number, one: string): string => `${tokensFull(n)} ${one}${n === 1 ? '' : 's'}`;
const instant = (ms: number): string => new Date(ms).toISOString();

/** A full disk, or a process that holds the ledger: one sentence, and everything is as it was or whole. */
function writing<T>({ paths }: App, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isBusy(error)) throw new KnownError(`The ledger ${paths.ledger} is held by another process`, { hint: 'try again', cause: error });
    if (!isUnwritable(error)) throw error;
    throw new KnownError(`There is no room to write beside ${paths.ledger}: what was not done yet is as it was`, {
      hint: 'free space there, or give your user the right to write it',
      cause: error,
    });
  }
}

async function archive(flags: BeforeFlags): Promise<void> {
  const { app, ready } = await open(flags);
  using _ = ready;
  const { keep } = app.config.ledger;
  const now = app.clock.now();
  if (flags.before === undefined && keep === 'forever')
    throw usageError('Say before which day: --before <date>', 'or set ledger.keep, e.g. tidemark config set ledger.keep 90d');
  const before = flags.before === undefined ? now - (keep as number) : dayOf(app, flags.before);
  const { isDone, ...moved } = writing(app, () => archiveAll(ready.ledger, before, now));
  if (moved.path !== null) shrink(ready.ledger.db);
  const nothing = isDone ? 'Nothing to archive.' : 'Nothing was archived: another process changes these requests.';
  await say(
    flags,
    { before: instant(before), ...moved },
    moved.path === null
      ? nothing
      : `Moved ${some(moved.requests, 'request')} to ${terminalText(moved.path, 1000)} (${tokensFull(moved.bytes)} bytes). All figures stay as they were.`,
  );
  if (!isDone) await notes(['there is more to archive, which another process changed meanwhile: run it again']);
}

async function forget(flags: BeforeFlags): Promise<void> {
  if (flags.before === undefined) throw usageError('Say before which day: --before <date>');
  const { app, ready } = await open(flags);
  using _ = ready;
  const before = dayOf(app, flags.before);
  const ended = sessionsEndedBefore(ready.ledger, before);
  const signs = sessionsWithSigns(app, ended.sids, before);
  const { sids, requests, undated } = signs.size === 0 ? ended : sessionsEndedBefore(ready.ledger, before, signs);
  if (signs.size > 0)
    await notes([
      `${some(signs.size, 'session')} without a request since ${signs.size === 1 ? 'stays: it runs' : 'stay: they run'}, or hooks or the statusline told of ${signs.size === 1 ? 'it' : 'them'} since`,
    ]);
  if (undated > 0) await notes([`${some(undated, 'session')} without any time ${undated === 1 ? 'stays' : 'stay'}`]);
  const what = `${some(sids.length, 'session')} that ended before ${flags.before}, ${some(requests, 'request')}`;
  if (sids.length === 0)
    return say(flags, { before: instant(before), sessions: 0, requests: 0, prompts: 0 }, 'No session ended before then.');
  if (!flags.yes && !(await confirmed(`Forget ${terminalText(what)}, for good?`))) throw new KnownError('Nothing was forgotten');
  const { kept, ...gone } = writing(app, () => forgetSessions(ready.ledger, sids, app.clock.now()));
  await say(flags, { before: instant(before), sessions: sids.length, ...gone }, `Forgotten: ${terminalText(what)}.`);
  const left = [...kept, ...forgetInCopies(app.paths.ledger, sids, 'session')].map((path) => terminalText(path, 1000));
  if (left.length > 0) await notes([`they may still be in ${left.join(', ')}: delete what you do not need any more`]);
}
