/* Secrets of invented values in the forms of SEC-70. Joined at run time, so that no scanner takes this file for a leak. */

/** Left in no form anywhere. */
export const CANARY = 'CANARY';
const word = `${CANARY}abc123${CANARY}def456${CANARY}ghi789`;
const upper = `${CANARY}0123456789`;

export const SECRETS: readonly string[] = [
  `sk-${'ant'}-api03-${word}`,
  `sk-${'ant'}-oat01-${word}`,
  `sk-${'proj'}-${word}`,
  `sk-${word}`,
  `AKIA${upper}`,
  `aws_secret_access_key = ${word}/x+y`,
  `AWS_SECRET_ACCESS_KEY=${word}`,
  `gh${'p'}_${word}`,
  `github_${'pat'}_${word}`,
  `gl${'pat'}-${word}`,
  `npm${'_'}${word}`,
  `AI${'za'}${word}`,
  `xo${'xb'}-1234-${word}`,
  `xa${'pp'}-1-${word}`,
  `https://hooks.slack.com/services/T00/B00/${word}`,
  `https://hooks.slack.com/workflows/T00/A00/${word}`,
  `https://discord.com/api/webhooks/123/${word}`,
  `https://discordapp.com/api/v10/webhooks/123/${word}`,
  `https://ntfy.sh/${word}?x=1`,
  `http://ntfy.example.org:8080/${word}`,
  `Authorization: Bearer ${word}`,
  `bearer ${word}`,
  `authorization: Basic ${word}==`,
  `eyJhbGciOiJIUzI1NiJ9.${word}.${word}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${word}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----\\n${word}`,
  `https://joe:${word}@example.org/x`,
  `postgres://joe:p@${word}@db:5432/x`,
  `https://example.org/x?a=1&token=${word}&b=2`,
  `https://example.org/x?key=${word}`,
  `https://example.org/x?X-Amz-Signature=${word}`,
  `x-api-key: ${word}`,
  `{"apiKey":"${word}","x":1}`,
  `{"body":"{\\"access_token\\":\\"${word}\\"}"}`,
  `ANTHROPIC_AUTH_TOKEN=${word}`,
  `hub_token: ${word}`,
  `tidemark hub enroll --token ${word}`,
  `Cookie: a=1; session=${word}`,
  `client_secret='${word} ${word}'`,
  `password=${word}`,
];

/** What looks like a secret and is none: it stays readable. */
export const LOOK_ALIKES: readonly string[] = [
  '0806f37a1b2c3d4e5f60718293a4b5c6d7e8f901',
  '32085a6f-1c1e-4b5a-9a3e-51f0c2a7d6e4',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
  'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  'msg_01ABCDEFGHIJKLMNOPQRSTUV',
  'req_011CSHoEeqs5C35K2UUqR7Fy',
  'toolu_01ABCDEFGHIJKLMNOPQRSTUV',
  'input_tokens=100 max_tokens=64000',
  'the bearer authentication scheme',
  'https://example.org/path?page=2&sort=cost',
  'git@github.com:acme/api.git',
  'claude-opus-4-5-20251101',
  '/home/joe/work/api-server/src/token.ts:12:7',
  'risk-assessment-of-a-long-dashed-branch-name',
  'SELECT key, value FROM meta WHERE key = ?',
  'tokens per minute: 6,384',
];
