import { emitKeypressEvents, type Interface } from 'node:readline';
import { compileConfig } from '../../config/compile.ts';
import { setConfig } from '../../config/edit.ts';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { configError, usageError } from '../../platform/errors.ts';
import { writeStdout, writeStdoutSync } from '../../platform/stdout.ts';
import { describeTerminal } from '../../platform/terminal.ts';
import { terminalText } from '../../text/terminal.ts';
import { screenLines } from './configure-screen.ts';
import { type Choices, type ConfigureState, changesOf, choicesOf, type Key, pressed, statuslineOf } from './configure-state.ts';
import { demoFacts } from './demo-facts.ts';
import { layoutOf } from './layouts.ts';
import { renderLine } from './line.ts';
import { availableWidth, type Setup } from './setup.ts';

const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l';
const LEAVE_SCREEN = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** `tidemark statusline configure` (SL-40): choose on a screen, the line redrawn after each key; nothing is written before Enter. */
export async function runConfigure(setup: Setup): Promise<number> {
  const { paths } = setup;
  if (paths === null) throw configError('There is no home directory to keep a configuration in');
  if (process.stdin.isTTY !== true || !describeTerminal(setup.env).canDraw)
    throw usageError('statusline configure needs a terminal', 'tidemark config set statusline.layout classic does without');
  // The file's own values: those of the environment never reach the line (ST-17).
  const { config } = await loadConfig(paths.configFile, {});
  const before = choicesOf(config);
  const after = await chosen({ ...setup, statusline: config.statusline }, before);
  const changes = after === null ? new Map<string, string | null>() : changesOf(before, after, config.statusline.chain);
  for (const [key, text] of changes) await setConfig(paths.configFile, key, text);
  if (changes.size > 0) await compileConfig(paths.configFile, paths.stateDir);
  await writeStdout(
    changes.size === 0 ? 'Nothing was changed.\n' : `Saved ${[...changes.keys()].join(', ')} in ${terminalText(paths.configFile, 1000)}\n`,
  );
  return 0;
}

/** What a person settles on; null when they leave. The terminal is given back whatever happens. */
function chosen(setup: Setup, before: Choices): Promise<Choices | null> {
  const { stdin, stdout } = process;
  let state: ConfigureState = { ...before, at: 0 };
  const draw = () => writeStdoutSync(screen(state, setup));
  return new Promise((resolve) => {
    const end = (choices: Choices | null) => {
      stdin.off('keypress', onKey);
      stdin.off('end', leave);
      stdout.off('resize', draw);
      for (const signal of SIGNALS) process.off(signal, leave);
      stdin.setRawMode(false);
      stdin.pause();
      writeStdoutSync(LEAVE_SCREEN);
      resolve(choices);
    };
    const leave = () => end(null);
    const onKey = (text: string | undefined, key: Keypress) => {
      if (key.name === 'escape' || (key.ctrl === true && (key.name === 'c' || key.name === 'd')) || text === 'q') return leave();
      if (key.name === 'return' || key.name === 'enter') return end(state);
      const meant = keyOf(text, key);
      if (meant === null) return;
      state = pressed(state, meant, setup.statusline);
      draw();
    };
    emitKeypressEvents(stdin, KEY_TIMES as Interface);
    stdin.setRawMode(true);
    writeStdoutSync(ENTER_SCREEN);
    stdin.on('keypress', onKey);
    stdin.on('end', leave);
    stdout.on('resize', draw);
    for (const signal of SIGNALS) process.on(signal, leave);
    stdin.resume();
    draw();
  });
}

/** How long after an Esc the rest of a key's sequence may come, ms; half a second without it. */
const KEY_TIMES: Partial<Interface> & { readonly escapeCodeTimeout: number } = { escapeCodeTimeout: 50 };
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

interface Keypress {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly shift?: boolean;
}

const TEXT_KEYS: Readonly<Record<string, Key>> = {
  j: 'down',
  k: 'up',
  h: 'left',
  l: 'right',
  ' ': 'toggle',
  J: 'later',
  K: 'earlier',
  r: 'reset',
  R: 'reset',
};

function keyOf(text: string | undefined, { name, shift }: Keypress): Key | null {
  if (name === 'up' || name === 'down') return shift === true ? (name === 'up' ? 'earlier' : 'later') : name;
  if (name === 'left' || name === 'right') return name;
  return text !== undefined && Object.hasOwn(TEXT_KEYS, text) ? TEXT_KEYS[text]! : null;
}

/** The whole screen as bytes: each line over the former one, so that nothing flickers. */
function screen(state: ConfigureState, setup: Setup): string {
  const { columns, rows } = describeTerminal(setup.env);
  const lines = screenLines(state, previewLine(state, setup, columns), setup, { columns, rows });
  return `${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\r\n')}${CLEAR_BELOW}`;
}

function previewLine(state: ConfigureState, setup: Setup, columns: number): string {
  const statusline: Config['statusline'] = statuslineOf(state, setup.statusline);
  const demo = demoFacts();
  const showAuthProfile = state.profile === 'auto' ? state.profile : state.profile === 'true';
  const facts = { ...demo, settings: { ...setup.settings, zone: demo.settings.zone, showAuthProfile } };
  const width = Math.min(columns, availableWidth(String(columns), statusline));
  const depth = describeTerminal(setup.env).colour;
  return renderLine(facts, { layout: layoutOf(statusline), theme: statusline.theme, glyphs: statusline.glyphs, depth, width }).text;
}
