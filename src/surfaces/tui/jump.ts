import type { Env } from '../../platform/env.ts';

/** Runs a program without a shell: its output, null when it failed. */
export type Run = (file: string, args: readonly string[]) => Promise<string | null>;

export interface Pane {
  /** `%12`. */
  readonly id: string;
  /** `dev:2.1`, for people. */
  readonly place: string;
  readonly session: string;
  readonly window: string;
}

/** The terminal of a process, as `ps` names it: `pts/3`; null without one. */
export async function ttyOf(run: Run, pid: number): Promise<string | null> {
  const found = (await run('ps', ['-o', 'tty=', '-p', String(pid)]))?.trim() ?? '';
  return /^[A-Za-z0-9/_-]+$/.test(found) && found !== '?' && found !== '??' ? found : null;
}

const TAB = '\t';
const FORMAT = ['#{pane_tty}', '#{pane_id}', '#{session_id}', '#{window_id}', '#{session_name}:#{window_index}.#{pane_index}'].join(TAB);

/** The tmux pane whose tty is the process's. Names come last in the line, for they may hold anything. */
export async function paneOf(run: Run, tty: string): Promise<Pane | null> {
  const listed = await run('tmux', ['list-panes', '-a', '-F', FORMAT]);
  for (const row of (listed ?? '').split('\n')) {
    // tmux writes a tab in a format as `\t` or as `_` in some versions: ids have fixed forms, so they are found by these.
    const found = /^(\S+?)(?:\t|_)(%\d+)(?:\t|_)(\$\d+)(?:\t|_)(@\d+)(?:\t|_)(.*)$/.exec(row);
    if (found !== null && found[1] === `/dev/${tty}`) return { id: found[2]!, session: found[3]!, window: found[4]!, place: found[5]! };
  }
  return null;
}

export type JumpResult =
  | { readonly jumped: true; readonly where: string }
  | { readonly jumped: false /** What to type, or why nothing can be. */; readonly words: string };

/** Brings a process's terminal to the front: tmux from inside tmux, else kitty or wezterm where their remote control answers, else the command to type (LV-121). */
export async function jumpTo(run: Run, env: Env, pid: number): Promise<JumpResult> {
  const tty = await ttyOf(run, pid);
  if (tty === null) return { jumped: false, words: `process ${pid} has no terminal` };
  const pane = await paneOf(run, tty);
  if (pane !== null) return toPane(run, env, pane);
  if (env.KITTY_WINDOW_ID !== undefined && (await run('kitten', ['@', 'focus-window', '--match', `pid:${pid}`])) !== null)
    return { jumped: true, where: 'kitty' };
  if (env.WEZTERM_PANE !== undefined) {
    const wez = weztermPane(await run('wezterm', ['cli', 'list', '--format', 'json']), tty);
    if (wez !== null && (await run('wezterm', ['cli', 'activate-pane', '--pane-id', wez])) !== null)
      return { jumped: true, where: 'wezterm' };
  }
  return { jumped: false, words: `it runs on ${tty}, in a terminal that cannot be called from here` };
}

async function toPane(run: Run, env: Env, pane: Pane): Promise<JumpResult> {
  if (env.TMUX === undefined)
    return {
      jumped: false,
      words: `tmux attach -t '${pane.session}' \\; select-window -t '${pane.window}' \\; select-pane -t '${pane.id}'`,
    };
  const steps = [
    ['switch-client', '-t', pane.session],
    ['select-window', '-t', pane.window],
    ['select-pane', '-t', pane.id],
  ];
  for (const step of steps) if ((await run('tmux', step)) === null) return { jumped: false, words: `tmux ${step.join(' ')} failed` };
  return { jumped: true, where: `tmux ${pane.place}` };
}

function weztermPane(json: string | null, tty: string): string | null {
  try {
    const panes = JSON.parse(json ?? '[]') as readonly { readonly tty_name?: unknown; readonly pane_id?: unknown }[];
    const found = panes.find(({ tty_name }) => tty_name === `/dev/${tty}`)?.pane_id;
    return Number.isInteger(found) ? String(found) : null;
  } catch {
    return null;
  }
}

/** Whether the terminal is known to take OSC 52 (LV-122). */
export const takesClipboard = (env: Env): boolean =>
  env.KITTY_WINDOW_ID !== undefined ||
  env.WEZTERM_PANE !== undefined ||
  env.WT_SESSION !== undefined ||
  env.TMUX !== undefined ||
  /^(?:xterm|alacritty|foot|tmux|contour)/.test(env.TERM ?? '') ||
  /^(?:iTerm\.app|WezTerm|ghostty)$/.test(env.TERM_PROGRAM ?? '');
