import type { Snapshot } from '../../../monitor/snapshot.ts';
import { dateTime, duration, glyphOr, named, plainLines, say, timeOfDay, type View } from '../figures.ts';
import { Kept } from '../keep.ts';
import { clip, type Line, padLine, type Span, span, widthOf } from '../spans.ts';

/** A picture held still: since when, and how many seconds the present is ahead. */
export interface Frozen {
  /** Epoch ms of the snapshot shown, and of the present. */
  readonly at: number;
  readonly present: number;
  /** Sessions that need a person now, when that differs from the picture. */
  readonly needsYou: number | null;
}

/** `FROZEN 13:42:10 (+12 s)` (LV-84). */
export function frozenWords(view: View, frozen: Frozen): Span {
  const now = frozen.needsYou === null ? '' : `, ${frozen.needsYou} need you now`;
  const ahead = duration(view, Math.max(0, frozen.present - frozen.at));
  return span(say(view, `FROZEN ${timeOfDay(view, frozen.at)} (+${ahead}${now})`), 'attention');
}

function pulse(view: View, snapshot: Snapshot, frozen: Frozen | null): Span {
  if (frozen !== null) return frozenWords(view, frozen);
  const dot = glyphOr(view, '●', '*');
  if (snapshot.ingest.reading) return span(`${dot}reading`, 'attention');
  return snapshot.ingest.polling === true ? span('no events, polling', 'attention') : span(`${dot}live`, 'working');
}

const CLOCKS = new Kept<string>();
const HEADERS = new Kept<Line>();

/** Product and scope on the left, date, time, zone and liveness on the right (LV-50). */
export function headerLine(view: View, snapshot: Snapshot, scope: string, width: number, frozen: Frozen | null): Line {
  const { ascii, hour12, zone, now } = view;
  const time = CLOCKS.of([Math.floor(now / 1000), zone, ascii, hour12], () => dateTime(view, now));
  const state = pulse(view, snapshot, frozen);
  return HEADERS.of([ascii, time, state.text, state.tone, scope, snapshot.demo, width], () =>
    drawnHeader([span(`${time}  `), state, span(' ')], `${named(view, scope)}${snapshot.demo ? ' (demo)' : ''}`, width),
  );
}

function drawnHeader(right: Line, scope: string, width: number): Line {
  const left = clip([span(' TIDEMARK', 'strong'), span(`  ${scope}`)], Math.max(9, width - widthOf(right) - 2));
  const gap = width - widthOf(left) - widthOf(right);
  return gap < 2 ? clip(left, width) : [...left, span(' '.repeat(gap)), ...right];
}

/** Those of one picture. */
const RULES = new Kept<Line>(10);

/** `── TITLE ─────`, filled to the width; a title too long is cut. The focused section's title is marked. */
export function ruleLine(view: View, title: string, width: number, emoji = '', focused = false): Line {
  return RULES.of([view.ascii, title, width, emoji, focused], () => drawnRule(view, title, width, emoji, focused));
}

function drawnRule(view: View, title: string, width: number, emoji: string, focused: boolean): Line {
  const dash = plainLines(view) ? '-' : '─';
  const sign = emoji === '' || view.ascii ? '' : `${emoji} `;
  const name = clip([span(dash.repeat(2), focused ? 'turn' : 'dim'), span(` ${sign}`), span(title, 'strong'), span(' ')], width);
  return [...name, span(dash.repeat(Math.max(0, width - widthOf(name))), 'dim')];
}

/** Padding of a pane's line and the rule between panes. */
export const besides = (view: View, left: Line, width: number, right: Line): Line => [
  ...padLine(clip(left, width), width),
  span(plainLines(view) ? ' | ' : ' │ ', 'dim'),
  ...right,
];
