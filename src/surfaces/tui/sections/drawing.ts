import type { Snapshot } from '../../../monitor/snapshot.ts';
import type { View } from '../figures.ts';
import type { FrameOptions } from '../frame-options.ts';
import type { Plan, SectionName } from '../layout.ts';
import { ruleLine } from '../rows/frame-edges.ts';
import type { Line } from '../spans.ts';
import type { Entry } from '../ui/listing.ts';

/** Everything the sections need to draw themselves. */
export interface Drawing {
  readonly view: View;
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly options: FrameOptions;
  readonly entries: readonly Entry[];
  readonly offset: number;
}

const EMOJI = { sessions: '🔥', combined: '⚡', projects: '📊', warnings: '⚠️', other: '' } as const;

/** The line above a section, with its name. */
export const rule = ({ view, plan, options }: Drawing, title: string, section: SectionName | 'other'): Line => {
  const isFolded = section !== 'other' && options.folded?.includes(section) === true;
  return ruleLine(view, isFolded ? `${title} (folded)` : title, plan.width, options.emoji ? EMOJI[section] : '', options.focus === section);
};

/** The list's part that is on screen: rows `first` to `last`, 1-based, of all. */
export function rangeOf({ entries, plan, offset }: Drawing): { first: number; last: number; all: number } | null {
  const all = entries.length;
  return all <= plan.sessions.rows || plan.sessions.rows === 0 ? null : { first: offset + 1, last: offset + plan.sessions.rows, all };
}
