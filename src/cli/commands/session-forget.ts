import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { forgetUsage, isForgotten, unforget } from '../../ledger/forget.ts';
import { clearLabel } from '../../ledger/labels.ts';
import { KnownError, usageError } from '../../platform/errors.ts';
import { writeStdout } from '../../platform/stdout.ts';
import { tokensFull, usd } from '../../text/format.ts';
import { terminalText } from '../../text/terminal.ts';
import { allTokens, costOfSum } from '../../usage/sum.ts';
import { findIn, openSession } from '../find.ts';
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
    .option('--usage', 'also remove its requests, for good: no re-read brings them back')
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
  const removed = clearLabel(open.ledger, open.info.sessionId);
  await say(
    flags,
    { sessionId: open.info.sessionId, labels: removed, requests: 0, prompts: 0 },
    removed ? 'Name, tags and description were removed.' : 'It had no name, tags or description.',
  );
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
  const labels = clearLabel(ledger, info.sessionId);
  const gone = forgetUsage(ledger, info.sessionId, open.app.clock.now());
  await say(flags, { sessionId: info.sessionId, labels, ...gone }, `Forgotten: ${figures}.`);
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw usageError(`${question} There is no terminal to answer on`, 'use --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

async function undo(which: string, flags: ForgetFlags): Promise<void> {
  using open = await openSession(which, flags.config);
  const sid = open.info.sessionId;
  if (!isForgotten(open.ledger, sid)) throw new KnownError(`The usage of session ${sid} was not forgotten`);
  if (!unforget(open.ledger, sid)) throw new KnownError(`The transcript of session ${sid} is gone: its usage cannot come back`);
  await say(flags, { sessionId: sid, restored: true }, 'Its transcript is read again with the next report.');
}

const say = (flags: ForgetFlags, body: object, text: string): Promise<void> =>
  writeStdout(flags.json ? `${JSON.stringify({ schemaVersion: 1, ...body }, null, 2)}\n` : `${text}\n`);
