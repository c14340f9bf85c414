/* A session id becomes a file name only when it cannot be anything else (ST-9). */

const PLAIN = /^[A-Za-z0-9_-]{1,64}$/;
/** Windows device names, and the names of our own contracts. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d|index|disabled|menubar-state|runtime-state|billing-shared|sessions|config)$/i;

const LONGEST_RESERVED = 'billing-shared'.length;

/** A process of one session asks for one name again and again. */
let last: { readonly id: string; readonly name: string } | null = null;

/** The id where it is harmless, else `h-` and 32 hex digits of its SHA-256. Without an ending. */
export function sessionFileName(id: string): string {
  if (last?.id !== id) last = { id, name: nameOf(id) };
  return last.name;
}

function nameOf(id: string): string {
  if (PLAIN.test(id) && (id.length > LONGEST_RESERVED || !RESERVED.test(id))) return id;
  // Loaded only here: the cryptography costs the hot path milliseconds.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `h-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}
