import type { SessionView } from '../../../monitor/snapshot.ts';
import { named } from '../figures.ts';
import type { Reader } from './reader.ts';
import { readerView } from './sentences.ts';

/** Does it with the one session of that name, or says why not. */
export function withSession(reader: Reader, name: string, run: (session: SessionView) => readonly string[]): readonly string[] {
  const found = reader.find(name);
  const [only] = found;
  if (only === undefined) return ['There is no such session.'];
  const view = readerView(reader.snapshot, reader.hour12);
  return found.length === 1
    ? run(only)
    : [`${found.length} sessions fit: ${found.map((each) => `${named(view, each.name)}, id ${each.id.slice(0, 8)}`).join('; ')}.`];
}
