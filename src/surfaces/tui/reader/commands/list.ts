import { named } from '../../figures.ts';
import { filterWords } from '../../screens.ts';
import { SORT_KEYS } from '../../ui/order.ts';
import { MOST_PRESETS } from '../../ui/remember.ts';
import { type Command, wordsOf } from '../command.ts';
import type { Reader } from '../reader.ts';
import { readerView, sessionSentence } from '../sentences.ts';

/** The sessions, as filter and order say. */
export const listed = (reader: Reader): readonly string[] => {
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

const remembered = (reader: Reader, ...sentences: readonly string[]): readonly string[] => [
  ...reader.perform({ kind: 'remember' }),
  ...sentences,
];

/** Which sessions are listed, and in what order. */
export const LIST_COMMANDS: readonly Command<Reader>[] = [
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
      const accounts = rest.trim() === 'all' ? [] : wordsOf(rest);
      reader.set({ accounts });
      return listed(reader);
    },
  },
];
