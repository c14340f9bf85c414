import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AGES, KEPT, TIMEOUTS, WRITES } from './constants.ts';
import { contextHealth } from './context-health.ts';
import { agoText, type HealthFacts, sessionHealth, transcriptHealth } from './health.ts';
import { layeredThresholds, readHumanConfig } from './human-config.ts';
import type { ModelSample, SessionInput } from './inputs.ts';
import { modelHealth } from './model-health.ts';
import { countSecrets, SECRET_RULES } from './secret-rules.ts';
import { readScan, scanFile, scanTranscript, secretTypes } from './secret-scan.ts';
import { DEFAULT_THRESHOLDS, overThresholds } from './thresholds.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const MINUTE = 60_000;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-health-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const FINE: HealthFacts = {
  transcript: { named: true, mtime: NOW - 1000, lastEvent: NOW - 1000, responsesSeen: 3 },
  secretTypes: null,
  contextPercent: 20,
  active: true,
  billingAt: NOW - 1000,
  quotaPercent: 10,
};
const healthOf = (more: Partial<HealthFacts>, thresholds = DEFAULT_THRESHOLDS) => sessionHealth({ ...FINE, ...more }, thresholds, NOW);

describe('SH-1: status and issues', () => {
  const GONE = { named: true, mtime: null, lastEvent: NOW, responsesSeen: 1 };
  const LATE = { named: true, mtime: NOW - 6 * MINUTE, lastEvent: NOW, responsesSeen: 1 };
  test.each<[string, Partial<HealthFacts>, string, readonly string[]]>([
    ['fine', {}, 'healthy', []],
    ['file gone', { transcript: GONE }, 'critical', ['Transcript file missing']],
    ['file not there yet', { transcript: { ...GONE, responsesSeen: 0 } }, 'healthy', []],
    ['secrets', { secretTypes: ['aws-access-key'] }, 'critical', ['Secrets detected']],
    ['scanned, none', { secretTypes: [] }, 'healthy', []],
    ['risk', { transcript: LATE }, 'warning', ['Data loss risk: transcript not updated in 6m']],
    ['context', { contextPercent: 75 }, 'warning', ['Context 75% full']],
    ['context at the threshold', { contextPercent: 70 }, 'warning', ['Context 70% full']],
    ['context below it', { contextPercent: 69 }, 'healthy', []],
    ['billing old', { billingAt: NOW - 11 * MINUTE }, 'warning', ['Billing data stale']],
    ['billing old, session idle', { billingAt: NOW - 11 * MINUTE, active: false }, 'healthy', []],
    ['billing never known', { billingAt: 0 }, 'healthy', []],
    ['quota', { quotaPercent: 80.7 }, 'warning', ['Quota 80% used']],
    [
      'everything, in order',
      { transcript: LATE, secretTypes: ['x'], contextPercent: 99, billingAt: NOW - 11 * MINUTE, quotaPercent: 100 },
      'critical',
      ['Secrets detected', 'Data loss risk: transcript not updated in 6m', 'Context 99% full', 'Billing data stale', 'Quota 100% used'],
    ],
    [
      'nothing known',
      {
        transcript: { named: false, mtime: null, lastEvent: null, responsesSeen: 0 },
        contextPercent: null,
        billingAt: null,
        quotaPercent: null,
      },
      'unknown',
      [],
    ],
  ])('%s', (_, facts, status, issues) => {
    expect(healthOf(facts)).toEqual({ status, issues });
  });

  test('32 combinations: the worst word wins and the issues keep their order', () => {
    const order = ['Secrets', 'Data loss', 'Context', 'Billing', 'Quota'];
    for (let bits = 0; bits < 32; bits++) {
      const has = (i: number) => (bits & (1 << i)) !== 0;
      const { status, issues } = healthOf({
        secretTypes: has(0) ? ['x'] : [],
        transcript: has(1) ? LATE : FINE.transcript,
        contextPercent: has(2) ? 90 : 10,
        billingAt: has(3) ? NOW - 20 * MINUTE : NOW,
        quotaPercent: has(4) ? 95 : 5,
      });
      expect(issues.map((issue) => order.findIndex((word) => issue.startsWith(word)))).toEqual([0, 1, 2, 3, 4].filter(has));
      expect(status).toBe(has(0) ? 'critical' : bits === 0 ? 'healthy' : 'warning');
    }
  });
});

test.each([0, -1, 101, 'x', null])('SH-2: %s is no threshold: the default holds and the value is named', (value) => {
  const { thresholds, warnings } = overThresholds(
    DEFAULT_THRESHOLDS,
    { contextWarningPercent: value, budgetWarningPercent: value },
    'config.json',
  );
  expect(thresholds).toEqual(DEFAULT_THRESHOLDS);
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^config\.json: contextWarningPercent: expected/);
});

test('§2.8: the human config.json, with one bad value', () => {
  writeFileSync(
    join(root, 'config.json'),
    '{"components":{"git":false,"x":1},"thresholds":{"contextWarningPercent":60,"transcriptStaleMinutes":0},"display":{"maxLines":3,"useColor":true}}',
  );
  expect(readHumanConfig(root)).toMatchObject({
    components: { git: false },
    thresholds: { transcriptStaleMinutes: 5, contextWarningPercent: 60, budgetWarningPercent: 80 },
    display: { maxWidth: 200, useEmoji: true, useColor: true, maxLines: 3 },
    warnings: [expect.stringContaining('transcriptStaleMinutes')],
  });
});

test('§2.8: config.yaml over config.json over the defaults', () => {
  const human = { ...DEFAULT_THRESHOLDS, contextWarningPercent: 60, budgetWarningPercent: 50 };
  const configured = { ...DEFAULT_THRESHOLDS, contextWarningPercent: 90 };
  expect(layeredThresholds(human, configured, (key) => key === 'thresholds.contextWarningPercent')).toEqual({
    transcriptStaleMinutes: 5,
    contextWarningPercent: 90,
    budgetWarningPercent: 50,
  });
});

test.each([
  ['idle for 10 minutes', { named: true, mtime: NOW - 10 * MINUTE, lastEvent: NOW - 10 * MINUTE }, true, false],
  ['work now, file untouched for 6 minutes', { named: true, mtime: NOW - 6 * MINUTE, lastEvent: NOW }, true, true],
  ['a minute of lag', { named: true, mtime: NOW - MINUTE, lastEvent: NOW }, false, false],
  ['started, no file yet', { named: true, mtime: null, lastEvent: NOW }, false, false],
  ['ST-22: an event of the future counts as now', { named: true, mtime: NOW - MINUTE, lastEvent: NOW + 3_600_000 }, false, false],
])('SH-3: %s', (_, facts, stale, atRisk) => {
  expect(transcriptHealth(facts, DEFAULT_THRESHOLDS, NOW)).toEqual({ stale, atRisk });
});

describe('SH-4: context', () => {
  const NONE: SessionInput['context'] = { client: null, lastRequest: null, compaction: null, modelSize: null };
  const request = (tokens: number) => ({ at: NOW, usedPercent: null, windowSize: null, tokens });
  const client = (usedPercent: number | null, tokens: number | null, windowSize = 200_000) => ({
    at: NOW,
    usedPercent,
    windowSize,
    tokens,
  });
  test('1,200 + 4,000 + 60,000 of 200,000 is 33 %', () => {
    expect(contextHealth({ ...NONE, lastRequest: request(65_200), modelSize: 200_000 }, 80)).toMatchObject({
      known: true,
      percentUsed: 33,
      tokensUsed: 65_200,
      tokensLeft: 134_800,
      percentToCompaction: 40.8,
      compactionSource: 'estimated',
    });
  });
  test.each([
    ['nothing', NONE],
    ['null', { ...NONE, client: client(null, null) }],
    ['zeros right after a compaction', { ...NONE, client: client(0, 0) }],
  ])('%s is unknown, not 0 %%', (_, context) => {
    expect(contextHealth(context, 80)).toMatchObject({ known: false, percentToCompaction: null, nearCompaction: false });
  });
  test('after a compaction its postTokens count', () => {
    const compaction = { at: NOW, preTokens: 160_000, postTokens: 20_000, automatic: true };
    expect(contextHealth({ ...NONE, lastRequest: { ...request(150_000), at: NOW - 1 }, compaction, modelSize: 200_000 }, 80)).toMatchObject(
      {
        tokensUsed: 20_000,
        percentUsed: 10,
        percentToCompaction: 12.5,
        compactionSource: 'measured',
      },
    );
  });
  test('the client of a million-token window; near compaction from 90 % of the way', () => {
    expect(contextHealth({ ...NONE, client: client(73, 730_000, 1_000_000) }, 80)).toMatchObject({
      percentUsed: 73,
      windowSize: 1_000_000,
      nearCompaction: true,
    });
    expect(contextHealth({ ...NONE, client: client(71, 710_000, 1_000_000) }, 80)).toMatchObject({ nearCompaction: false });
  });
});

describe('SH-5: model', () => {
  const model = (id: string, ago: number): ModelSample => ({ id, name: id === 'o' ? 'Opus 4.5' : 'Sonnet 4.5', at: NOW - ago });
  const S = 1000;
  test.each([
    ['capture alone', model('o', 60 * S), null, 'jsonInput', 80, 'Opus4.5'],
    ['capture, response agrees now', model('o', 60 * S), model('o', 30 * S), 'jsonInput', 98, 'Opus4.5'],
    ['capture, response agrees but old', model('o', 600 * S), model('o', 120 * S), 'jsonInput', 80, 'Opus4.5'],
    ['capture, newer response differs', model('o', 60 * S), model('s', 30 * S), 'transcript', 95, 'Sonnet4.5'],
    ['capture, response differs within 2 s', model('o', 30 * S), model('s', 29 * S), 'jsonInput', 80, 'Opus4.5'],
    ['capture, older response differs', model('o', 30 * S), model('s', 60 * S), 'jsonInput', 80, 'Opus4.5'],
    ['response < 5 min', null, model('s', 299 * S), 'transcript', 95, 'Sonnet4.5'],
    ['response < 15 min', null, model('s', 300 * S), 'transcript', 90, 'Sonnet4.5'],
    ['response < 30 min', null, model('s', 900 * S), 'transcript', 85, 'Sonnet4.5'],
    ['response < 1 h', null, model('s', 1800 * S), 'transcript', 75, 'Sonnet4.5'],
    ['response older', null, model('s', 3600 * S), 'transcript', 50, 'Sonnet4.5'],
  ])('%s', (_, capture, transcript, source, confidence, value) => {
    expect(modelHealth({ capture, transcript, settings: 'opus' }, NOW)).toMatchObject({ source, confidence, value });
  });
  test('settings, then nothing', () => {
    expect(modelHealth({ capture: null, transcript: null, settings: 'opus' }, NOW)).toMatchObject({ source: 'settings', confidence: 30 });
    expect(modelHealth({ capture: null, transcript: null, settings: null }, NOW)).toMatchObject({
      value: 'Claude',
      source: 'default',
      confidence: 10,
    });
  });
});

describe('SH-7: secrets', () => {
  const r = (length: number, alphabet = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL') =>
    Array.from({ length }, (_, i) => alphabet[(i * 7 + 3) % alphabet.length]).join('');
  const upper = (length: number) => r(length, 'QZ2WX3EC4RV5TB6YN7');
  /** Put together here, so that no scanner of repositories finds a key in this file. */
  const SECRETS: Readonly<Record<string, string>> = {
    'anthropic-key': `sk-${'ant'}-api03-${r(40)}`,
    'openai-key': `sk-${'proj'}-${r(40)}`,
    'aws-access-key': `AK${'IA'}${upper(16)}`,
    'github-token': `gh${'p_'}${r(36)}`,
    'gitlab-token': `glp${'at-'}${r(20)}`,
    'slack-token': `xox${'b-'}${r(30)}`,
    'slack-webhook': `https://hooks.slack${'.com'}/services/T${upper(9)}/B${upper(9)}/${r(24)}`,
    'discord-webhook': `https://discord${'.com'}/api/webhooks/${'987651029384756'}/${r(60)}`,
    'google-api-key': `AI${'za'}${r(35)}`,
    'npm-token': `npm${'_'}${r(36)}`,
    'huggingface-token': `hf${'_'}${r(34)}`,
    'stripe-key': `sk_${'live'}_${r(24)}`,
    'sendgrid-key': `SG${'.'}${r(22)}.${r(43)}`,
    'json-web-token': `eyJ${r(20)}.eyJ${r(30)}.${r(43)}`,
    'private-key': `-----BEGIN RSA PRIVATE ${'KEY'}-----\\n${r(64)}`,
    'url-password': `postgres://app:${r(14)}@db.internal:5432/x`,
  };
  test('every rule has a secret in this test', () => expect(Object.keys(SECRETS)).toEqual(SECRET_RULES.map(({ type }) => type)));
  test.each(Object.entries(SECRETS))('%s is found as such and only so', (type, secret) => {
    expect([...countSecrets(`{"text":"here: ${secret} and"}`)]).toEqual([[type, 1]]);
  });
  test.each([
    '8f14e45f-ceea-467f-a83b-5f9a0a1f2c3d',
    'd41d8cd98f00b204e9800998ecf8427e',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'AKIAIOSFODNN7EXAMPLE',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'sk-ant-...',
    'sk-proj-your-api-key-goes-right-here-please',
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'github_pat_',
    'npm_config_registry',
    'npm_lifecycle_event',
    'hf_hub_download',
    'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
    'AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
    'eyJhbGciOiJIUzI1NiJ9',
    'postgres://user:password@localhost:5432/db',
    'postgres://user:$PASSWORD@host/db',
    'postgres://user:<password>@host/db',
    'https://example.com/a:b@c',
    '-----BEGIN PUBLIC KEY-----\\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA',
    '-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----',
    'msg_01XFDUDYJgAACzvnptvVoYEL',
    'toolu_01A09q90qw90lq917835lq9',
    'req_011CSHoEeqs5C35K2UUqR7Fy',
    'sk-learn-contrib-imbalanced',
  ])('%s is none', (text) => {
    expect([...countSecrets(`{"text":"${text}"}`)]).toEqual([]);
  });

  test('only what is new is read; kinds and counts are all that is kept', () => {
    const transcript = join(root, 't.jsonl');
    mkdirSync(join(root, 'cooldowns'));
    writeFileSync(transcript, `{"a":"${SECRETS['github-token']}"}\n{"half":"${SECRETS['npm-token']}`);
    expect(secretTypes(scanTranscript(root, 's1', transcript, NOW))).toEqual(['github-token']);
    appendFileSync(transcript, '"}\n');
    expect(scanTranscript(root, 's1', transcript, NOW + 1).counts).toEqual({ 'github-token': 1, 'npm-token': 1 });
    expect(scanTranscript(root, 's1', transcript, NOW + 2).counts).toEqual({ 'github-token': 1, 'npm-token': 1 });
    const kept = readFileSync(scanFile(root, 's1'), 'utf8');
    for (const secret of Object.values(SECRETS)) expect(kept).not.toContain(secret.slice(8, 20));
    writeFileSync(transcript, '{}\n');
    expect(scanTranscript(root, 's1', transcript, NOW + 3).counts).toEqual({});
    expect(readScan(root, 'never')).toMatchObject({ offset: 0, counts: {} });
  });
});

test('SH-10: refresh < fresh < stale < hide, inner < outer', () => {
  for (const { refresh, fresh, stale, hide } of [AGES.billing, AGES.git]) {
    expect(refresh).toBeLessThan(fresh);
    expect(fresh).toBeLessThan(stale);
    expect(stale).toBeLessThan(hide);
  }
  expect(AGES.status.stale).toBeLessThan(AGES.status.hide);
  expect(TIMEOUTS.source).toBeLessThan(TIMEOUTS.pass);
  expect(TIMEOUTS.pass).toBeLessThan(TIMEOUTS.watchdog);
  expect(WRITES.json).toBeLessThan(WRITES.yaml);
  expect(KEPT.temporary).toBeLessThan(KEPT.orphan);
});

test('§2.4: how long ago', () => {
  expect(
    [0, null, NOW - 59_000, NOW - 12 * MINUTE, NOW - 3 * 60 * MINUTE, NOW - 49 * 60 * MINUTE, NOW + 5].map((at) => agoText(at, NOW)),
  ).toEqual(['', '', '<1m', '12m', '3h', '2d', '<1m']);
});
