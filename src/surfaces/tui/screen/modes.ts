/** What the view switches on at the terminal, and how each is given back (LV-116). */

export interface Modes {
  readonly mouse: boolean;
  readonly title: boolean;
}

const ESCAPE = '\u001b[';

/** Alternate screen, hidden cursor, no wrapping at the edge (a wrong width must not move the next row), marked pastes. */
export const enterTerminal = ({ mouse, title }: Modes): string =>
  `${title ? `${ESCAPE}22;0t` : ''}${ESCAPE}?1049h${ESCAPE}?25l${ESCAPE}?7l${ESCAPE}?2004h${mouse ? `${ESCAPE}?1000h${ESCAPE}?1006h` : ''}`;

/** The reverse, whole at any moment: also from the middle of a frame, and harmless when it comes twice. */
export const leaveTerminal = ({ mouse, title }: Modes): string =>
  `${ESCAPE}?2026l${ESCAPE}m${mouse ? `${ESCAPE}?1006l${ESCAPE}?1000l` : ''}${ESCAPE}?2004l${ESCAPE}?7h${ESCAPE}?25h${ESCAPE}?1049l${title ? `${ESCAPE}23;0t` : ''}`;

/** The window's title (`live.title`); the text has no control characters by then. */
export const windowTitle = (text: string): string => `\u001b]2;${text}\u0007`;

export const BELL = '\u0007';

/** Asks the terminal to put text on the clipboard (LV-122). */
export const clipboardText = (text: string): string => `\u001b]52;c;${Buffer.from(text, 'utf8').toString('base64')}\u0007`;
