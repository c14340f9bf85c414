/** Words that ask for the live view, which starts from a file of its own (src/main.ts); no word at all asks for it too. */
export const LIVE_WORDS = ['live', 'demo'] as const;

export const asksForLive = (argv: readonly string[]): boolean => argv.length === 0 || LIVE_WORDS.some((word) => word === argv[0]);
