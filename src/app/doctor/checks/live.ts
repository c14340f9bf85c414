import { duration } from '../../../text/format.ts';
import { ourHooks } from '../../install/hook-entries.ts';
import { isOurCommand } from '../../install/launcher.ts';
import { settingsPath } from '../../install/settings-file.ts';
import type { DoctorFacts, LiveFact } from '../facts.ts';
import { type Finding, fail, ok, orFine } from '../finding.ts';

/** A session reports within a minute of its start, or not at all. */
const QUIET_MS = 60_000;
/** Longer than any answer is written without a tool: a transcript that grew so long after the last event grew without events. */
const STOPPED_MS = 15 * 60_000;

/** Live sessions that say nothing although they should, and sources that contradict each other (LS-8, LS-47, SL-41). */
export function checkLive(facts: DoctorFacts): readonly Finding[] {
  const live = facts.live.filter(({ alive }) => alive === true);
  const found = [
    ...live.flatMap((session) => silent(facts, session)),
    ...facts.live.flatMap(({ title, disagreements }) =>
      disagreements.map((what) => fail('live', `${title}: ${what}`, 'the first is shown; look at the session itself')),
    ),
  ];
  if (found.length === 0 && live.length === 0) return [ok('live', 'no session is running')];
  return orFine('live', found, `${live.length} ${live.length === 1 ? 'session' : 'sessions'}`);
}

function silent(facts: DoctorFacts, session: LiveFact): readonly Finding[] {
  const path = settingsPath(session.configDir);
  const user = facts.claudeDirs.find((dir) => dir.path === session.configDir)?.levels.find(({ level }) => level === 'user')?.value ?? {};
  const since = facts.record.files[path]?.installedAt ?? null;
  const isOld = session.startedAt !== null && since !== null && session.startedAt < since;
  if (session.startedAt === null || facts.now - session.startedAt < QUIET_MS) return [];
  const remedy = isOld
    ? 'it began before the install: end it and start it again'
    : 'trust its folder in Claude Code (start it there and accept), or start it again';
  const quiet: Finding[] = [];
  if (!session.hasEvents && ourHooks(user).length > 0)
    quiet.push(fail('live', `${session.title}: no event has come from it although hooks are installed`, remedy));
  else if (hasStopped(session, user))
    quiet.push(
      fail(
        'live',
        `${session.title}: its events have stopped: the last came ${duration(session.grewAt! - session.eventAt!)} before its transcript last grew`,
        'look for hooks under /hooks in that session; tidemark install hooks renews them, then end it and start it again',
      ),
    );
  else if (!session.hasCapture && session.isInteractive && isOurCommand(user.statusLine))
    quiet.push(fail('live', `${session.title}: its status line has not run although it is installed`, remedy));
  return quiet;
}

/** A hook that came and comes no more (BG-5). The light set tells nothing while a turn runs: its silence says nothing. */
function hasStopped({ eventAt, grewAt }: LiveFact, user: Readonly<Record<string, unknown>>): boolean {
  if (eventAt === null || grewAt === null || grewAt - eventAt <= STOPPED_MS) return false;
  return ourHooks(user).some(({ event }) => event === 'PostToolUse');
}
