import { RowBuilder } from '../ledger/queries/cells.ts';
import type { SessionInfo } from '../ledger/queries/directory.ts';
import { titleRankOf } from '../ledger/queries/live-directory.ts';
import type { SessionFacts } from '../ledger/session-facts.ts';
import type { UsageSum } from '../usage/types.ts';

/** What the ledger knows of one session. Times in epoch ms. */
export interface SessionInput {
  readonly sessionId: string;
  readonly name: string;
  /** Where the name stands in D-8, 0 = given by a person in Tidemark; null = made of project and id. */
  readonly titleRank: number | null;
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly project: string;
  readonly root: string;
  readonly account: string;
  readonly facts: SessionFacts;
  readonly total: UsageSum;
  /** Prompts and main-thread responses; absent = not counted. */
  readonly messages?: number;
  /** First and last request ever. */
  readonly firstAt: number | null;
  readonly lastRequestAt: number | null;
}

const NO_ROW = new RowBuilder();

/** What the ledger's directory and sums say; `row` null = it has no request. */
export function sessionInput(info: SessionInfo, row: RowBuilder | null): SessionInput {
  const { sum, firstAt, lastAt } = row ?? NO_ROW;
  const { sessionId, name, tags, note, project, root, account, facts } = info;
  const { requests } = sum;
  const { prompts, subagents } = row ?? NO_ROW;
  return {
    messages: prompts + requests - subagents.requests,
    sessionId,
    name,
    titleRank: titleRankOf(info),
    tags,
    note,
    project,
    root,
    account,
    facts,
    total: sum,
    firstAt,
    lastRequestAt: lastAt,
  };
}
