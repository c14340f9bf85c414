import { allTokens, costOfSum, sumOf, workTokens } from '../../usage/sum.ts';
import type { UsageEvent, UsageSum } from '../../usage/types.ts';
import { counters, dollars, instantOrNull, type Json } from './json-row.ts';

/** A prompt and all that was used until the next one; number 0: what came before the first prompt. Epoch ms. */
export interface Turn {
  readonly number: number;
  /** When the prompt was typed; of turn 0 its first request. */
  readonly startedAt: number;
  /** Its last request; null where nothing was answered. */
  readonly lastAt: number | null;
  readonly sum: UsageSum;
}

/** A session's turns in order, so that their sums add up to the session's: each request belongs to the newest prompt before it. Both lists oldest first. */
export function turnsOf(entries: readonly UsageEvent[], prompts: readonly number[]): Turn[] {
  const parts = new Map<number, UsageEvent[]>(prompts.map((_, i) => [i + 1, []]));
  let turn = 0;
  for (const event of entries) {
    while (turn < prompts.length && prompts[turn]! <= event.at) turn++;
    const part = parts.get(turn);
    if (part === undefined) parts.set(turn, [event]);
    else part.push(event);
  }
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([number, events]) => ({
      number,
      startedAt: number === 0 ? events[0]!.at : prompts[number - 1]!,
      lastAt: events.at(-1)?.at ?? null,
      sum: sumOf(events),
    }));
}

/** The numbers of all turns of some sessions, in order. */
export const turnNumbers = (sessions: readonly (readonly Turn[])[]): number[] =>
  [...new Set(sessions.flatMap((turns) => turns.map(({ number }) => number)))].sort((a, b) => a - b);

/** Turns side by side: null where a session has no such turn. */
export function turnsJson(sessions: readonly (readonly Turn[])[]): Json[] {
  const found = sessions.map((turns) => new Map(turns.map((turn) => [turn.number, turn])));
  return turnNumbers(sessions).map((number) => ({ turn: number, sessions: found.map((turns) => turnJson(turns.get(number))) }));
}

function turnJson(turn: Turn | undefined): Json | null {
  if (turn === undefined) return null;
  const { sum, startedAt, lastAt } = turn;
  const { cost, isLowerBound } = costOfSum(sum);
  return {
    startTime: instantOrNull(startedAt),
    lastActivity: instantOrNull(lastAt),
    requests: sum.requests,
    ...counters(sum),
    totalTokens: allTokens(sum),
    workTokens: workTokens(sum),
    totalCost: dollars(cost),
    costIsLowerBound: isLowerBound,
    outputIsLowerBound: sum.outputIsLowerBound,
  };
}
