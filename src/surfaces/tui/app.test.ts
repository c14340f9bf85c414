import { PassThrough, Writable } from 'node:stream';
import { render } from 'ink';
import { createElement, Profiler } from 'react';
import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../monitor/snapshot.ts';
import { App } from './app.tsx';
import { Controller } from './controller.ts';
import { Screen } from './screen/screen.ts';
import { isSameLine, type Line, textOf } from './spans.ts';
import { aSession, aSnapshot, NOW } from './testing.ts';
import { aFirstState } from './testing-picture.ts';
import { testQueries } from './testing-queries.ts';
import { lookOf } from './theme.ts';

/** So many sessions, every one of another name. */
const many = (count: number): Snapshot =>
  aSnapshot({
    sessions: Array.from({ length: count }, (_, index) => aSession({ id: `id-${index}`, name: `s${String(index).padStart(4, '0')}` })),
  });

/** The view as React draws it, with the rows that were another line than before and the renders that React counted. */
async function drawn(snapshot: Snapshot) {
  const counted = { renders: 0, rows: 0, bytes: 0 };
  const screen = new Screen(
    {
      write: (bytes, done) => {
        counted.bytes += bytes.length;
        done(null);
      },
    },
    lookOf('dark', 256),
    () => {},
  );
  const setRow = screen.setRow.bind(screen);
  const known: Line[] = [];
  screen.setRow = (index, line) => {
    if (known[index] === undefined || !isSameLine(known[index], line)) counted.rows++;
    known[index] = line;
    setRow(index, line);
  };
  const first = aFirstState({ refreshSeconds: 3600, sort: 'name' });
  const controller = new Controller(
    { get: () => snapshot, subscribe: () => () => {} },
    testQueries(() => snapshot),
    { first, ascii: false, hour12: false, emoji: false, readOnly: false, maxSessions: 10_000, scope: null, now: () => NOW },
    { effect: () => {}, needsYou: () => {} },
  );
  controller.resize(120, 40, true);
  const prepare = () => screen.resize(120, 40);
  const onRender = () => void counted.renders++;
  const app = render(createElement(Profiler, { id: 'view', onRender }, createElement(App, { controller, screen, prepare })), {
    stdout: new Writable({ write: (_chunk, _encoding, done) => done() }) as unknown as NodeJS.WriteStream,
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    interactive: false,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));
  await settle();
  return {
    counted,
    lines: () => controller.lines().map(textOf),
    press: async (key: string) => {
      Object.assign(counted, { renders: 0, rows: 0, bytes: 0 });
      controller.press({ kind: 'key', key });
      await settle();
    },
    close: () => {
      controller.close();
      app.unmount();
    },
  };
}

describe('only visible rows are rendered, LV-115', () => {
  test('1,000 sessions have as many rows on screen, renders and bytes as fit, and scroll as 60 do', async () => {
    const seen: Record<string, number>[] = [];
    for (const count of [60, 1000]) {
      const view = await drawn(many(count));
      expect(view.counted.rows).toBe(40);
      expect(view.lines()).toHaveLength(40);
      const first = { ...view.counted };
      await view.press('G');
      expect(view.lines().join('\n')).toContain(`s${String(count - 1).padStart(4, '0')}`);
      expect(view.counted.rows).toBeLessThanOrEqual(40);
      const end = { ...view.counted };
      await view.press('up');
      // The row left, the row come to, and the details of the chosen one.
      expect(view.counted.rows).toBeLessThanOrEqual(10);
      seen.push({ firstRows: first.rows, endRows: end.rows, stepRows: view.counted.rows, stepRenders: view.counted.renders });
      view.close();
    }
    expect(seen[1]).toEqual(seen[0]);
  });
});
