import type { Snapshot } from '../../../monitor/snapshot.ts';
import { say, separator, type View } from '../figures.ts';
import type { Shape } from '../shape.ts';
import { countStates } from './states.ts';

/** ` 3 of 4` where a section is cut, else nothing (LV-43). */
export const cutWords = (shown: number, all: number): string => (shown < all ? ` ${shown} of ${all}` : '');

/** `ACTIVE SESSIONS: 5 · idle 1 · ended in this window 1`, and which part of the list is shown when it is cut. */
export function sessionsTitle(
  view: View,
  snapshot: Snapshot,
  shape: Shape,
  range: { readonly first: number; readonly last: number; readonly all: number } | null,
  filtered: string | null,
): string {
  const counts = countStates(snapshot.sessions);
  const cut = range === null ? [] : [say(view, `${range.first}–${range.last} of ${range.all}`)];
  const part = [...(filtered === null ? [] : [say(view, filtered)]), ...cut];
  if (shape === 'narrow' && range !== null) return [`ACTIVE: ${counts.active}`, ...part].join(separator(view));
  const brief = shape === 'compact' || shape === 'narrow' || shape === 'tiny';
  if (brief) return [`ACTIVE SESSIONS: ${counts.active} of ${counts.all}`, ...part].join(separator(view));
  const long = shape === 'wide' || shape === 'full';
  const others: readonly (readonly [string, number])[] = [
    ['failed', counts.failed],
    ['limited', counts.limited],
    ['idle', counts.idle],
    ['unknown', counts.unknown],
    [long ? 'ended in this window' : 'ended', counts.ended],
  ];
  const words = others.filter(([, count]) => count > 0).map(([word, count]) => `${word} ${count}`);
  return [`ACTIVE SESSIONS: ${counts.active}`, ...words, ...part].join(separator(view));
}
