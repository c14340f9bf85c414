import { ourHooks } from '../../install/hook-entries.ts';
import { isOurCommand } from '../../install/launcher.ts';
import { settingsPath } from '../../install/settings-file.ts';
import type { DoctorFacts, LiveFact } from '../facts.ts';
import { type Finding, fail, ok, orFine } from '../finding.ts';

/** A session reports within a minute of its start, or not at all. */
const QUIET_MS = 60_000;

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
  else if (!session.hasCapture && session.isInteractive && isOurCommand(user.statusLine))
    quiet.push(fail('live', `${session.title}: its status line has not run although it is installed`, remedy));
  return quiet;
}

/** Sources that stopped (BG-5): ages only, for a quiet machine is no fault. */
export function checkSources({ lastEvent, lastCapture, summaryAt }: DoctorFacts): readonly Finding[] {
  const when = (at: number | null): string => (at === null ? 'never' : new Date(at).toISOString());
  return [ok('sources', `last hook event ${when(lastEvent)}, last status line ${when(lastCapture)}, last monitor ${when(summaryAt)}`)];
}
