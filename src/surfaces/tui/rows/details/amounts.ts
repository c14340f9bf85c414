import type { SessionView } from '../../../../monitor/snapshot.ts';
import * as format from '../../../../text/format.ts';
import { sparkline, thinned } from '../../bar.ts';
import { full, known, money, percent, perMinute, unknown, type View } from '../../figures.ts';
import { type Line, line, padEnd, padStart, span } from '../../spans.ts';
import type { Detailed, Place } from './detailed.ts';
import { field, joinedWords } from './field.ts';

/* Tokens and money of a session, and how fast it burns. */

/** How far back the burn rate is drawn. */
export const BURN_MINUTES = 60;

/** Tokens of one kind in full digits; `—` while history is read (LV-35). */
export const kindCount = (view: View, tokens: number): string => (known(view) ? full(view, tokens) : unknown(view));

/** Tokens by kind for window and session, cache hit, cost, what is not in transcripts, share (LV-62). */
export function moneyLines(view: View, { window, total }: Place, { session, detail }: Detailed): readonly Line[] {
  const number = (tokens: number) => padStart(kindCount(view, tokens), 13);
  const kinds = [
    ['input', 'input'],
    ['output', 'output'],
    ['cache write 5m', 'cacheWrite5m'],
    ['cache write 1h', 'cacheWrite1h'],
    ['cache read', 'cacheRead'],
  ] as const;
  const hit = (part: number | null) => padStart(part === null || !known(view) ? unknown(view) : percent(view, part * 100), 13);
  const rows: Line[] = [
    line(` ${padEnd('tokens', 16)}${padStart('window', 13)} ${padStart('session', 13)}`, 'dim'),
    ...kinds.map(
      ([name, key]): Line => [span(`   ${padEnd(name, 14)}`, 'dim'), span(`${number(window.tokens[key])} ${number(total.tokens[key])}`)],
    ),
  ];
  if (detail !== null)
    rows.push([span(`   ${padEnd('cache hit', 14)}`, 'dim'), span(`${hit(detail.cacheHitWindow)} ${hit(detail.cacheHitTotal)}`)]);
  rows.push([]);
  const cost = joinedWords(view, [
    `${money(view, window.cost, window.costIsLowerBound)} window`,
    `${money(view, total.cost, total.costIsLowerBound)} session`,
  ]);
  rows.push(field(view, 'cost', cost));
  if (detail !== null) {
    const client = detail.clientCost === null ? '' : ` (client says ${format.usd(detail.clientCost, view)})`;
    const words =
      detail.unloggedCost === null || !known(view) ? unknown(view) : `${format.usd(detail.unloggedCost, view)} not in transcripts${client}`;
    rows.push(field(view, 'unlogged', words));
  }
  rows.push(field(view, 'share', shareWords(view, session)));
  return rows;
}

/** `62 % of local use = 38 of 62 points`. */
function shareWords(view: View, session: SessionView | null): string {
  if (session === null || session.share === null || !known(view)) return unknown(view);
  const words = `${percent(view, session.share)} of local use, by ${session.shareBasis}`;
  const points = session.points.value;
  return points === null ? words : `${words} = ${Math.round(points)} points of the window`;
}

export function burnLines(view: View, { session, detail }: Detailed, width: number): readonly Line[] {
  if (detail === null) return [];
  const now =
    session === null ? '' : `   now ${known(view) ? `${perMinute(view, session.burnNow.work)} (${session.severity})` : unknown(view)}`;
  return [
    line(` burn, work tok/min, ${BURN_MINUTES} min${now}`, 'dim'),
    line(` ${sparkline(view, thinned(detail.burnPerMinute, width - 2))}`),
  ];
}
