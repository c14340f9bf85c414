/** Longer words are compared by their first characters only: a misspelt name is short. */
const MAX_LENGTH = 64;

/** Edit distance with transpositions, without case (optimal string alignment). */
function distance(left: string, right: string): number {
  const a = left.slice(0, MAX_LENGTH).toLowerCase();
  const b = right.slice(0, MAX_LENGTH).toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** The word that was probably meant, or undefined when none is near: at most a third of the letters may differ. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(Math.min(word.length, MAX_LENGTH) / 3)) + 1;
  for (const candidate of words) {
    const differs = distance(word, candidate);
    if (differs < least) [best, least] = [candidate, differs];
  }
  return best;
}
