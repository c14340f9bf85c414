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

/**
 * 32 bits of the first 64 KiB, four bytes at a time: a payload of many kilobytes in a process that has no time to compile a loop. Murmur's steps, so that no
 * two neighbouring differences cancel out.
 */
export function bytesHash(bytes: Uint8Array): number {
  const length = Math.min(bytes.length, MAX_HASHED);
  const isAligned = bytes.byteOffset % 4 === 0;
  const words = isAligned ? new Int32Array(bytes.buffer, bytes.byteOffset, length >> 2) : new Int32Array(0);
  let hash = bytes.length;
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  for (let i = words.length * 4; i < length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
