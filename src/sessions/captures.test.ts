import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Capture, CaptureFacts } from './capture-facts.ts';
import { buildCapture, captureDir, captureFile, MAX_CAPTURE_BYTES, readCapture, writeCapture } from './capture-file.ts';
import { mergeQuota } from './capture-quota.ts';
import { officialSamples, readCaptures } from './captures.ts';

const NOW = Date.UTC(2026, 10, 20, 14, 6);
const MINUTE = 60_000;
let stateDir: string;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'captures-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const seconds = (ms: number) => ms / 1000;
const facts = (sessionId = 's1', change: Partial<CaptureFacts> = {}): CaptureFacts => ({
  sessionId,
  configDir: '/home/dev/.claude',
  version: '2.1.329',
  cwd: '/home/dev/api',
  transcriptPath: null,
  sessionName: null,
  model: { id: 'claude-opus-5-5', name: 'Opus 5.5' },
  context: { used: 326_000, size: 1_000_000, percent: 33 },
  cost: { usd: 3.21, apiMs: 100, durationMs: 200, linesAdded: 1, linesRemoved: 2 },
  cache: null,
  effort: 'high',
  identity: { configDir: '/home/dev/.claude', kind: 'subscription' },
  ...change,
});
const limits = (used: number, resetsAt = NOW + 149 * MINUTE) => ({ five_hour: { used, resetsAt: seconds(resetsAt) } });
const capture = (given: CaptureFacts, quota = limits(41), previous: Capture | null = null, now = NOW) =>
  buildCapture(given, mergeQuota(quota, given.cost.apiMs, previous, now), previous, now, 'line');

describe('AP-8, D-20 what a statement must be to count', () => {
  test.each([
    ['five_hour', 41, 149 * MINUTE, 41],
    ['five_hour', 100.4, 149 * MINUTE, 100],
    ['five_hour', 100.6, 149 * MINUTE, null],
    ['five_hour', -1, 149 * MINUTE, null],
    ['five_hour', Number.NaN, 149 * MINUTE, null],
    ['five_hour', 1_776_153_600, 149 * MINUTE, null],
    ['five_hour', 41, -1000, null],
    ['five_hour', 41, 0, null],
    ['five_hour', 41, 310 * MINUTE, 41],
    ['five_hour', 41, 311 * MINUTE, null],
    ['five_hour', 41, 56_888 * 60 * MINUTE, null],
    ['seven_day', 62, 76 * 60 * MINUTE, 62],
    ['seven_day', 62, 169 * 60 * MINUTE, 62],
    ['seven_day', 62, 170 * 60 * MINUTE, null],
    ['spend_limit', 131, 700 * 60 * MINUTE, 131],
    ['spend_limit', 31, -1000, null],
  ] as const)('%s used %d, reset in %d ms → %s', (name, used, inMs, expected) => {
    const { quota, rejected } = mergeQuota({ [name]: { used, resetsAt: seconds(NOW + inMs) } }, 1, null, NOW);
    expect(quota[name]?.used ?? null).toBe(expected);
    expect(rejected).toBe(expected === null ? 1 : 0);
  });
});

describe('SL-10 age', () => {
  test('counts from the run in which the number or the time in requests last changed', () => {
    const first = capture(facts());
    const later = NOW + 30 * MINUTE;
    expect(mergeQuota(limits(41), 100, first, later).quota.five_hour?.at).toBe(NOW);
    expect(mergeQuota(limits(42), 100, first, later).quota.five_hour?.at).toBe(later);
    expect(mergeQuota(limits(41), 101, first, later).quota.five_hour?.at).toBe(later);
  });

  test('SL-3 absent never erases', () => {
    expect(mergeQuota({}, 100, capture(facts()), NOW + MINUTE).quota.five_hour).toEqual({
      used: 41,
      resetsAt: seconds(NOW + 149 * MINUTE),
      at: NOW,
    });
  });
});

describe('SL-25 the file', () => {
  test('reads back as written, private, without temporaries', () => {
    const given = capture(facts());
    expect(writeCapture(stateDir, given, null)).toBe(true);
    expect(readCapture(stateDir, 's1')).toEqual(given);
    expect(statSync(captureFile(stateDir, 's1')).mode & 0o777).toBe(0o600);
    expect(statSync(captureDir(stateDir)).mode & 0o777).toBe(0o700);
    expect(readdirSync(captureDir(stateDir))).toEqual(['s1.json']);
  });

  test('SL-28 100 runs in 10 s with equal data → at most 2 writes; a change is written at once', () => {
    let previous: Capture | null = null;
    let writes = 0;
    for (let run = 0; run < 100; run++) {
      const next: Capture = capture(facts(), limits(41), previous, NOW + run * 100);
      if (writeCapture(stateDir, next, previous)) writes++;
      previous = readCapture(stateDir, 's1');
    }
    expect(writes).toBeLessThanOrEqual(2);
    const changed = capture(facts('s1', { context: { used: 1, size: 10, percent: 34 } }), limits(41), previous, NOW + 10_100);
    expect(writeCapture(stateDir, changed, previous)).toBe(true);
    const minuteLater = capture(facts('s1', { context: changed.context }), limits(41), changed, NOW + 10_100 + 61_000);
    expect(writeCapture(stateDir, minuteLater, changed)).toBe(true);
  });

  test('ST-16 at most 8 KiB, whatever the client sends', () => {
    const long = '日'.repeat(4000);
    writeCapture(
      stateDir,
      { ...capture(facts('s1', { cwd: long, transcriptPath: long, sessionName: long.slice(0, 2000) })), lastLine: long },
      null,
    );
    expect(statSync(captureFile(stateDir, 's1')).size).toBeLessThanOrEqual(MAX_CAPTURE_BYTES);
    expect(readCapture(stateDir, 's1')?.quota.five_hour?.used).toBe(41);
  });

  test('SL-7 the temporary of a killed run is swept by the next, that of a living process stays', () => {
    mkdirSync(captureDir(stateDir), { mode: 0o700 });
    writeFileSync(join(captureDir(stateDir), '.s1.json.999999999.abc.tmp'), 'half');
    writeFileSync(join(captureDir(stateDir), `.s1.json.${process.pid}.abc.tmp`), 'half');
    writeCapture(stateDir, capture(facts()), null);
    expect(readdirSync(captureDir(stateDir)).sort()).toEqual([`.s1.json.${process.pid}.abc.tmp`, 's1.json']);
  });

  test('SL-26 a place that cannot be written is no failure', () => {
    writeFileSync(join(stateDir, 'statusline'), 'in the way');
    expect(writeCapture(stateDir, capture(facts()), null)).toBe(false);
    writeFileSync(join(stateDir, 'file'), '');
    expect(writeCapture(join(stateDir, 'file', 'below'), capture(facts()), null)).toBe(false);
  });

  test('ST-9 no id leads out of the folder', () => {
    const ids = ['../../x', 'a/b', '\0', 'x'.repeat(300), 'CON', 'index', '', '🙂', '..'];
    for (const id of ids) expect(captureFile('/s', id)).toMatch(/^\/s\/statusline\/[A-Za-z0-9_-]+\.json$/);
    expect(new Set(ids.map((id) => captureFile('/s', id))).size).toBe(ids.length);
  });

  test('SL-6 links, FIFOs’ kin and damaged files are as if absent', () => {
    writeCapture(stateDir, capture(facts()), null);
    const path = captureFile(stateDir, 's1');
    symlinkSync(path, captureFile(stateDir, 's2'));
    mkdirSync(captureFile(stateDir, 's3'));
    expect(readCapture(stateDir, 's2')).toBeNull();
    expect(readCapture(stateDir, 's3')).toBeNull();
    fc.assert(
      fc.property(fc.string(), (text) => {
        writeFileSync(path, text);
        expect(readCapture(stateDir, 's1')).toBeNull();
      }),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        writeFileSync(
          path,
          `{"v":1,"at":1,"sessionId":"s1","quota":${text},"context":${text},"cost":${text},"model":${text},"identity":${text}}`,
        );
        expect(readCapture(stateDir, 's1')?.sessionId).toBe('s1');
      }),
      { numRuns: 200 },
    );
    writeFileSync(path, JSON.stringify({ ...capture(facts()), v: 2 }));
    expect(readCapture(stateDir, 's1')).toBeNull();
  });
});

describe('reading all of them', () => {
  test('nothing there, then samples by account, then the same object while nothing changes', () => {
    expect(readCaptures(stateDir, NOW).bySession.size).toBe(0);
    writeCapture(stateDir, capture(facts('s1')), null);
    writeCapture(stateDir, capture(facts('s2'), limits(44)), null);
    writeFileSync(join(captureDir(stateDir), 'foreign.json'), '{}');
    // The folder's last change lies back far enough to be trusted.
    utimesSync(captureDir(stateDir), 1_700_000_000, 1_700_000_000);
    const first = readCaptures(stateDir, NOW);
    expect(officialSamples(first).map(({ sessionId, usedPercent, resetsAt, at }) => [sessionId, usedPercent, resetsAt, at])).toEqual([
      ['s1', 41, NOW + 149 * MINUTE, NOW],
      ['s2', 44, NOW + 149 * MINUTE, NOW],
    ]);
    expect(readCaptures(stateDir, NOW + 1, first)).toBe(first);
    writeCapture(stateDir, capture(facts('s2'), limits(45), null, NOW + MINUTE), null);
    const second = readCaptures(stateDir, NOW + 2, first);
    expect(second.revision).toBeGreaterThan(first.revision);
    expect(second.bySession.get('s2')?.quota.five_hour?.used).toBe(45);
    expect(second.bySession.get('s1')).toBe(first.bySession.get('s1'));
    rmSync(captureFile(stateDir, 's1'));
    expect(readCaptures(stateDir, NOW + 3, second).bySession.has('s1')).toBe(false);
  });

  test('no content of the payload beyond what is named', () => {
    writeCapture(stateDir, capture(facts()), null);
    const keys = Object.keys(JSON.parse(readFileSync(captureFile(stateDir, 's1'), 'utf8')));
    expect(keys.sort()).toEqual(
      [
        'at',
        'cache',
        'configDir',
        'context',
        'cost',
        'cwd',
        'effort',
        'identity',
        'lastLine',
        'model',
        'quota',
        'rejected',
        'sessionId',
        'sessionName',
        'transcriptPath',
        'v',
        'version',
      ].sort(),
    );
  });
});
