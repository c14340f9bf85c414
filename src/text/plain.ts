import { graphemes, isSimple } from './graphemes.ts';
import type { Untrusted } from './untrusted.ts';

/**
 * Code points that no sink gets: controls that are not white space, lone surrogates, bidi controls, tags, zero-width and other invisible ones, interlinear
 * marks, non-characters. Joiners and variation selectors have a use between certain neighbours; MISPLACED finds the others.
 */
const FORBIDDEN = once(
  () =>
    /[[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]--[\t-\r\u{85}\u{180b}-\u{180d}\u{180f}\u{200c}\u{200d}\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]]/gv,
);
/** U+0085 and U+2028/9 end lines too. */
const WHITE_SPACE = /[\s\u0085]+/gu;
const JOINERS = /[\u{180b}-\u{180d}\u{180f}\u{200c}]|\u{200d}|[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;
/**
 * ZWJ outside an emoji sequence, or the fourth in one (families have three); ZWNJ outside a word of the scripts that need it (Arabic to Sinhala, below
 * U+0E00); a variation selector not behind a visible character, so that runs of them cannot carry hidden text.
 */
const MISPLACED = once(
  () =>
    new RegExp(
      [
        '(?<!\\p{Extended_Pictographic}\\u{fe0f}?\\p{Emoji_Modifier}?)\\u{200d}',
        '\\u{200d}(?!\\p{Extended_Pictographic})',
        '(?<=(?:\\u{200d}\\p{Extended_Pictographic}\\u{fe0f}?\\p{Emoji_Modifier}?){3})\\u{200d}',
        '(?<![\\u{600}-\\u{dff}])\\u{200c}',
        '\\u{200c}(?![\\u{600}-\\u{dff}])',
        '(?<![\\p{L}\\p{N}\\p{P}\\p{S}])[\\u{fe00}-\\u{fe0f}]',
        '(?<!\\p{Ideographic})[\\u{e0100}-\\u{e01ef}]',
        '(?<!\\p{Script=Mongolian})[\\u{180b}-\\u{180d}\\u{180f}]',
      ].join('|'),
      'gu',
    ),
);
const NOT_PLAIN_ASCII = /[^ -~]|^ | {2}| $/;
/** Removing one joiner can leave its neighbour misplaced. Text that is not settled after so many passes was made to harm and loses all of them. */
const MAX_PASSES = 4;
/** No script piles up more than eight marks on a letter; dozens of them would be drawn over the lines above and below. */
const SURPLUS_ACCENT = once(() => /(?<=\p{Mn}{8})\p{Mn}/gu);
const ELLIPSIS = '…';

/** A pattern made when it is first needed: reading the tables of Unicode properties takes ten milliseconds, which a hot path with plain names must not pay. */
function once(make: () => RegExp): () => RegExp {
  let pattern: RegExp | undefined;
  return () => {
    pattern ??= make();
    return pattern;
  };
}

/**
 * First step of every sink (SEC-31): text from outside without anything invisible or commanding, white space collapsed and trimmed, NFC, cut to
 * `maxGraphemes` user-perceived characters, the last one `…`. Idempotent. Linear in what can be shown: what lies far beyond the cap is not read.
 */
export function plain(text: string | Untrusted, maxGraphemes: number): string {
  const raw = text as string;
  if (!NOT_PLAIN_ASCII.test(raw)) return raw.length <= maxGraphemes ? raw : shortened(raw, maxGraphemes, maxGraphemes);
  const maxUnits = unitBudget(maxGraphemes);
  const isLong = raw.length > maxUnits;
  const clean = normalised(isLong ? raw.slice(0, maxUnits) : raw);
  if (clean.length <= maxGraphemes && !isLong) return clean;
  return isLong ? shortened(`${clean}${ELLIPSIS}`, maxGraphemes, maxUnits) : shortened(clean, maxGraphemes, maxUnits);
}

/** UTF-16 units read and written for a number of graphemes: room for the longest emoji, an end for characters with thousands of accents. */
function unitBudget(maxGraphemes: number): number {
  return maxGraphemes * 32 + 64;
}

function normalised(text: string): string {
  // Latin, Greek, Cyrillic and punctuation: nothing in it is invisible, commands or joins.
  if (isSimple(text)) return text.replace(WHITE_SPACE, ' ').trim().normalize('NFC');
  let clean = collapsed(text.replace(FORBIDDEN(), ''));
  if (clean.search(JOINERS) === -1) return clean;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = collapsed(clean.replace(MISPLACED(), ''));
    if (next === clean) return clean;
    clean = next;
  }
  return collapsed(clean.replace(JOINERS, ''));
}

function collapsed(text: string): string {
  return text.replace(WHITE_SPACE, ' ').trim().normalize('NFC').replace(SURPLUS_ACCENT(), '');
}

/** The text within both limits, or its beginning with `…`, cut between graphemes. */
function shortened(text: string, maxGraphemes: number, maxUnits: number): string {
  if (maxGraphemes < 1) return '';
  if (isSimple(text)) return text.length <= maxGraphemes ? text : withEllipsis(text.slice(0, maxGraphemes - 1));
  let kept = '';
  let count = 0;
  let beginning = '';
  for (const grapheme of graphemes(text)) {
    if (count === maxGraphemes || kept.length + grapheme.length > maxUnits) return withEllipsis(beginning);
    kept += grapheme;
    count++;
    if (count < maxGraphemes && kept.length < maxUnits) beginning = kept;
  }
  return kept;
}

/** A blank or a joiner would be left hanging before the mark. */
function withEllipsis(beginning: string): string {
  return `${beginning.replace(/[ \u200c\u200d]+$/u, '')}${ELLIPSIS}`;
}
