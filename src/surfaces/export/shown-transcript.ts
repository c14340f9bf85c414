import type { SessionDetail, ShownMeta } from './types.ts';

/** Where a transcript lies; with hidden names its own name alone, for the folder's spells the project's path (LS-27). */
export const shownTranscript = ({ transcriptPath }: SessionDetail, { namesHidden }: ShownMeta): string | null =>
  namesHidden === true ? (transcriptPath?.split(/[/\\]/).at(-1) ?? null) : transcriptPath;
