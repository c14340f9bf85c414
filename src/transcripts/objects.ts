/** Parses a line into its JSON objects. Two objects glued without a line break (`}{`) are split and both count (rule 2). */
export interface ParsedLine {
  readonly objects: readonly Record<string, unknown>[];
  /** Some part of the line was no JSON object. */
  readonly malformed: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

export function parseLine(text: string): ParsedLine {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? { objects: [value], malformed: false } : { objects: [], malformed: true };
  } catch {
    return text.includes('}{') || /\}\s+\{/.test(text.slice(0, 65536)) ? splitGlued(text) : { objects: [], malformed: true };
  }
}

/** Places in one line where a whole object may begin behind a torn one; more are not tried. */
const MAX_TRIES = 64;

function splitGlued(text: string): ParsedLine {
  const objects: Record<string, unknown>[] = [];
  let malformed = false;
  let tries = 0;
  for (let from = 0; from < text.length; ) {
    const start = text.indexOf('{', from);
    malformed ||= text.slice(from, start < 0 ? undefined : start).trim() !== '';
    if (start < 0) break;
    const end = objectEnd(text, start);
    const value = end < 0 ? null : tryParse(text.slice(start, end));
    if (value !== null) {
      objects.push(value);
      from = end;
      continue;
    }
    malformed = true;
    // A torn object: a whole one may be glued behind it.
    const next = text.indexOf('}{', start);
    if (next < 0 || ++tries > MAX_TRIES) break;
    from = next + 1;
  }
  return { objects, malformed };
}

function tryParse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Index after the brace that closes the object opened at `start`, or -1. Counts, never recurses: a line may hold a million brackets. */
function objectEnd(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 92) i++;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 123) depth++;
    else if (code === 125 && --depth === 0) return i + 1;
  }
  return -1;
}
