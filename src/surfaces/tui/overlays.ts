import { graphemes } from '../../text/graphemes.ts';
import { named, say, separator, type View } from './figures.ts';
import type { FrameOptions } from './frame-options.ts';
import { ruleLine } from './rows/frame-edges.ts';
import { clip, type Line, line, selectedLine, span } from './spans.ts';
import { SORT_KEYS } from './ui/order.ts';
import { MOST_PRESETS } from './ui/remember.ts';
import type { Overlay, StopBox, UiState } from './ui/state.ts';
import { displayWidth } from './width.ts';

/** An input line, a menu or a question over the lower part of the picture. */
export function overlaid(
  overlay: Overlay | null,
  base: readonly Line[],
  view: View,
  state: UiState,
  options: FrameOptions,
): readonly Line[] {
  if (overlay === null || overlay.kind === 'help') return base;
  const width = options.columns;
  const lines =
    overlay.kind === 'input'
      ? inputLines(view, overlay, state, width)
      : overlay.kind === 'menu'
        ? menuLines(view, overlay, state, width, options.rows)
        : boxLines(view, overlay.box, width);
  const kept = lines.slice(0, Math.max(1, options.rows - 1));
  return [...base.slice(0, options.rows - kept.length), ...kept];
}

/** The end of a text that fits `room` columns: what is typed now is always in view. */
function tailWithin(text: string, room: number): string {
  let tail = '';
  for (const letter of [...graphemes(text)].reverse()) {
    if (displayWidth(letter + tail) > room) break;
    tail = letter + tail;
  }
  return tail;
}

/** What is typed, and under it the place of a fault (LV-80). */
function inputLines(
  view: View,
  { purpose, text, fault, untouched }: Overlay & { kind: 'input' },
  state: UiState,
  width: number,
): readonly Line[] {
  const prompt = ` ${purpose}: `;
  const shown = tailWithin(text, Math.max(1, width - prompt.length - 1));
  const entry: Line = [span(prompt, 'strong'), span(say(view, shown)), { text: ' ', selected: true }];
  const hint = state.filtersCombined ? 'z: combined usage of all again' : 'z: combined usage filtered too';
  const room = width - prompt.length - displayWidth(shown) - 1 - 3;
  if (fault === null) return [untouched === true && hint.length <= room ? [...entry, span(`   ${hint}`, 'dim')] : entry];
  const words = say(view, `^ expected ${fault.expected}`);
  const at = prompt.length + displayWidth(shown) - displayWidth(text.slice(fault.at));
  return [entry, clip([span(' '.repeat(Math.max(0, Math.min(at, width - displayWidth(words))))), span(words, 'attention')], width)];
}

function menuLines(view: View, { what, cursor }: Overlay & { kind: 'menu' }, state: UiState, width: number, rows: number): readonly Line[] {
  const title = what === 'sort' ? 'SORT BY' : 'SAVED FILTERS';
  const names =
    what === 'sort'
      ? SORT_KEYS.map((key) => `${key}${key === state.sort ? '  now' : ''}`)
      : Array.from({ length: MOST_PRESETS }, (_, index) => `${index + 1}  ${named(view, state.presets[index] ?? '')}`);
  const visible = Math.max(1, Math.min(names.length, rows - 3));
  const first = Math.max(0, cursor - visible + 1);
  const listed = names.slice(first, first + visible).map((name, index) => {
    const drawn = clip(line(`   ${name}`), width);
    return index + first === cursor ? selectedLine(drawn, width) : drawn;
  });
  return [ruleLine(view, `${title}${separator(view)}Enter takes, Esc leaves`, width), ...listed];
}

function boxLines(view: View, box: StopBox, width: number): readonly Line[] {
  const question =
    box.stage === 'choose'
      ? 'its number chooses, any other key leaves'
      : box.stage === 'ask'
        ? 'y stops it, any other key leaves'
        : box.stage === 'askKill'
          ? 'y kills it (KILL), any other key leaves'
          : 'working on it';
  const lines = [
    ruleLine(view, 'STOP A SESSION', width),
    ...box.facts.map((fact) => line(` ${say(view, fact)}`)),
    ...(box.stage === 'choose' ? (box.processes ?? []) : []).map(({ words }, index) =>
      line(` ${index + 1}  ${say(view, words)}`, 'strong'),
    ),
    ...box.steps.map((step) => line(` ${say(view, step)}`, 'dim')),
  ];
  return [...lines, line(` ${question}`, 'attention')].map((each) => clip(each, width));
}
