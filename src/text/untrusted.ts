declare const untrusted: unique symbol;

/**
 * Text from outside (transcripts, hooks, file names, answers of servers). At run time a string; to the compiler an opaque thing that is no string,
 * so that it reaches a screen, file or request only through the functions of this folder (SEC-30).
 */
export interface Untrusted {
  readonly [untrusted]: true;
}

/** Marks text as coming from outside. Decoders call it; it changes nothing. */
export function asUntrusted(text: string): Untrusted {
  return text as unknown as Untrusted;
}

/** The text unescaped, only for sinks that escape by themselves: bound SQL parameters (TS-8) and JSON serialisers (TS-7). */
export function forSerialiser(text: Untrusted): string {
  return text as unknown as string;
}
