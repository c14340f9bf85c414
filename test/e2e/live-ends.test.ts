import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleEntry } from './live-bundle.ts';
import { closeAll, emptyHome, expectRestored, open, type Screen } from './live-pty.ts';

/*
 * Every way to end, from every place (LV-116, LV-118): started by a shell that notes the terminal's settings before and after. The view runs over literal
 * data in a bundle of the tests, so that faults can be brought about which the product has no switch for.
 */

let entry: Awaited<ReturnType<typeof bundleEntry>>;
beforeAll(async () => {
  entry = await bundleEntry();
});
afterAll(() => {
  closeAll();
  entry.remove();
});

const ESC = '\u001b';

type Way = {
  readonly fault?: string;
  readonly end: (screen: Screen, pid: number, place: string) => Promise<void>;
  readonly code: number;
  readonly says?: string;
};

const signal = (name: NodeJS.Signals, code: number): Way => ({ end: async (_screen, pid) => void process.kill(pid, name), code });
const fault = (name: string, code: number, says?: string): Way => ({
  fault: name,
  end: async (_screen, pid) => void process.kill(pid, 'SIGUSR2'),
  code,
  ...(says === undefined ? {} : { says }),
});
/** Presses keys until it has ended: the signal that arms the fault may come after the first. */
const pressing = async (screen: Screen): Promise<void> => {
  for (let tries = 0; tries < 300 && !existsSync(path.join(screen.home, 'code')); tries++) {
    screen.type(tries % 2 === 0 ? 'j' : 'k');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const WAYS: Readonly<Record<string, Way>> = {
  q: {
    end: async (screen, _pid, place) => {
      // In an input `q` is a letter.
      if (place === 'an input') {
        screen.type(ESC);
        await screen.until((rows) => !rows.join('').includes('filter:'));
      }
      screen.type('q');
    },
    code: 0,
  },
  'Ctrl-C as a key': { end: async (screen) => screen.type('\u0003'), code: 0 },
  SIGINT: signal('SIGINT', 130),
  SIGTERM: signal('SIGTERM', 143),
  SIGHUP: signal('SIGHUP', 129),
  SIGQUIT: signal('SIGQUIT', 131),
  'an exception in a component': fault('component', 70, 'bang-component'),
  'an exception in a timer': fault('timer', 70, 'bang-timer'),
  'a rejected promise': fault('promise', 70, 'bang-promise'),
  'an exception at a key': {
    fault: 'key',
    end: async (screen, pid) => {
      process.kill(pid, 'SIGUSR2');
      await pressing(screen);
    },
    code: 70,
    says: 'bang-key',
  },
  'process.exit': fault('exit', 7),
  'a failing write': {
    fault: 'write',
    end: async (screen, pid) => {
      process.kill(pid, 'SIGUSR2');
      await pressing(screen);
    },
    code: 129,
  },
};

const PLACES: Readonly<Record<string, (screen: Screen) => Promise<void>>> = {
  'the list': async () => {},
  'an input': async (screen) => {
    screen.type('/stat');
    await screen.shows('filter: stat');
  },
  help: async (screen) => {
    screen.type('?');
    await screen.shows('HELP');
  },
  'a resize storm': async (screen) => {
    for (let turn = 0; turn < 20; turn++) screen.resize(60 + turn, 20);
  },
};

describe('the terminal is given back (LV-116, LV-118)', () => {
  const cases = Object.keys(WAYS).flatMap((way) => Object.keys(PLACES).map((place) => [way, place] as const));
  test.concurrent.each(cases)('%s from %s', async (name, place) => {
    const way = WAYS[name]!;
    const home = emptyHome();
    const script = `stty -a > before; "${process.execPath}" "${entry.file}" ${way.fault ?? 'none'}; echo $? > code; stty -a > after; printf prompt; read x`;
    const screen = open('/bin/sh', ['-c', script], { columns: 80, rows: 24, home });
    await screen.shows('ACTIVE SESSIONS');
    await PLACES[place]!(screen);
    const read = (file: string) => readFileSync(path.join(home, file), 'utf8').trim();
    await way.end(screen, Number(read('pid')), place);
    await screen.until((rows) => rows.some((row) => /^[jk]*prompt[jk]*$/.test(row)));
    expect(Number(read('code'))).toBe(way.code);
    const settings = (file: string) => read(file).replace(/rows \d+; columns \d+;/, '');
    expect(settings('after')).toBe(settings('before'));
    expectRestored(screen);
    // The stack comes after the terminal is the shell's again; the prompt stands on a line of its own.
    if (way.says !== undefined) expect(screen.raw().lastIndexOf(way.says)).toBeGreaterThan(screen.raw().lastIndexOf(`${ESC}[?1049l`));
    else expect(screen.raw()).not.toContain('bang');
    // Keys that came too late are the shell's.
    expect(screen.rows()[screen.cursorRow()]).toMatch(/^[jk]*prompt[jk]*$/);
    screen.type('\r');
    await screen.exited;
  });
});
