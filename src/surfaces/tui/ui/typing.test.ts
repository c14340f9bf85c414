import { describe, expect, test } from 'vitest';
import type { SessionView } from '../../../monitor/snapshot.ts';
import { aSnapshot, aWarning } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { Driven } from '../testing-driven.ts';
import { LONGEST_INPUT, typed } from './input-line.ts';
import { press } from './press.ts';
import { tagChanges, tagsIn } from './tags.ts';

const demo = demoLikeSnapshot();

/** A view of the demo sessions, the first of them changed; it is the one chosen. */
function withFirst(more: Partial<SessionView>): Driven {
  const driven = new Driven(aSnapshot({ ...demo, sessions: demo.sessions.map((each, at) => (at === 0 ? { ...each, ...more } : each)) }));
  driven.settle();
  return driven;
}

describe('the line that is typed', () => {
  test.each([
    ['ab', 'c', 'abc'],
    ['ab', 'space', 'ab '],
    ['ab', 'backspace', 'a'],
    ['ae\u0301', 'backspace', 'a'],
    ['a👩‍👩‍👧', 'backspace', 'a'],
    ['', 'backspace', ''],
    ['one two', 'ctrl+w', 'one '],
    ['one two  ', 'ctrl+w', 'one '],
    ['one two', 'ctrl+u', ''],
    ['a', '漢', 'a漢'],
    ['a', '😀', 'a😀'],
  ])('%j and %s is %j', (text, key, expected) => {
    expect(typed(text, { kind: 'key', key })).toBe(expected);
  });

  test.each(['enter', 'esc', 'up', 'pagedown', 'tab', 'ctrl+c', 'f1', 'delete'])('%s types nothing', (key) => {
    expect(typed('ab', { kind: 'key', key })).toBeNull();
  });

  test('what is pasted comes through the sink, at the end (LV-72, TS-1)', () => {
    expect(typed('a', { kind: 'paste', text: 'b\u001b[31mc\r\nd\u202e' })).toBe('ab[31mc d');
  });

  test('it has an end', () => {
    expect(typed('x'.repeat(LONGEST_INPUT), { kind: 'key', key: 'y' })).toBe('x'.repeat(LONGEST_INPUT));
    expect(typed('', { kind: 'paste', text: 'z'.repeat(LONGEST_INPUT + 9) })).toHaveLength(LONGEST_INPUT);
  });
});

describe('name, tags and note, LV-123', () => {
  test('a name that a person gave is offered, a derived one is not; an empty one takes it away', () => {
    const given = withFirst({ titleSource: 'given', name: 'mine' }).keys('n');
    expect(given.state.overlay).toMatchObject({ purpose: 'name', text: 'mine' });
    expect(withFirst({ titleSource: 'derived' }).keys('n').state.overlay).toMatchObject({ text: '' });
    expect(given.keys('ctrl+u', 'enter').effects).toEqual([{ kind: 'rename', id: demo.sessions[0]!.id, text: null }]);
  });

  test('the tags it has are offered; only what changed is told', () => {
    const driven = withFirst({ tags: ['a', 'b'] }).keys('#');
    expect(driven.state.overlay).toMatchObject({ purpose: 'tags', text: 'a b' });
    driven.keys('backspace').type('#c, c').keys('enter');
    expect(driven.effects).toEqual([{ kind: 'tag', id: demo.sessions[0]!.id, add: ['c'], remove: ['b'] }]);
  });

  test('tags of a session that left the list while they were typed are still taken away', () => {
    const driven = withFirst({ tags: ['a', 'b'] });
    driven.keys('/').type('tag:a').keys('enter', '#', 'ctrl+u').type('b');
    driven.state = { ...driven.state, filter: { text: 'ctx>80', ast: null }, accounts: ['nobody'] };
    expect(driven.settle().context.listing.sessions).toEqual([]);
    expect(driven.keys('enter').effects).toEqual([{ kind: 'tag', id: demo.sessions[0]!.id, add: [], remove: ['a'] }]);
  });

  test('of a session that is gone only new tags are known', () => {
    const driven = withFirst({ tags: ['a'] })
      .keys('#')
      .type(' b');
    driven.input = { ...driven.input, present: aSnapshot({ ...demo, sessions: [] }) };
    expect(driven.keys('enter').effects).toEqual([{ kind: 'tag', id: demo.sessions[0]!.id, add: ['a', 'b'], remove: [] }]);
  });

  test('a long note is kept whole when it is opened and taken again; an empty one is none (UR-62)', () => {
    const note = 'word '.repeat(399).trim();
    const driven = withFirst({ note }).keys('e', 'enter');
    expect(driven.effects).toEqual([{ kind: 'note', id: demo.sessions[0]!.id, text: note }]);
    expect(driven.keys('e', 'ctrl+u', 'enter').effects.at(-1)).toEqual({ kind: 'note', id: demo.sessions[0]!.id, text: null });
    expect(withFirst({ note: null }).keys('e').state.overlay).toMatchObject({ purpose: 'note', text: '' });
  });

  test.each(['n', '#', 'e', 't', 'x', 'y', 'Y'])('%s without a session says that none is chosen', (key) => {
    const driven = new Driven(aSnapshot({ ...demo, sessions: [] })).keys(key);
    expect([driven.state.message?.text, driven.state.overlay, driven.effects]).toEqual(['no session is chosen', null, []]);
  });

  test('on a screen of a session keys are for it, also when the filter hides it from the list (LV-64)', () => {
    const warned = aWarning('context', { sessionId: demo.sessions[6]!.id });
    const driven = new Driven(aSnapshot({ ...demo, warnings: [warned] })).keys('/').type('ctx>80').keys('enter', '4', 'enter', 'y');
    expect(driven.effects).toEqual([{ kind: 'copy', text: demo.sessions[6]!.id, what: 'session id' }]);
    expect(driven.keys('e').type('x').keys('enter').effects.at(-1)).toEqual({ kind: 'note', id: demo.sessions[6]!.id, text: 'x' });
  });

  test('tags: blanks or commas, # or not, each once', () => {
    expect(tagsIn(' #a,b  ,#  b a')).toEqual(['a', 'b']);
    expect(tagsIn('')).toEqual([]);
    expect(tagChanges(['a', 'b'], ['b', 'c'])).toEqual({ add: ['c'], remove: ['a'] });
  });
});

describe('the filter line, LV-80', () => {
  test('a long filter is opened whole', () => {
    const text = Array.from({ length: 120 }, () => 'cost>1').join(' | ');
    const driven = new Driven(demo);
    driven.state = { ...driven.state, filter: { text, ast: { kind: 'text', value: { text: 'x', quoted: false } } } };
    expect(driven.keys('/').state.overlay).toMatchObject({ text, untouched: true });
  });

  test('a faulty one stays open at its fault when it is taken', () => {
    const driven = new Driven(demo).keys('/').type('ctx>x').keys('enter');
    expect(driven.state.overlay).toMatchObject({ kind: 'input', text: 'ctx>x', fault: { at: 4 } });
    expect(driven.state.filter).toEqual({ text: '', ast: null });
  });

  test('an empty one ends the filtering of combined usage too', () => {
    const driven = new Driven(demo).keys('/').type('mig').keys('enter', '/', 'z', '/', 'ctrl+u', 'enter');
    expect(driven.state).toMatchObject({ filter: { text: '', ast: null }, filtersCombined: false });
  });

  test('a paste is text there, and nothing anywhere else (LV-72)', () => {
    const driven = new Driven(demo).keys('/');
    const paste = () => press(driven.state, { kind: 'paste', text: 'cost>1' }, driven.settle().context);
    expect(paste().state.overlay).toMatchObject({ text: 'cost>1', fault: null });
    driven.keys('esc', 's');
    expect(paste()).toEqual({ state: driven.state, effects: [] });
  });

  test('keys that are no text do nothing there', () => {
    const driven = new Driven(demo).keys('/').type('mi');
    const before = driven.state;
    expect(driven.keys('f1', 'up', 'tab', 'pagedown').state).toEqual(before);
  });
});

describe('the search in help', () => {
  test('Esc takes it away and stays in help, Enter keeps it; then Esc leaves', () => {
    const driven = new Driven(demo, 120, 40).keys('?', '/').type('former').keys('enter');
    expect(driven.state.overlay).toMatchObject({ kind: 'help', query: 'former', searching: false });
    expect(driven.keys('/').type('s').state.overlay).toMatchObject({ query: 'formers', searching: true });
    expect(driven.keys('esc').state.overlay).toMatchObject({ kind: 'help', query: '', searching: false });
    expect(driven.keys('?').state.overlay).toBeNull();
  });

  test('a search begins at the first line', () => {
    const driven = new Driven(demo, 60, 12).keys('?', 'pagedown');
    expect(driven.state.overlay).toMatchObject({ kind: 'help', offset: 8 });
    expect(driven.keys('/').state.overlay).toMatchObject({ offset: 0 });
    expect(driven.type('nothing like that').text).toContain('nothing found');
  });
});
