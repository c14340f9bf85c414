import type { Command } from '../command.ts';
import type { Reader } from '../reader.ts';

/** How and when it speaks. */
export const VIEW_COMMANDS: readonly Command<Reader>[] = [
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
    run: (reader) => [...reader.perform({ kind: 'repaint' }), 'Looking again.'],
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
];
