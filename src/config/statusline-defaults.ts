import type { Config } from './schema.ts';

/** The section `statusline` when nobody says otherwise. In a file of its own, because the hot path loads it and nothing that validates. */
export const STATUSLINE_DEFAULTS: Config['statusline'] = {
  layout: 'compact',
  segments: null,
  separator: null,
  theme: 'terminal',
  glyphs: 'arrows',
  ascii: false,
  useEmoji: true,
  /** Where the client does not tell its width: this, else 120 less what is kept; never 40. */
  width: null,
  /** What the client keeps for itself at the end of the row (SL-20). */
  reserve: 4,
  padding: 0,
  maxWidth: null,
  maxLines: 3,
  links: 'off',
  warning: 70,
  critical: 90,
  chain: { mode: 'collect', timeout: 2000, command: null },
};
