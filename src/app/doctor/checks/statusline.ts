import { isOurCommand } from '../../install/launcher.ts';
import type { DoctorFacts } from '../facts.ts';
import { type Finding, fail, orFine, warn } from '../finding.ts';

const INSTALL = 'tidemark install statusline';

/** Is the status line there, does nothing stand above it, and does it run (SL-41)? */
export function checkStatusline(facts: DoctorFacts): readonly Finding[] {
  const found: Finding[] = [];
  let isInstalled = false;
  for (const { levels } of facts.claudeDirs) {
    const user = levels.find(({ level }) => level === 'user');
    if (user === undefined || user.problem !== null) continue;
    const isOurs = isOurCommand(user.value?.statusLine);
    isInstalled ||= isOurs;
    if (!isOurs && facts.record.files[user.path]?.lines != null)
      found.push(
        fail('statusline', `the status line in ${user.path} is no longer Tidemark's`, `${INSTALL}, or tidemark uninstall statusline`),
      );
    const above = isOurs
      ? levels.filter(({ level, value }) => level !== 'user' && value?.statusLine !== undefined && !isOurCommand(value.statusLine))
      : [];
    for (const { path } of above)
      found.push(
        fail('statusline', `${path} has a status line that wins over Tidemark's where it applies`, 'take it out there, or accept it'),
      );
  }
  if (isInstalled && facts.chain !== null && facts.chain.mode !== 'off' && /(?:^|[\s;&|/])npx\s/.test(facts.chain.command ?? ''))
    found.push(
      warn(
        'statusline',
        'the chained status line starts through npx, which takes a second each time',
        'install its package and name the program in statusline.chain',
      ),
    );
  if (!isInstalled && found.length === 0) return [warn('statusline', 'not installed: quota and cost by the client are unknown', INSTALL)];
  const last = facts.lastCapture === null ? 'it has not run yet' : `last run ${new Date(facts.lastCapture).toISOString()}`;
  return orFine('statusline', found, `installed, ${last}`);
}
