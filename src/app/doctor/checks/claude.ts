import type { DoctorFacts } from '../facts.ts';
import { type Finding, fail, ok, orFine } from '../finding.ts';

/** Is there anything to watch, and can it be read (HZ-6, UR-90)? */
export function checkData({ claudeDirs, ledger }: DoctorFacts): readonly Finding[] {
  if (!claudeDirs.some(({ hasProjects }) => hasProjects)) {
    const looked = claudeDirs.map(({ path }) => path).join(' and ');
    return [fail('data', `no Claude Code data in ${looked}`, 'run Claude Code once, or set CLAUDE_CONFIG_DIR')];
  }
  const found = ledger.unreadable.map(({ path, code }) =>
    fail('data', `${path} cannot be read (${code}): what it holds is not counted`, 'give your user the right to read it'),
  );
  return orFine(
    'data',
    found,
    claudeDirs
      .filter(({ hasProjects }) => hasProjects)
      .map(({ path }) => path)
      .join(', '),
  );
}

/** Can every settings file be read (LS-47)? */
export function checkSettings({ claudeDirs }: DoctorFacts): readonly Finding[] {
  const files = new Map(claudeDirs.flatMap(({ levels }) => levels).map((level) => [level.path, level]));
  const found = [...files.values()]
    .filter(({ problem }) => problem !== null)
    .map(({ problem }) => fail('settings', problem!, 'mend the file: Claude Code leaves out all of its settings while it is broken'));
  const read = [...files.values()].filter(({ value }) => value !== null).length;
  return orFine('settings', found, read === 0 ? 'no settings file' : `${read} ${read === 1 ? 'file' : 'files'} read`);
}

const CLOCK_SLACK_MS = 60_000;

/** Evidence from the future: the clock was ahead, or is behind now (ST-22). */
export function checkClock({ newest, now }: DoctorFacts): readonly Finding[] {
  const ahead = newest.filter(({ at }) => at > now + CLOCK_SLACK_MS);
  const found = ahead.map(({ what, at }) =>
    fail(
      'clock',
      `${what} is dated ${new Date(at).toISOString()}, after the present ${new Date(now).toISOString()}`,
      'set the clock of this machine right; until then ages and windows may be wrong',
    ),
  );
  return orFine('clock', found, 'nothing is dated in the future');
}

/** Process files that a killed client left behind. They are its own: we neither use nor remove them (LS-12). */
export function checkLeftovers({ leftovers }: DoctorFacts): readonly Finding[] {
  if (leftovers.length === 0) return [ok('registry', 'no leftovers of killed sessions')];
  const [first] = leftovers;
  const more = leftovers.length > 1 ? ` and ${leftovers.length - 1} more` : '';
  return [
    fail(
      'registry',
      `${first}${more} belongs to a process that is gone`,
      'harmless: Tidemark passes over it; you may delete it while no Claude Code runs',
    ),
  ];
}
