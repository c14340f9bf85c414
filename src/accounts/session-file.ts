import { createHash } from 'node:crypto';

const SAFE = /^[A-Za-z0-9_-]{1,64}$/;
/** Names of Windows devices, and of the contracts that share the folders. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d|index|disabled|menubar-state|runtime-state|billing-shared|sessions|config)$/i;

/** The file name of a session's own file, without ending: an id that is no plain name becomes a hash and so can lead nowhere else (ST-9, TS-19). */
export function sessionFileName(id: string): string {
  if (SAFE.test(id) && !RESERVED.test(id)) return id;
  return `h-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}
