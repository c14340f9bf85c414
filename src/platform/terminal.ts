import type { Env } from './env.ts';

/** How many colours may be used: 0 none, then 16, 256, 2^24. */
export type ColourDepth = 0 | 16 | 256 | 16777216;

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  readonly isTTY: boolean;
  /** False for a pipe and for `TERM=dumb`: no cursor movement, plain output. */
  readonly canDraw: boolean;
  readonly colour: ColourDepth;
}

/** The part of a stream that tells about its terminal; `process.stdout` is one. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

export type ColourChoice = 'auto' | 'always' | 'never';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** A pseudo-terminal may report 0×0 (HZ-33): then the environment, then 80×24. */
function size(reported: number | undefined, variable: string | undefined, fallback: number): number {
  if (reported !== undefined && reported > 0) return reported;
  const said = Number(variable);
  return Number.isInteger(said) && said > 0 ? said : fallback;
}

function depth(env: Env): ColourDepth {
  if (/^(truecolor|24bit)$/i.test(env.COLORTERM ?? '') || env.WT_SESSION !== undefined) return 16777216;
  return /256/.test(env.TERM ?? '') ? 256 : 16;
}

const FORCED: Readonly<Record<string, ColourDepth>> = { '0': 0, false: 0, '1': 16, '2': 256, '3': 16777216 };

/** `--color` wins; then NO_COLOR (any non-empty value), FORCE_COLOR, `TERM=dumb`, and whether it is a terminal at all. */
export function colourDepth(env: Env, isTTY: boolean, choice: ColourChoice = 'auto'): ColourDepth {
  if (choice === 'never') return 0;
  if (choice === 'always') return depth(env);
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return 0;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return FORCED[forced] ?? depth(env);
  return isTTY && env.TERM !== 'dumb' ? depth(env) : 0;
}

export function describeTerminal(env: Env, stream: TerminalStream = process.stdout, choice: ColourChoice = 'auto'): Terminal {
  const isTTY = stream.isTTY === true;
  return {
    columns: size(stream.columns, env.COLUMNS, DEFAULT_COLUMNS),
    rows: size(stream.rows, env.LINES, DEFAULT_ROWS),
    isTTY,
    canDraw: isTTY && env.TERM !== 'dumb',
    colour: colourDepth(env, isTTY, choice),
  };
}
