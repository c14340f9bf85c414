import type { SessionView } from '../../../../monitor/snapshot.ts';
import { tagChanges, tagsIn } from '../../ui/tags.ts';
import type { Command } from '../command.ts';
import { withSession } from '../one-session.ts';
import type { Reader } from '../reader.ts';

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

/** What is done with one session. */
export const SESSION_COMMANDS: readonly Command<Reader>[] = [
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
      const { add, remove } = tagChanges(tags, tagsIn(text ?? ''));
      reader.queries.tag(id, add, remove);
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
];
