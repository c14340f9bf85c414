import { describe, expect, test } from 'vitest';
import type { SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import { KnownError } from '../../../platform/errors.ts';
import { aSnapshot, aWarning, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { readerOf, withFirst } from '../testing-reader.ts';
import { sessionSentence } from './sentences.ts';

const demo = demoLikeSnapshot();

describe('lines to a screen reader, LV-103', () => {
  test('a command by its beginning, as long as that fits one alone; case and blanks do not matter', () => {
    const { say } = readerOf();
    expect(say('  WARN ')[0]).toMatch(/^1, migrate-orders/);
    expect(say('req   mig')[0]).toBe('175 requests, newest first.');
    expect(say('na')[0]).toBe('Say it as: name <session> = <name>.');
    expect(say('s')).toEqual(['There is no such command; help lists them.']);
    expect(say('xyz')).toEqual(['There is no such command; help lists them.']);
  });

  test('a session by name, else by a beginning; several that fit are told apart by id', () => {
    const { say } = readerOf(withFirst({ name: 'api-docs', id: 'f00dcafe-1' }));
    expect(say('id f00d')).toEqual([]);
    expect(say('id api-docs')).toEqual(['2 sessions fit: api-docs, id f00dcafe; api-docs, id 42085a6f.']);
    expect(say('id ')).toEqual(['There is no such session.']);
  });

  test('a name, tags or note that are empty are taken away', () => {
    const { say, changes } = readerOf(withFirst({ tags: ['a', 'b'] }));
    expect(say('name fix = ', 'note fix =', 'tags fix = #b, b c #')).toEqual(['Name removed.', 'Note removed.', 'Tags kept.']);
    expect(say('tags fix =')).toEqual(['Tags kept.']);
    const { id } = demo.sessions[0]!;
    expect(changes).toEqual([`rename ${id} null`, `note ${id} null`, `tag ${id} +c -a`, `tag ${id} + -a,b`]);
  });

  test('what is refused is said in its sentence; a bug is no answer', () => {
    const refusing = (error: Error) =>
      readerOf(demo, {
        queries: {
          rename: () => {
            throw error;
          },
        },
      });
    expect(refusing(new KnownError('That name is taken')).say('name api-docs = x')).toEqual(['That name is taken.']);
    expect(() => refusing(new TypeError('bug')).say('name api-docs = x')).toThrow('bug');
  });

  test('requests that are not known are none', () => {
    expect(readerOf(demo, { queries: { requests: () => null } }).say('requests mig')).toEqual(['0 requests, newest first.']);
  });

  test('without warnings it says so; history without a word is of windows, and a calendar is a picture', () => {
    const { say } = readerOf(aSnapshot({ ...demo, warnings: [] }));
    expect(say('warnings')).toEqual(['No warning.']);
    expect(say('history')[0]).toMatch(/^5-HOUR WINDOWS/);
    expect(say('history calendar')).toEqual(['History has windows, days, projects and models.']);
  });

  test('presets: nothing to save, the first free number, at last the ninth; one that is not there or cannot be read', () => {
    const { say, reader, done } = readerOf();
    expect(say('save')).toEqual(['There is no filter to save.']);
    reader.set({ presets: ['a', '', 'c'] });
    expect(say('/mig', 'save').at(-1)).toBe('Saved as preset 2.');
    reader.set({ presets: Array.from({ length: 9 }, (_, at) => `x${at}`) });
    expect(say('save')).toEqual(['Saved as preset 9.']);
    expect([done[0], reader.state.presets[8]]).toEqual(['remember a, mig, c', 'mig']);
    reader.set({ presets: ['ctx>('] });
    expect(say('preset 1', 'preset', 'preset 4')).toEqual([
      'No filter is saved as preset 1.',
      'No filter is saved as preset ?.',
      'No filter is saved as preset 4.',
    ]);
  });

  test('order and groups', () => {
    const { say } = readerOf();
    expect(say('invert', 'invert', 'group what')).toEqual(['Order turned around.', 'Usual order.', 'Group by none, project or account.']);
    expect(say('account work')).toHaveLength(7);
  });

  test('d starts the demo only where there is no data (LV-34)', () => {
    const none = readerOf(aSnapshot({ ingest: { ...demo.ingest, files: 0 } }));
    expect([none.say('demo'), none.reader.ended]).toEqual([[], { demo: true }]);
    expect([readerOf().say('demo').length, readerOf().reader.ended]).toEqual([1, null]);
  });

  test('look looks again', () => {
    const { say, done } = readerOf();
    expect([say('look'), done]).toEqual([['Looking again.'], ['repaint']]);
  });

  test('a share or context that is not known is said in words', () => {
    const { say, reader } = readerOf(aSnapshot({ ...demo, projects: [{ ...demo.projects[0]!, share: null }] }));
    expect(say('projects')[0]).toContain('share unknown');
    const session = { ...demo.sessions[6]!, window: { ...demo.sessions[6]!.window, cost: null } };
    const view = { now: NOW, zone: 'UTC', ascii: false, hour12: false, complete: true };
    expect(sessionSentence(view, session)).toMatch(/context unknown, .* tokens, cost unknown\.$/);
    expect(reader.find('spike-logs')[0]!.contextPercent.value).toBeNull();
  });
});

describe('what is said without being asked, LV-103', () => {
  const changed = (states: Readonly<Record<number, SessionView['state']>>, left: readonly number[] = []): Snapshot =>
    aSnapshot({
      ...demo,
      sessions: demo.sessions.flatMap((session, at) => (left.includes(at) ? [] : [{ ...session, state: states[at] ?? session.state }])),
    });

  test('while held nothing, then what changed meanwhile', () => {
    const { reader, say, now } = readerOf();
    reader.batch();
    expect(say('hold')).toEqual(['Held.']);
    now(changed({ 3: 'error' }));
    expect(reader.batch()).toEqual([]);
    expect(say('hold')).toEqual(['Going on.', expect.stringMatching(/^migrate-orders, project orders-db: failed/)]);
  });

  test('what the filter or the accounts hide is not spoken of, nor that it left', () => {
    const { reader, say, now } = readerOf();
    reader.batch();
    say('/name:fix*');
    now(changed({ 0: 'working', 3: 'error' }, [5]));
    expect(reader.batch()).toEqual([expect.stringMatching(/^fix-login-flake.*working/)]);
    say('/', 'account nobody');
    now(changed({ 0: 'error' }, [5, 6]));
    expect(reader.batch()).toEqual([]);
    say('account all');
    now(changed({}, [4, 5, 6]));
    expect(reader.batch()).toEqual([expect.stringMatching(/^fix-login/), 'api-docs left the list.']);
  });

  test('a muted warning is not said', () => {
    const { reader, say, now } = readerOf(aSnapshot({ ...demo, warnings: [aWarning('one')] }));
    expect(reader.batch().at(-1)).toBe('Warning: one.');
    say('mute 1');
    now(aSnapshot({ ...demo, warnings: [aWarning('one'), aWarning('two')] }));
    expect(reader.batch()).toEqual(['Warning: two.']);
  });

  test('ages are counted to the clock that is given, while held to the held moment', () => {
    let clock = NOW + 60_000;
    const { reader, say } = readerOf(demo, { now: () => clock });
    expect(reader.now).toBe(NOW + 60_000);
    say('hold');
    clock += 60_000;
    expect(reader.now).toBe(demo.takenAt);
  });
});
