import * as format from '../../../text/format.ts';
import { sparkline, thinned } from '../bar.ts';
import { age, known as isComplete, modelName, money, named, percent, say, unknown, type View } from '../figures.ts';
import { clip, type Line, line } from '../spans.ts';
import { activityLines } from './details/activity.ts';
import { BURN_MINUTES, burnLines, kindCount, moneyLines } from './details/amounts.ts';
import { contextLines } from './details/context.ts';
import type { Detailed } from './details/detailed.ts';
import { joinedWords } from './details/field.ts';
import { identity } from './details/identity.ts';
import { stateWords } from './state-words.ts';

/** Everything about a session, for the pane beside the list and the screen of its own (LV-60 … LV-63). */
export function detailRows(view: View, known: Detailed, width: number): readonly Line[] {
  const place = known.session ?? known.detail;
  if (place === null) return [clip(line(' this session is no longer known', 'dim'), width)];
  const sections = [
    identity(view, place, known, width),
    contextLines(view, known, width),
    moneyLines(view, place, known),
    burnLines(view, known, width),
    activityLines(view, known, width),
  ];
  return sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : [[], ...section]))
    .map((each) => clip(each, width));
}

/** Lines of the details below the list. */
export const BRIEF_LINES = 4;

/** Four lines below the list (LV §4, 120 columns). */
export function briefDetails(view: View, known: Detailed, width: number): readonly Line[] {
  const { session, detail } = known;
  if (session === null) return [];
  const { tokens } = session.window;
  const count = (of: number) => kindCount(view, of);
  const write = tokens.cacheWrite5m + tokens.cacheWrite1h;
  const first =
    session.since === null || session.state !== 'working' ? stateWords(view, session) : `working for ${age(view, session.since)}`;
  const words = [
    [
      first,
      modelName(view, session.model),
      session.effort === null ? null : `effort ${named(view, session.effort)}`,
      `account ${named(view, known.account)}`,
      session.processes[0] === undefined ? null : `pid ${session.processes[0].pid}`,
      known.terminal,
      `id ${named(view, session.id).slice(0, 8)}`,
    ],
    [
      `in ${count(tokens.input)}`,
      `out ${count(tokens.output)}`,
      `cache write ${count(write)} (1h ${count(tokens.cacheWrite1h)}, 5m ${count(tokens.cacheWrite5m)})`,
      `cache read ${count(tokens.cacheRead)}`,
      detail?.cacheHitWindow == null || !isComplete(view) ? null : `hit ${percent(view, detail.cacheHitWindow * 100)}`,
    ],
    [
      `${money(view, session.window.cost, session.window.costIsLowerBound)} window`,
      `${money(view, session.total.cost, session.total.costIsLowerBound)} session`,
      session.subagents.requests === 0 ? null : `subagents ${money(view, session.subagents.cost, session.subagents.costIsLowerBound)}`,
      detail?.unloggedCost == null || !isComplete(view) ? null : `not in transcripts ${format.usd(detail.unloggedCost, view)}`,
      detail === null ? null : `${count(detail.requests)} requests`,
      detail === null ? null : `${count(detail.prompts)} prompts`,
    ],
  ];
  const burn = detail === null ? unknown(view) : sparkline(view, thinned(detail.burnPerMinute, Math.max(8, width - 22)));
  return [
    ...words.map((parts) => line(say(view, ` ${joinedWords(view, parts)}`))),
    line(say(view, ` burn/min, ${BURN_MINUTES} min  `) + burn),
  ].map((each) => clip(each, width));
}
