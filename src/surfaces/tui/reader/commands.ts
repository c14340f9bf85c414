import type { SessionView } from '../../../monitor/snapshot.ts';
import { named } from '../figures.ts';
import { statusLine } from '../line.ts';
import { scopeLines, scopeOf, scopeWords } from '../rows/combined-scope.ts';
import { detailRows, requestLine } from '../rows/details.ts';
import { HISTORY_PAGES, historyRows } from '../rows/history.ts';
import { sortedProjects } from '../rows/projects.ts';
import { allWarnings } from '../rows/warnings.ts';
import { detailedOf, filterWords } from '../screens.ts';
import { SORT_KEYS } from '../ui/order.ts';
import { MOST_PRESETS } from '../ui/remember.ts';
import type { Command } from './command.ts';
import type { Reader } from './reader.ts';
import { modelSentence, projectSentence, readerView, sessionSentence, spokenRows, verdictSentence } from './sentences.ts';

const WIDTH = 10_000;
const LAST_REQUESTS = 20;

/** Does it with the one session of that name, or says why not. */
function withSession(reader: Reader, name: string, run: (session: SessionView) => readonly string[]): readonly string[] {
  const found = reader.find(name);
  const [only] = found;
  if (only === undefined) return ['There is no such session.'];
  const view = readerView(reader.snapshot, reader.hour12);
  return found.length === 1
    ? run(only)
    : [`${found.length} sessions fit: ${found.map((each) => `${named(view, each.name)}, id ${each.id.slice(0, 8)}`).join('; ')}.`];
}

const listed = (reader: Reader): readonly string[] => {
  const view = readerView(reader.snapshot, reader.hour12, reader.now);
  const { entries, sessions, all, hiddenCostPercent } = reader.listing();
  const cut = sessions.length < all ? [`${filterWords(view, sessions.length, all, hiddenCostPercent)}.`] : [];
  if (sessions.length === 0) return [...cut, 'No session.'];
  return [
    ...cut,
    ...entries.map((entry) =>
      entry.kind === 'session' ? sessionSentence(view, entry.session) : `${named(view, entry.name)}: ${entry.sessions.length}.`,
    ),
  ];
};

/** The sums of what the filter shows, each beside the whole (LV-81). */
function filteredSums(reader: Reader): readonly string[] {
  const view = readerView(reader.snapshot, reader.hour12, reader.now);
  const scope = scopeOf(reader.snapshot, reader.listing().sessions);
  const { tokens, burn, cost } = scopeLines(view, reader.snapshot, scope, 'long');
  return [`${scopeWords(scope)}.`, ...spokenRows([tokens, burn, cost]).map((text) => `${text}.`)];
}

const remembered = (reader: Reader, ...sentences: readonly string[]): readonly string[] => [
  ...reader.perform({ kind: 'remember' }),
  ...sentences,
];

const words = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** `<session> = <text>`, parted at the first `=`. */
function pair(rest: string): { readonly name: string; readonly text: string | null } | null {
  const at = rest.indexOf('=');
  return at === -1 ? null : { name: rest.slice(0, at), text: rest.slice(at + 1).trim() || null };
}

/** Name, tags or note: the session, and what is said of it. */
const ownWords =
  (usage: string, write: (reader: Reader, session: SessionView, text: string | null) => string) =>
  (reader: Reader, rest: string): readonly string[] => {
    const said = pair(rest);
    return said === null
      ? [`Say it as: ${usage}.`]
      : withSession(reader, said.name, (session) => [`${write(reader, session, said.text)}.`]);
  };

const NAME = 'name <session> = <name>';
const TAGS = 'tags <session> = <tag> <tag>';
const NOTE = 'note <session> = <note>';

export const COMMANDS: readonly Command<Reader>[] = [
  {
    words: ['status', ''],
    usage: 'status',
    does: 'who needs you, what runs, how far the window is',
    stands: ['section1'],
    run: (reader) => [verdictSentence(reader.snapshot, reader.hour12)],
  },
  { words: ['list'], usage: 'list', does: 'the sessions, as filter and order say', stands: ['up', 'down'], run: listed },
  {
    words: ['combined'],
    usage: 'combined',
    does: 'quota, burn rate, cost of all sessions; combined filtered: of those that pass',
    stands: ['section2', 'filterCombined'],
    run: (reader, rest) =>
      rest.trim() === 'filtered'
        ? filteredSums(reader)
        : [
            verdictSentence(reader.snapshot, reader.hour12),
            `${statusLine(reader.snapshot, { columns: WIDTH, ascii: false, hour12: reader.hour12 }).split(' · ').slice(-3).join(', ')}.`,
          ],
  },
  {
    words: ['projects'],
    usage: 'projects',
    does: 'each project of this window',
    stands: ['section3'],
    run: (reader) => sortedProjects(reader.snapshot).map((project) => projectSentence(readerView(reader.snapshot, reader.hour12), project)),
  },
  {
    words: ['models'],
    usage: 'models',
    does: 'each model of this window',
    stands: [],
    run: (reader) => reader.snapshot.models.map((model) => modelSentence(readerView(reader.snapshot, reader.hour12), model)),
  },
  {
    words: ['warnings'],
    usage: 'warnings',
    does: 'what is to be watched, by number',
    stands: ['section4'],
    run: (reader) => {
      const view = readerView(reader.snapshot, reader.hour12);
      const all = allWarnings(reader.snapshot, reader.state.muted);
      return all.length === 0 ? ['No warning.'] : all.map(({ text }, index) => `${index + 1}, ${named(view, text)}.`);
    },
  },
  {
    words: ['mute'],
    usage: 'mute <number>',
    does: 'that warning until it clears',
    stands: ['mute'],
    run: (reader, rest) => {
      const warning = allWarnings(reader.snapshot, reader.state.muted)[Number(rest) - 1];
      if (warning === undefined) return ['There is no such warning.'];
      reader.set({ muted: new Set([...reader.state.muted, warning.key]) });
      return ['Muted until it clears.'];
    },
  },
  {
    words: ['details'],
    usage: 'details <session>',
    does: 'all that is known of it',
    stands: ['enter'],
    run: (reader, rest) =>
      withSession(reader, rest, ({ id }) => {
        const { snapshot, queries } = reader;
        return spokenRows(
          detailRows(readerView(snapshot, reader.hour12), detailedOf({ snapshot, queries, terminals: new Map() }, id), WIDTH),
        );
      }),
  },
  {
    words: ['requests'],
    usage: 'requests <session>',
    does: `its last ${LAST_REQUESTS} requests`,
    stands: [],
    run: (reader, rest) =>
      withSession(reader, rest, ({ id }) => {
        const page = reader.queries.requests(id, { offset: 0, limit: LAST_REQUESTS, agent: null });
        const view = readerView(reader.snapshot, reader.hour12);
        return [
          `${page?.total ?? 0} requests, newest first.`,
          ...spokenRows((page?.requests ?? []).map((each) => requestLine(view, each, WIDTH))),
        ];
      }),
  },
  {
    words: ['history', 'windows', 'days'],
    usage: 'history <windows, days, projects or models>',
    does: 'what was before',
    stands: ['history', 'windows'],
    run: (reader, rest) => {
      const page = HISTORY_PAGES.find((name) => name === (rest.trim() || 'windows'));
      // A calendar is a picture; the days say the same.
      if (page === undefined || page === 'calendar') return ['History has windows, days, projects and models.'];
      const { title, heading, rows } = historyRows(readerView(reader.snapshot, reader.hour12), reader.queries, page, WIDTH);
      return [`${title}.`, ...spokenRows([...(heading === null ? [] : [heading]), ...rows])];
    },
  },
  {
    words: ['/', 'filter'],
    usage: '/<filter>',
    does: 'only the sessions that pass; / alone takes it away',
    stands: ['filter', 'back'],
    run: (reader, rest) => {
      const fault = reader.filter(rest);
      return fault === null ? listed(reader) : [fault];
    },
  },
  {
    words: ['save'],
    usage: 'save',
    does: 'keeps the filter under the next free number',
    stands: ['savePreset'],
    run: (reader) => {
      const { filter, presets } = reader.state;
      if (filter.ast === null) return ['There is no filter to save.'];
      const free =
        Array.from({ length: MOST_PRESETS }, (_, index) => index).find((index) => (presets[index] ?? '') === '') ?? MOST_PRESETS - 1;
      const kept = Array.from({ length: MOST_PRESETS }, (_, index) => (index === free ? filter.text : (presets[index] ?? '')));
      reader.set({ presets: kept });
      return remembered(reader, `Saved as preset ${free + 1}.`);
    },
  },
  {
    words: ['preset'],
    usage: 'preset <number>',
    does: 'a saved filter',
    stands: ['presets'],
    run: (reader, rest) => {
      const text = reader.state.presets[Number(rest) - 1] ?? '';
      if (text === '' || reader.filter(text) !== null) return [`No filter is saved as preset ${Number(rest) || '?'}.`];
      return listed(reader);
    },
  },
  {
    words: ['sort'],
    usage: `sort <${SORT_KEYS.join(', ')}>`,
    does: 'the order of the list',
    stands: ['sortMenu', 'sortNext', 'sortPrevious'],
    run: (reader, rest) => {
      const sort = SORT_KEYS.find((key) => key === rest.trim());
      if (sort === undefined) return [`Sort by one of ${SORT_KEYS.join(', ')}.`];
      reader.set({ sort });
      return remembered(reader, `Sorted by ${sort}.`);
    },
  },
  {
    words: ['invert'],
    usage: 'invert',
    does: 'turns the order around',
    stands: ['invert'],
    run: (reader) => {
      reader.set({ inverted: !reader.state.inverted });
      return remembered(reader, reader.state.inverted ? 'Order turned around.' : 'Usual order.');
    },
  },
  {
    words: ['group'],
    usage: 'group <none, project or account>',
    does: 'the list in groups',
    stands: ['group'],
    run: (reader, rest) => {
      const group = (['none', 'project', 'account'] as const).find((each) => each === rest.trim());
      if (group === undefined) return ['Group by none, project or account.'];
      reader.set({ group });
      return remembered(reader, `Grouped by ${group}.`);
    },
  },
  {
    words: ['account'],
    usage: 'account <names or all>',
    does: 'only the sessions of these accounts',
    stands: ['account'],
    run: (reader, rest) => {
      const accounts = rest.trim() === 'all' ? [] : words(rest);
      reader.set({ accounts });
      return listed(reader);
    },
  },
  {
    words: ['name'],
    usage: NAME,
    does: 'names it; without a name takes it away',
    stands: ['name'],
    acts: true,
    run: ownWords(NAME, (reader, { id }, text) => {
      reader.queries.rename(id, text);
      return text === null ? 'Name removed' : 'Named';
    }),
  },
  {
    words: ['tags'],
    usage: TAGS,
    does: 'its tags, all of them',
    stands: ['tags'],
    acts: true,
    run: ownWords(TAGS, (reader, { id, tags }, text) => {
      const wanted = words(text ?? '').map((tag) => tag.replace(/^#/, ''));
      reader.queries.tag(
        id,
        wanted.filter((tag) => !tags.includes(tag)),
        tags.filter((tag) => !wanted.includes(tag)),
      );
      return 'Tags kept';
    }),
  },
  {
    words: ['note'],
    usage: NOTE,
    does: 'its note',
    stands: ['note'],
    acts: true,
    run: ownWords(NOTE, (reader, { id }, text) => {
      reader.queries.note(id, text);
      return text === null ? 'Note removed' : 'Note kept';
    }),
  },
  {
    words: ['id'],
    usage: 'id <session>',
    does: 'copies its id, or says it',
    stands: ['copyId'],
    run: (reader, rest) => withSession(reader, rest, ({ id }) => reader.perform({ kind: 'copy', text: id, what: 'session id' })),
  },
  {
    words: ['resume'],
    usage: 'resume <session>',
    does: 'copies the command that goes on with it, or says it',
    stands: ['copyResume'],
    run: (reader, rest) =>
      withSession(reader, rest, ({ id }) => reader.perform({ kind: 'copy', text: `claude --resume ${id}`, what: 'resume command' })),
  },
  {
    words: ['jump'],
    usage: 'jump <session>',
    does: 'to its terminal',
    stands: ['jump'],
    acts: true,
    run: (reader, rest) => withSession(reader, rest, (session) => reader.perform({ kind: 'jump', session })),
  },
  {
    words: ['stop'],
    usage: 'stop <session>',
    does: 'stops it, after asking',
    stands: ['stop', 'agree'],
    acts: true,
    run: (reader, rest) => withSession(reader, rest, (session) => reader.perform({ kind: 'askStop', session })),
  },
  {
    words: ['hold', 'freeze'],
    usage: 'hold',
    does: 'says nothing by itself; again: goes on',
    stands: ['freeze'],
    run: (reader) => {
      const held = reader.state.frozen === null;
      reader.set({ frozen: held ? reader.present : null });
      return held ? ['Held.'] : ['Going on.', ...reader.batch()];
    },
  },
  {
    words: ['every'],
    usage: 'every <seconds>',
    does: 'how often it speaks, 5 to 3600',
    stands: ['faster', 'slower'],
    run: (reader, rest) => {
      const seconds = Number(rest);
      if (rest.trim() === '' || !(seconds >= 5 && seconds <= 3600)) return ['Say a number of seconds from 5 to 3600.'];
      reader.set({ refreshSeconds: seconds });
      return [`Speaks every ${seconds} s at most.`];
    },
  },
  {
    words: ['look'],
    usage: 'look',
    does: 'looks at everything again',
    stands: ['rescan'],
    run: (reader) => {
      reader.lookAgain();
      return ['Looking again.'];
    },
  },
  {
    words: ['demo'],
    usage: 'demo',
    does: 'made-up sessions, where there is no data',
    stands: ['demo'],
    run: (reader) => {
      if (reader.snapshot.ingest.files > 0) return ['There is data: the demo starts with tidemark demo.'];
      reader.ended = { demo: true };
      return [];
    },
  },
  {
    words: ['help', '?', 'h'],
    usage: 'help',
    does: 'these commands',
    stands: ['help', 'search'],
    run: (_reader, rest) =>
      COMMANDS.filter(({ usage, does }) => `${usage} ${does}`.includes(rest.trim())).map(({ usage, does }) => `${usage}: ${does}.`),
  },
  {
    words: ['quit', 'q', 'exit'],
    usage: 'quit',
    does: 'ends the view',
    stands: ['quit'],
    run: (reader) => {
      reader.ended = { demo: false };
      return [];
    },
  },
];
