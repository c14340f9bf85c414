import { fitEnd } from '../../text/width.ts';
import { columnsOf } from './columns.ts';
import type { Tone } from './segment.ts';

/** One segment of a row, ready to be fitted: its texts are harmless and final. */
export interface Piece {
  readonly id: string;
  readonly p: number;
  /** From full to short; at least one. */
  readonly forms: readonly string[];
  readonly tone: Tone;
  readonly link?: string;
}

/** A segment as it stands on the line. */
export interface Cell {
  readonly id: string;
  readonly text: string;
  readonly tone: Tone;
  readonly link?: string;
}

export interface Plan {
  readonly width: number;
  /** Rows may be broken into as many lines. */
  readonly maxLines: number;
  /** Columns between two neighbours, and around a whole line. */
  readonly between: (left: string, right: string) => number;
  readonly around: number;
  readonly ellipsis: string;
  readonly ambiguousWide: boolean;
}

const DROPPED = -1;

/**
 * The rows within the width (SL-21): first shortened, then dropped, each from the least important segment up (among equals the later first), one form at
 * a time, until it fits. `dir` is never dropped and is cut only when it stands alone. The steps are the same for every width, so that a wider line never
 * shows less.
 */
export function fitRows(rows: readonly (readonly Piece[])[], plan: Plan): Cell[][] {
  const pieces = rows.flat();
  const chosen = new Map<Piece, number>(pieces.map((piece) => [piece, 0]));
  for (const [piece, form] of [null, ...steps(pieces)].map((step) => step ?? ([null, 0] as const))) {
    if (piece !== null) chosen.set(piece, form);
    const lines = broken(rows, chosen, plan);
    if (lines !== null) return lines.map((line) => line.map((each) => cellOf(each, each.forms[chosen.get(each)!]!)));
  }
  const [rest] = pieces.filter((piece) => chosen.get(piece) !== DROPPED);
  if (rest === undefined) return [];
  return [[cellOf(rest, fitEnd(rest.forms.at(-1)!, Math.max(1, plan.width - plan.around), plan.ellipsis))]];
}

const cellOf = ({ id, tone, link }: Piece, text: string): Cell => ({ id, text, tone, ...(link === undefined ? {} : { link }) });

/** Every shortening and every drop, in their order. */
function* steps(pieces: readonly Piece[]): Iterable<readonly [Piece, number]> {
  const leastFirst = pieces.map((piece, index) => ({ piece, index })).sort((a, b) => b.piece.p - a.piece.p || b.index - a.index);
  for (const { piece } of leastFirst) for (let form = 1; form < piece.forms.length; form++) yield [piece, form];
  // One segment stays, however narrow: the directory, or the most important of a person's own rows.
  const kept = pieces.find(({ id }) => id === 'dir') ?? leastFirst.at(-1)?.piece;
  for (const { piece } of leastFirst) if (piece !== kept) yield [piece, DROPPED];
}

/** The rows broken into lines where they are too wide; null when that needs too many lines or a segment alone is too wide. */
function broken(rows: readonly (readonly Piece[])[], chosen: ReadonlyMap<Piece, number>, plan: Plan): Piece[][] | null {
  const lines: Piece[][] = [];
  for (const row of rows) {
    let line: Piece[] = [];
    let used = 0;
    for (const piece of row) {
      const form = chosen.get(piece)!;
      if (form === DROPPED) continue;
      const columns = columnsOf(piece.forms[form]!, plan.ambiguousWide);
      const joined = line.length === 0 ? plan.around + columns : used + plan.between(line.at(-1)!.id, piece.id) + columns;
      if (joined <= plan.width) {
        line.push(piece);
        used = joined;
        continue;
      }
      if (line.length === 0 || plan.around + columns > plan.width) return null;
      lines.push(line);
      line = [piece];
      used = plan.around + columns;
    }
    if (line.length > 0) lines.push(line);
    if (lines.length > plan.maxLines) return null;
  }
  return lines;
}
