import { Newest } from './newest.ts';

/** The columns of `rollup` that add up: requests, events, input, output, write5m, write1h, read, web, calc, logged, prompts. */
export const FIGURES = 11;

/** Sums over all cells of one session, model and kind: model, flags, the {@link FIGURES}, first and last request (epoch ms). The times hold for all kinds together. */
export type TotalRow = readonly number[];

const EVENTS = 3;
const PROMPTS = 12;
const FIRST_AT = 2 + FIGURES;
const LAST_AT = FIRST_AT + 1;
/** Kinds are the flags of `rollup`: below 128. */
const nameOf = (model: number, flags: number): number => model * 128 + flags;

/**
 * The sums of sessions over all their cells, moved by what is added to cells: a session of weeks has thousands of them. What leaves a kind for another one of the
 * same session leaves its times behind: the request is there still, at its time.
 */
export class SessionTotals {
  private readonly kept = new Newest<number, Map<number, number[]>>(1024);

  /** Undefined: not known. */
  of(session: number): Iterable<TotalRow> | undefined {
    return this.kept.get(session)?.values();
  }

  /** All rows of a session. Sums of hostile figures are not exact, and not kept. */
  keep(session: number, rows: readonly TotalRow[]): void {
    if (!rows.every((row) => row.every(Number.isSafeInteger))) return;
    this.kept.set(session, new Map(rows.map((row) => [nameOf(row[0]!, row[1]!), [...row]])));
  }

  /** These figures have come to a cell of the session, or, where they are below zero, have left it. */
  add(session: number, model: number, flags: number, figures: readonly number[], firstAt: number, lastAt: number): void {
    const rows = this.kept.get(session);
    if (rows === undefined) return;
    const name = nameOf(model, flags);
    const row = rows.get(name) ?? [model, flags, ...new Array<number>(FIGURES).fill(0), firstAt, lastAt];
    for (let i = 0; i < FIGURES; i++) row[2 + i]! += figures[i]!;
    row[FIRST_AT] = Math.min(row[FIRST_AT]!, firstAt);
    row[LAST_AT] = Math.max(row[LAST_AT]!, lastAt);
    if (!row.every(Number.isSafeInteger)) this.drop(session);
    else if (row[EVENTS] === 0 && row[PROMPTS] === 0) rows.delete(name);
    else rows.set(name, row);
  }

  drop(session: number): void {
    this.kept.delete(session);
  }

  clear(): void {
    this.kept.clear();
  }
}
