/** Flags of other usage tools that we do not have, each with what to do instead (UR-34): refused, never ignored. */
export const PEER_FLAGS: Readonly<Record<string, string>> = {
  '--jq': 'pipe the output of --json to jq',
  '--locale': 'times are ISO; for a 12-hour clock set display.hour12',
  '--visual-burn-rate': 'the burn rate stands in the live view: tidemark live',
  '--live': 'the live view is its own command: tidemark live',
  '--refresh': 'use tidemark live --refresh-interval',
  '--cost-source': 'use --mode auto, calculate or display',
  '--context-low-threshold': 'context is shown in the live view',
  '--context-medium-threshold': 'context is shown in the live view',
  '--start-of-week': 'use --week-start',
  '--all': 'every session is shown already',
};
