interface Rule {
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** UTF-16 units; no log line or report is longer, and a pattern must not run over the engine's stack. */
const MAX_LENGTH = 1 << 20;

/**
 * Each pattern starts at a fixed text and takes one run of characters that can be matched in one way only, and a look-behind lets a run be tried once:
 * the time is linear in the length. What tells the kind of secret stays, the secret becomes `***` (SEC-70).
 */
const RULES: readonly Rule[] = [
  // Vendor keys with a prefix of their own.
  { pattern: /(?<![A-Za-z0-9_-])(sk-ant-|sk-proj-|sk-svcacct-)[A-Za-z0-9_-]{4,}/g, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9_-])(sk-)[A-Za-z0-9]{20,}/g, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9])(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9_])(gh[oprsu]_|github_pat_)[A-Za-z0-9_]{16,}/g, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9_-])(glpat-|ya29\.)[A-Za-z0-9_-]{16,}/g, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9_-])(npm_|hf_)[A-Za-z0-9]{30,}/g, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9_-])(AIza)[A-Za-z0-9_-]{35}/g, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9_-])(xox[a-z]-|xapp-|xoxe\.xox[a-z]-)[A-Za-z0-9-]{8,}/g, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9_-])(tk_)[a-z0-9]{29}(?![A-Za-z0-9])/g, replacement: '$1***' },
  // Discord bot tokens: base64 of the bot's id, time, signature.
  { pattern: /(?<![A-Za-z0-9_.-])([MNO])[A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45}/g, replacement: '$1***' },
  // JSON web tokens start with the base64 of `{"`.
  { pattern: /(?<![A-Za-z0-9_-])(eyJ)[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)*/g, replacement: '$1***' },
  // Webhook addresses are secrets as a whole.
  { pattern: /(hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/)[^\s"'<>\\]+/gi, replacement: '$1***' },
  { pattern: /(discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/)[^\s"'<>\\]+/gi, replacement: '$1***' },
  { pattern: /(\/\/(?:[a-z0-9-]{1,63}\.)?ntfy(?:\.[a-z0-9-]{1,63}){1,4}(?::\d{1,5})?\/)[^\s"'<>\\]+/gi, replacement: '$1***' },
  // user:password@ and token@ of an address; the last @ before the path ends it.
  { pattern: /(:\/\/)[^\s/?#"'<>\\]{1,512}@/g, replacement: '$1***@' },
  // HTTP headers.
  { pattern: /(?<![A-Za-z0-9])(cookie["']?[ \t]{0,4}:[ \t]{0,4}["']?)[^"'\r\n]+/gi, replacement: '$1***' },
  {
    pattern: /(?<![A-Za-z0-9])(authorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:bearer|basic|digest|token)\s{1,4})[^\s"'\\]+/gi,
    replacement: '$1***',
  },
  {
    pattern:
      /(?<![A-Za-z0-9])((?:[Bb]earer|BEARER|[Bb]asic|BASIC)(?:\s|%20|\+){1,4})(?:(?=[a-z.~-]{0,64}[0-9A-Z_+/=])[A-Za-z0-9._~+/=-]{8,}|[a-z.~-]{24,})/g,
    replacement: '$1***',
  },
  // Parameters of addresses and options whose short names mean nothing elsewhere.
  { pattern: /([?&;](?:key|code|auth|pwd|pass|jwt|sas)=)[^\s&#"'<>\\]+/gi, replacement: '$1***' },
  { pattern: /(?<![A-Za-z0-9-])(--(?:[a-z]{1,20}-){0,3}(?:token|secret|password|key)[ \t]{1,4})[^\s"'-][^\s"']*/gi, replacement: '$1***' },
];

const NAME = [
  '(?:api|access|secret|private|signing|encryption)[_-]?key',
  'client[_-]?secret',
  '(?:access|refresh|auth|id|session|bot|bearer|security|hub|csrf)?[_-]?token',
  'secret|password|passwd|passphrase|credentials?|signature|sig|authorization',
].join('|');
/**
 * A value in quotes up to its closing quote; in escaped quotes (JSON in JSON), where a quote of the value itself has three backslashes or more; or bare up
 * to a separator.
 */
const VALUE = [
  '"(?:[^"\\\\\\r\\n]|\\\\.)+',
  "'(?:[^'\\\\\\r\\n]|\\\\.)+",
  '\\\\{1,3}"(?:[^"\\\\\\r\\n]|\\\\\\\\(?:\\\\.)?)+',
  "\\\\{1,3}'(?:[^'\\\\\\r\\n]|\\\\\\\\(?:\\\\.)?)+",
  '[^\\s"\'&,;<>\\\\]+',
].join('|');
/** Names whose value is a secret, as `name=value`, `name: value`, `"name":"value"`, also with words before them and in query strings. */
const SECRET_NAME = new RegExp(
  `(?<![A-Za-z0-9])((?:[A-Za-z0-9]{1,32}[_-]){0,4}(?:${NAME})(?:\\\\{0,3}["'])?\\s{0,4}(?:=|:|%3D)\\s{0,4})(${VALUE})`,
  'gi',
);
/** Values that are no secrets: a literal, a redacted one. The schemes of an authorisation have rules of their own. */
const HARMLESS_VALUE = /^["'\\]{0,4}(?:true|false|null|undefined|none|unknown|bearer|basic|digest|token|\S{0,40}\s?\*\*\*)["'})\]]{0,4}$/i;
/** Behind a name that ends in "token" a number is a count. */
const TOKEN_NAME = /token\W*$/i;
const COUNT = /^["'\\]{0,4}\d{1,15}(?:\.\d{1,9})?["'})\]]{0,4}$/;

const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{1,40}-----/g;
const PEM_END = /-----END [A-Z0-9 ]{1,40}-----/g;

/**
 * A log line, error or report without secrets (SEC-70). The kind of a secret stays readable; look-alikes such as commit hashes, UUIDs and images stay
 * whole. Idempotent; linear time; text beyond 1 Mi characters is left out.
 */
export function redact(text: string): string {
  let clean = withoutPem(text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text);
  for (const { pattern, replacement } of RULES) clean = clean.replace(pattern, replacement);
  return clean.replace(SECRET_NAME, (whole, name: string, value: string) => {
    const isHarmless = HARMLESS_VALUE.test(value) || (TOKEN_NAME.test(name) && COUNT.test(value));
    return isHarmless ? whole : `${name}${openingQuote(value)}***`;
  });
}

function openingQuote(value: string): string {
  return /^\\{0,3}["']/.exec(value)?.[0] ?? '';
}

/** Key blocks become their two lines around `***`; one without an end is cut to the end of the text. Certificates go too: no report needs them. */
function withoutPem(text: string): string {
  if (!text.includes('-----BEGIN ')) return text;
  let clean = '';
  let from = 0;
  PEM_BEGIN.lastIndex = 0;
  for (let begin = PEM_BEGIN.exec(text); begin !== null; begin = PEM_BEGIN.exec(text)) {
    const inside = PEM_BEGIN.lastIndex;
    PEM_END.lastIndex = inside;
    const end = PEM_END.exec(text);
    clean += `${text.slice(from, inside)}***`;
    if (end === null) return clean;
    from = end.index;
    PEM_BEGIN.lastIndex = PEM_END.lastIndex;
  }
  return clean + text.slice(from);
}
