/* Reading JSON whose writer cannot be trusted to keep its types: field by field, anything odd is absent. */

export type Loose = Readonly<Record<string, unknown>>;

const NONE: Loose = Object.freeze({});

/** The value as an object; an empty one for anything else. */
export function looseObject(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : NONE;
}

/** A number, or text that is one, within the bounds; else null. */
export function looseNumber(value: unknown, min = 0, max: number = Number.MAX_SAFE_INTEGER): number | null {
  const read = typeof value === 'string' && /^\s*-?\d{1,16}(\.\d{1,20})?\s*$/.test(value) ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) && read >= min && read <= max ? read : null;
}

/** Text that is not blank, cut to `maxUnits` UTF-16 units so that nothing behind it has to bear more; else null. */
export function looseText(value: unknown, maxUnits = 4096): string | null {
  if (typeof value !== 'string') return null;
  const text = value.length > maxUnits ? value.slice(0, maxUnits) : value;
  return text.trim() === '' ? null : text;
}
