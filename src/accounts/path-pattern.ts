/* `pathPatterns` of a profile: `~`, `*` (within one folder's name) and `**` (any depth). A pattern names a folder and everything below it. */

const MAX_PATTERN = 500;

const expanded = (pattern: string, home: string): string =>
  pattern === '~' || pattern.startsWith('~/') ? home + pattern.slice(1) : pattern;

/** UTF-16 units before the first star: the longer, the more particular the pattern. */
const literalPrefix = (pattern: string): number => (pattern.includes('*') ? pattern.indexOf('*') : pattern.length);

/** Length of the literal prefix of a pattern that fits, else null. */
export function matchPath(pattern: string, path: string, home: string): number | null {
  if (pattern.length === 0 || pattern.length > MAX_PATTERN) return null;
  const full = expanded(pattern, home).replace(/\/+$/, '');
  const wanted = full === '' ? [''] : full.split('/');
  return fits(wanted, path.replace(/\/+$/, '').split('/')) ? literalPrefix(full) : null;
}

/** Folder names against folder names; the pattern may end before the path does. Each pair is looked at once, however many stars there are. */
function fits(pattern: readonly string[], path: readonly string[]): boolean {
  let reached = new Set([0]);
  for (const part of pattern) {
    const next = new Set<number>();
    for (const at of reached) {
      if (part === '**') for (let i = at; i <= path.length; i++) next.add(i);
      else if (at < path.length && nameFits(part, path[at]!)) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return true;
}

/** Greedy with one way back, so linear in practice and quadratic at worst. */
function nameFits(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  let [p, n, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') [star, mark, p] = [p, n, p + 1];
    else if (p < pattern.length && pattern[p] === name[n]) [p, n] = [p + 1, n + 1];
    else if (star >= 0) [p, mark, n] = [star + 1, mark + 1, mark + 1];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
