import type { Command } from 'commander';
import { commaList } from './comma-list.ts';
import { addScopeFlags } from './scope.ts';

/** Flags that every report takes (UR §3), as commander parses them. */
export interface ReportFlags {
  json?: boolean;
  since?: string;
  until?: string;
  last?: string;
  project?: string[];
  exclude?: string[];
  model?: string[];
  account?: string[];
  session?: string[];
  tag?: string[];
  branch?: string[];
  minTokens?: string;
  minCost?: string;
  subagents?: string;
  timezone?: string;
  weekStart?: string;
  mode?: string;
  order?: string;
  sort?: string;
  invert?: boolean;
  top?: string;
  breakdown?: boolean;
  compact?: boolean;
  wide?: boolean;
  cost: boolean;
  privacy?: boolean;
  color?: string | false;
  ascii?: boolean;
  parity?: boolean | string;
  config?: string;
  debug?: boolean;
  progress: boolean;
  offline?: boolean;
  instances?: boolean;
  sections?: string;
  id?: string;
  byPeriod?: string;
  active?: boolean;
  recent?: string | boolean;
  tokenLimit?: string;
  sessionDuration?: string;
  jsonSchema?: boolean;
}

export function addReportFlags(command: Command): Command {
  command
    .option('-j, --json', 'print JSON instead of a table')
    .option('--since <date>', 'first local day: 2026-11-01, 20261101, today, yesterday, 7d, 4w, 3m, this-week, last-month …')
    .option('--until <date>', 'last local day, inclusive')
    .option('--last <n>', 'only the newest n periods with use')
    .option('--session <ids>', 'only these sessions, by id or name', commaList);
  return addScopeFlags(command)
    .option('--min-tokens <n>', 'leave out rows with fewer tokens')
    .option('--min-cost <usd>', 'leave out rows that cost less')
    .option('-z, --timezone <zone>', 'IANA name, local or utc; decides where a day begins')
    .option('-w, --week-start <day>', 'first day of a week (default monday)')
    .option('-m, --mode <mode>', 'auto, calculate or display: where a cost comes from (default auto)')
    .option('-o, --order <order>', 'asc or desc')
    .option('-b, --breakdown', 'a line per model below each row')
    .option('--compact', 'the narrow form at any width')
    .option('--wide', 'full digits at any width')
    .option('--no-cost', 'leave money out')
    .option('--privacy', 'stand-ins for sessions, projects and branches, the same everywhere (privacy.names: hide)')
    .option('--color <when>', 'auto, always or never')
    .option('--no-color', 'no colour')
    .option('--ascii', 'only ASCII characters')
    .option('--parity [shape]', "ccusage's conventions and JSON (--parity=unified for its unified shape)")
    .option('--sections <names>', 'several reports at once: daily,weekly,monthly,sessions,projects,models,blocks')
    .option('-c, --config <file>', 'another configuration file')
    .option('-d, --debug', 'say more about errors')
    .option('--no-progress', 'no progress line while history is read')
    .option('--offline', 'accepted; nothing here uses the network')
    .option('--no-offline', 'accepted; nothing here uses the network')
    .option('--json-schema', 'print the JSON schema of this report');
}

/** Takes flags out of a command's help that mean nothing there; given all the same they are refused by name, not ignored. */
export function hideFlags(command: Command, names: readonly string[]): Command {
  for (const option of command.options) if (names.includes(option.attributeName())) option.hideHelp();
  return command;
}
