import { displayWidth } from '../../text/width.ts';

/* Widths without the tables of a library, which take tens of milliseconds to load, for the pictures and marks that are ours. */

/** Two columns each, with their variation selector where they have one. */
const WIDE = /⚙\u{fe0f}|[📁🧠⌛🤖📅💳🌿👥💰👤🤝📊💾🕐📝💬📌🌳🔀🔖🎨📗👾🔑📈]/gu;
/** What nearly every line is made of: one column each. */
const USUAL = /^[ -~·▲…—]*$/;
const NARROW = /[⚠⚙⏱\ue0b0]/gu;

/** Terminal columns of one line without colours. Names in other scripts load the tables. */
export function columnsOf(text: string, ambiguousWide = false): number {
  if (ambiguousWide) return displayWidth(text, { ambiguousWide });
  if (USUAL.test(text)) return text.length;
  return displayWidth(text.replace(WIDE, '##').replace(NARROW, '#'));
}

const ASCII: Readonly<Record<string, string>> = { '·': '|', '▲': '?', '…': '..', '—': '-', '⚠': '!', '⚙': '*', '≥': '>=', '≈': '~' };

/** The text in bytes below 0x80 (SL-22): our marks by their stand-ins, anything else as `?`. */
export function asciiText(text: string): string {
  return /^[ -~]*$/.test(text)
    ? text
    : text.normalize('NFKD').replace(/[^ -~]\p{M}*/gu, (char) => ASCII[char] ?? (/^\p{M}+$/u.test(char) ? '' : '?'));
}
