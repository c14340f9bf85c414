/* 32-bit hashes, keyed: enough to tell two inputs of one session apart, too little to tell what they were (LS-24). */

const MAX_HASHED = 64 * 1024;

/** FNV-1a over UTF-16 units with a final avalanche; only the first 64 Ki units and the length count, so that no input is slow. */
function fnv(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  const length = Math.min(text.length, MAX_HASHED);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ text.length, 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** 8 hex digits. */
export const keyedHash = (text: string, key: string): string => fnv(text, fnv(key, 0)).toString(16).padStart(8, '0');
