import type { Command } from 'commander';
import { commaList } from './comma-list.ts';

/** What figures can be narrowed by: the flag of the same name (UR-72); `--exclude` goes with `project`. */
export const SCOPES = ['session', 'project', 'account', 'tag', 'branch', 'model', 'subagents'] as const;
export type Scope = (typeof SCOPES)[number];

/** The flags that narrow figures, on reports and on `query`; `--session` is each command's own. */
export function addScopeFlags(command: Command): Command {
  return command
    .option('--project <names>', 'only these projects: names, globs, directories; comma list, repeatable, !x excludes', commaList)
    .option('--exclude <names>', 'all but these projects', commaList)
    .option('--model <ids>', 'only these models; globs, !x excludes', commaList)
    .option('--account <names>', 'only these accounts', commaList)
    .option('--tag <tags>', 'only sessions with these tags', commaList)
    .option('--branch <names>', 'only sessions on these branches', commaList)
    .option('--subagents <how>', 'include, only or exclude what subagents used (default include)');
}
