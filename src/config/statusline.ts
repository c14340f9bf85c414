import * as v from 'valibot';
import { nearest } from '../text/nearest.ts';
import { quoted } from './quoted.ts';
import { duration, flag, integer, type Notice, number, oneOf, orNone, type Setting, setting, word } from './values.ts';

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

/** Every segment that a row may name (statusline.md §4), in the order of the page; a test holds it against what can be drawn. */
export const SEGMENT_NAMES: readonly string[] = [
  ...[
    'dir',
    'attention',
    'alerts',
    'context',
    'quota5h',
    'model',
    'quota7d',
    'spend',
    'git',
    'sessions',
    'cost',
    'profile',
    'stale-config',
  ],
  ...[
    'effort',
    'agents',
    'burn',
    'cache',
    'today',
    'clock',
    'duration',
    'lines',
    'name',
    'task',
    'worktree',
    'pr',
    'version',
    'style',
    'vim',
  ],
  ...['agent', 'id', 'load'],
];

/** Names that nothing draws: a person is told, the line does without them (SL-19). */
function unknownSegments(value: StatuslineSegments | null): readonly Notice[] {
  const of = (name: string | readonly string[], path: readonly number[]): readonly Notice[] => {
    if (typeof name !== 'string') return name.flatMap((each, index) => of(each, [...path, index]));
    if (SEGMENT_NAMES.includes(name)) return [];
    const meant = nearest(name, SEGMENT_NAMES);
    return [{ path, message: `unknown segment ${quoted(name)}, ignored${meant === null ? '' : `; did you mean ${meant}?`}` }];
  };
  return (value ?? []).flatMap((name, index) => of(name, [index]));
}

/** The section `statusline`: what the line shows. The hot path reads it compiled (ST-17). */
export const STATUSLINE_SETTINGS = {
  layout: oneOf('compact', 'classic', 'minimal', 'powerline'),
  segments: {
    ...orNone(
      setting(segments as v.GenericSchema<unknown, StatuslineSegments>, 'a list of segment names, or a list of such lists', 'json'),
    ),
    notices: unknownSegments,
  },
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
