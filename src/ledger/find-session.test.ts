import { describe, expect, it } from 'vitest';
import { findSession } from './find-session.ts';
import type { Directory, SessionInfo } from './queries/directory.ts';

const one = (id: number, sessionId: string, name: string, givenName: string | null = null) =>
  ({ id, sessionId, name, givenName, project: 'app' }) as SessionInfo;
const found = (sessions: readonly SessionInfo[], which: string, lastUse: readonly [number, number][] = [], current?: string): string =>
  findSession({ sessions: new Map(sessions.map((session) => [session.id, session])) } as unknown as Directory, which, {
    lastUse: new Map(lastUse),
    current,
  }).sessionId;
const A = one(1, 'aaaa1111', 'deploy', 'deploy');
const B = one(2, 'aaaa2222', 'Fix login');
const C = one(3, 'cccc3333', 'aaaa1111 again');

describe('UR-60: finding a session', () => {
  it('takes the exact id, then the exact name, then the only id and the only name that begin so', () => {
    const all = [A, B, C];
    expect(found(all, ' AAAA1111 ')).toBe('aaaa1111');
    expect(found(all, 'DEPLOY')).toBe('aaaa1111');
    expect(found(all, 'fix login')).toBe('aaaa2222');
    expect(found(all, 'aaaa2')).toBe('aaaa2222');
    expect(found(all, 'fix')).toBe('aaaa2222');
    expect(found(all, 'cccc')).toBe('cccc3333');
  });
  it('`-` is the session it runs in and nothing near it; `@last` the newest that was used', () => {
    expect(found([A, B], '-', [], 'aaaa2222')).toBe('aaaa2222');
    expect(() => found([A, B], '-', [], 'aaaa')).toThrow('There is no session "aaaa"');
    for (const current of [undefined, '']) expect(() => found([A], '-', [], current)).toThrow('CLAUDE_CODE_SESSION_ID is not set');
    expect(
      found([A, B, C], '@last', [
        [1, 50],
        [2, 70],
      ]),
    ).toBe('aaaa2222');
    // Equally new: the smaller id, in any order.
    expect(
      found([A, B], '@last', [
        [1, 50],
        [2, 50],
      ]),
    ).toBe('aaaa1111');
    expect(
      found([B, A], '@last', [
        [1, 50],
        [2, 50],
      ]),
    ).toBe('aaaa1111');
    expect(() => found([A], '@last')).toThrow('There is no session yet');
  });
  it('says what is wanting, what is near, and which ones it may be, newest first and not all of many', () => {
    expect(() => found([A], '  ')).toThrow('A session needs an id or a name');
    expect(() => found([A], 'deplyo')).toThrow(expect.objectContaining({ hint: 'did you mean deploy?' }));
    expect(() => found([A], 'elephant')).toThrow(expect.objectContaining({ hint: 'list them with: tidemark sessions' }));
    expect(() => found([A, B], 'aaaa', [[2, Date.UTC(2026, 10, 20)]])).toThrow(
      '"aaaa" may be 2 sessions:\n  aaaa2222  Fix login  (app, last use 2026-11-20T00:00:00.000Z)\n  aaaa1111  deploy  (app, last use never)',
    );
    const twelve = Array.from({ length: 12 }, (_, i) => one(i, `bbbb${String(11 - i).padStart(2, '0')}`, 'x'));
    const message = (() => {
      try {
        return found(twelve, 'bbbb');
      } catch (error) {
        return (error as Error).message.split('\n');
      }
    })();
    expect(message).toHaveLength(12);
    expect([message[0], message[1], message.at(-2), message.at(-1)]).toEqual([
      '"bbbb" may be 12 sessions:',
      '  bbbb00  x  (app, last use never)',
      '  bbbb09  x  (app, last use never)',
      '  and 2 more',
    ]);
  });
});
