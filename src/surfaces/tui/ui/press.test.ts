import { describe, expect, test } from 'vitest';
import type { PictureInput } from '../picture.ts';
import { aSnapshot, NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { Driven } from '../testing-driven.ts';
import { press } from './press.ts';

const demo = demoLikeSnapshot();
const on = (columns?: number, rows?: number, more?: Partial<PictureInput>) => new Driven(demo, columns, rows, more);

describe('walks', () => {
  test('sessions › name › requests › subagent, Esc goes back one step and restores cursor and scroll (LV-64)', () => {
    const driven = on(120, 40).keys('down', 'down', 'down');
    const list = driven.text;
    expect(driven.keys('enter').text).toContain('sessions › migrate-orders');
    const details = driven.text;
    expect(driven.keys('enter', 'down', 'down', 'down').text).toContain('sessions › migrate-orders › requests');
    expect(driven.text).toContain('175 requests, newest first');
    const requests = driven.text;
    expect(driven.keys('enter').text).toContain('› requests › subagent a3f0');
    expect(driven.text).toContain('43 requests');
    expect(driven.keys('esc').text).toBe(requests);
    expect(driven.keys('esc').text).toBe(details);
    expect(driven.keys('esc').text).toBe(list);
  });

  test('details hold state, context, tokens by kind, cost, burn, subagents, tools, files (LV-60 … LV-63)', () => {
    const driven = on(120, 60).keys('down', 'down', 'down', 'enter');
    for (const words of [
      /state +working for 6 m \(registry, 1 s\)/,
      /title +Migrate orders to v2/,
      /context +█+░+ 88 % of 200\.0K/,
      /history .*1 compaction 12:36/,
      /cache read +14,220,480/,
      /unlogged +\$0\.03 not in transcripts \(client says \$29\.78\)/,
      /share +62 % of local use, by cost = 38 points/,
      /subagents 2/,
      /b71c +Plan +opus-4-5 +runs +≥1\.62M +≥\$0\.83/,
      /tools +Edit 41 · Read 38/,
      /transcript 6\.2 MB, 1,204 lines, 0 rejected/,
    ])
      expect(driven.text).toMatch(words);
  });

  test('former windows with w, ← older, → newer; live columns are dashes (LV-85)', () => {
    const driven = on(120, 40).keys('w');
    expect(driven.text).toMatch(/WINDOW Fri 20 Nov 05:20 → 10:20 · account work · 1 back/);
    expect(driven.text).toMatch(/old-session +orders-db +9\.3K +\$2\.50 +— +50%/);
    expect(driven.keys('left').text).toContain('2 back');
    expect(driven.keys('right', 'right', 'right').text).toContain('the newest');
    expect(driven.keys('w').text).not.toContain('WINDOW');
  });

  test('history: windows with their outcome, days, calendar, projects, models one key away', () => {
    const driven = on(120, 40).keys('H');
    expect(driven.text).toMatch(/Fri 20 Nov 10:20 → 15:20.*open/);
    expect(driven.text).toContain('reached the limit');
    for (const title of ['DAYS 40', 'CALENDAR', 'PROJECTS 2', 'MODELS 1']) expect(driven.keys('tab').text).toContain(title);
    expect(driven.keys('tab', 'down', 'enter').text).toContain('1 back');
  });

  test('a filter is typed, faults keep the former one and show the place (LV-80, LV-81)', () => {
    const driven = on(120, 40).keys('/').type('cost>1').keys('enter');
    expect(driven.text).toContain('3 of 7 sessions, 4.5 % of cost hidden');
    expect(driven.text).toContain('COMBINED USAGE · this 5-hour window, account work, unfiltered');
    expect(driven.keys('/', 'ctrl+u').type('ctx>x').text).toMatch(/filter: ctx>x *\n +\^ expected a percentage/);
    expect(driven.keys('enter').state.filter.text).toBe('cost>1');
    expect(driven.keys('esc', 'esc').state.filter.text).toBe('');
  });

  test('z on the filter line filters combined usage too, and says so; typed later it is a letter (LV-81)', () => {
    const driven = on(120, 40).keys('/').type('mig').keys('enter');
    expect(driven.text).toContain('account work, unfiltered');
    expect(driven.keys('/').text).toContain('filter: mig    z: combined usage filtered too');
    driven.keys('z');
    expect(driven.text).toMatch(/COMBINED USAGE · filtered, 1 of 7 sessions ─/);
    expect(driven.text).toContain('Tokens       15,058,155 of 37,371,963 tokens, this window');
    expect(driven.text).toMatch(/Burn rate +4,260 of 6,384 work tok\/min · 426,000 all tok\/min · \$16\.10\/h/);
    expect(driven.text).toContain('Total cost   $17.70 of $28.67 this window');
    // The server's figures are the account's, whatever is shown.
    expect(driven.text).toMatch(/Window 5h +account work · [█│░]+ 62 %/);
    expect(driven.text).toMatch(/Projected +account work 81 %/);
    expect(driven.text).not.toContain('unfiltered');
    const one = new Driven(demo, 40, 8).keys('/').type('mig').keys('enter', '/', 'z');
    expect(one.text).toContain('filtered · $17.70 of $28.67');
    expect(driven.keys('/', 'z').text).toContain('account work, unfiltered');
    expect(driven.keys('/', 'space', 'z').state.overlay).toMatchObject({ text: 'mig z' });
    expect(driven.keys('esc', '/', 'ctrl+u', 'z').state.overlay).toMatchObject({ text: 'z' });
    driven.keys('esc', '/', 'z', 'esc');
    expect(driven.state).toMatchObject({ filter: { text: '' }, filtersCombined: false });
  });

  test('several accounts, by name or id; a goes from several to all, then to each (LV-22)', () => {
    const accounts = [...demo.accounts, { ...demo.accounts[0]!, id: 'h0', label: 'home', sessions: 0 }];
    const sessions = demo.sessions.map((session, index) => (index < 2 ? { ...session, account: 'h0' } : session));
    const two = new Driven(aSnapshot({ ...demo, accounts, sessions }));
    two.state = { ...two.state, accounts: ['home', 'nobody'] };
    expect(two.text).toMatch(/accounts home, nobody[\s\S]*2 of 7 sessions/);
    two.state = { ...two.state, accounts: ['home', 'work'] };
    expect(two.text).toContain('accounts home, work');
    expect(two.settle().context.listing.sessions).toHaveLength(7);
    expect(two.keys('a').state.accounts).toEqual([]);
    expect(two.keys('a').state.accounts).toEqual(['work']);
    expect(two.keys('a').state.accounts).toEqual(['h0']);
    expect(two.keys('a').state.accounts).toEqual([]);
  });

  test.each([
    ['●live', {}],
    ['●reading', { reading: true, percent: 68 }],
    ['no events, polling', { polling: true }],
  ])('the header says %s (LV-50)', (words, ingest) => {
    const driven = new Driven(aSnapshot({ ...demo, ingest: { ...demo.ingest, ...ingest } }));
    expect(driven.lines[0]).toMatch(new RegExp(`Fri 20 Nov 13:42:10 UTC  ${words}$`));
    expect(driven.keys('f').lines[0]).toMatch(/FROZEN 13:42:10 \(\+0 s\)$/);
  });

  test('presets: P saves, p 1 takes', () => {
    const driven = on().keys('/').type('mig').keys('enter', 'P', 'esc', 'p', '1');
    expect(driven.state.filter.text).toBe('mig');
    expect(driven.keys('p', '5').text).toContain('no filter is saved as p 5');
  });

  test('Enter on a project filters to it; 1–4 focus and fold (LV-55)', () => {
    const driven = on().keys('3', 'down', 'enter');
    expect(driven.state.filter.text).toBe('project:"api-server"');
    expect(driven.keys('esc', '3', '3').text).toContain('PER-PROJECT BREAKDOWN · this window (folded)');
    expect(driven.keys('2', 'z').text).not.toContain('ACTIVE SESSIONS');
  });

  test('freeze holds the picture, not who needs you (LV-84)', () => {
    const driven = on().keys('f');
    const held = driven.text;
    driven.input = {
      ...driven.input,
      now: NOW + 12_000,
      present: aSnapshot({ ...demo, sessions: demo.sessions.map((session) => ({ ...session, state: 'needs-answer' as const })) }),
    };
    expect(driven.lines[0]).toContain('FROZEN 13:42:10 (+12 s, 7 need you now)');
    expect(driven.lines.slice(1)).toEqual(held.split('\n').slice(1));
    expect(driven.keys('f').text).toContain('◆Q migrate-orders');
  });

  test('name, tags, note in place (LV-123)', () => {
    const driven = on().keys('n').type('deploy').keys('enter', '#').type('a #b').keys('enter', 'e').type('hi x').keys('enter');
    expect(driven.effects).toEqual([
      { kind: 'rename', id: driven.state.selected, text: 'deploy' },
      { kind: 'tag', id: driven.state.selected, add: ['a', 'b'], remove: [] },
      { kind: 'note', id: driven.state.selected, text: 'hi x' },
    ]);
  });

  test('copy, jump and stop ask outside; a box takes y only, no single key ends anything (LV-120 … LV-122)', () => {
    const driven = on().keys('y', 'Y', 't', 'x');
    expect(driven.effects.map(({ kind }) => kind)).toEqual(['copy', 'copy', 'jump', 'askStop']);
    const box = { sessionId: 's', facts: ['stop it'], steps: [], stage: 'ask' as const };
    driven.state = { ...driven.state, overlay: { kind: 'confirm', box } };
    expect(driven.text).toContain('y stops it, any other key leaves');
    expect(driven.keys('n').text).toContain('nothing was stopped');
    driven.state = { ...driven.state, overlay: { kind: 'confirm', box } };
    expect(driven.keys('y').effects.at(-1)).toEqual({ kind: 'agreeStop', box });
  });

  test('m mutes a warning until it clears', () => {
    const driven = on(120, 40).keys('4', 'm');
    expect(driven.text).toContain('WARNINGS 4');
    driven.input = { ...driven.input, present: { ...demo, warnings: demo.warnings.slice(1) } };
    expect(driven.text).toContain('WARNINGS 4');
    driven.input = { ...driven.input, present: demo };
    expect(driven.text).toContain('WARNINGS 5');
  });

  test('the mouse chooses a row and sorts by a heading (LV-73)', () => {
    const driven = on(80, 24);
    const click = (row: number, column: number) => {
      driven.state = press(driven.state, { kind: 'mouse', what: 'press', row, column }, driven.settle().context).state;
    };
    click(6, 20);
    expect(driven.chosen).toBe('migrate-orders');
    click(2, 50);
    expect(driven.state.sort).toBe('cost');
  });

  test('help is searched by typing', () => {
    const driven = on(120, 60).keys('?', '/').type('former');
    expect(driven.text).toContain('former 5-hour windows and their outcome');
    expect(driven.text).not.toContain('hold the picture');
    expect(driven.keys('enter', 'esc').text).toContain('ACTIVE SESSIONS');
  });
});
