import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../monitor/snapshot.ts';
import { picture } from '../picture.ts';
import { NOW } from '../testing.ts';
import { demoLikeSnapshot } from '../testing-demo.ts';
import { aFirstState, anInput } from '../testing-picture.ts';
import { lookOf } from '../theme.ts';
import { Screen } from './screen.ts';

/** Bytes are no times: they can be tested (LV-111). */

const STATE = aFirstState();

function drawn(columns: number, rows: number, colours: 256 | 16777216) {
  const writes: string[] = [];
  const screen = new Screen(
    {
      write: (bytes, done) => {
        writes.push(bytes);
        done(null);
      },
    },
    lookOf('dark', colours),
    () => {},
  );
  screen.resize(columns, rows);
  const draw = (snapshot: Snapshot, now = NOW, state = STATE): number => {
    writes.length = 0;
    const input = anInput(snapshot, { columns, rows, now });
    for (const [index, line] of picture(state, input).lines.entries()) screen.setRow(index, line);
    screen.flush();
    return Buffer.byteLength(writes.join(''));
  };
  return { draw, screen, writes };
}

const demo = demoLikeSnapshot();

describe('bytes of a frame, LV-111', () => {
  test.each([256, 16777216] as const)('120×40 with %i colours: unchanged 0, one row ≤ 600, every row ≤ 9,000', (colours) => {
    const { draw, screen } = drawn(120, 40, colours);
    expect(draw(demo)).toBeLessThanOrEqual(9000);
    expect(draw(demo)).toBe(0);
    const sessions = demo.sessions.map((session) =>
      session.name === 'api-docs'
        ? {
            ...session,
            name: 'another-name',
            model: 'claude-sonnet-5-5',
            lastAt: NOW - 99_000,
            lastAction: { tool: 'Write', target: 'other.ts', at: NOW },
          }
        : session,
    );
    const one = draw({ ...demo, sessions });
    expect(one).toBeGreaterThan(0);
    expect(one).toBeLessThanOrEqual(600);
    screen.invalidate();
    expect(draw(demo)).toBeLessThanOrEqual(9000);
  });

  test('200×60: every row ≤ 24,000', () => {
    const { draw } = drawn(200, 60, 16777216);
    expect(draw(demo, NOW, { ...STATE, selected: demo.sessions[3]!.id })).toBeLessThanOrEqual(24_000);
  });

  test('an idle minute at the default interval ≤ 40,000, and only time moves (LV-104)', () => {
    const { draw } = drawn(120, 40, 16777216);
    draw(demo);
    let sum = 0;
    for (let second = 5; second <= 60; second += 5) sum += draw(demo, NOW + second * 1000);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(40_000);
  });
});

test('a hostile name changes nothing but its own cells (LV-7)', async () => {
  const shown = async (name: string): Promise<readonly string[]> => {
    const { draw, writes } = drawn(120, 40, 256);
    const sessions = demo.sessions.map((session) => (session.name === 'api-docs' ? { ...session, name } : session));
    draw({ ...demo, sessions });
    const terminal = new xterm.Terminal({ cols: 120, rows: 40, allowProposedApi: true });
    const titles: string[] = [];
    terminal.onTitleChange((title) => titles.push(title));
    await new Promise<void>((resolve) => terminal.write(`\u001b[?7l${writes.join('')}`, resolve));
    expect(titles).toEqual([]);
    expect(terminal.modes.mouseTrackingMode).toBe('none');
    expect(terminal.buffer.active.type).toBe('normal');
    return Array.from({ length: 40 }, (_, row) => terminal.buffer.active.getLine(row)!.translateToString(true));
  };
  const plain = await shown('a-plain-name');
  const row = plain.findIndex((line) => line.includes('a-plain-name'));
  for (const name of [
    '\u001b[2J\u001b]0;t\u0007\u001b[?1049h',
    '\u202eabc\u2066',
    'x'.repeat(300),
    '漢字'.repeat(60),
    '👨‍👩‍👧‍👦🇩🇪e\u0301',
    '\r\n\n\n\t',
    '\u009b2J\u0090q\u009c',
  ]) {
    const lines = await shown(name);
    const widths = (all: readonly string[]) => all.filter((_, index) => index !== row).map((line) => line.replace(/ +/g, ' '));
    expect(widths(lines)).toEqual(widths(plain));
    // What stands right of the name is where its heading says.
    expect(lines[row]).toMatch(/api-server \(docs\) +haiku-5-5 .* 8% +2\.59M +\$0\.06/);
  }
});
