import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve as absolute, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pseudonym as pseudonymOfHotPaths, readSalt as storedSalt } from '../sessions/pseudonym.ts';
import { newProfile, type Profile } from './contracts.ts';
import { fingerprintOf } from './fingerprint.ts';
import { identityOf, pseudonym, readAccount, readSalt } from './identity.ts';
import { profileIndicator } from './indicator.ts';
import type { Evidence } from './inputs.ts';
import { matchPath } from './path-pattern.ts';
import { labelled, merged, unmerged } from './profile-edit.ts';
import { mergeQuota } from './quota.ts';
import { canonicalId, NO_EXTRA, resolveProfile } from './resolve.ts';
import { readStateFile } from './state-file.ts';
import { appendSwitches, profileAt, readSwitches } from './switches.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const SALT = 'ab'.repeat(32);
const CONTEXT = { home: '/home/me', salt: SALT, now: NOW };
const ACCOUNT = '0123456789abcdef';
const FINGERPRINT = 't1:0123456789ab';
const profile = (id: string, more: Partial<Profile> = {}): Profile => ({ ...newProfile(id, id, 'manual', NOW), ...more });
const identified = (id: string, identity: string): Profile => profile(id, { tidemark: { ...NO_EXTRA, identity } });
const find = (evidence: Partial<Evidence>, profiles: readonly Profile[] = []) =>
  resolveProfile({ configDir: '/home/me/.claude', ...evidence }, profiles, CONTEXT);

describe('AP-1: the first evidence wins', () => {
  const PROFILES = [
    profile('by-env'),
    profile('by-alias', { aliases: ['claude1'] }),
    profile('by-path', { pathPatterns: ['~/work/**'] }),
    identified('by-account', ACCOUNT),
    profile('by-print', { billingFingerprint: FINGERPRINT }),
  ];
  const EVIDENCE = [
    ['env', { profileEnv: 'by-env' }, 100, 'by-env'],
    ['alias', { alias: 'claude1' }, 90, 'by-alias'],
    ['path', { cwd: '/home/me/work/x' }, 90, 'by-path'],
    ['account', { account: ACCOUNT }, 95, 'by-account'],
    ['fingerprint', { fingerprint: FINGERPRINT }, 40, 'by-print'],
  ] as const;
  test.each(Array.from({ length: 32 }, (_, bits) => bits))('combination %i of 32', (bits) => {
    const present = EVIDENCE.filter((_, i) => (bits & (1 << i)) !== 0);
    const found = find(Object.assign({}, ...present.map(([, evidence]) => evidence)), PROFILES);
    const [method, , confidence, id] = present[0] ?? ['default', {}, 10, 'default'];
    expect(found).toMatchObject({ method, confidence, profileId: id, at: NOW });
  });

  test('an unknown CLAUDE_AUTH_PROFILE becomes a profile made by hand', () => {
    const found = find({ profileEnv: 'client-x' });
    expect(found.profileId).toBe('client-x');
    expect(found.profiles).toMatchObject([{ profileId: 'client-x', metadata: { detectionMethod: 'manual' } }]);
    expect(find({ profileEnv: '../../etc\u0000' }).profileId).toBe('default');
  });

  test('a path profile of another account is kept, and marked as a conflict', () => {
    const profiles = [profile('work', { pathPatterns: ['/srv/**'], tidemark: { ...NO_EXTRA, identity: 'ffff000011112222' } })];
    expect(find({ cwd: '/srv/a', account: ACCOUNT }, profiles)).toMatchObject({ profileId: 'work', method: 'path', conflict: true });
    expect(find({ cwd: '/srv/a', account: 'ffff000011112222' }, profiles)).toMatchObject({ conflict: false });
  });

  test.each([
    ['~/work/**', '/home/me/work', true],
    ['~/work/**', '/home/me/work/a/b', true],
    ['~/work', '/home/me/work/a', true],
    ['~/work', '/home/me/workshop', false],
    ['/srv/*/app', '/srv/x/app', true],
    ['/srv/*/app', '/srv/x/y/app', false],
    ['/srv/**/app', '/srv/x/y/app/z', true],
    ['/srv/a*c', '/srv/abbbc', true],
    ['/srv/a*c', '/srv/abbb', false],
    ['~', '/home/me/x', true],
    ['', '/x', false],
  ])('pattern %s on %s', (pattern, path, fits) => {
    expect(matchPath(pattern, path, '/home/me') !== null).toBe(fits);
  });

  test('the longest literal prefix wins, then the order of the file', () => {
    const profiles = [
      profile('wide', { pathPatterns: ['/srv/**'] }),
      profile('near', { pathPatterns: ['/srv/app/**'] }),
      profile('same', { pathPatterns: ['/srv/app/**'] }),
    ];
    expect(find({ cwd: '/srv/app/x' }, profiles).profileId).toBe('near');
    expect(find({ cwd: '/srv/other' }, profiles).profileId).toBe('wide');
  });
});

test('AP-2: sessions started by three aliases land on three profiles', async () => {
  const { state } = await readStateFile(absolute('fixtures/health-homes/three-aliases/.claude/session-health'));
  expect(['claude1', 'claude2', 'claude3'].map((alias) => find({ alias }, state.authProfiles).profileId)).toEqual([
    'first',
    'second',
    'third',
  ]);
});

describe('AP-3: the fingerprint is made of reset times only', () => {
  const reset = NOW / 1000 + 86_400;
  const seen = (...minutes: number[]) => minutes.map((m) => ({ resetsAt: reset + (m % 2) * 7, at: NOW - (20 - m) * 60_000 }));
  test('two sights five minutes apart give one value, whatever was used', () => {
    expect(fingerprintOf(seen(0, 6), NOW)).toMatch(/^t1:[0-9a-f]{12}$/);
    expect(fingerprintOf(seen(0, 6, 10), NOW)).toBe(fingerprintOf(seen(2, 12), NOW));
  });
  test('one sight, or two close together, give none; it ends at its reset; another reset is another value', () => {
    expect(fingerprintOf(seen(0), NOW)).toBeNull();
    expect(fingerprintOf(seen(0, 4), NOW)).toBeNull();
    expect(fingerprintOf(seen(0, 6), reset * 1000)).toBeNull();
    expect(
      fingerprintOf(
        seen(0, 6).map((s) => ({ ...s, resetsAt: s.resetsAt + 3600 })),
        NOW,
      ),
    ).not.toBe(fingerprintOf(seen(0, 6), NOW));
  });
  test('foreign values in a file are ignored and kept', () => {
    const profiles = [profile('default', { billingFingerprint: 'a1b2c3d4' })];
    const found = find({ fingerprint: FINGERPRINT }, profiles);
    expect(found.profileId).toBe('default');
    expect(find({}, profiles).profiles[0]?.billingFingerprint).toBe('a1b2c3d4');
  });
  test('AP-4: a fingerprint that contradicts the default one is another account', () => {
    const profiles = [profile('default', { billingFingerprint: FINGERPRINT })];
    expect(find({ fingerprint: 't1:ffffffffffff' }, profiles)).toMatchObject({ profileId: 'auto_ffffffff', method: 'fingerprint' });
  });
});

describe('AP-4: automatic profiles', () => {
  test('the first account is default, the next has a profile of its own, and the same one again the same', () => {
    const first = find({ account: ACCOUNT });
    expect(first).toMatchObject({ profileId: 'default', method: 'account', confidence: 95 });
    const second = find({ account: 'feedbeef00000000' }, first.profiles);
    expect(second.profileId).toBe('auto_feedbeef');
    expect(second.profiles.map((p) => p.label)).toEqual(['Primary Account', 'Auto-detected Account 2']);
    expect(find({ account: 'feedbeef00000000' }, second.profiles).profiles).toBe(second.profiles);
    expect(find({ account: ACCOUNT }, second.profiles).profileId).toBe('default');
  });
  test('a provider is an account of its own by the presence of its variables', () => {
    expect(find({ kind: 'bedrock' }, find({ account: ACCOUNT }).profiles).profileId).toMatch(/^auto_[0-9a-f]{8}$/);
    expect(identityOf({ configDir: '/x', kind: 'unknown' }, SALT)).toBeNull();
  });
});

test('AP-7: two accounts under one label stay apart', () => {
  const profiles = [
    { ...identified('a', 'aaaa'), label: 'Work' },
    { ...identified('b', 'bbbb'), label: 'Work' },
  ];
  expect([find({ account: 'aaaa' }, profiles).profileId, find({ account: 'bbbb' }, profiles).profileId]).toEqual(['a', 'b']);
});

describe('AP-8: quota of one account from several terminals', () => {
  const at = NOW - 60_000;
  const s = NOW / 1000;
  const H = 3600;
  test.each([
    ['none', [], null],
    ['one', [{ used: 62, resetsAt: s + H, at }], 62],
    [
      'the maximum of one window',
      [
        { used: 62, resetsAt: s + H, at },
        { used: 58, resetsAt: s + H + 30, at: NOW },
      ],
      62,
    ],
    [
      'a late lower sample',
      [
        { used: 58, resetsAt: s + H, at: NOW },
        { used: 62, resetsAt: s + H, at },
      ],
      62,
    ],
    [
      'the newest reset',
      [
        { used: 90, resetsAt: s + H, at: at - 9 },
        { used: 3, resetsAt: s + 2 * H, at },
      ],
      3,
    ],
    ['an epoch in the per cent', [{ used: s, resetsAt: s + H, at }], null],
    ['NaN', [{ used: Number.NaN, resetsAt: s + H, at }], null],
    ['negative', [{ used: -1, resetsAt: s + H, at }], null],
    ['100.4 is full', [{ used: 100.4, resetsAt: s + H, at }], 100],
    ['101', [{ used: 101, resetsAt: s + H, at }], null],
    ['a reset in the past', [{ used: 5, resetsAt: s - 1, at }], null],
    ['a reset of 0', [{ used: 5, resetsAt: 0, at }], null],
    ['too far ahead', [{ used: 5, resetsAt: s + 6 * H, at }], null],
    ['just not too far ahead', [{ used: 5, resetsAt: s + 5 * H, at }], 5],
    [
      'a good one beside bad ones',
      [
        { used: 7, resetsAt: s + H, at },
        { used: s, resetsAt: s + H, at },
      ],
      7,
    ],
  ])('%s', (_, samples, used) => {
    expect(mergeQuota(samples, 'five-hour', NOW)?.usedPercent ?? null).toBe(used);
  });
  test('a week ahead is fine for the weekly window', () => {
    expect(mergeQuota([{ used: 5, resetsAt: s + 7 * 24 * H, at: NOW }], 'weekly', NOW)).toMatchObject({
      usedPercent: 5,
      source: 'official',
    });
  });
});

test('AP-9: the indicator', () => {
  const one = { label: 'Work\u001b[31m', confidence: 95 };
  expect(profileIndicator(one, 'auto', 1)).toBeNull();
  expect(profileIndicator(one, 'auto', 2)).toBe('Work[31m');
  expect(profileIndicator({ ...one, confidence: 40 }, true, 1)).toBe('Work[31m?');
  expect(profileIndicator({ ...one, conflict: true }, true, 1)).toBe('Work[31m?');
  expect(profileIndicator(one, false, 5)).toBeNull();
});

describe('AP-10: identity without knowing who', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tidemark-identity-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('two accounts are two hashes of 16 digits; nothing of the file is in them', () => {
    cpSync('fixtures/health-homes/two-accounts', root, { recursive: true });
    const hashes = ['one', 'two'].map((dir) => readAccount({ configDir: join(root, dir), named: true, home: root }, SALT));
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(hashes[1]).not.toBe(hashes[0]);
    expect(readAccount({ configDir: join(root, 'one'), named: true, home: root }, 'cd'.repeat(32))).not.toBe(hashes[0]);
    expect(readAccount({ configDir: join(root, 'none'), named: true, home: root }, SALT)).toBeNull();
  });

  test('without CLAUDE_CONFIG_DIR the file lies in the home', () => {
    cpSync('fixtures/health-homes/two-accounts/one/.claude.json', join(root, '.claude.json'));
    expect(readAccount({ configDir: join(root, '.claude'), named: false, home: root }, SALT)).toMatch(/^[0-9a-f]{16}$/);
  });

  const CAPTURED = absolute('../shared/fixtures/captured/claude-json');
  test.skipIf(!existsSync(CAPTURED))('captured files of three client versions name no account (needs ../shared)', () => {
    for (const name of readdirSync(CAPTURED)) {
      cpSync(join(CAPTURED, name), join(root, '.claude.json'));
      chmodSync(join(root, '.claude.json'), 0o600);
      expect(readAccount({ configDir: join(root, '.claude'), named: false, home: root }, SALT)).toBeNull();
    }
  });

  test('a broken, an over-large and a linked .claude.json', () => {
    const file = join(root, '.claude.json');
    const read = () => readAccount({ configDir: join(root, '.claude'), named: false, home: root }, SALT);
    writeFileSync(file, '{"oauthAccount":{"accountUuid":"a');
    expect(read()).toBeNull();
    writeFileSync(file, `{"oauthAccount":{"accountUuid":"a"},"x":"${'x'.repeat(17 * 1024 * 1024)}"}`);
    expect(read()).toBeNull();
    writeFileSync(join(root, 'dotfile'), '{"oauthAccount":{"accountUuid":"a"}}');
    rmSync(file);
    symlinkSync(join(root, 'dotfile'), file);
    expect(read()).toMatch(/^[0-9a-f]{16}$/);
  });

  test('the salt is made once, private, and the same for all', () => {
    const dir = join(root, 'tidemark');
    const salt = readSalt(dir);
    expect(salt).toMatch(/^[0-9a-f]{64}$/);
    expect(readSalt(dir)).toBe(salt);
    expect(readFileSync(join(dir, 'salt')).toString('hex')).toBe(salt);
    // The hot paths' pseudonyms are the same ones.
    expect(pseudonym('project', '/p/api', salt)).toBe(pseudonymOfHotPaths('project', '/p/api', storedSalt(dir)));
  });

  test('DSH-8: pseudonyms are stable and tell nothing', () => {
    expect(pseudonym('project', 'secret-plan', SALT)).toMatch(/^project-[0-9a-f]{4}$/);
    expect(pseudonym('project', 'secret-plan', SALT)).toBe(pseudonym('project', 'secret-plan', SALT));
  });

  test('AP-5: switches are appended, and usage goes to the profile valid at its time', () => {
    mkdirSync(root, { recursive: true });
    appendSwitches(root, [{ at: 1000, sessionId: 's', from: 'a', to: 'b', method: 'account' }]);
    const switches = readSwitches(root);
    expect(switches).toEqual([{ at: 1000, sessionId: 's', from: 'a', to: 'b', method: 'account' }]);
    expect([999, 1000].map((at) => profileAt(switches, [], 'b', 's', at))).toEqual(['a', 'b']);
    expect([profileAt(switches, [], 'x', 'other', 5), profileAt(switches, [], null, 'unknown', 5)]).toEqual(['x', 'default']);
  });
});

describe('AP-11: what a person does', () => {
  const state = async () => (await readStateFile(absolute('fixtures/health-homes/three-aliases/.claude/session-health'))).state;
  test('a label; an unknown id names the nearest', async () => {
    expect(labelled(await state(), 'first', ' My own ').authProfiles[0]?.label).toBe('My own');
    const s = await state();
    expect(() => labelled(s, 'secnod', 'x')).toThrow(expect.objectContaining({ exitCode: 1, hint: 'did you mean second?' }));
    expect(() => labelled(s, 'first', ' ')).toThrow(/empty/);
  });
  test('a merged profile is never detected again; undo restores everything', async () => {
    const s = await state();
    const before = {
      ...s,
      authProfiles: s.authProfiles.map((p) => (p.profileId === 'second' ? { ...p, tidemark: { ...NO_EXTRA, identity: ACCOUNT } } : p)),
    };
    const after = merged(before, 'second', 'third');
    expect(find({ account: ACCOUNT }, after.authProfiles)).toMatchObject({ profileId: 'third', method: 'account' });
    expect(find({ profileEnv: 'second' }, after.authProfiles).profileId).toBe('third');
    expect(find({ alias: 'claude2' }, after.authProfiles).profileId).toBe('third');
    expect(canonicalId(after.authProfiles, 'second')).toBe('third');
    expect(unmerged(after, 'second', 'third')).toEqual(before);
    expect(() => merged(after, 'second', 'first')).toThrow(/already merged/);
    expect(() => merged(before, 'first', 'first')).toThrow(/itself/);
    expect(() => unmerged(before, 'first', 'second')).toThrow(/nothing to undo/);
  });
});
