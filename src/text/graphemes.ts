/**
 * Letters of Latin, Greek and Cyrillic, punctuation, arrows, mathematical signs, boxes and dots: each UTF-16 unit is one grapheme and one terminal column (where ambiguous
 * characters are narrow). It keeps the segmenter and the width tables, milliseconds to load, away from nearly all text.
 */
const NOT_SIMPLE =
  /[^ -~\u00a0-\u00ac\u00ae-\u02ff\u0386-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u22ff\u2500-\u25fc\u2713\u2717\u2800-\u28ff]/;

let segmenter: Intl.Segmenter | undefined;

/** Whether the text has no bytes but 0x20–0x7E. A loop: most texts are short, and calling a pattern takes longer than reading them. */
export function isPrintableAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** Whether every UTF-16 unit of the text is one grapheme, one column wide. */
export function isSimple(text: string): boolean {
  return isPrintableAscii(text) || !NOT_SIMPLE.test(text);
}

/** The user-perceived characters of a text, one after the other, without reading further than asked. */
export function* graphemes(text: string): Iterable<string> {
  if (isSimple(text)) {
    yield* text;
    return;
  }
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
}
