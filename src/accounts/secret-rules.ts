/* Kinds of secrets a transcript may hold (SH-7). Only the kind and a count ever leave `countSecrets`. */

interface Rule {
  readonly type: string;
  /** Starts at a fixed text and takes one run of characters, so the time is linear. */
  readonly pattern: RegExp;
}

/** Not inside a longer run of base64 or a hash. */
const START = '(?<![A-Za-z0-9+/_=-])';
const END = '(?![A-Za-z0-9+/_=-])';
const rule = (type: string, body: string, flags = 'g'): Rule => ({ type, pattern: new RegExp(`${START}(?:${body})${END}`, flags) });

export const SECRET_RULES: readonly Rule[] = [
  rule('anthropic-key', 'sk-ant-[A-Za-z0-9]{2,10}-[A-Za-z0-9_-]{24,}'),
  rule('openai-key', 'sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{24,}|sk-[A-Za-z0-9]{40,}'),
  rule('aws-access-key', '(?:AKIA|ASIA)[A-Z2-7]{16}'),
  rule('github-token', 'gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}'),
  rule('gitlab-token', 'glpat-[A-Za-z0-9_-]{20,}'),
  rule('slack-token', 'xox[abeprs]-[A-Za-z0-9-]{20,}|xapp-\\d-[A-Za-z0-9-]{20,}'),
  { type: 'slack-webhook', pattern: /hooks\.slack\.com\/services\/T[A-Z0-9]{6,12}\/B[A-Z0-9]{6,12}\/[A-Za-z0-9]{20,}/g },
  { type: 'discord-webhook', pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{15,20}\/[A-Za-z0-9_-]{50,}/g },
  rule('google-api-key', 'AIza[A-Za-z0-9_-]{35}'),
  rule('npm-token', 'npm_[A-Za-z0-9]{36}'),
  rule('huggingface-token', 'hf_[A-Za-z0-9]{30,}'),
  rule('stripe-key', '[rs]k_live_[A-Za-z0-9]{20,}'),
  rule('sendgrid-key', 'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,}'),
  rule('json-web-token', 'eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{20,}'),
  // In a transcript the line feed stands as \n, perhaps escaped once more.
  { type: 'private-key', pattern: /-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----(?:\\{1,4}[nr]|\s){1,6}[A-Za-z0-9+/]{40,}/g },
  {
    type: 'url-password',
    pattern: /(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?|https?):\/\/[\w.-]{1,60}:[^\s:@/"'\\<>$*{}]{6,100}@[\w.-]{3,}/g,
  },
];

/** Placeholders and examples of documentation. */
const EXAMPLE =
  /example|sample|placeholder|redacted|your[_-]?|changeme|dummy|password@|secret@|passw0rd|user:pass|(.)\1{5,}|0123456|123456|abcdef|x{4,}/i;

/** What differs in a real key: one made by hand repeats few characters. */
const isVaried = (text: string): boolean => new Set(text.slice(-24)).size >= 9;

/** How many secrets of each kind a text holds. The secrets themselves are dropped here. */
export function countSecrets(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type, pattern } of SECRET_RULES)
    for (const [found] of text.matchAll(pattern))
      if (!EXAMPLE.test(found) && (type === 'url-password' || isVaried(found))) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
