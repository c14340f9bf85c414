import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, span } from '../spans.ts';
import { lookOf } from '../theme.ts';
import { Screen, type Sink } from './screen.ts';

const look = lookOf('dark', 256);

class Recorder implements Sink {
  writes: string[] = [];
  done: ((error?: Error | null) => void)[] = [];
  auto = true;
  write(bytes: string, done: (error?: Error | null) => void): void {
    this.writes.push(bytes);
    if (this.auto) done(null);
    else this.done.push(done);
  }
}

function screenOf(columns: number, rows: number): { screen: Screen; sink: Recorder; draw: (lines: readonly Line[]) => string } {
  const sink = new Recorder();
  const screen = new Screen(sink, look, (error) => {
    throw error;
  });
  screen.resize(columns, rows);
  const draw = (lines: readonly Line[]): string => {
    const from = sink.writes.length;
    for (const [index, line] of lines.entries()) screen.setRow(index, line);
    screen.flush();
    return sink.writes.slice(from).join('');
  };
  return { screen, sink, draw };
}

const words = (text: string): Line => [span(text)];

describe('cell difference, LV-111 and LV-112', () => {
  test('an unchanged frame is 0 bytes, one changed figure a few', () => {
    const { draw } = screenOf(120, 3);
    draw([words('a'.repeat(120)), words('12,345 tokens'), words('end')]);
    expect(draw([words('a'.repeat(120)), words('12,345 tokens'), words('end')])).toBe('');
    const one = draw([words('a'.repeat(120)), words('12,346 tokens'), words('end')]);
    expect(one).toBe('\u001b[?2026h\u001b[2;6H6\u001b[?2026l');
  });

  test('clears only in the first frame, after a resize and when asked', () => {
    const { screen, draw } = screenOf(10, 2);
    expect(draw([words('x')])).toContain('\u001b[2J');
    expect(draw([words('y')])).not.toContain('\u001b[2J');
    screen.invalidate();
    expect(draw([words('y')])).toContain('\u001b[2J');
    screen.resize(11, 2);
    expect(draw([words('y')])).toContain('\u001b[2J');
  });

  test('a slow terminal gets the newest picture, not a queue (LV-119)', () => {
    const { sink, draw } = screenOf(10, 1);
    sink.auto = false;
    draw([words('0')]);
    for (let value = 1; value <= 1000; value++) draw([words(String(value))]);
    expect(sink.writes).toHaveLength(1);
    sink.done.shift()!(null);
    expect(sink.writes).toHaveLength(2);
    expect(sink.writes[1]).toContain('1000');
    sink.done.shift()!(null);
    expect(sink.writes).toHaveLength(2);
  });

  test('whatever the frames, an emulator shows the last one, and rows equal in both are not touched (LV-7, LV-45)', async () => {
    const text = fc.oneof(fc.stringMatching(/^[ a-z0-9█░]{0,30}$/), fc.constantFrom('漢字漢字', 'a漢b', 'e\u0301é', '', '日本 x'));
    const line = fc
      .array(fc.record({ text, tone: fc.constantFrom('dim' as const, 'error' as const, 'strong' as const, undefined) }), { maxLength: 3 })
      .map((spans): Line => spans.map((each) => (each.tone === undefined ? { text: each.text } : { text: each.text, tone: each.tone })));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(line, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 4 }), async (frames) => {
        const { sink, draw } = screenOf(24, 4);
        const whole = screenOf(24, 4);
        for (const frame of frames) draw(frame);
        whole.draw(frames.at(-1)!);
        expect(await shownBy(sink.writes.join(''))).toEqual(await shownBy(whole.sink.writes.join('')));
      }),
      { numRuns: 60 },
    );
  });
});

async function shownBy(bytes: string): Promise<readonly string[]> {
  const terminal = new xterm.Terminal({ cols: 24, rows: 4, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(`\u001b[?7l${bytes}`, resolve));
  const { active } = terminal.buffer;
  return Array.from({ length: 4 }, (_, row) => {
    const line = active.getLine(row)!;
    return Array.from({ length: 24 }, (_unused, column) => {
      const cell = line.getCell(column)!;
      const chars = cell.getChars() || ' ';
      // The look of a blank does not show unless it has a background.
      return `${chars}${chars === ' ' ? '' : `/${cell.isBold()}${cell.getFgColor()}`}`;
    }).join('');
  });
}
