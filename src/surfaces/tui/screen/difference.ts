import { type CellRow, showsOnBlank } from './cells.ts';

const CSI = '\u001b[';
/** Unchanged cells between two changes that are cheaper to write again than to jump over. */
const SMALLEST_JUMP = 6;
const BLANK = 0x20;

/** The bytes that turn the rows on the terminal into the wanted ones, '' when they are equal. Ends with the terminal's own look. */
export function difference(shown: readonly (CellRow | undefined)[], wanted: readonly CellRow[]): string {
  const pen = new Pen();
  for (let index = 0; index < wanted.length; index++) {
    const before = shown[index];
    const row = wanted[index]!;
    if (before === row) continue;
    for (const [from, to] of changedRuns(before, row)) pen.draw(index, row, from, to);
  }
  return pen.finished();
}

/** Half-open column ranges that differ, widened to whole characters of both rows: where a right half differs its left one does, so only to the right. */
function changedRuns(before: CellRow | undefined, row: CellRow): readonly (readonly [number, number])[] {
  const width = row.text.length;
  if (before === undefined || before.text.length !== width) return [[0, width]];
  const isOther = typeof before.text === 'string' && typeof row.text === 'string' ? isOtherUnit : isOtherLetter;
  const runs: [number, number][] = [];
  for (let at = 0; at < width; at++) {
    if (!isOther(before, row, at)) continue;
    const last = runs.at(-1);
    if (last !== undefined && at - last[1] < SMALLEST_JUMP) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  if (isOther === isOtherLetter) for (const run of runs) run[1] = endOf(before, row, run[1]);
  return runs;
}

const isOtherUnit = (before: CellRow, row: CellRow, at: number): boolean =>
  (before.text as string).charCodeAt(at) !== (row.text as string).charCodeAt(at) || before.look[at] !== row.look[at];

const isOtherLetter = (before: CellRow, row: CellRow, at: number): boolean =>
  before.text[at] !== row.text[at] || before.look[at] !== row.look[at];

function endOf(before: CellRow, row: CellRow, to: number): number {
  let at = to;
  while (at < row.text.length && (row.text[at] === '' || before.text[at] === '')) at++;
  return at;
}

const isColourOnly = (look: string): boolean => /^38;[\d;]+$/.test(look) && !look.includes(';48;');

/** Writes cells and knows where the cursor stands and how it writes. */
class Pen {
  private out = '';
  private look = '';
  private onBlank = false;

  draw(row: number, cells: CellRow, from: number, to: number): void {
    this.out += `${CSI}${row + 1};${from + 1}H`;
    if (typeof cells.text === 'string' && cells.unsure.size === 0) this.write(cells.text, cells.look, from, to);
    else this.letters(cells, from, to);
  }

  /** Stretches of one look at once. */
  private write(text: string, looks: readonly string[], from: number, to: number): void {
    let start = from;
    for (let at = from; at < to; at++) {
      const isBlank = text.charCodeAt(at) === BLANK;
      if (this.isTaken(looks[at]!, isBlank)) continue;
      this.out += text.slice(start, at);
      start = at;
      this.take(looks[at]!, isBlank);
    }
    this.out += text.slice(start, to);
  }

  private letters(cells: CellRow, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const text = cells.text[at]!;
      if (text === '') continue;
      this.take(cells.look[at]!, text === ' ');
      this.out += text;
      // A terminal that draws it wider or narrower must not shift what follows (LV-7, LV-45).
      if (cells.unsure.has(at)) {
        let next = at + 1;
        while (cells.text[next] === '') next++;
        if (next < to) this.out += `${CSI}${next + 1}G`;
      }
    }
  }

  private isTaken(look: string, isBlank: boolean): boolean {
    return look === this.look || (isBlank && look === '' && !this.onBlank);
  }

  private take(look: string, isBlank: boolean): void {
    if (this.isTaken(look, isBlank)) return;
    if (look === '') this.out += `${CSI}m`;
    else this.out += this.look === '' || (isColourOnly(this.look) && isColourOnly(look)) ? `${CSI}${look}m` : `${CSI}0;${look}m`;
    this.look = look;
    this.onBlank = showsOnBlank(look);
  }

  finished(): string {
    return this.out === '' || this.look === '' ? this.out : `${this.out}${CSI}m`;
  }
}
