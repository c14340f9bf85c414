import type { Command } from 'commander';
import type { ConfigFlags } from '../config/load.ts';
import { commaList } from './comma-list.ts';

/** Flags of the live view, as commander parses them. */
export interface LiveFlags {
  refreshInterval?: string;
  tokenLimit?: string;
  sessionDuration?: string;
  projects?: string[];
  exclude?: string[];
  costThreshold?: string[];
  account?: string[];
  filter?: string;
  sort?: string;
  group?: string;
  theme?: string;
  mouse?: boolean;
  readOnly?: boolean;
  screenReader?: boolean;
  compact?: boolean;
  json?: boolean;
  followJson?: boolean;
  once?: boolean;
  line?: boolean;
  follow?: boolean;
  demo?: boolean;
  at?: string;
  speed?: string;
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
    .option('--cost-threshold <usd>', 'warn when the cost on screen is above this: 25, 25/day, 25/project, 5/session', commaList)
    .option('--account <names>', 'only the sessions of these accounts', commaList)
    .option('--filter <expression>', 'only these sessions, such as "state:needs | cost>1"')
    .option('--sort <key>', 'attention, cost, rate, tokens, burn, share, ctx, age, started, name or project')
    .option('--group <by>', 'none, project or account')
    .option('--theme <name>', 'auto, dark, light, high-contrast, mono, deutan or tritan')
    .option('--mouse', 'wheel, click to choose, click a heading to sort')
    .option('--read-only', 'no stopping, jumping, naming')
    .option('--screen-reader', 'plain sentences, only what changed, commands by line')
    .option('--compact', 'the narrow layout at any width')
    .option('--json', 'a JSON line per snapshot; with --once one document')
    .option('--follow-json', 'the same as --json')
    .option('--once', 'print once and end')
    .option('--line', 'one status line')
    .option('--follow', 'with --line: a new line per change')
    .option('--demo', 'a made-up home with live sessions; your own data is not opened')
    .option('--at <time>', 'with --demo: show it as of this time, standing still')
    .option('--speed <n>', 'with --demo: how fast its time runs, 0 to 60')
    .option('-z, --timezone <zone>', 'IANA name, local or utc')
    .option('--ascii', 'only ASCII characters')
    .option('--emoji', 'emoji before section titles')
    .option('--no-color', 'no colour')
    .option('-c, --config <file>', 'another configuration file')
    .option('-d, --debug', 'say more about errors; frames and bytes in the footer');
}

/** `tidemark live` and `tidemark demo`. */
export function addLiveCommands(program: Command, live: (flags: LiveFlags) => Promise<void>): void {
  addLiveFlags(
    program.command('live').description('the live view: sessions, combined usage, burn rate, projection, projects, warnings'),
  ).action(live);
  addLiveFlags(program.command('demo').description('a made-up home with live sessions, to look around without any data')).action(
    (flags: LiveFlags) => live({ ...flags, demo: true }),
  );
}

/** The flags that stand for settings: they win over environment and file (LV-22). */
export function settingsOf(flags: LiveFlags): ConfigFlags {
  const given: Record<string, unknown> = {
    'live.account': flags.account,
    'live.filter': flags.filter,
    'live.sort': flags.sort,
    'live.group': flags.group,
    'live.mouse': flags.mouse,
    'live.readOnly': flags.readOnly,
    'display.theme': flags.theme,
    'display.screenReader': flags.screenReader,
    'display.ascii': flags.ascii,
    'display.emoji': flags.emoji,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
