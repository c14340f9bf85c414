import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { reportError } from '../../src/cli/report-error.ts';
import type { Snapshot } from '../../src/monitor/snapshot.ts';
import { runProgram } from '../../src/platform/run-program.ts';
import { runLiveView } from '../../src/surfaces/tui/run.ts';
import { demoLikeSnapshot } from '../../src/surfaces/tui/testing-demo.ts';
import { NO_OPTIONS } from '../../src/surfaces/tui/testing-picture.ts';
import { testQueries } from '../../src/surfaces/tui/testing-queries.ts';

/*
 * The live view over literal data, as a program of its own: bundled by live-bundle.ts, started on a pty. SIGUSR2 brings about the fault that the first
 * argument names (LV-116); the second lists processes of the first session as JSON (LV-120).
 */

const [fault = 'none', processes = 'null'] = process.argv.slice(2);
const demo = demoLikeSnapshot();
const own = JSON.parse(processes) as Snapshot['sessions'][number]['processes'] | null;
const snapshot: Snapshot =
  own === null ? demo : { ...demo, sessions: demo.sessions.map((each, index) => (index === 0 ? { ...each, processes: own } : each)) };

let tell: () => void = () => {};
let breaksAtKey = false;
const store = {
  get: () => {
    if (breaksAtKey) throw new Error('bang-key');
    return snapshot;
  },
  subscribe: (listener: () => void) => {
    tell = listener;
    return () => {};
  },
};

/** The terminal's next write fails, once. */
function failNextWrite(): void {
  const whole = fs.write;
  const failing = (...all: readonly unknown[]): void => {
    fs.write = whole;
    syncBuiltinESMExports();
    const done = all.at(-1) as (error: Error) => void;
    done(Object.assign(new Error('bang-write'), { code: 'EIO', syscall: 'write' }));
  };
  fs.write = failing as unknown as typeof fs.write;
  syncBuiltinESMExports();
}

const FAULTS: Readonly<Record<string, () => void>> = {
  none: () => {},
  component: () => {
    (globalThis as { breaksComponent?: boolean }).breaksComponent = true;
    tell();
  },
  timer: () => {
    setTimeout(() => {
      throw new Error('bang-timer');
    }, 1);
  },
  promise: () => {
    void Promise.reject(new Error('bang-promise'));
  },
  exit: () => process.exit(7),
  write: failNextWrite,
  key: () => {
    breaksAtKey = true;
  },
};
process.on('SIGUSR2', () => FAULTS[fault]?.());
fs.writeFileSync('pid', String(process.pid));

const START = Date.now();

runLiveView(
  store,
  testQueries(() => snapshot),
  {
    first: { ...NO_OPTIONS, refreshSeconds: 3600 },
    fixed: new Set(),
    ascii: false,
    hour12: false,
    emoji: false,
    ambiguousWide: false,
    colour: 256,
    mouse: true,
    readOnly: process.argv.includes('--read-only'),
    bell: false,
    title: true,
    maxSessions: 1000,
    scope: null,
    env: process.env as Readonly<Record<string, string>>,
    run: runProgram,
    stateDir: 'state',
    debug: false,
    now: () => Date.now() - START + snapshot.takenAt,
    monotonic: () => performance.now(),
  },
).then(
  ({ code }) => {
    process.exitCode = code;
  },
  async (error) => {
    process.exitCode = await reportError(error, false);
  },
);
