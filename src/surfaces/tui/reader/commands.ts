import type { Command } from './command.ts';
import { FIGURE_COMMANDS } from './commands/figures.ts';
import { LIST_COMMANDS } from './commands/list.ts';
import { SESSION_COMMANDS } from './commands/session.ts';
import { VIEW_COMMANDS } from './commands/view.ts';
import type { Reader } from './reader.ts';

/** All that a line may begin with, in the order in which help says it. */
export const COMMANDS: readonly Command<Reader>[] = [
  ...FIGURE_COMMANDS,
  ...LIST_COMMANDS,
  ...SESSION_COMMANDS,
  ...VIEW_COMMANDS,
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
