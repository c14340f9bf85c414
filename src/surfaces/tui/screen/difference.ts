import { type CellRow, showsOnBlank } from './cells.ts';

const CSI = '\u001b[';
/** Unchanged cells between two changes that are cheaper to write again than to jump over. */
const SMALLEST_JUMP = 6;

/** The bytes that turn the rows on the terminal into the wanted ones, '' when they are equal. Ends with the terminal's own look. */
export function difference(shown: readonly (CellRow | undefined)[], wanted: readonly CellRow[]): string {
  const pen = new Pen();
  for (const [index, row] of wanted.entries()) {
    const before = shown[index];
    if (before === row) continue;
    for (const [from, to] of changedRuns(before, row)) pen.draw(index, row, from, to);
  }
  return pen.finished();
}

/** Half-open column ranges that differ, widened to whole characters of both rows. */
function changedRuns(before: CellRow | undefined, row: CellRow): readonly (readonly [number, number])[] {
  const width = row.text.length;
  if (before === undefined || before.text.length !== width) return [[0, width]];
  const runs: [number, number][] = [];
  for (let at = 0; at < width; at++) {
    if (before.text[at] === row.text[at] && before.look[at] === row.look[at]) continue;
    const last = runs.at(-1);
    if (last !== undefined && at - last[1] < SMALLEST_JUMP) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  return runs.map(([from, to]) => [startOf(before, row, from), endOf(before, row, to)] as const);
}

function startOf(before: CellRow, row: CellRow, from: number): number {
  let at = from;
  while (at > 0 && (row.text[at] === '' || before.text[at] === '')) at--;
  return at;
}

function endOf(before: CellRow, row: CellRow, to: number): number {
  let at = to;
  while (at < row.text.length && (row.text[at] === '' || before.text[at] === '')) at++;
  return at;
}

/** Writes cells and knows where the cursor stands and how it writes. */
class Pen {
  private out = '';
  private look = '';

  draw(row: number, cells: CellRow, from: number, to: number): void {
    this.out += `${CSI}${row + 1};${from + 1}H`;
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

  private take(look: string, isBlank: boolean): void {
    if (look === this.look || (isBlank && look === '' && !showsOnBlank(this.look))) return;
    const colourOnly = (each: string) => /^38;[\d;]+$/.test(each) && !each.includes(';48;');
    if (look === '') this.out += `${CSI}m`;
    else this.out += this.look === '' || (colourOnly(this.look) && colourOnly(look)) ? `${CSI}${look}m` : `${CSI}0;${look}m`;
    this.look = look;
  }

  finished(): string {
    return this.out === '' || this.look === '' ? this.out : `${this.out}${CSI}m`;
  }
}
