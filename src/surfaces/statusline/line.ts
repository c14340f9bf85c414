import type { Config } from '../../config/schema.ts';
import type { ColourDepth } from '../../platform/terminal.ts';
import { terminalText } from '../../text/terminal.ts';
import { asciiText, columnsOf } from './columns.ts';
import type { Facts } from './facts.ts';
import { type Cell, fitRows, type Piece } from './fit.ts';
import { DOT, type Layout } from './layouts.ts';
import { POWERLINE_AROUND, POWERLINE_BETWEEN, paintLine, paintPowerline, type Theme, usableTheme } from './paint.ts';
import type { Segment } from './segment.ts';
import { SEGMENTS } from './segments.ts';

export interface Look {
  readonly layout: Layout;
  readonly theme: Theme;
  readonly glyphs: Config['statusline']['glyphs'];
  readonly depth: ColourDepth;
  /** Columns there are (SL-20). */
  readonly width: number;
}

export interface Rendered {
  /** Lines joined by line breaks, coloured, without a break at the end. */
  readonly text: string;
  /** The same without colours. */
  readonly plain: string;
  /** Segments that failed; the others stand (SL-31). */
  readonly faults: readonly string[];
}

/** Facts and looks → the line. Pure. */
export function renderLine(facts: Facts, look: Look, segments: ReadonlyMap<string, Segment> = SEGMENTS): Rendered {
  const { layout, width } = look;
  const faults: string[] = [];
  const { ascii, ambiguousWide } = facts.settings;
  const rows = layout.rows.map((row) => row.flatMap((id) => pieceOf(id, facts, layout, segments, faults)));
  const isPowerline = layout.name === 'powerline';
  const hasArrows = isPowerline && look.glyphs === 'arrows' && look.depth > 0 && !ascii;
  const separator = terminalSeparator(layout.separator, ascii);
  // The branch belongs to the directory.
  const gap = (left: string, right: string) => (left === 'dir' && right === 'git' && !isPowerline ? ' ' : separator);
  const lines = fitRows(rows, {
    width,
    maxLines: layout.maxLines,
    between: (left, right) => (hasArrows ? POWERLINE_BETWEEN : columnsOf(gap(left, right), ambiguousWide)),
    around: hasArrows ? POWERLINE_AROUND : 0,
    ellipsis: ascii ? '..' : '…',
    ambiguousWide,
  });
  const theme = usableTheme(look.theme, look.depth);
  const joined = (paint: (cells: readonly Cell[]) => string) => lines.map(paint).join('\n');
  const plain = joined((cells) => paintLine(cells, gap, null));
  return {
    text: hasArrows ? joined((cells) => paintPowerline(cells, look.depth)) : joined((cells) => paintLine(cells, gap, theme)),
    plain,
    faults,
  };
}

/** What one segment has to say, keyed in the classic look; nothing where it hides or fails. */
function pieceOf(id: string, facts: Facts, layout: Layout, segments: ReadonlyMap<string, Segment>, faults: string[]): Piece[] {
  const segment = segments.get(id);
  if (segment === undefined) return [];
  try {
    const said = layout.isClassic && segment.classic !== undefined ? segment.classic(facts) : segment.compact(facts);
    if (said === null || (layout.isClassic && id === 'context' && facts.input.context.percent === null)) return [];
    if (layout.name === 'minimal' && id === 'context' && facts.input.context.percent === null) return [];
    const { ascii, useEmoji } = facts.settings;
    const key = layout.isClassic ? (useEmoji && !ascii ? segment.icon : segment.word) : '';
    const skip = Math.min(layout.skip[id] ?? 0, said.forms.length - 1);
    const forms = said.forms.slice(skip).map((form) => {
      const text = key === '' ? form : `${key}:${form}`;
      return ascii ? asciiText(text) : text;
    });
    return [{ id, p: segment.p, forms, tone: said.tone ?? 'plain', ...(said.link === undefined ? {} : { link: said.link }) }];
  } catch {
    faults.push(id);
    return [];
  }
}

/** A person's separator is text like any other; its blanks at the ends are meant. Ours needs no cleaning. */
function terminalSeparator(separator: string, ascii: boolean): string {
  if (separator === DOT) return ascii ? ' | ' : DOT;
  const [before = '', , after = ''] = /^( {0,4})(.*?)( {0,4})$/s.exec(separator)?.slice(1) ?? [];
  const text = `${before}${terminalText(separator, 16)}${after}` || ' ';
  return ascii ? asciiText(text) : text;
}
