import { createInterface } from 'node:readline';
import type { LiveQueries } from '../../monitor/details.ts';
import type { SessionView, Snapshot } from '../../monitor/snapshot.ts';
import { verdictText } from '../../monitor/verdict.ts';
import { KnownError } from '../../platform/errors.ts';
import type { SnapshotStore } from './controller.ts';
import { amount, modelName, money, named, percent, type View, viewOf } from './figures.ts';
import { parseFilter } from './filter/parse.ts';
import { detailRows } from './rows/details.ts';
import { stateWords } from './rows/sessions.ts';
import { allWarnings } from './rows/warnings.ts';
import { detailedOf } from './screens.ts';
import { textOf } from './spans.ts';
import { listingOf } from './ui/listing.ts';
import { comparator } from './ui/order.ts';

/** The live view as sentences for a screen reader: no boxes, bars or repainting; only what changed, most urgent first (LV-103). */

const BATCH_MS = 5000;
const WIDTH = 10_000;

export interface ReaderOptions {
  readonly write: (text: string) => Promise<void>;
  readonly input: NodeJS.ReadableStream;
  readonly once: boolean;
  readonly filter: string;
  readonly hour12: boolean;
}

const viewAt = (snapshot: Snapshot, hour12: boolean): View => viewOf(snapshot, { ascii: false, now: snapshot.takenAt, hour12 });

const verdictAt = (snapshot: Snapshot, hour12: boolean) =>
  verdictText(snapshot.verdict, { width: Number.POSITIVE_INFINITY, now: snapshot.takenAt, zone: snapshot.timezone, hour12, weekly: true });

/** One session as a sentence. */
export function sessionSentence(view: View, session: SessionView): string {
  const context = session.contextPercent.value === null ? 'context unknown' : `context ${percent(view, session.contextPercent.value)}`;
  const cost =
    session.window.cost === null ? 'cost unknown' : `${money(view, session.window.cost, session.window.costIsLowerBound)} in this window`;
  return `${named(view, session.name)}, project ${named(view, session.project)}: ${stateWords(view, session).replaceAll(' · ', ', ')}; ${modelName(view, session.model)}, ${context}, ${amount(view, session.window)} tokens, ${cost}.`;
}

/** What is worth saying between two snapshots, most urgent first: the verdict, states that changed, sessions that came or went, new warnings. */
export function changeSentences(before: Snapshot | null, after: Snapshot, hour12: boolean): readonly string[] {
  const view = viewAt(after, hour12);
  if (before === null)
    return [
      verdictAt(after, hour12),
      ...ordered(after.sessions).map((session) => sessionSentence(view, session)),
      ...allWarnings(after).map(({ text }) => `Warning: ${named(view, text)}.`),
    ];
  const was = new Map(before.sessions.map((session) => [session.id, session]));
  const is = new Set(after.sessions.map(({ id }) => id));
  const known = new Set(before.warnings.map(({ key }) => key));
  const changed = ordered(after.sessions).filter((session) => was.get(session.id)?.state !== session.state);
  return [
    ...changed.map((session) => sessionSentence(view, session)),
    ...before.sessions.filter(({ id }) => !is.has(id)).map((session) => `${named(view, session.name)} left the list.`),
    ...after.warnings.filter(({ key }) => !known.has(key)).map(({ text }) => `Warning: ${named(view, text)}.`),
  ];
}

const ordered = (sessions: readonly SessionView[]): readonly SessionView[] => [...sessions].sort(comparator('attention', false));

const HELP = 'Commands: list, status, details <name>, /<filter>, name <session> = <new name>, help, quit.';

/** Answers one line of a person; null ends the view. */
export function answer(command: string, snapshot: Snapshot, queries: LiveQueries, hour12: boolean): readonly string[] | null {
  const text = command.trim();
  const [word = '', ...rest] = text.split(/\s+/);
  const view = viewAt(snapshot, hour12);
  const find = (name: string) => snapshot.sessions.find((session) => session.name === name || session.id.startsWith(name));
  const all = (filter: string): readonly string[] => {
    const parsed = parseFilter(filter);
    if (!parsed.ok) return [`The filter cannot be read at character ${parsed.fault.at + 1}: expected ${parsed.fault.expected}.`];
    const order = ordered(snapshot.sessions).map(({ id }) => id);
    const { sessions } = listingOf(snapshot, {
      order,
      filter: parsed.ast,
      account: null,
      group: 'none',
      now: snapshot.takenAt,
      most: 1000,
    });
    return sessions.length === 0 ? ['No session.'] : sessions.map((session) => sessionSentence(view, session));
  };
  if (text === '' || word === 'status') return [verdictAt(snapshot, hour12)];
  if (word === 'q' || word === 'quit') return null;
  if (text.startsWith('/')) return all(text.slice(1));
  if (word === 'list') return all('');
  const session = find((word === 'name' ? text.slice(5).split('=')[0]! : rest.join(' ')).trim());
  if (word === 'details')
    return session === undefined
      ? ['There is no such session.']
      : detailRows(view, detailedOf({ snapshot, queries, terminals: new Map() }, session.id), WIDTH)
          .map((each) => textOf(each).trim())
          .filter((each) => /[\p{L}\p{N}]/u.test(each));
  if (word !== 'name' || !text.includes('=')) return [HELP];
  if (session === undefined) return ['There is no such session.'];
  try {
    queries.rename(session.id, text.slice(text.indexOf('=') + 1).trim() || null);
    return ['Named.'];
  } catch (error) {
    if (error instanceof KnownError) return [error.message];
    throw error;
  }
}

/** Speaks at the start, then at most one batch every 5 s; resolves to the exit code. */
export function runReader(
  store: SnapshotStore,
  queries: LiveQueries,
  { write, input, once, filter, hour12 }: ReaderOptions,
): Promise<number> {
  let said: Snapshot | null = null;
  let queue: Promise<void> = Promise.resolve();
  const say = (lines: readonly string[]): void => {
    if (lines.length > 0) queue = queue.then(() => write(`${lines.join('\n')}\n`));
  };
  const batch = (): void => {
    const snapshot = store.get();
    say(changeSentences(said, snapshot, hour12));
    said = snapshot;
  };
  batch();
  if (filter !== '') say(answer(`/${filter}`, store.get(), queries, hour12) ?? []);
  if (once) return queue.then(() => 0);
  return new Promise((resolve, reject) => {
    const timer = setInterval(batch, BATCH_MS);
    const lines = createInterface({ input });
    const end = (code: number): void => {
      clearInterval(timer);
      lines.close();
      queue.then(() => resolve(code), reject);
    };
    lines.on('line', (line) => {
      const answered = answer(line, store.get(), queries, hour12);
      if (answered === null) end(0);
      else say(answered);
    });
    process.once('SIGINT', () => end(130));
    process.once('SIGTERM', () => end(143));
    process.once('SIGHUP', () => end(129));
  });
}
