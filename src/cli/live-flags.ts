import type { Command } from 'commander';
import { commaList } from './comma-list.ts';

/** Flags of the live view, as commander parses them. */
export interface LiveFlags {
  refreshInterval?: string;
  tokenLimit?: string;
  sessionDuration?: string;
  projects?: string[];
  exclude?: string[];
  costThreshold?: string[];
  compact?: boolean;
  json?: boolean;
  followJson?: boolean;
  once?: boolean;
  line?: boolean;
  follow?: boolean;
  demo?: boolean;
  timezone?: string;
  ascii?: boolean;
  emoji?: boolean;
  color?: boolean;
  config?: string;
  debug?: boolean;
}

/** The options of the live view, on `tidemark live` and on bare `tidemark`. */
export function addLiveFlags(command: Command): Command {
  return command
    .option('--refresh-interval <seconds>', 'pace of ages and countdowns, 0.2 to 3600 (default 5); new data is shown at once')
    .option('--token-limit <n>', '500000, 1.5M, N/day (default) or N/window')
    .option('--session-duration <hours>', 'length of estimated windows, 0.5 to 24 (default 5)')
    .option('--projects <names>', 'only these projects: names, globs, directories', commaList)
    .option('--exclude <names>', 'all but these projects', commaList)
    .option('--cost-threshold <usd>', 'warn when the cost on screen is above this', commaList)
    .option('--compact', 'the narrow layout at any width')
    .option('--json', 'a JSON line per snapshot; with --once one document')
    .option('--follow-json', 'the same as --json')
    .option('--once', 'print once and end')
    .option('--line', 'one status line')
    .option('--follow', 'with --line: a new line per change')
    .option('--demo', 'a made-up home with live sessions; your own data is not opened')
    .option('-z, --timezone <zone>', 'IANA name, local or utc')
    .option('--ascii', 'only ASCII characters')
    .option('--emoji', 'emoji before section titles')
    .option('--no-color', 'no colour')
    .option('-c, --config <file>', 'another configuration file')
    .option('-d, --debug', 'say more about errors');
}
