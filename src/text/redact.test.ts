import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';

/** Secrets of invented values; `CANARY` must not be left in any form. Joined at run time, so that no scanner takes this file for a leak. */
const word = 'CANARYabc123CANARYdef456CANARYghi789';
const upper = 'CANARY0123456789';
const secrets: [string, string][] = [
  ['Anthropic key', `key sk-${'ant'}-api03-${word} end`],
  ['Anthropic OAuth token', `sk-${'ant'}-oat01-${word}`],
  ['OpenAI key', `sk-${'proj'}-${word}`],
  ['old OpenAI key', `sk-${word}`],
  ['AWS key id', `id AKIA${upper} end`],
  ['AWS secret', `aws_secret_access_key = ${word}/x+y`],
  ['AWS environment', `AWS_SECRET_ACCESS_KEY=${word}`],
  ['GitHub token', `gh${'p'}_${word}`],
  ['GitHub fine-grained token', `github_${'pat'}_${word}`],
  ['GitLab token', `gl${'pat'}-${word}`],
  ['npm token', `npm${'_'}${word}`],
  ['Google key', `AI${'za'}${word}`],
  ['Slack bot token', `xo${'xb'}-1234-${word}`],
  ['Slack app token', `xa${'pp'}-1-${word}`],
  ['Slack webhook', `POST https://hooks.slack.com/services/T00/B00/${word} failed`],
  ['Discord webhook', `https://discord.com/api/webhooks/123/${word}`],
  ['Discord webhook, versioned', `https://discordapp.com/api/v10/webhooks/123/${word}`],
  ['ntfy topic', `https://ntfy.sh/${word}?x=1`],
  ['ntfy topic of an own server', `http://ntfy.example.org:8080/${word}`],
  ['bearer', `Authorization: Bearer ${word}`],
  ['bearer without a header', `sent bearer ${word}`],
  ['bearer in JSON', `{"authorization":"Bearer ${word}"}`],
  ['basic', `authorization: Basic ${word}==`],
  ['JWT', `eyJhbGciOiJIUzI1NiJ9.${word}.${word}`],
  ['PEM', `-----BEGIN RSA PRIVATE KEY-----\n${word}\n${word}\n-----END RSA PRIVATE KEY-----`],
  ['PEM without an end', `-----BEGIN PRIVATE KEY-----\\n${word}`],
  ['URL user-info', `https://joe:${word}@example.org/x`],
  ['URL user-info with an @', `postgres://joe:p@${word}@db:5432/x`],
  ['query token', `https://example.org/x?a=1&token=${word}&b=2`],
  ['query key', `https://example.org/x?key=${word}`],
  ['query signature', `https://example.org/x?X-Amz-Signature=${word}`],
  ['API key header', `x-api-key: ${word}`],
  ['JSON api key', `{"apiKey":"${word}","x":1}`],
  ['JSON in JSON', `{"body":"{\\"access_token\\":\\"${word}\\"}"}`],
  ['JSON password with blanks and quotes', `{"password":"a b, ${word} \\"${word}"}`],
  ['environment', `ANTHROPIC_AUTH_TOKEN=${word}`],
  ['YAML', `  hub_token: ${word}`],
  ['option', `tidemark hub enroll --token ${word}`],
  ['cookie', `Cookie: a=1; session=${word}`],
  ['single quotes', `client_secret='${word} ${word}'`],
];

const lookAlikes = [
  '0806f37a1b2c3d4e5f60718293a4b5c6d7e8f901',
  '32085a6f-1c1e-4b5a-9a3e-51f0c2a7d6e4',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  'msg_01ABCDEFGHIJKLMNOPQRSTUV',
  'req_011CSHoEeqs5C35K2UUqR7Fy',
  'toolu_01ABCDEFGHIJKLMNOPQRSTUV',
  'inputTokens: 1234, outputTokens: 99',
  'input_tokens=100 max_tokens=64000',
  'token: 150',
  'token=true',
  'the bearer authentication scheme',
  'a basic example of the secret life of tokens',
  'https://example.org/path?page=2&sort=cost',
  'https://github.com/acme/api/pull/12',
  'git@github.com:acme/api.git',
  'npm_config_user_agent npm_lifecycle_event',
  'claude-opus-4-5-20251101',
  'us.anthropic.claude-3-5-sonnet-20241022-v2:0',
  '/home/joe/work/api-server/src/token.ts:12:7',
  'C:\\Users\\joe\\AppData\\Local\\tidemark',
  '2026-11-20T13:42:10.123456Z',
  'risk-assessment-of-a-long-dashed-branch-name',
  'task-0123456789012345678901234567890',
  'SELECT key, value FROM meta WHERE key = ?',
  'monkey=banana',
  'sort key: cost',
  'keyboard: q quit',
  'session: deploy',
  'cache_creation_input_tokens 3,000',
  'AKIAshort',
  'eyJust a word. And another',
  'Tokenizer: bpe',
  'tokens per minute: 6,384',
  'xoxo-hugs',
  'exit code 70; signal SIGTERM',
  'sk-learn',
  '127.0.0.1:8787',
  '20 Nov 13:42  $17.70  62 %',
  '-----BEGIN',
];

describe('SEC-70 redaction', () => {
  it('SEC-70 a number is a count behind token, but a secret behind password', () => {
    expect(redact('token=1234 password=1234 "id_token": 12')).toBe('token=1234 password=*** "id_token": 12');
  });
  it('SEC-70 has 40 canaries and 40 look-alikes', () => expect([secrets.length, lookAlikes.length]).toEqual([40, 40]));
  it.each(secrets)('SEC-70 %s is gone', (_kind, line) => {
    const clean = redact(line);
    expect(clean).not.toMatch(/CANARY/);
    expect(clean).toContain('***');
    expect(redact(clean)).toBe(clean);
  });
  it.each(secrets)('SEC-70 %s is gone inside a JSON log record', (_kind, line) => {
    expect(redact(JSON.stringify({ level: 'error', message: line }))).not.toMatch(/CANARY/);
  });
  it.each(lookAlikes)('SEC-70 %s stays readable', (line) => expect(redact(line)).toBe(line));

  it('SEC-70 the kind of the secret is kept', () => {
    expect(redact(`sk-${'ant'}-api03-${word}`)).toBe('sk-ant-***');
    expect(redact(`https://joe:${word}@example.org/x`)).toBe('https://***@example.org/x');
    expect(redact(`https://e.org/?token=${word}&b=2`)).toBe('https://e.org/?token=***&b=2');
    expect(redact(`{"apiKey":"${word}","x":1}`)).toBe('{"apiKey":"***","x":1}');
    expect(redact(`Authorization: Bearer ${word}`)).toBe('Authorization: Bearer ***');
    expect(redact(`-----BEGIN KEY-----\n${word}\n-----END KEY-----\nafter`)).toBe('-----BEGIN KEY-----***-----END KEY-----\nafter');
  });

  it('SEC-70 is idempotent on any mixture', () => {
    const piece = fc.oneof(
      fc.constantFrom(...secrets.map(([, line]) => line), '"', "'", '\\', '=', ':', '@', '://', '***', '&'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const clean = redact(pieces.join(' '));
        expect(redact(clean)).toBe(clean);
      }),
      { numRuns: 2_000 },
    );
  });

  const runs = [
    'eyJ-',
    'eyJaaaaaaaa.',
    'sk-',
    'a-',
    'token',
    'token=',
    'token="\\',
    '://a',
    '://@',
    '-----BEGIN A-----',
    'Bearer ',
    'M',
    'ntfy.',
    '//ntfy.a.',
    '--a-',
    '\\"',
    ' ',
    'cookie:',
  ];
  it.each(runs)('SEC-70 takes linear time on a long run of %j', (run) => {
    const timeOf = (length: number) => {
      const text = run.repeat(Math.ceil(length / run.length));
      // What this thread computed, in ms: waiting for a busy machine is no work.
      const start = process.threadCpuUsage();
      redact(text);
      return process.threadCpuUsage(start).user / 1e3;
    };
    timeOf(20_000);
    const [short, long] = [Math.min(timeOf(100_000), timeOf(100_000)), Math.min(timeOf(800_000), timeOf(800_000))];
    expect(long).toBeLessThan(short * 32 + 50);
  });
});
