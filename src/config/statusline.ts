import * as v from 'valibot';
import { duration, flag, integer, number, oneOf, orNone, type Setting, setting, word } from './values.ts';

/** Another tool's statusline that was there first (SL-33, SL-37): how to combine, how long to wait for it, and its settings object as it was found. */
const chain = v.strictObject({
  mode: v.optional(v.picklist(['collect', 'above', 'below', 'off']), 'collect'),
  timeout: v.optional(duration('100ms', '30s').schema, '2s'),
  command: v.optional(v.nullable(v.union([v.string(), v.looseObject({ command: v.string() })])), null),
});

/** `timeout` in ms. `command` is the other tool's whole `statusLine` object, or only its command line; null = none was found. */
export interface StatuslineChain {
  readonly mode: 'collect' | 'above' | 'below' | 'off';
  readonly timeout: number;
  readonly command: string | { readonly command: string; readonly [key: string]: unknown } | null;
}

/** One row of segment names, or several rows. Unknown names are ignored when drawing (SL-19). */
export type StatuslineSegments = readonly string[] | readonly (readonly string[])[];
const segmentName = v.pipe(v.string(), v.maxLength(40));
const segments = v.union([v.pipe(v.array(segmentName), v.maxLength(60)), v.pipe(v.array(v.array(segmentName)), v.maxLength(10))]);

/** The section `statusline`: what the line shows. The hot path reads it compiled (ST-17). */
export const STATUSLINE_SETTINGS = {
  layout: oneOf('compact', 'classic', 'minimal', 'powerline'),
  segments: orNone(
    setting(segments as v.GenericSchema<unknown, StatuslineSegments>, 'a list of segment names, or a list of such lists', 'json'),
  ),
  separator: orNone(word('a text between segments')),
  theme: oneOf('terminal', 'classic', 'safe', 'mono'),
  glyphs: oneOf('arrows', 'plain'),
  ascii: flag,
  useEmoji: flag,
  width: orNone(integer(10, 1000, 'columns')),
  reserve: integer(0, 200, 'columns'),
  padding: integer(0, 50, 'columns'),
  maxWidth: orNone(integer(10, 1000, 'columns')),
  maxLines: integer(1, 10, 'lines'),
  links: oneOf('off', 'on'),
  warning: number(1, 100, 'percent'),
  critical: number(1, 100, 'percent'),
  chain: setting(
    chain as v.GenericSchema<unknown, StatuslineChain>,
    'a section with mode (collect, above, below or off), timeout and command',
    'json',
  ),
} as const;

/** `display.showAuthProfile` (AP-9): whether the profile is named beside a session; `auto` = when sessions of more than one are live. */
export const showAuthProfile: Setting<boolean | 'auto'> = setting(
  v.union([v.boolean(), v.literal('auto')]) as v.GenericSchema<unknown, boolean | 'auto'>,
  'true, false or auto',
  'json',
);
