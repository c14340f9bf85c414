import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProfileFiles } from './profile-files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidemark-profile-files-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes what one Claude directory knows of the profile `work`. */
function folder(name: string, identity: string | null, sessionId: string): string {
  const dir = join(root, name);
  mkdirSync(join(dir, 'session-health'), { recursive: true });
  const profile = { profileId: 'work', label: name, ...(identity === null ? {} : { tidemark: { identity } }) };
  const state = { authProfiles: [profile], sessions: [{ sessionId, authProfile: 'work' }] };
  writeFileSync(join(dir, 'session-health/runtime-state.json'), JSON.stringify(state));
  return dir;
}

test('AP-12: a profile that two directories know is one, with the account where it was seen', async () => {
  const identity = 'a'.repeat(64);
  const files = new ProfileFiles([folder('one', null, 's1'), folder('two', identity, 's2'), join(root, 'none')]);
  expect(files.profiles()).toEqual([]);
  expect(await files.load()).toBe(true);
  expect(files.profiles()).toMatchObject([{ profileId: 'work', label: 'two', tidemark: { identity } }]);
  expect([...files.links()]).toEqual([
    ['s1', 'work'],
    ['s2', 'work'],
  ]);
  expect(await files.load()).toBe(false);
});
