/** One line of a difference, in the words of `diff -u`: kept, taken out, put in, or the head of a stretch. */
export interface DiffLine {
  readonly mark: ' ' | '-' | '+' | '@';
  readonly text: string;
}

const CONTEXT = 2;
/** Beyond this the middle is shown as taken out and put in as a whole: nobody reads such a difference line by line. */
const MAX_CELLS = 4_000_000;

/** The difference of two texts by lines, with two lines around each change; null stands for a file that is not there. */
export function diffLines(before: string | null, after: string | null): readonly DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const kept = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ mark: ' ', text }));
  const all = [
    ...kept(a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...kept(a.slice(a.length - tail)),
  ];
  return stretches(all);
}

/** A line keeps its line end, so that a file without a last one, or with CRLF, differs as it should. */
const linesOf = (text: string | null): readonly string[] => (text === null ? [] : text.split(/(?<=\n)/));

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const out = (text: string): DiffLine => ({ mark: '-', text });
  const put = (text: string): DiffLine => ({ mark: '+', text });
  if (a.length * b.length > MAX_CELLS) return [...a.map(out), ...b.map(put)];
  // Length of the longest common sequence of the rests from (i, j).
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ mark: ' ', text: a[i++]! });
      j++;
    } else if (common[(i + 1) * width + j]! >= common[i * width + j + 1]!) lines.push(out(a[i++]!));
    else lines.push(put(b[j++]!));
  }
  return [...lines, ...a.slice(i).map(out), ...b.slice(j).map(put)];
}

function stretches(lines: readonly DiffLine[]): readonly DiffLine[] {
  const near = (at: number): boolean => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ mark }) => mark !== ' ');
  const shown: DiffLine[] = [];
  let [oldLine, newLine, wasShown] = [1, 1, false];
  for (const [at, line] of lines.entries()) {
    const isNear = near(at);
    if (isNear && !wasShown) shown.push({ mark: '@', text: `@@ -${oldLine} +${newLine} @@` });
    if (isNear) shown.push(line);
    wasShown = isNear;
    if (line.mark !== '+') oldLine++;
    if (line.mark !== '-') newLine++;
  }
  return shown;
}
