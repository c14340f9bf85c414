/** Whether two pieces of plain data say the same, field by field: an absent field and an undefined one are the same, as in JSON. */
export function sameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Number.isNaN(a) && Number.isNaN(b);
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && sameItems(a, b);
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  // Fields that are there on both sides: with as many on the other there are no more.
  let there = 0;
  for (const key in one) {
    const value = one[key];
    if (value === undefined ? other[key] !== undefined : !sameData(value, other[key])) return false;
    if (value !== undefined) there++;
  }
  for (const key in other) if (other[key] !== undefined) there--;
  return there === 0;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameData(a[i], b[i])) return false;
  return true;
}
