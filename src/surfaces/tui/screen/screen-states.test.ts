import { describe, expect, test } from 'vitest';
import { type Line, span } from '../spans.ts';
import { lookOf } from '../theme.ts';
import { cellsOf } from './cells.ts';
import { difference } from './difference.ts';
import { BELL, clipboardText, enterTerminal, leaveTerminal, windowTitle } from './modes.ts';
import { Screen } from './screen.ts';

const [dark, light] = [lookOf('dark', 256), lookOf('light', 256)];
const words = (text: string): Line => [span(text, 'attention')];

/** A screen of 10×2 whose bytes go out when the test says so. */
function rig() {
  const writes: string[] = [];
  const errors: string[] = [];
  const waiting: ((error?: Error | null) => void)[] = [];
  const screen = new Screen(
    {
      write: (bytes, done) => {
        writes.push(bytes);
        waiting.push(done);
      },
    },
    dark,
    (error) => errors.push(error.message),
  );
  screen.resize(10, 2);
  const draw = (...rows: readonly string[]) => {
    for (const [index, text] of rows.entries()) screen.setRow(index, words(text));
    screen.flush();
  };
  const out = (error?: Error) => waiting.shift()!(error);
  return { screen, writes, errors, draw, out };
}

describe('what the terminal shows', () => {
  test('another theme draws rows anew that have text, and only those; the same theme nothing (LV-100)', () => {
    const { screen, writes, draw, out } = rig();
    draw('abc');
    out();
    screen.restyle(dark);
    screen.flush();
    expect(writes).toHaveLength(1);
    screen.restyle(light);
    screen.flush();
    expect(writes[1]).toContain('abc');
    expect(writes[1]).not.toContain('\u001b[2J');
    expect(writes[1]).not.toContain('\u001b[2;');
  });

  test('a bell or title goes out at once and draws nothing; while a frame is on its way, with the next one (LV-105)', () => {
    const { screen, writes, draw, out } = rig();
    draw('a');
    screen.emit(BELL);
    screen.emit('T');
    expect(writes).toHaveLength(1);
    out();
    expect(writes[1]).toBe(`${BELL}T`);
    out();
    screen.emit('U');
    expect(writes[2]).toBe('U');
    screen.setRow(0, words('b'));
    screen.emit('V');
    out();
    expect(writes[3]).toMatch(/^V\u001b\[\?2026h.*b.*\u001b\[\?2026l$/);
    expect(screen.count).toEqual({ frames: 4, bytes: writes[3]!.length });
  });

  test('paused it draws nothing; the pause has begun when nothing is on its way any more (LV-117)', async () => {
    const { screen, writes, draw, out } = rig();
    draw('a');
    draw('b');
    let isQuiet = false;
    const quiet = screen.pause().then(() => {
      isQuiet = true;
    });
    await Promise.resolve();
    expect(isQuiet).toBe(false);
    out();
    await quiet;
    draw('c');
    screen.emit(BELL);
    expect(writes).toHaveLength(1);
    await screen.pause();
    screen.resume();
    expect(writes[1]).toMatch(/\u001b\[2J/);
    expect(writes[1]).toContain('c');
    expect(writes[1]).not.toContain('b');
  });

  test('a write that fails is told, and nothing follows it (LV-117)', () => {
    const { writes, errors, draw, out } = rig();
    draw('a');
    draw('b');
    out(new Error('EIO'));
    expect([errors, writes.length]).toEqual([['EIO'], 1]);
  });

  test('rows beyond the screen are left out, the same size changes nothing', () => {
    const { screen, writes, draw, out } = rig();
    draw('a', 'b', 'beyond');
    out();
    screen.resize(10, 2);
    screen.flush();
    expect(writes).toEqual([expect.not.stringContaining('beyond')]);
  });
});

describe('cells', () => {
  const cells = (text: string, columns = 6) => cellsOf([span(text)], columns, dark);

  test('what has no width has no cell; a wide character has two, or none at the edge (LV-45)', () => {
    expect(cells('\u0301漢a').text).toEqual(['漢', '', 'a', ' ', ' ', ' ']);
    expect(cells('abcde漢').text).toEqual(['a', 'b', 'c', 'd', 'e', ' ']);
  });

  test('a wide character is drawn whole where only its left half differs', () => {
    expect(difference([cells('漢x')], [cells('字x')])).toBe('\u001b[1;1H字');
    expect(difference([cells('漢x')], [cells('abx')])).toBe('\u001b[1;1Hab');
    expect(difference([cells('abx')], [cells('漢x')])).toMatch(/^\u001b\[1;1H漢/);
  });

  test('of another width all of it is drawn', () => {
    expect(difference([cells('a', 3)], [cells('a', 4)])).toBe('\u001b[1;1Ha   ');
  });
});

describe('modes, LV-116', () => {
  const on = (bytes: string) => [...bytes.matchAll(/\u001b\[\?(\d+)h/g)].map(([, mode]) => mode);
  const off = (bytes: string) => [...bytes.matchAll(/\u001b\[\?(\d+)l/g)].map(([, mode]) => mode);

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('mouse %s, title %s: what is switched on is switched off, and what was off is on again', (mouse, title) => {
    const [enter, leave] = [enterTerminal({ mouse, title }), leaveTerminal({ mouse, title })];
    expect(off(leave)).toEqual(expect.arrayContaining(on(enter)));
    expect(on(leave)).toEqual(off(enter).reverse());
    expect(off(leave)).toContain('2026');
    expect([on(enter).includes('1000'), on(enter).includes('1006')]).toEqual([mouse, mouse]);
    expect([enter.includes('\u001b[22;0t'), leave.includes('\u001b[23;0t')]).toEqual([title, title]);
  });

  test('the title, the bell and the clipboard are one sequence each', () => {
    expect([windowTitle('2 need you'), BELL, clipboardText('é')]).toEqual([
      '\u001b]2;2 need you\u0007',
      '\u0007',
      '\u001b]52;c;w6k=\u0007',
    ]);
  });
});
