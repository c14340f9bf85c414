import type { Command } from 'commander';
import { openApp, openAppLedger } from '../../app/open.ts';
import { forgetInCopies } from '../../ledger/backup.ts';
import { forgetLabel, forgetUsage, isForgotten, unforget } from '../../ledger/forget.ts';
import { labelOf } from '../../ledger/labels.ts';
import { KnownError, usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { SCHEMA_VERSION } from '../../surfaces/export/json.ts';
import { tokensFull, usd } from '../../text/format.ts';
import { terminalText } from '../../text/terminal.ts';
import { allTokens, costOfSum } from '../../usage/sum.ts';
import { confirmed } from '../confirm.ts';
import { findIn, openSession } from '../find.ts';
import { notes } from '../notes.ts';
import { openReport } from '../open-report.ts';
import type { ReportFlags } from '../report-flags.ts';
import { sessionDetail } from '../session-detail.ts';

interface ForgetFlags {
  usage?: boolean;
  undo?: boolean;
  yes?: boolean;
  json?: boolean;
  config?: string;
}

export function addForgetCommand(session: Command): void {
  session
    .command('forget <session>')
    .description("remove a session's name, tags and description; with --usage its requests too")
    .option('--usage', 'also remove its requests from the ledger, its archive and copies of it, for good: no re-read brings them back')
    .option('--undo', 'read its requests again, while its transcript exists')
    .option('-y, --yes', 'do not ask')
    .option('-j, --json', 'print what was removed as JSON')
    .option('-c, --config <file>', 'another configuration file')
    .action(forget);
}

async function forget(which: string, flags: ForgetFlags): Promise<void> {
  if (flags.undo && flags.usage) throw usageError('Give --usage or --undo');
  if (flags.undo) return undo(which, flags);
  if (flags.usage) return withUsage(which, flags);
  using open = await openSession(which, flags.config);
  const sid = open.info.sessionId;
  const removed = labelOf(open.ledger, sid) !== null && forgetLabel(open.ledger, sid);
  await say(
    flags,
    { sessionId: sid, labels: removed, requests: 0, prompts: 0 },
    removed ? 'Name, tags and description were removed.' : 'It had no name, tags or description.',
  );
  // A copy may hold a name that the ledger has not any more.
  await sayLeft(forgetInCopies(open.app.paths.ledger, [sid], 'label'));
}

async function withUsage(which: string, flags: ForgetFlags): Promise<void> {
  const report: ReportFlags = { cost: true, progress: true, ...(flags.config === undefined ? {} : { config: flags.config }) };
  using open = await openReport(report);
  const { ledger } = open.ready;
  if (ledger.mode !== 'disk') throw new KnownError('The ledger cannot be written: nothing was forgotten');
  const info = findIn(open.app, ledger, open.directory, which);
  const { row } = sessionDetail(open, info);
  const figures = `${tokensFull(row.sum.requests)} requests, ${tokensFull(allTokens(row.sum))} tokens, ${usd(costOfSum(row.sum).cost)}`;
  if (!flags.yes && !(await confirmed(`Forget ${terminalText(info.name)} (${terminalText(info.sessionId)}): ${figures}?`)))
    throw new KnownError('Nothing was forgotten');
  const sid = info.sessionId;
  const labels = labelOf(ledger, sid) !== null;
  const { kept, ...gone } = forgetUsage(ledger, sid, open.app.clock.now());
  await say(
    flags,
    { sessionId: sid, labels, ...gone },
    `Forgotten: ${figures}. While its transcript is there, this takes it back: tidemark session forget ${terminalText(sid)} --undo`,
  );
  await sayLeft([...kept, ...forgetInCopies(open.app.paths.ledger, [sid], 'session')]);
}

async function sayLeft(copies: readonly string[]): Promise<void> {
  if (copies.length > 0)
    await notes([`it may still be in ${copies.map((path) => terminalText(path, 1000)).join(', ')}: delete what you do not need any more`]);
}

/** What was forgotten has no name any more: only its whole id finds it. */
async function undo(which: string, flags: ForgetFlags): Promise<void> {
  const app = await openApp({ configFile: flags.config });
  const sid = which === '-' ? (app.env.CLAUDE_CODE_SESSION_ID ?? '') : which.trim();
  using ledger = openAppLedger(app);
  if (ledger.mode !== 'disk') throw new KnownError('The ledger cannot be written: nothing was taken back');
  if (!isForgotten(ledger, sid))
    throw new KnownError(`The usage of session ${sid} was not forgotten`, {
      hint: 'give its whole id: what was forgotten has no name any more',
    });
  if (!unforget(ledger, sid, app.paths.claudeDirs))
    throw new KnownError(`The transcript of session ${sid} is gone: its usage cannot come back`);
  await say(flags, { sessionId: sid, restored: true }, 'Its transcript is read again with the next report.');
}

const say = (flags: ForgetFlags, body: object, text: string): Promise<void> =>
  writeStdout(flags.json ? `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...body }, null, 2)}\n` : `${text}\n`);
