import { terminalText } from '../text/terminal.ts';

/** Below this the name is a guess and says so. */
const SURE = 50;
const MAX_LABEL = 40;

/** The account beside a session, the same on every surface (AP-9); null when it is not to be shown. */
export function profileIndicator(
  profile: { readonly label: string; readonly confidence: number; readonly conflict?: boolean },
  setting: boolean | 'auto',
  /** Profiles that have a live session now. */
  liveProfiles: number,
): string | null {
  if (setting === false || (setting === 'auto' && liveProfiles < 2)) return null;
  const isGuess = profile.confidence < SURE || profile.conflict === true;
  return `${terminalText(profile.label, MAX_LABEL)}${isGuess ? '?' : ''}`;
}
