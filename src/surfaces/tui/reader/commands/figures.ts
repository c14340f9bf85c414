import { named } from '../../figures.ts';
import { statusLine } from '../../line.ts';
import { scopeLines, scopeOf, scopeWords } from '../../rows/combined-scope.ts';
import { requestLine } from '../../rows/details/activity.ts';
import { detailedOf } from '../../rows/details/detailed.ts';
import { detailRows } from '../../rows/details.ts';
import { HISTORY_PAGES, historyRows } from '../../rows/history.ts';
import { sortedProjects } from '../../rows/projects.ts';
import { allWarnings } from '../../rows/warnings.ts';
import type { Command } from '../command.ts';
import { withSession } from '../one-session.ts';
import type { Reader } from '../reader.ts';
import { modelSentence, projectSentence, readerView, spokenRows, verdictSentence } from '../sentences.ts';
import { listed } from './list.ts';

const WIDTH = 10_000;
const LAST_REQUESTS = 20;

/** The sums of what the filter shows, each beside the whole (LV-81). */
function filteredSums(reader: Reader): readonly string[] {
  const view = readerView(reader.snapshot, reader.hour12, reader.now);
  const scope = scopeOf(reader.snapshot, reader.listing().sessions);
  const { tokens, burn, cost } = scopeLines(view, reader.snapshot, scope, 'long');
  return [`${scopeWords(scope)}.`, ...spokenRows([tokens, burn, cost]).map((text) => `${text}.`)];
}

/** What is read out: the verdict, the list, sums, warnings, one session, the past. */
export const FIGURE_COMMANDS: readonly Command<Reader>[] = [
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
      return [`${title}.`, ...spokenRows([heading, ...rows])];
    },
  },
];
