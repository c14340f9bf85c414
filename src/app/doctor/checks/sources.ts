import { basename } from 'node:path';
import { age, duration } from '../../../text/format.ts';
import { isOurCommand } from '../../install/launcher.ts';
import type { DoctorFacts, SourceFact } from '../facts.ts';
import { type Finding, fail, ok, warn } from '../finding.ts';

/* What the sources said last, and what stopped saying anything (BG-4, BG-5). Times in epoch ms. */

/** Every source with its last success, its last error and their age. That nothing comes is no fault on a quiet machine; an error behind the last success is worth a look. */
export function checkSources({ sources, now }: DoctorFacts): readonly Finding[] {
  return sources.map((source) => {
    const isBad = source.error !== null && source.error.at > (source.at ?? Number.NEGATIVE_INFINITY);
    return isBad
      ? warn('sources', sourceText(source, now), 'look into tidemark.log in the state directory; tidemark with --debug says more')
      : ok('sources', sourceText(source, now));
  });
}

function sourceText({ name, at, error }: SourceFact, now: number): string {
  const ago = (time: number): string => `${iso(time)} (${age(now - time)} ago)`;
  const success = `last success ${at === null ? 'never' : ago(at)}`;
  return `${name}: ${success}, ${error === null ? 'no error is known' : `last error ${ago(error.at)}: ${error.what}`}`;
}

function iso(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'at an impossible time' : date.toISOString();
}

/** A request in the ledger changes the summary at once; of a transcript's lines not every one does. */
const REQUEST_SLACK_MS = 5 * 60_000;
const TRANSCRIPT_SLACK_MS = 30 * 60_000;
/** What the status line shows of others is old from here on. */
const OLD_MS = 30 * 60_000;
/** A holder that gave no sign of life for so long is a matter of the locks. */
const SILENT_MS = 60_000;

/** A summary for the hot paths that nobody renews: its writer hangs, or nobody writes while sessions live (BG-5). */
export function checkSummary(facts: DoctorFacts): readonly Finding[] {
  const { summaryAt, ledger, now } = facts;
  const writer = facts.locks.find(({ path, alive, silentMs }) => basename(path) === 'writer' && alive && silentMs <= SILENT_MS);
  const transcript = facts.sources.find(({ name }) => name === 'transcripts')?.at ?? null;
  // What is dated in the future is a matter of the clock.
  const isBehind = (at: number | null, slack: number): boolean => at !== null && at <= now && at - (summaryAt ?? 0) > slack;
  if (writer !== undefined && (isBehind(ledger.lastRecord, REQUEST_SLACK_MS) || isBehind(transcript, TRANSCRIPT_SLACK_MS))) {
    const since = summaryAt === null ? 'nothing' : `nothing for ${duration(now - summaryAt)}`;
    return [
      fail(
        'summary',
        `the monitor (process ${writer.pid}) has written ${since} although there is something new`,
        `end process ${writer.pid} and start Tidemark again`,
      ),
    ];
  }
  if (writer === undefined && summaryAt !== null && now - summaryAt > OLD_MS && isShown(facts))
    return [
      warn(
        'summary',
        `what the status line shows of other sessions is ${duration(now - summaryAt)} old: no monitor runs`,
        'tidemark install service keeps one running; an open tidemark does as well',
      ),
    ];
  return [];
}

/** Somebody may be looking at it. */
const isShown = ({ live, claudeDirs }: DoctorFacts): boolean =>
  live.some(({ alive }) => alive === true) &&
  claudeDirs.some(({ levels }) => levels.some(({ level, value }) => level === 'user' && isOurCommand(value?.statusLine)));

/** The bound of the monitor (BG-4): above this load per processor, what is not needed at once waits. */
const BUSY_PER_CPU = 2;

/** Optional work that is left out just now, so that old figures are no riddle. */
export function checkLoad({ load: { average, processors } }: DoctorFacts): readonly Finding[] {
  const said = `load ${average.toFixed(1)} on ${processors} ${processors === 1 ? 'processor' : 'processors'}`;
  if (average <= BUSY_PER_CPU * processors) return [ok('load', said)];
  return [
    warn(
      'load',
      `${said}: the branches and changes of git are not looked at; states and figures go on`,
      `nothing: it goes on below a load of ${BUSY_PER_CPU * processors}`,
    ),
  ];
}
