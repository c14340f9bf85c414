import { usageError } from '../platform/errors.ts';
import { describeTerminal } from '../platform/terminal.ts';
import type { TableOptions } from '../surfaces/export/types.ts';
import type { OpenReport } from './open-report.ts';
import type { ReportFlags } from './report-flags.ts';

/** How a table is printed here: the terminal's width (120 without one), characters, colour, and what the flags say (UR-50, UR-53). */
export function tableOptions(open: OpenReport, flags: ReportFlags): TableOptions {
  const { app } = open;
  const choice = flags.color === false ? 'never' : typeof flags.color === 'string' ? colourChoice(flags.color) : app.config.display.color;
  const terminal = describeTerminal(app.env, process.stdout, choice);
  const utf8 = /utf-?8/i.test(app.env.LC_ALL || app.env.LC_CTYPE || app.env.LANG || 'utf-8');
  return {
    columns: process.stdout.isTTY || app.env.COLUMNS !== undefined ? Math.max(20, terminal.columns) : 120,
    ascii: (flags.ascii ?? app.config.display.ascii) || !utf8,
    colour: terminal.colour > 0,
    breakdown: flags.breakdown ?? false,
    compact: flags.compact ?? false,
    wide: flags.wide ?? false,
    cost: flags.cost,
    ...(open.request.sort === null ? {} : { sort: open.request.sort }),
  };
}

function colourChoice(text: string): 'auto' | 'always' | 'never' {
  if (text === 'auto' || text === 'always' || text === 'never') return text;
  throw usageError(`--color takes auto, always or never, not "${text}"`);
}
