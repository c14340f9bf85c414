/** Longer words are not typing errors of a name, and would only cost time. */
const MAX_WORD_LENGTH = 64;

/** The candidate a person most probably meant, for "did you mean"; null when none is near (≤ 1 edit up to 4 letters, 2 up to 7, else 3). */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  return nearestOf(word, candidates, 1)[0] ?? null;
}

/** Up to `count` near candidates, the nearest first, equally near ones in the order given. */
export function nearestOf(word: string, candidates: Iterable<string>, count: number): readonly string[] {
  if (word.length === 0 || word.length > MAX_WORD_LENGTH) return [];
  const wanted = word.toLowerCase();
  const limit = wanted.length <= 4 ? 1 : wanted.length <= 7 ? 2 : 3;
  const found: { readonly candidate: string; readonly edits: number }[] = [];
  for (const candidate of candidates) {
    const edits = editDistance(wanted, candidate.toLowerCase(), limit);
    if (edits <= limit) found.push({ candidate, edits });
  }
  return found
    .sort((a, b) => a.edits - b.edits)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other; Infinity when surely more than `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) edits = Math.min(edits, beforeLast[column - 2]! + 1);
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
