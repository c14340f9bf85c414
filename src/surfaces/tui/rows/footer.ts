import { say, separator, type View } from '../figures.ts';
import { Kept } from '../keep.ts';
import { keysAt, type Place } from '../keys.ts';
import { clip, firstFitting, type Line, span } from '../spans.ts';
import { type Frozen, frozenWords } from './frame-edges.ts';

export interface FooterState {
  readonly place: Place;
  readonly readOnly: boolean;
  readonly refreshSeconds: number;
  /** Rows of the list that are shown, of all; null when nothing is cut. */
  readonly range: { readonly first: number; readonly last: number; readonly all: number } | null;
  /** False when keys cannot be read. */
  readonly keys: boolean;
  /** Set when the footer has to say it because there is no header. */
  readonly frozen: Frozen | null;
  /** The last message, for some seconds in place of the keys. */
  readonly message: string | null;
  /** Frames, bytes and the like with `--debug`, else null. */
  readonly debug: string | null;
}

/** From this width on keys stand two blanks apart, with their words (LV §4). */
const ROOMY_FROM = 100;

const brief = (text: string, roomy: boolean) =>
  roomy ? text : text.replace('↑↓ select', '↑↓').replace('Enter details', 'Enter').replace('Enter take', 'Enter');

const FOOTERS = new Kept<Line>();

/** The keys that work now, as many as fit, the most needed last to go (LV-57). */
export function footerLine(view: View, state: FooterState, width: number): Line {
  // A held picture counts the seconds.
  if (state.frozen !== null) return drawnFooter(view, state, width);
  const { place, readOnly, refreshSeconds, range, keys, message, debug } = state;
  const inputs = [view.ascii, width, place, readOnly, refreshSeconds, range?.first, range?.last, range?.all, keys, message, debug];
  return FOOTERS.of(inputs, () => drawnFooter(view, state, width));
}

function drawnFooter(view: View, state: FooterState, width: number): Line {
  if (state.message !== null) return clip([span(say(view, state.message))], width);
  const frozen = state.frozen === null ? [] : [frozenWords(view, state.frozen), span('  ')];
  const range = state.range === null ? '' : `${state.range.first}–${state.range.last} of ${state.range.all}`;
  if (!state.keys) {
    const words = ['no keys: standard input is not a terminal', 'no keys'].map((text) =>
      [range, text].filter((part) => part !== '').join(separator(view)),
    );
    return firstFitting(
      words.map((text) => [...frozen, span(say(view, text), 'dim')]),
      width,
    );
  }
  const roomy = width >= ROOMY_FROM;
  const tiny = width < 46;
  const shown = keysAt(state.place, state.readOnly).flatMap(({ footer }) => (footer === undefined ? [] : [footer]));
  const ranked = [...shown].sort((a, b) => a.rank - b.rank);
  const refresh = `${view.ascii ? '+-' : '+−'} ${state.refreshSeconds} s`.replace('−', '-');
  const freeze = (text: string) => (state.frozen === null ? text : text.replace('f freeze', 'f go on'));
  const tail = `refresh ${refresh}`;
  const measured = state.debug === null ? [] : [state.debug];
  const withoutLast = (dropped: number): Line => {
    const kept = new Set(ranked.slice(0, ranked.length - dropped));
    const words = shown.filter((entry) => kept.has(entry)).map(({ text }) => freeze(brief(text, roomy)));
    const parts = tiny ? words.map((text) => text.replace(/^(\S+) .*/, '$1')) : words;
    const [first = '', ...rest] =
      range === '' || state.place !== 'list'
        ? parts
        : [`${parts[0]} ${tiny ? range.replace(/^\d+–(\d+)/, '$1') : range}`, ...parts.slice(1)];
    const text = [...measured, first, ...rest, ...(roomy && dropped === 0 ? [tail] : [])].join(roomy ? '  ' : tiny ? ' · ' : ' ');
    return [...frozen, span(say(view, text), 'dim')];
  };
  function* candidates(): Generator<Line> {
    for (let dropped = 0; dropped < ranked.length; dropped++) yield withoutLast(dropped);
  }
  return firstFitting(candidates(), width);
}
