import type { App } from '../app/open.ts';
import { describeTerminal } from '../platform/terminal.ts';
import type { LiveFlags } from './live-flags.ts';

export type Form = 'screen' | 'reader' | 'table' | 'line' | 'json';

/** What is shown: flags first, then `live.mode`; a full screen needs a terminal that can be drawn on (LV-130). */
export function formOf(flags: LiveFlags, app: App): Form {
  const { mode } = app.config.live;
  if (flags.json || flags.followJson) return 'json';
  if (flags.line) return 'line';
  if (flags.once) return flags.compact ? 'line' : 'table';
  if (mode === 'json') return 'json';
  if (mode === 'table') return 'table';
  if (mode === 'compact') return 'line';
  if (app.config.display.screenReader || app.env.INK_SCREEN_READER === 'true') return 'reader';
  if (!describeTerminal(app.env, process.stdout).canDraw) return flags.compact ? 'line' : 'table';
  return 'screen';
}

export const isDrawn = (flags: LiveFlags, app: App): boolean => formOf(flags, app) === 'screen';
