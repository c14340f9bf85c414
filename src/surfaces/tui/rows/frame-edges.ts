import type { Snapshot } from '../../../monitor/snapshot.ts';
import { dateTime, duration, glyphOr, say, separator, timeOfDay, type View } from '../figures.ts';
import { clip, firstFitting, type Line, line, padLine, type Span, span, type Tone, widthOf } from '../spans.ts';
import { joined } from './verdict.ts';

/** A picture held still: since when, and how many seconds the present is ahead. */
export interface Frozen {
  /** Epoch ms of the snapshot shown, and of the present. */
  readonly at: number;
  readonly present: number;
}

/** `FROZEN 13:42:10 (+12 s)` (LV-84). */
const frozenWords = (view: View, frozen: Frozen): Span =>
  span(say(view, `FROZEN ${timeOfDay(view, frozen.at)} (+${duration(view, Math.max(0, frozen.present - frozen.at))})`), 'attention');

function pulse(view: View, snapshot: Snapshot, frozen: Frozen | null): Span {
  if (frozen !== null) return frozenWords(view, frozen);
  const dot = glyphOr(view, '●', '*');
  return snapshot.ingest.reading ? span(`${dot}reading`, 'attention') : span(`${dot}live`, 'working');
}

/** Product and scope on the left, date, time, zone and liveness on the right (LV-50). */
export function headerLine(view: View, snapshot: Snapshot, width: number, frozen: Frozen | null): Line {
  const left: Line = [span(' TIDEMARK', 'strong'), span(`  all Claude Code sessions${snapshot.demo ? ' (demo)' : ''}`)];
  const right: Line = [span(`${dateTime(view, view.now)}  `), pulse(view, snapshot, frozen), span(' ')];
  const gap = width - widthOf(left) - widthOf(right);
  return gap < 2 ? clip(left, width) : [...left, span(' '.repeat(gap)), ...right];
}

/** `── TITLE ─────`, filled to the width; a title too long is cut. */
export function ruleLine(view: View, title: string, width: number, emoji = ''): Line {
  const dash = view.ascii ? '-' : '─';
  const sign = emoji === '' || view.ascii ? '' : `${emoji} `;
  const name = clip([span(dash.repeat(2), 'dim'), span(` ${sign}`), span(title, 'strong'), span(' ')], width);
  return [...name, span(dash.repeat(Math.max(0, width - widthOf(name))), 'dim')];
}

/** What every letter and sign means, for the help lines. */
const LEGEND: readonly string[] = [
  'q quit',
  'f freeze',
  '+ - refresh',
  '↑↓ scroll',
  '? close help',
  'P needs permission',
  'Q needs an answer',
  'E failed',
  'L rate-limited',
  'Y your turn',
  'W working',
  'C compacting',
  'I idle',
  'U unknown',
  'X ended',
  'CTX context used',
  '$/H last 5 min',
  'SHARE of local use',
  '— unknown',
  '≥ at least',
  '≈ estimate',
];

/** The legend over several lines, broken between its words. */
export function helpLines(view: View, width: number): readonly Line[] {
  const lines: string[] = [];
  for (const word of LEGEND.map((entry) => say(view, entry))) {
    const last = lines.at(-1);
    const longer = last === undefined ? null : `${last}${separator(view)}${word}`;
    if (longer !== null && widthOf(line(longer)) <= width - 2) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((text) => clip(line(` ${text}`, 'dim'), width));
}

export interface FooterState {
  readonly refreshSeconds: number;
  /** Rows of the list that are shown, of all; null when nothing is cut. */
  readonly range: { readonly first: number; readonly last: number; readonly all: number } | null;
  /** False when keys cannot be read. */
  readonly keys: boolean;
  /** Set when the footer has to say it because there is no header. */
  readonly frozen: Frozen | null;
}

/** The keys that work now and the refresh interval; the shown part of the list when it is cut (LV-57). */
export function footerLine(view: View, state: FooterState, width: number): Line {
  const range = state.range;
  const scroll = range === null ? [] : [`${glyphOr(view, '↑↓', 'up/down')} ${range.first}${say(view, '–')}${range.last} of ${range.all}`];
  const refresh = `refresh ${state.refreshSeconds} s`;
  const frozen: readonly Span[] = state.frozen === null ? [] : [frozenWords(view, state.frozen)];
  const dim = (words: readonly string[], tone: Tone = 'dim'): Line =>
    joined([...frozen, ...words.map((word) => span(word, tone))], separator(view));
  if (!state.keys)
    return firstFitting(
      [dim([...scroll, 'no keys: standard input is not a terminal', refresh]), dim([...scroll, 'no keys']), dim(scroll)],
      width,
    );
  const freeze = state.frozen === null ? 'f freeze' : 'f go on';
  return firstFitting(
    [
      dim([...scroll, 'q quit', freeze, `+ - ${refresh}`, '? help']),
      dim([...scroll, 'q quit', freeze, '? help']),
      dim([...scroll, 'q quit', '?']),
      dim([...scroll, 'q']),
    ],
    width,
  );
}

/** Padding of a pane's line and the rule between panes. */
export const besides = (view: View, left: Line, width: number, right: Line): Line => [
  ...padLine(clip(left, width), width),
  span(view.ascii ? ' | ' : ' │ ', 'dim'),
  ...right,
];
