import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../monitor/snapshot.ts';
import { type PictureInput, picture } from './picture.ts';
import { textOf } from './spans.ts';
import { aSession, aSnapshot, NOW } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { testQueries } from './testing-queries.ts';
import type { Effect } from './ui/context.ts';
import { press } from './ui/press.ts';
import { refreshed, reordered } from './ui/refresh.ts';
import { firstState, type UiState } from './ui/state.ts';
import { displayWidth } from './width.ts';

/** A view driven without a terminal: keys in, lines out. */
class Driven {
  state: UiState;
  readonly effects: Effect[] = [];
  readonly changes: string[] = [];
  input: PictureInput;
  constructor(snapshot: Snapshot, columns = 120, rows = 40, more: Partial<PictureInput> = {}) {
    this.state = firstState({
      refreshSeconds: 5,
      compact: false,
      theme: 'dark',
      sort: 'attention',
      group: 'none',
      accounts: [],
      filter: '',
    });
    this.input = {
      present: snapshot,
      queries: testQueries(() => this.input.present, this.changes),
      columns,
      rows,
      now: NOW,
      ascii: false,
      hour12: false,
      emoji: false,
      readOnly: false,
      keys: true,
      maxSessions: 1000,
      scope: null,
      terminals: new Map(),
      debug: null,
      ...more,
    };
    this.settle();
  }
  settle() {
    const snapshot = this.state.frozen ?? this.input.present;
    this.state = reordered(this.state, { snapshot, now: this.input.now });
    const first = picture(this.state, this.input);
    this.state = refreshed(this.state, first.context);
    return picture(this.state, this.input);
  }
  keys(...keys: readonly string[]): this {
    for (const key of keys) {
      const { state, effects } = press(this.state, { kind: 'key', key }, this.settle().context);
      this.state = state;
      this.effects.push(...effects);
    }
    return this;
  }
  type(text: string): this {
    return this.keys(...[...text].map((letter) => (letter === ' ' ? 'space' : letter)));
  }
  get lines(): readonly string[] {
    return this.settle().lines.map((line) => textOf(line).trimEnd());
  }
  get text(): string {
    return this.lines.join('\n');
  }
  get chosen(): string {
    return this.input.present.sessions.find(({ id }) => id === this.state.selected)?.name ?? '';
  }
}

const demo = demoLikeSnapshot();
const on = (columns?: number, rows?: number, more?: Partial<PictureInput>) => new Driven(demo, columns, rows, more);

describe('pictures', () => {
  test('80×24 shows what the example screen shows (LV-40)', () => {
    expect(on(80, 24).keys('down', 'down', 'down').lines).toEqual([
      ' 2 need you · 2 working · 1 your turn · 5h 62 % (official, 12 s) resets 15:20',
      '── ACTIVE SESSIONS: 5 · idle 1 · ended 1 ───────────────────────────────────────',
      '  S  NAME              PROJECT     CTX TOKENS   COST   $/H SHARE LAST        AGE',
      '  ▲P fix-login-flake   api-server  34% 10.36M  $7.19  2.80   25% Bash         2m',
      '  ◆Q checkout-redesign shop-web    58%  6.49M  $2.50  1.50  8.7% AskUserQue… 41s',
      '  ✓Y review-418        shop-web    22%  1.33M  $0.74  0.00  2.6% Stop         6m',
      '> ●W migrate-orders    orders-db   88% 15.06M $17.70 16.10   62% Edit +2      1s',
      '  ●W api-docs          api-server   8%  2.59M  $0.06  0.05  0.2% Read         4s',
      '  ○I nightly-triage    infra        3% 662.1K  $0.02  0.00  0.1% Stop        48m',
      '  –X spike-logs        infra         — 886.2K  $0.47  0.00  1.6% SessionEnd  44m',
      '── COMBINED USAGE · 5 h window, work ───────────────────────────────────────────',
      ' Window  ███████████░│░░░░░ 62 % official, 12 s · to 15:20 · reserve 5 points',
      ' Tokens  ████████████░░░░░░ 65 % 52.19M / 80.00M today (yours) · window 37.37M',
      ' Burn    6,384 work tok/min (HIGH) · $20.45/h',
      ' Ahead   81 % (74–88 %) by 15:20 at this pace · 58.31M tokens',
      ' Cost    $28.67 window · $38.08 today, API-equivalent',
      '── PER-PROJECT 3 of 4 ──────────────────────────────────────────────────────────',
      ' orders-db     15,058,155 tok   62%  $17.70  since 10:23  1/1 active  HIGH',
      ' api-server    12,948,688 tok   25%   $7.24  since 10:41  2/2 active  HIGH',
      ' shop-web       7,816,870 tok   11%   $3.23  since 11:02  2/2 active  NORMAL',
      '── WARNINGS 2 of 5 ─────────────────────────────────────────────────────────────',
      ' ! migrate-orders: context 88 %, compaction is near',
      " ! project 'orders-db' has HIGH burn rate (4,260 > 1,000 tok/min)",
      ' ↑↓ Enter / filter s sort f freeze t jump x stop n name ? help q quit 1–4 panels',
    ]);
  });

  test('40×8 and 20×4 keep who, how full, how much (LV-40)', () => {
    expect(on(40, 8).lines).toEqual([
      '2 need you · 2 working · 1 your turn',
      '5h 62 % (official, 12 s) resets 15:20',
      '▲P fix-login-flake        34%  $7.19  2m',
      '◆Q checkout-redesign      58%  $2.50 41s',
      '✓Y review-418             22%  $0.74  6m',
      '●W migrate-orders         88% $17.70  1s',
      '$28.67 window · 6,384/min HIGH · !5',
      '↑↓ 4 of 7 · Enter · / · s · f · ? · q',
    ]);
    expect(on(20, 4).lines.slice(1)).toEqual(['5h 62 % resets 15:20', '$28.67 6.4K/m HIGH', '▲P fix-login-flake']);
  });

  test('2,000 sizes, states and keys: never too wide, never too tall, verdict on top, ASCII where asked (LV-41, LV-42)', () => {
    const hostile = aSession({
      id: 'h',
      name: '\u001b[2J\u202e漢字👨‍👩‍👧‍👦'.repeat(20),
      project: 'x'.repeat(300),
      branch: '\u0007\r\n',
      lastAction: { tool: '\u001b]0;t\u0007', target: '🇩🇪'.repeat(40), at: NOW },
    });
    const many = (count: number) => Array.from({ length: count }, (_, index) => aSession({ id: String(index), name: `session-${index}` }));
    const key = fc.constantFrom(
      'down',
      'enter',
      'esc',
      'tab',
      'z',
      's',
      'o',
      '?',
      'w',
      'H',
      'c',
      '/',
      'a',
      '"',
      'end',
      'right',
      '3',
      'f',
      'x',
      'space',
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 60 }),
        // Mostly the list itself; now and then after some keys, which draw it several times over.
        fc.oneof({ weight: 9, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: fc.array(key, { maxLength: 4 }) }),
        fc.boolean(),
        (columns, rows, count, pressed, ascii) => {
          const snapshot = count < 8 ? demo : aSnapshot({ ...demo, sessions: [hostile, ...many(count)] });
          const lines = new Driven(snapshot, columns, rows, { ascii })
            .keys(...pressed)
            .settle()
            .lines.map(textOf);
          expect(lines).toHaveLength(Math.max(1, rows));
          for (const text of lines) {
            expect(displayWidth(text)).toBeLessThanOrEqual(Math.max(1, columns));
            expect(text).not.toMatch(/\p{Cc}/u);
            if (ascii) expect(text).toMatch(/^[\x20-\x7e]*$/);
          }
          if (columns >= 10 && rows >= 2) expect(lines[rows >= 30 ? 1 : 0]).toMatch(/\d|Nothing|idle/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('every one of 40 sessions is reached by ↓ and in view (LV-2)', () => {
    const sessions = Array.from({ length: 40 }, (_, index) =>
      aSession({ id: String(index), name: `session-${String(index).padStart(2, '0')}` }),
    );
    const driven = new Driven(aSnapshot({ sessions }), 80, 24);
    const seen = new Set<string>();
    for (let step = 0; step < 40; step++) {
      seen.add(driven.chosen);
      expect(driven.lines.find((line) => line.startsWith('>'))).toContain(driven.chosen);
      driven.keys('down');
    }
    expect(seen.size).toBe(40);
    expect(driven.lines[1]).toMatch(/ACTIVE SESSIONS: 40 · \d+–40 of 40/);
  });
});

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
