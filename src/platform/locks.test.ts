import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acquireLock, lockHolder, processStart, tryLock, withLock } from './locks.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-locks-'));
  path = join(folder, 'locks', 'writer');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const silent = () => utimesSync(path, Date.now() / 1000 - 3600, Date.now() / 1000 - 3600);

describe('ST-7: the lock', () => {
  test('one holder at a time; released, it is free; nothing is left behind', () => {
    const lock = tryLock(path);
    expect(lock?.isHeld()).toBe(true);
    expect(tryLock(path)).toBeNull();
    expect(lockHolder(path)).toMatchObject({ pid: process.pid, alive: true });
    lock?.release();
    expect(lockHolder(path)).toBeNull();
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
    tryLock(path)?.[Symbol.dispose]();
  });

  test('a live holder is never robbed, however long it is silent', async () => {
    const lock = tryLock(path)!;
    silent();
    await expect(acquireLock(path, { waitMs: 150 })).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(lock.isHeld()).toBe(true);
    lock.release();
  });

  test('waiters take turns', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 10 }, () =>
        withLock(path, async () => {
          most = Math.max(most, ++inside);
          await new Promise((done) => setTimeout(done, 2));
          inside--;
        }),
      ),
    );
    expect(most).toBe(1);
  });

  test('a holder killed with -9 is replaced within a second', async () => {
    const script = `import { tryLock } from ${JSON.stringify(resolve('src/platform/locks.ts'))}; tryLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(tryLock(path)).toBeNull();
    child.kill('SIGKILL');
    await once(child, 'close');
    const started = performance.now();
    const lock = await acquireLock(path);
    expect(performance.now() - started).toBeLessThan(1000);
    lock.release();
    expect(readdirSync(join(folder, 'locks'))).toEqual([]);
  });

  test('a reused pid is not the holder', () => {
    tryLock(path)?.release();
    const owner = { pid: process.pid, start: '1', domain: '', nonce: 'n' };
    const mine = tryLock(path)!;
    const { domain } = JSON.parse(readFileSync(path, 'utf8'));
    mine.release();
    writeFileSync(path, JSON.stringify({ ...owner, domain }));
    const lock = tryLock(path);
    // Without start times (not Linux) a living pid keeps its lock.
    expect(lock !== null).toBe(processStart(process.pid) !== null);
    lock?.release();
  });

  test('a holder on another machine, and an unreadable lock, count as gone after a minute of silence only', () => {
    tryLock(path)?.release();
    for (const content of [JSON.stringify({ pid: 1, start: '1', domain: 'elsewhere', nonce: 'n' }), '']) {
      writeFileSync(path, content);
      expect(tryLock(path)).toBeNull();
      silent();
      const lock = tryLock(path);
      expect(lock).not.toBeNull();
      lock?.release();
    }
  });

  test('a breaker that was killed while breaking does not block the next', () => {
    tryLock(path)?.release();
    const mine = tryLock(path)!;
    const { domain } = JSON.parse(readFileSync(path, 'utf8'));
    mine.release();
    const dead = (nonce: string) => JSON.stringify({ pid: 2 ** 22 + 5, start: '1', domain, nonce });
    writeFileSync(path, dead('first'));
    writeFileSync(`${path}.first`, dead('second'));
    const lock = tryLock(path);
    expect(lock?.isHeld()).toBe(true);
    lock?.release();
    expect(existsSync(`${path}.first`)).toBe(false);
  });

  test('release leaves a lock alone that somebody else took', () => {
    const lock = tryLock(path)!;
    writeFileSync(path, JSON.stringify({ pid: 1, start: '1', domain: 'elsewhere', nonce: 'other' }));
    lock.release();
    expect(existsSync(path)).toBe(true);
  });
});
