import type { Ledger } from './open.ts';
import type { SessionFacts } from './session-facts.ts';
import { storedJson } from './stored-json.ts';

export interface EndedSessions {
  readonly sids: readonly string[];
  /** Their requests, archived ones included. */
  readonly requests: number;
  /** Sessions without any time, not even of a file: they stay. */
  readonly undated: number;
}

/**
 * Sessions whose last sign lies before an instant (epoch ms): request, prompt, line of any kind, or, where no line has a time, the time of their file
 * (SEC-82). `alive`: sessions to leave out, of which something else knows a later sign.
 */
export function sessionsEndedBefore({ db }: Ledger, before: number, alive: ReadonlySet<string> = new Set()): EndedSessions {
  const last = new Map<string, number>();
  const note = (sid: unknown, at: unknown): void => {
    if (typeof sid === 'string' && typeof at === 'number' && at > 0) last.set(sid, Math.max(last.get(sid) ?? 0, at));
  };
  for (const row of db.sql('SELECT sid, max(last_at) AS at FROM rollup JOIN session ON session.id = rollup.session GROUP BY sid').all())
    note(row.sid, row.at);
  for (const row of db.sql('SELECT session, max(last_at) AS at FROM file GROUP BY session').all()) note(row.session, row.at);
  const sessions = db.sql('SELECT id, sid, facts FROM session').all();
  for (const { sid, facts } of sessions) for (const at of timesOf(storedJson<SessionFacts>(facts, {}))) note(sid, at);
  for (const row of db.sql('SELECT session, max(mtime) AS at FROM file GROUP BY session').all())
    if (!last.has(String(row.session))) note(row.session, row.at);
  const ended = sessions.filter(({ sid }) => !alive.has(String(sid)) && (last.get(String(sid)) ?? Number.POSITIVE_INFINITY) < before);
  const ids = JSON.stringify(ended.map(({ id }) => id));
  const count = (table: string): number =>
    Number(db.sql(`SELECT count(*) AS n FROM ${table} WHERE session IN (SELECT value FROM json_each(?))`).get(ids)?.n);
  return {
    sids: ended.map(({ sid }) => String(sid)),
    requests: count('event') + count('archived'),
    undated: sessions.filter(({ sid }) => !last.has(String(sid))).length,
  };
}

const timesOf = (facts: SessionFacts): number[] =>
  Object.values(facts).flatMap((fact: unknown) => {
    const at = Array.isArray(fact) && Array.isArray(fact[1]) ? (fact[1][1] as unknown) : null;
    return typeof at === 'number' ? [at] : [];
  });
