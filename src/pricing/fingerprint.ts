import type { PriceTable } from './types.ts';

/** What a fingerprint covers: everything that can change a price. */
export interface FingerprintedContents extends Omit<PriceTable, 'fingerprint'> {
  readonly batch?: boolean;
}

/** Adds the fingerprint to a table's contents; it is computed on first use, as hot paths never need it. */
export function withFingerprint<Contents extends FingerprintedContents>(contents: Contents): Contents & { readonly fingerprint: string } {
  let known: string | undefined;
  return {
    ...contents,
    get fingerprint() {
      known ??= fingerprintOf(contents);
      return known;
    },
  };
}

/** A short stable name of a table's contents, equal on every machine. Not a security hash: it only tells the ledger when to price again. */
export function fingerprintOf(contents: FingerprintedContents): string {
  const text = JSON.stringify(contents, (_key, value: unknown) => (value instanceof RegExp ? value.source : value));
  return `${contents.date}-${fnv1a(text, 0x811c9dc5)}${fnv1a(text, 0x9747b28c)}`;
}

/** FNV-1a over UTF-16 units, as 8 hex digits; the second call's other seed makes an accidental clash of both improbable. */
function fnv1a(text: string, seed: number): string {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
