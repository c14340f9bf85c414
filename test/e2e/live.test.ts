import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canRun, closeAll, emptyHome, expectRestored, hasList, live, MAIN, open, type Screen, VERDICT } from './live-pty.ts';

const ESC = '\u001b';
const UP = `${ESC}[A`;
const DOWN = `${ESC}[B`;

const chosen = (rows: readonly string[]) => rows.find((row) => row.startsWith('>')) ?? '';

afterEach(closeAll);

describe.skipIf(!canRun)('live view on a terminal', () => {
  test.each([
    [200, 60],
    [120, 40],
    [80, 24],
    [60, 20],
    [40, 8],
    [20, 4],
    [10, 1],
    [3, 2],
    [1, 1],
  ])('%i×%i: the verdict is on top, nothing is wider, q gives the terminal back (LV-1, LV-40, LV-42, LV-116)', async (columns, rows) => {
    const screen = live({ columns, rows });
    await screen.until(
      (shown) => (columns < 10 ? shown[0] !== '' : VERDICT.test(shown[rows >= 30 ? 1 : 0] ?? '')) && (rows < 12 || hasList(shown)),
    );
    for (const row of screen.rows()) expect(row.length).toBeLessThanOrEqual(Math.max(2, columns));
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expectRestored(screen);
  });

  describe('keys', () => {
    let screen: Screen;
    /** One program for many keys: each test leaves it on the list. */
    beforeAll(() => {
      screen = null as unknown as Screen;
    });
    const ready = async (): Promise<Screen> => {
      screen = live();
      // With its cost: history is read, and what is done to a session finds it there.
      await screen.until((rows) => hasList(rows) && /\$\d/.test(chosen(rows)));
      return screen;
    };

    test('moves: ↓ j ↑ k End G Home PgDn PgUp in every encoding (LV-70, LV-72)', async () => {
      await ready();
      const name = () => chosen(screen.rows());
      const first = name();
      for (const [there, back] of [
        [DOWN, UP],
        [`${ESC}OB`, `${ESC}OA`],
        ['j', 'k'],
        [`${ESC}[6~`, `${ESC}[5~`],
        ['G', `${ESC}[H`],
        [`${ESC}[F`, `${ESC}[1~`],
        [`${ESC}[1;1B`, `${ESC}[1;1A`],
      ] as const) {
        screen.type(there);
        await screen.until((rows) => chosen(rows) !== '' && chosen(rows).slice(0, 24) !== first.slice(0, 24));
        screen.type(back);
        await screen.until((rows) => chosen(rows).slice(0, 24) === first.slice(0, 24));
      }
      // Unknown sequences and pasted text do nothing (LV-72).
      screen.type(`${ESC}[99~${ESC}[200~qxj${ESC}[201~`);
      screen.type('?');
      await screen.shows('HELP');
      screen.type(ESC);
      await screen.until((rows) => chosen(rows).slice(0, 24) === first.slice(0, 24));
    });

    test('screens: Enter Enter Esc Esc, w ← →, H Tab, ? (LV-64, LV-85, LV-57)', async () => {
      await ready();
      screen.type('\r');
      await screen.shows(/sessions › \S+/);
      screen.type('\r');
      await screen.shows(/› requests/);
      screen.type(ESC);
      await screen.until((rows) => !rows.join('').includes('› requests'));
      screen.type(ESC);
      await screen.until(hasList);
      screen.type('w');
      await screen.shows('former windows');
      screen.type(`${ESC}[C`);
      await screen.shows('the newest');
      screen.type('w');
      await screen.until(hasList);
      screen.type('H');
      await screen.shows('[windows]');
      for (const page of ['days', 'calendar', 'projects', 'models']) {
        screen.type('\t');
        await screen.shows(`[${page}]`);
      }
      screen.type('H');
      await screen.until(hasList);
      screen.type('?');
      await screen.shows('needs permission');
      screen.type('?');
      await screen.until(hasList);
    });

    test('list: s < > I o c z f a p P T + - 1–4 / (LV-57, LV-80 … LV-86)', async () => {
      await ready();
      const step = async (key: string, what: string | RegExp) => {
        screen.type(key);
        await screen.shows(what);
      };
      await step('s', 'SORT BY');
      await step(`${DOWN}\r`, hasListText);
      await step('>', 'sorted by rate');
      await step('<', 'sorted by cost');
      await step('I', 'order turned around');
      await step('I', 'usual order');
      await step('o', 'grouped by project');
      await step('o', 'grouped by account');
      await step('o', 'grouped by none');
      await step('T', 'theme dark');
      await step('/', 'filter:');
      await step('state:Zz', /\^ expected a state/);
      await step('\u0015is:active\r', /\d of 7 sessions/);
      await step('P', 'saved as p 1');
      screen.type(ESC);
      await screen.until((rows) => !rows.join('').includes('of 7 sessions'));
      await step('p', 'SAVED FILTERS');
      await step('1', /\d of 7 sessions/);
      screen.type(ESC);
      await screen.until((rows) => !rows.join('').includes('of 7 sessions'));
      await step('c', /ACTIVE SESSIONS: \d of \d/);
      await step('c', 'PER-PROJECT BREAKDOWN');
      await step('3', 'PER-PROJECT');
      await step('3', '(folded)');
      await step('3', /PER-PROJECT BREAKDOWN · this window ─/);
      screen.type('2z');
      await screen.until((rows) => !rows.join('').includes('ACTIVE SESSIONS'));
      await step('z1', 'ACTIVE SESSIONS');
      await step('f', /FROZEN \d\d:\d\d:\d\d/);
      await step(' ', '●live');
      await step('a', /account /);
    });

    test('a session: n # e y Y t x m (LV-120 … LV-123)', async () => {
      await ready();
      screen.type('nmy-name\r');
      await screen.until((rows) => /my-name/.test(chosen(rows)));
      screen.type('#one two\r');
      await screen.shows('tags kept');
      screen.type('ea note\r');
      await screen.shows('note kept');
      screen.type('y');
      await screen.shows('copied session id');
      expect(screen.raw().match(/\u001b\]52;/g)).toHaveLength(1);
      screen.type('Y');
      await screen.shows('copied resume command');
      screen.type('t');
      await screen.shows(/no running process|has no terminal|runs on|tmux/);
      screen.type('x');
      await screen.shows(/no running process|not stopped|STOP A SESSION|several processes/);
      screen.type(ESC);
      await screen.until(hasList);
    });
  });
  const hasListText = /ACTIVE SESSIONS/;

  test('what was chosen is remembered; a flag wins (LV-86, LV-22)', async () => {
    const home = emptyHome();
    const bare = (...flags: string[]) => open(process.execPath, [MAIN, 'live', ...flags], { home });
    const first = bare();
    await first.shows('No Claude Code data found yet');
    first.type('T');
    await first.shows('theme dark');
    first.type('q');
    expect(await first.exited).toBe(0);
    expect(JSON.parse(readFileSync(path.join(home, 's/tidemark/live-view.json'), 'utf8'))).toMatchObject({ theme: 'dark' });
    const second = bare();
    await second.shows('No Claude Code data found yet');
    second.type('T');
    await second.shows('theme light');
    second.type('q');
    await second.exited;
    const third = bare('--theme', 'tritan');
    await third.shows('No Claude Code data found yet');
    third.type('T');
    await third.shows('theme auto');
  });

  test('without data it waits; d starts the demo (LV-34)', async () => {
    const screen = open(process.execPath, [MAIN, 'live'], {});
    await screen.shows('press d');
    screen.type('d');
    await screen.until(hasList);
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expectRestored(screen);
  });

  test('a resize storm 200×60 ↔ 20×4 ends in the right layout (LV-44)', async () => {
    const screen = live({ columns: 200, rows: 60 });
    await screen.until((rows) => hasList(rows) && rows.some((row) => row.includes(' │ ')));
    for (let turn = 0; turn < 50; turn++) screen.resize(turn % 2 === 0 ? 20 : 200, turn % 2 === 0 ? 4 : 60);
    screen.resize(20, 4);
    await screen.until((rows) => VERDICT.test(rows[0] ?? '') && /[●○▲◆✓‼✕–?][WIPQYELXU] /.test(rows[3] ?? ''));
    screen.resize(200, 60);
    await screen.until((rows) => /TIDEMARK/.test(rows[0] ?? '') && VERDICT.test(rows[1] ?? '') && hasList(rows));
    for (const row of screen.rows()) expect(row.length).toBeLessThanOrEqual(200);
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expectRestored(screen);
  });

  test('bytes: synchronized frames, one clear, one row ≤ 600, a full screen ≤ 9,000 (LV-111, LV-112)', async () => {
    const screen = live({}, '--refresh-interval', '3600');
    await screen.until((rows) => hasList(rows) && chosen(rows) !== '');
    const frames = () =>
      screen
        .raw()
        .split(`${ESC}[?2026h`)
        .slice(1)
        .map((frame) => frame.split(`${ESC}[?2026l`)[0]!);
    expect(frames()[0]).toContain(`${ESC}[2J`);
    expect(
      frames()
        .slice(1)
        .filter((frame) => /\u001b\[[023]?J/.test(frame)),
    ).toEqual([]);
    const before = frames().length;
    screen.type('\u000c');
    await screen.until(
      () =>
        // A frame may come in two pieces.
        screen.raw().endsWith(`${ESC}[?2026l`) &&
        frames()
          .slice(before)
          .some((frame) => frame.includes(`${ESC}[2J`)),
    );
    const whole = frames().find((frame, index) => index >= before && frame.includes(`${ESC}[2J`))!;
    expect(Buffer.byteLength(whole)).toBeLessThanOrEqual(9000);
    const outside = screen.raw().replaceAll(/\u001b\[\?2026h[\s\S]*?\u001b\[\?2026l/g, '');
    expect(outside).toBe(`${ESC}[?1049h${ESC}[?25l${ESC}[?7l${ESC}[?2004h`);
    expect(screen.raw()).not.toMatch(/\u001b\[(?:[\d;]*;)?5m|\u0007|\u001b\][02];|\u001b\[\?100[0-6]h/);
  });

  test('CI in the environment still draws; NO_COLOR leaves no colour (LV-100, LV-130)', async () => {
    const screen = live({ columns: 80, rows: 24, env: { CI: '1', NO_COLOR: '1' } });
    await screen.until(hasList);
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expect(screen.raw()).not.toMatch(/\u001b\[[\d;]*\b[34][0-8]\b[\d;]*m/);
  });

  test('--ascii: only 0x20–0x7E besides escapes (LV-102); --mouse switches its mode on and off (LV-73)', async () => {
    const screen = live({ columns: 80, rows: 24 }, '--ascii', '--mouse');
    await screen.until((rows) => rows.some((row) => /^> {2}[A-Z] /.test(row)));
    expect(screen.modes().mouse).toBe('vt200');
    const first = chosen(screen.rows());
    screen.type(`${ESC}[<0;10;6M`);
    await screen.until((rows) => chosen(rows) !== '' && chosen(rows).slice(0, 20) !== first.slice(0, 20));
    screen.type('q');
    expect(await screen.exited).toBe(0);
    expectRestored(screen);
    expect(screen.raw().replaceAll(/\u001b\[[\d;?<]*[A-Za-z]/g, '')).toMatch(/^[\x20-\x7e\r\n]*$/);
  });

  describe('the terminal is given back (LV-116, LV-118)', () => {
    const ways = [
      ['q', (screen: Screen) => screen.type('q'), 0],
      ['Ctrl-C as a key', (screen: Screen) => screen.type('\u0003'), 0],
      ['SIGINT', (screen: Screen) => screen.signal('SIGINT'), 130],
      ['SIGTERM', (screen: Screen) => screen.signal('SIGTERM'), 143],
      ['SIGHUP', (screen: Screen) => screen.signal('SIGHUP'), 129],
      ['SIGQUIT', (screen: Screen) => screen.signal('SIGQUIT'), 131],
    ] as const;
    const places = [
      ['the list', ''],
      ['an input', '/stat'],
      ['help', '?'],
    ] as const;
    test.each(ways.flatMap(([way, end, code]) => places.map(([place, keys]) => [way, place, end, keys, code] as const)))(
      '%s from %s',
      async (way, place, end, keys, code) => {
        const screen = live({ columns: 80, rows: 24 });
        await screen.until(hasList);
        if (keys !== '') screen.type(keys);
        await screen.shows(place === 'help' ? 'HELP' : place === 'an input' ? 'filter: stat' : 'ACTIVE');
        // In an input `q` is a letter.
        if (way === 'q' && place === 'an input') screen.type(ESC);
        if (way === 'q' && place === 'an input') await screen.until((rows) => !rows.join('').includes('filter:'));
        end(screen);
        expect(await screen.exited).toBe(code);
        expectRestored(screen);
      },
    );

    test.each([
      ['an exception in a timer', 'setTimeout(() => { throw new Error("bang-timer") }, 1500)', 70],
      ['a rejected promise', 'setTimeout(() => { Promise.reject(new Error("bang-promise")) }, 1500)', 70],
      ['process.exit', 'setTimeout(() => process.exit(7), 1500)', 7],
    ])('%s', async (_, script, code) => {
      const screen = open(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(script)}`, MAIN, 'live', '--demo'], {
        columns: 80,
        rows: 24,
      });
      await screen.until(hasList);
      expect(await screen.exited).toBe(code);
      expectRestored(screen);
      if (code === 70) expect(screen.text()).toContain('bang-');
    });

    test('while resizing', async () => {
      const screen = live({ columns: 80, rows: 24 });
      await screen.until(hasList);
      for (let turn = 0; turn < 20; turn++) screen.resize(60 + turn, 20);
      screen.signal('SIGTERM');
      expect(await screen.exited).toBe(143);
      expectRestored(screen);
    });

    test('the line settings of the terminal are what they were before, and the prompt is on a fresh line', async () => {
      const home = emptyHome();
      const script = `stty -a > before; "${process.execPath}" "${MAIN}" live --demo; echo "code $?" > code; stty -a > after; printf prompt`;
      const screen = open('/bin/sh', ['-c', script], { columns: 80, rows: 24, home });
      await screen.until(hasList);
      screen.type('q');
      await screen.exited;
      const read = (name: string) => readFileSync(path.join(home, name), 'utf8').trim();
      expect(read('code')).toBe('code 0');
      expect(read('after')).toBe(read('before'));
      expect(screen.rows()[screen.cursorRow()]).toBe('prompt');
      expectRestored(screen);
    });
  });
});

describe.skipIf(!canRun)('raw mode is denied (LV-131)', () => {
  /** What the system answers when a terminal takes no settings: -EIO from the call itself. */
  const deny = 'process.stdin._handle.setRawMode = () => -5;';
  const denied = (...flags: readonly string[]) =>
    open(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(deny)}`, MAIN, 'live', '--demo', ...flags], {});

  test('one line follows on the same terminal, rewritten in place', async () => {
    const screen = denied();
    await screen.shows('this terminal cannot be drawn on; one line follows the sessions instead');
    await screen.until((rows) => rows.some((row) => /working|your turn/.test(row)));
    expect(screen.buffer()).toBe('normal');
    screen.signal('SIGTERM');
    expect(await screen.exited).toBe(143);
    expectRestored(screen);
    expect(screen.raw()).not.toContain(`${ESC}[?1049h`);
  });

  test('a form that needs no raw mode is not touched by it', async () => {
    const screen = denied('--once');
    expect(await screen.exited).toBe(0);
    expect(screen.raw()).toContain('ACTIVE SESSIONS');
  });
});

describe.skipIf(!canRun)('without a full screen', () => {
  const shell = (script: string, env: Readonly<Record<string, string>> = {}) =>
    open('/bin/sh', ['-c', script.replaceAll('tidemark', `"${process.execPath}" "${MAIN}"`)], { env: env });

  test('a pipe gets one plain table; TERM=dumb too (LV-130, LV-18)', async () => {
    const piped = shell('tidemark live --demo | cat');
    expect(await piped.exited).toBe(0);
    expect(piped.raw()).toContain('ACTIVE SESSIONS');
    expect(piped.raw()).not.toContain(ESC);
    const dumb = shell('tidemark live --demo', { TERM: 'dumb' });
    expect(await dumb.exited).toBe(0);
    expect(dumb.raw()).not.toContain(ESC);
  });

  test('no keys: it says so and ends by signal (LV-130)', async () => {
    const screen = shell('exec tidemark live --demo < /dev/null');
    await screen.shows('no keys: standard input is not a terminal');
    screen.signal('SIGTERM');
    expect(await screen.exited).toBe(143);
    expectRestored(screen);
  });

  test('--line fits, --json is one document or whole lines, faulty values end with 2 (LV-16, LV-20, LV-22, LV-134)', async () => {
    const screen = shell(
      'tidemark live --demo --line; tidemark live --demo --once --json | head -c 200 | tr -d "\\n"; echo; tidemark live --demo --filter "ctx>x"; echo "code $?"; tidemark live --demo --sort nothing; echo "code $?"; tidemark live --refresh-interval 0.1; echo "code $?"',
    );
    expect(await screen.exited).toBe(0);
    expect(screen.raw()).toMatch(/\d+ working.* window(?: · .* today)?\r\n/);
    expect(screen.raw()).toContain('"schemaVersion": 1');
    expect(screen.raw()).toMatch(/cannot be read at character 5: expected a percentage[\s\S]*code 2[\s\S]*code 2[\s\S]*code 2/);
  });

  test('exit codes: usage 2, configuration 78 (LV-118)', async () => {
    const home = emptyHome();
    writeFileSync(path.join(home, 'broken.yaml'), 'live: [\n');
    for (const [flags, code] of [
      [['--no-such-flag'], 2],
      [['--group', 'planet'], 2],
      [['--config', path.join(home, 'broken.yaml')], 78],
    ] as const) {
      const screen = live({ home }, ...flags);
      expect(await screen.exited, flags.join(' ')).toBe(code);
      expect(screen.raw()).not.toMatch(/\u001b\[\?1049h| {4}at /);
    }
  });

  test('--account takes several, by name; who none is of lists nothing (LV-22)', async () => {
    const screen = live({}, '--account', 'work,home');
    await screen.shows('accounts work, home');
    await screen.until(hasList);
    screen.type('a');
    await screen.shows('all accounts');
    const none = live({}, '--account', 'nobody');
    await none.shows('no session passes the filter');
  });

  test('z on the filter line (LV-81)', async () => {
    const screen = live({}, '--filter', 'mig');
    await screen.shows('account work, unfiltered');
    screen.type('/');
    await screen.shows('z: combined usage filtered too');
    screen.type('z');
    await screen.shows(/COMBINED USAGE · filtered, 1 of 7 sessions[\s\S]*of [\d,]+ tokens, this window/);
  });

  test('--line --follow is rewritten in place on a terminal (LV-20)', async () => {
    const screen = live({}, '--line', '--follow');
    await screen.until((rows) => /working|your turn/.test(rows[0] ?? ''));
    screen.signal('SIGTERM');
    expect(await screen.exited).toBe(143);
    expect(screen.buffer()).toBe('normal');
  });

  test('--screen-reader speaks sentences and takes commands by line (LV-103)', async () => {
    const screen = live({}, '--screen-reader');
    await screen.shows(/migrate-orders, project orders-db: working/);
    screen.type('/mig\r');
    screen.type('nonsense\r');
    await screen.shows('There is no such command; help lists them.');
    screen.type('q\r');
    expect(await screen.exited).toBe(0);
    expect(screen.raw()).not.toMatch(/\u001b\[|[█─│]/);
  });
});
