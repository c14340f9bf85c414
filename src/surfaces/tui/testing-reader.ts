import { PassThrough } from 'node:stream';
import type { LiveQueries } from '../../monitor/details.ts';
import type { SessionView, Snapshot } from '../../monitor/snapshot.ts';
import { Acting, type ActingTools } from './acting.ts';
import { COMMANDS } from './reader/commands.ts';
import { Reader } from './reader/reader.ts';
import { type ReaderOptions, runReader } from './reader/run.ts';
import { aSnapshot } from './testing.ts';
import { demoLikeSnapshot } from './testing-demo.ts';
import { NO_OPTIONS } from './testing-picture.ts';
import { testQueries } from './testing-queries.ts';

const demo = demoLikeSnapshot();

interface More {
  readonly queries?: Partial<LiveQueries>;
  readonly tools?: Partial<ActingTools>;
  readonly now?: () => number;
}

/** A reader without input or output: lines in, sentences out, and what was done by them. */
export function readerOf(first: Snapshot = demo, { queries = {}, tools = {}, now }: More = {}) {
  let present = first;
  const [heard, changes, done]: [string[], string[], string[]] = [[], [], []];
  const acting = new Acting({
    env: { TERM: 'vt100' },
    run: async () => null,
    emit: (sequence) => done.push(sequence),
    check: () => ({ ok: true, proven: true }),
    end: async ({ pid }) => {
      done.push(`end ${pid}`);
      return { ended: true, sent: [], reason: null, leftovers: [] };
    },
    quit: () => {},
    repaint: () => done.push('repaint'),
    suspend: () => {},
    remember: ({ presets }) => done.push(`remember ${presets.filter((text) => text !== '').join(', ')}`),
    ...tools,
  });
  const reader = new Reader(
    { get: () => present, subscribe: () => () => {} },
    { ...testQueries(() => present, changes), ...queries },
    { first: NO_OPTIONS, hour12: false, readOnly: false, maxSessions: 1000, scope: null, commands: COMMANDS, now },
    acting,
    (sentences) => heard.push(...sentences),
  );
  return {
    reader,
    heard,
    changes,
    done,
    say: (...lines: readonly string[]) => lines.flatMap((line) => [...reader.answer(line)]),
    now: (next: Snapshot) => {
      present = next;
    },
  };
}

interface Run extends Partial<ReaderOptions> {
  readonly stateDir: string;
  readonly lookAgain?: () => void;
  readonly queries?: Partial<LiveQueries>;
}

/** A reader that runs over what `present` gives, with lines to type and what it wrote; `changes`: what it had the queries change. */
export function runningReader(present: () => Snapshot, { lookAgain = () => {}, queries = {}, ...more }: Run) {
  const [spoken, changes]: [string[], string[]] = [[], []];
  const input = new PassThrough();
  const ended = runReader(
    { get: present, subscribe: () => () => {}, lookAgain },
    { ...testQueries(present, changes), ...queries },
    {
      first: NO_OPTIONS,
      hour12: false,
      readOnly: false,
      maxSessions: 1000,
      scope: null,
      write: async (text) => void spoken.push(text),
      input,
      once: false,
      env: { TERM: 'vt100' },
      run: async () => null,
      ...more,
    },
  );
  return { spoken, changes, ended, input, type: (line: string) => input.write(`${line}\n`) };
}

/** The demo sessions, the first of them changed. */
export const withFirst = (more: Partial<SessionView>): Snapshot =>
  aSnapshot({ ...demo, sessions: demo.sessions.map((session, at) => (at === 0 ? { ...session, ...more } : session)) });
