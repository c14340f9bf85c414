import type { LiveQueries, SessionDetailView } from '../../../../monitor/details.ts';
import type { SessionView, Snapshot } from '../../../../monitor/snapshot.ts';
import { accountOf } from '../../figures.ts';

/** What is known of one session: the Snapshot's part always, the rest when it was asked. */
export interface Detailed {
  readonly session: SessionView | null;
  readonly detail: SessionDetailView | null;
  /** Label of its account. */
  readonly account: string;
  /** Where its terminal is, as `tmux dev:2.1`; null = not known. */
  readonly terminal: string | null;
}

/** The session itself, or what is known of one that is gone from the list. */
export type Place = SessionView | SessionDetailView;

/** What is asked to know more of a session. */
export interface DetailSource {
  readonly snapshot: Snapshot;
  readonly queries: LiveQueries;
  /** Where each session's terminal is, as far as it was looked for. */
  readonly terminals: ReadonlyMap<string, string>;
}

/** What is known of a session, from the snapshot and the queries. */
export function detailedOf({ snapshot, queries, terminals }: DetailSource, id: string): Detailed {
  const session = snapshot.sessions.find((each) => each.id === id) ?? null;
  const detail = queries.sessionDetail(id);
  return {
    session,
    detail,
    account: session === null ? (detail?.account ?? '') : accountOf(snapshot, session),
    terminal: terminals.get(id) ?? null,
  };
}
