/** The environment variables this program knows, as a plain record: absent ones are undefined. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Read by their exact name. Variables that hold credentials are never among them. */
const NAMES = [
  'HOME',
  'USERPROFILE',
  'LOCALAPPDATA',
  'CLAUDE_CONFIG_DIR',
  'CLAUDE_PROJECT_DIR',
  'CLAUDE_CODE_SESSION_ID',
  'NO_COLOR',
  'FORCE_COLOR',
  'COLORTERM',
  'COLORFGBG',
  'TERM',
  'TERM_PROGRAM',
  'COLUMNS',
  'LINES',
  'CI',
  'TZ',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'PATH',
  'EDITOR',
  'VISUAL',
  'TMUX',
  'TMUX_PANE',
  'KITTY_WINDOW_ID',
  'WEZTERM_PANE',
  'WT_SESSION',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'DBUS_SESSION_BUS_ADDRESS',
  'SSH_CONNECTION',
  'DO_NOT_TRACK',
];

/** Ours, the directories' convention, and the old names that `doctor` mentions when set (UR-121). */
const PREFIXES = ['TIDEMARK_', 'XDG_', 'TOKEN_MONITOR_'];

/** Picks the known variables out of an environment; the rest of it never enters the program's data. */
export function selectEnv(source: Env): Env {
  const known: Record<string, string | undefined> = {};
  for (const name of NAMES) if (source[name] !== undefined) known[name] = source[name];
  for (const name of Object.keys(source)) if (PREFIXES.some((prefix) => name.startsWith(prefix))) known[name] = source[name];
  return known;
}

/** The process's environment. The only place that reads it. */
export const readEnv = (): Env => selectEnv(process.env);
