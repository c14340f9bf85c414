import { systemClock } from '../../platform/clock.ts';
import { KnownError } from '../../platform/errors.ts';
import { writeStderr, writeStdout, writeStdoutSync } from '../../platform/stdout.ts';
import { describeTerminal } from '../../platform/terminal.ts';
import { mergeQuota } from '../../sessions/captures.ts';
import { readStdin } from '../../sessions/stdin.ts';
import { terminalText } from '../../text/terminal.ts';
import { demoSituations } from './demo-facts.ts';
import type { Facts } from './facts.ts';
import { type Input, MAX_INPUT_BYTES, parseInput } from './input.ts';
import { layoutOf } from './layouts.ts';
import { renderLine } from './line.ts';
import { availableWidth, prepare, type Setup } from './setup.ts';
import { subagentRows } from './subagents.ts';

const USAGE = `Usage: tidemark statusline [options] < payload.json
       tidemark statusline configure

The line under Claude Code's prompt. The client runs it with a payload on stdin; "tidemark install statusline" sets it up,
"configure" chooses layout, segments and colours with the line before one's eyes.

  --demo             every layout with made-up data, in this terminal's width; writes nothing
  --preview          the line for the payload on stdin; writes nothing
  --layout <name>    compact, classic, minimal or powerline (with --demo or --preview)
  --width <columns>  columns there are (with --demo or --preview)
  --theme <name>     terminal, classic, safe or mono (with --demo or --preview)
  --ascii            only ASCII characters
  --subagents        rows for the client's subagent list, from its input on stdin
  -h, --help         this text
`;

const LAYOUTS = ['compact', 'classic', 'minimal', 'powerline'] as const;
const THEMES = ['terminal', 'classic', 'safe', 'mono'] as const;
const EXIT_USAGE = 2;
/** A person's program may take its time over what a client sends at once. */
const LIMITS = { silence: 5000, total: 10_000, bytes: MAX_INPUT_BYTES };
const stdinText = (): string => readStdin(systemClock.monotonic, undefined, LIMITS).toString('utf8');

interface Flags {
  readonly demo?: boolean;
  readonly preview?: boolean;
  readonly subagents?: boolean;
  readonly ascii?: boolean;
  readonly help?: boolean;
  readonly layout?: string;
  readonly width?: string;
  readonly theme?: string;
}

/** Everything but the hot path (SL-39, SL-42): loaded only when an option asks for it. None of it captures or writes. */
export async function runOptions(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && argv[0] === 'configure') return configure();
  const { parseArgs } = await import('node:util');
  let flags: Flags;
  try {
    flags = parseArgs({
      args: [...argv],
      options: {
        demo: { type: 'boolean' },
        preview: { type: 'boolean' },
        subagents: { type: 'boolean' },
        ascii: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        layout: { type: 'string' },
        width: { type: 'string' },
        theme: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return refused(error instanceof Error ? error.message.split('. ')[0]! : 'unknown option');
  }
  if (flags.help) {
    await writeStdout(USAGE);
    return 0;
  }
  const wrong = wrongFlag(flags);
  if (wrong !== null) return refused(wrong);
  if (flags.subagents) return subagents();
  const setup = withFlags(prepare(flags.ascii ?? false), flags);
  return flags.preview ? preview(setup, flags) : demo(setup, flags);
}

/** SL-40. */
async function configure(): Promise<number> {
  try {
    return await (await import('./configure.ts')).runConfigure(prepare(false));
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    await writeStderr(
      `tidemark: ${terminalText(error.message, 1000)}${error.hint === undefined ? '' : `; ${terminalText(error.hint, 200)}`}\n`,
    );
    return error.exitCode;
  }
}

async function refused(why: string): Promise<number> {
  await writeStderr(`tidemark: ${terminalText(why, 200)}; see tidemark statusline --help\n`);
  return EXIT_USAGE;
}

function wrongFlag({ demo, preview, subagents: rows, layout, theme, width }: Flags): string | null {
  const chosen = [demo, preview, rows].filter((flag) => flag === true).length;
  if (chosen !== 1) return chosen > 1 ? '--demo, --preview and --subagents exclude each other' : 'the options need --demo or --preview';
  if (layout !== undefined && !(LAYOUTS as readonly string[]).includes(layout))
    return `--layout: expected ${LAYOUTS.join(', ')}, got "${layout}"`;
  if (theme !== undefined && !(THEMES as readonly string[]).includes(theme))
    return `--theme: expected ${THEMES.join(', ')}, got "${theme}"`;
  if (width !== undefined && !(/^\d{1,4}$/.test(width) && Number(width) >= 10 && Number(width) <= 1000))
    return '--width: expected 10 to 1000 columns';
  return null;
}

function withFlags(setup: Setup, { layout, theme }: Flags): Setup {
  const statusline = {
    ...setup.statusline,
    ...(layout === undefined ? {} : { layout: layout as (typeof LAYOUTS)[number], segments: null }),
    ...(theme === undefined ? {} : { theme: theme as (typeof THEMES)[number] }),
  };
  return { ...setup, statusline };
}

function subagents(): number {
  writeStdoutSync(subagentRows(stdinText(), systemClock.now()));
  return 0;
}

async function demo(setup: Setup, flags: Flags): Promise<number> {
  const terminal = describeTerminal(setup.env);
  const width = Number(flags.width ?? terminal.columns);
  const layouts = flags.layout === undefined ? LAYOUTS : [setup.statusline.layout];
  const text = layouts.map((name) => {
    const situations = [...demoSituations(), ['narrow', demoSituations()[0]![1]] as const];
    const lines = situations.map(([title, facts]) => {
      const columns = title === 'narrow' ? Math.min(width, 40) : width;
      return `${title}\n${drawn({ ...facts, settings: { ...setup.settings, zone: 'UTC' } }, setup, name, columns, terminal.colour)}\n`;
    });
    return `== ${name} ==\n${lines.join('\n')}`;
  });
  await writeStdout(`${text.join('\n')}`);
  return 0;
}

async function preview(setup: Setup, flags: Flags): Promise<number> {
  const input = parseInput(stdinText());
  if (input === null) return refused('--preview: stdin holds no JSON object');
  const width = flags.width === undefined ? availableWidth(setup.env.COLUMNS, setup.statusline) : Number(flags.width);
  const terminal = describeTerminal(setup.env);
  await writeStdout(`${drawn(previewFacts(setup, input), setup, setup.statusline.layout, width, terminal.colour)}\n`);
  return 0;
}

/** The payload alone: neither other sessions nor this machine's state. */
function previewFacts(setup: Setup, input: Input): Facts {
  const now = systemClock.now();
  return {
    now,
    home: setup.paths?.home ?? '',
    dir: input.cwd ?? input.projectDir ?? '?',
    input,
    quota: mergeQuota(input.quota, input.cost.apiMs, null, now).quota,
    summary: null,
    others: null,
    own: null,
    branch: null,
    isConfigStale: false,
    envProfile: null,
    settings: setup.settings,
  };
}

function drawn(facts: Facts, setup: Setup, name: Setup['statusline']['layout'], width: number, depth: 0 | 16 | 256 | 16777216): string {
  const { statusline } = setup;
  const layout = layoutOf({ ...statusline, layout: name });
  return renderLine(facts, { layout, width, depth, theme: statusline.theme, glyphs: statusline.glyphs }).text;
}
