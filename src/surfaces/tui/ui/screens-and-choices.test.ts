import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../monitor/snapshot.ts';
import { aSnapshot, aWarning, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { Driven } from '../testing-driven.ts';
import { aFirstState } from '../testing-picture.ts';
import { withMessage } from './choices.ts';
import { moveCursor, reveal } from './move.ts';
import { SORT_KEYS } from './order.ts';
import { placeOf, type Screen } from './state.ts';

const demo = demoLikeSnapshot();
const on = (snapshot: Snapshot = demo, columns = 120, rows = 40) => new Driven(snapshot, columns, rows);
const top = (driven: Driven): Screen | undefined => driven.state.screens.at(-1);
const said = (driven: Driven): string | undefined => driven.state.message?.text;

describe('Enter and Esc, LV-64', () => {
  test('in the sort menu takes the order and remembers it', () => {
    const driven = on().keys('s', 'down', 'enter');
    expect([driven.state.sort, driven.state.overlay, driven.effects]).toEqual(['cost', null, [{ kind: 'remember' }]]);
  });

  test('in the menu of presets takes the filter; a number there too', () => {
    const driven = on();
    expect(said(driven.keys('p', '4'))).toBe('no filter is saved as p 4');
    driven.state = { ...driven.state, presets: ['', 'cost>1'] };
    expect(driven.keys('p', 'enter').state.filter.text).toBe('');
    expect(said(driven)).toBe('no filter is saved as p 1');
    expect(driven.keys('p', 'down', 'enter').state.filter.text).toBe('cost>1');
    expect(driven.keys('esc', 'p', '2').state.filter.text).toBe('cost>1');
  });

  test('a preset that cannot be read any more is none', () => {
    const driven = on();
    driven.state = { ...driven.state, presets: ['ctx>('] };
    expect(said(driven.keys('p', '1'))).toBe('no filter is saved as p 1');
    expect(driven.state.filter.ast).toBeNull();
  });

  test('a key without a meaning, or a section, closes a menu and does nothing more', () => {
    const driven = on().keys('s', 'é');
    expect(driven.state.overlay).toBeNull();
    expect(driven.keys('s', '3').state).toMatchObject({ overlay: null, focus: 'sessions' });
  });

  test('on a request of the main thread says so', () => {
    const driven = on().keys('enter', 'enter', 'enter');
    expect([top(driven)?.kind, said(driven)]).toEqual(['requests', 'this request is of the main thread']);
  });

  test('on a former window opens it; on days, and on a window, nothing', () => {
    const driven = on().keys('H', 'down', 'enter');
    expect(top(driven)).toEqual({ kind: 'window', index: 1, offset: 0 });
    const before = driven.state;
    expect(driven.keys('enter').state).toEqual(before);
    driven.keys('esc', 'tab');
    expect(top(driven)).toMatchObject({ page: 'days' });
    expect(top(driven.keys('enter'))).toMatchObject({ kind: 'history', page: 'days' });
  });

  test('on a warning opens its session; on one of no session nothing', () => {
    const warnings = [aWarning('cost'), aWarning('context', { sessionId: demo.sessions[3]!.id })];
    const driven = on(aSnapshot({ ...demo, warnings })).keys('4', 'enter');
    expect(driven.state.screens).toEqual([]);
    expect(top(driven.keys('down', 'enter'))).toEqual({ kind: 'details', id: demo.sessions[3]!.id, offset: 0 });
  });

  test('without warnings, projects or sessions nothing', () => {
    const empty = on(aSnapshot({ ...demo, warnings: [], projects: [], sessions: [] }));
    for (const section of ['4', '3', '1']) {
      const { screens, filter } = empty.keys(section, 'enter').state;
      expect([screens, filter.text]).toEqual([[], '']);
    }
  });

  test.each([
    ['plain', 'project:"plain"'],
    ['two words (v2)', 'project:"two words (v2)"'],
    ['a"b, c', 'project:a?b??c'],
  ])('on the project %s filters to its sessions (LV-55)', (project, text) => {
    const sessions = demo.sessions.map((session, at) => (at === 2 ? { ...session, project } : session));
    const projects = [{ ...demo.projects[0]!, name: project }];
    const driven = on(aSnapshot({ ...demo, sessions, projects })).keys('3', 'enter');
    expect([driven.state.filter.text, driven.state.focus]).toEqual([text, 'sessions']);
    expect(driven.settle().context.listing.sessions.map(({ id }) => id)).toEqual([demo.sessions[2]!.id]);
  });

  test('on a project without a name there is nothing to filter to', () => {
    const driven = on(aSnapshot({ ...demo, projects: [{ ...demo.projects[0]!, name: '' }] })).keys('3', 'enter');
    expect(driven.state).toMatchObject({ filter: { text: '', ast: null }, focus: 'projects' });
  });

  test('Esc goes from the zoomed section to the list, then takes the filter away', () => {
    const driven = on().keys('/').type('mig').keys('enter', '2', 'z', 'esc');
    expect(driven.state).toMatchObject({ zoomed: false, filter: { text: 'mig' } });
    expect(driven.keys('esc').state.filter).toEqual({ text: '', ast: null });
  });
});

describe('moving', () => {
  test('with nothing chosen both arrows choose the first', () => {
    const driven = on();
    const { context } = driven.settle();
    const none = { ...driven.state, selected: null };
    expect([moveCursor(none, 1, context).selected, moveCursor(none, -1, context).selected]).toEqual(
      [0, 0].map((at) => demo.sessions[at]!.id),
    );
  });

  test('the list is never scrolled beyond its end, and the chosen row is in view (LV-41)', () => {
    const driven = on();
    const { listing } = driven.settle().context;
    const offsetOf = (at: number, offset: number) =>
      reveal({ ...driven.state, selected: demo.sessions[at]!.id, offset }, listing, 5).offset;
    const last = demo.sessions.findIndex(({ id }) => id === listing.sessions[6]!.id);
    expect([offsetOf(last, 6), offsetOf(last, 0), offsetOf(0, 6), offsetOf(0, 0)]).toEqual([2, 2, 0, 0]);
    expect(reveal({ ...driven.state, selected: 'gone', offset: 6 }, listing, 5).offset).toBe(2);
  });

  test('in an empty list nothing moves', () => {
    const driven = on(aSnapshot({ ...demo, sessions: [] }));
    const before = driven.settle() && driven.state;
    expect(driven.keys('down', 'up', 'end', 'pagedown').state).toEqual(before);
  });

  test('projects and warnings have cursors of their own, which stop at both ends', () => {
    const driven = on().keys('3', 'down', 'down', '4', 'end');
    expect(driven.state.cursors).toEqual({ projects: 2, warnings: 4 });
    expect(driven.keys('3', 'home', 'up', '4', 'up').state.cursors).toEqual({ projects: 0, warnings: 3 });
  });

  test('menus stop at both ends', () => {
    expect(on().keys('s', 'end', 'down').state.overlay).toMatchObject({ cursor: SORT_KEYS.length - 1 });
    expect(on().keys('p', 'end', 'down').state.overlay).toMatchObject({ cursor: 8 });
    expect(on().keys('p', 'up').state.overlay).toMatchObject({ cursor: 0 });
  });

  test('a page is what is on screen, less the line that stays', () => {
    const driven = on(demo, 80, 8);
    expect(driven.settle().context.listRows).toBe(5);
    expect(driven.keys('pagedown').chosen).toBe('api-docs');
    expect(driven.keys('end', 'pageup').chosen).toBe('review-418');
    const details = on(demo, 120, 12).keys('enter', 'pagedown');
    expect(top(details)).toMatchObject({ kind: 'details', offset: details.settle().context.screenRows - 1 });
    expect(top(details.keys('end', 'home'))).toMatchObject({ offset: 0 });
  });

  test('Tab goes through the sections and around; over a former window it does nothing', () => {
    const driven = on();
    expect(['tab', 'tab', 'tab', 'tab', 'shift+tab'].map((key) => driven.keys(key).state.focus)).toEqual([
      'combined',
      'projects',
      'warnings',
      'sessions',
      'warnings',
    ]);
    const window = driven.keys('w').settle() && driven.state;
    expect(driven.keys('tab').state).toEqual(window);
  });

  test('← and → turn the pages of history too', () => {
    const driven = on().keys('H', 'right');
    expect(top(driven)).toMatchObject({ kind: 'history', page: 'days' });
    expect(top(driven.keys('left', 'left'))).toMatchObject({ page: 'models' });
  });

  test('H again leaves history, w again the window; one is never twice on the path', () => {
    const driven = on().keys('H', 'w', 'H');
    expect(driven.state.screens.map(({ kind }) => kind)).toEqual(['window', 'history']);
    expect(driven.keys('H', 'w').state.screens).toEqual([]);
    for (const key of ['H', 'w'])
      expect(
        on()
          .keys('enter', key, key)
          .state.screens.map(({ kind }) => kind),
      ).toEqual(['details']);
  });
});

describe('choices', () => {
  test('a section: focus, fold, unfold', () => {
    const driven = on().keys('3', '3');
    expect(driven.state.folded).toEqual(['projects']);
    expect(driven.keys('3').state.folded).toEqual([]);
    expect(driven.keys('3', '1', '3').state.folded).toEqual([]);
    expect(driven.effects).toEqual([{ kind: 'remember' }, { kind: 'remember' }, { kind: 'remember' }]);
  });

  test('P saves under the first free number, over the last when all are taken, and nothing without a filter', () => {
    const driven = on();
    expect(said(driven.keys('P'))).toBe('there is no filter to save');
    driven.keys('/').type('mig').keys('enter');
    driven.state = { ...driven.state, presets: ['a', '', 'c'] };
    expect([said(driven.keys('P')), driven.state.presets.slice(0, 4)]).toEqual(['saved as p 2', ['a', 'mig', 'c', '']]);
    driven.state = { ...driven.state, presets: Array.from({ length: 9 }, (_, at) => `x${at}`) };
    expect([said(driven.keys('P')), driven.state.presets.at(-1)]).toEqual(['saved as p 9', 'mig']);
  });

  test('a goes on from an account by its name, and from one that is not known to all', () => {
    const driven = on();
    driven.state = { ...driven.state, accounts: ['nobody'] };
    expect([said(driven.keys('a')), driven.state.accounts]).toEqual(['all accounts', []]);
    expect([said(driven.keys('a')), driven.state.accounts]).toEqual(['account work', ['work']]);
  });

  test('I says which way round, o by what, < > by which column; all three are remembered', () => {
    const driven = on();
    expect(['I', 'I', 'o', 'o', 'o', '>', '<', '<'].map((key) => said(driven.keys(key)))).toEqual([
      'order turned around',
      'usual order',
      'grouped by project',
      'grouped by account',
      'grouped by none',
      'sorted by cost',
      'sorted by attention',
      'sorted by project',
    ]);
    expect(driven.effects.every(({ kind }) => kind === 'remember')).toBe(true);
  });

  test('m without a warning says so', () => {
    expect(said(on(aSnapshot({ ...demo, warnings: [] })).keys('m'))).toBe('there is no warning to mute');
  });

  test('a message stays for 4 s (LV-57)', () => {
    expect(withMessage(aFirstState(), 'x', NOW).message).toEqual({ text: 'x', until: NOW + 4000 });
    const driven = on().keys('T');
    expect(driven.lines.at(-1)).toContain('theme light');
    driven.input = { ...driven.input, now: NOW + 4000 };
    expect(driven.lines.at(-1)).not.toContain('theme light');
  });

  test('a filter of the command line that cannot be read is none', () => {
    expect(aFirstState({ filter: 'ctx>' }).filter).toEqual({ text: '', ast: null });
    expect(aFirstState({ filter: ' mig ' }).filter).toMatchObject({ text: 'mig', ast: { kind: 'text' } });
  });

  test('where there is no data d starts the demo, and there is nothing to filter (LV-34)', () => {
    const none = aSnapshot({ ingest: { reading: false, percent: null, files: 0, lines: 0, rejectedLines: 0, notice: null } });
    const driven = on(none).keys('d', '/');
    expect([driven.effects, driven.state.overlay]).toEqual([[{ kind: 'demo' }], null]);
    expect([placeOf(driven.state, false), placeOf(driven.state, true)]).toEqual(['empty', 'list']);
    expect(on().keys('d').effects).toEqual([]);
  });
});
