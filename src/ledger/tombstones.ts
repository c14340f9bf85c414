import { createHash } from 'node:crypto';
import type { Database } from './driver.ts';

/** Ids of sessions whose usage was forgotten. */
export interface Forgotten {
  has(sid: string): boolean;
}

/** What a tombstone says instead of the id: the same id is known again, and the id itself is nowhere (SEC-82). */
const buriedName = (sid: string): string => `sha256:${createHash('sha256').update(sid).digest('hex')}`;

const NONE: Forgotten = { has: () => false };

/** As of now. Earlier versions wrote the id itself; such a tombstone holds as well. */
export function forgottenSessions(db: Database): Forgotten {
  const rows = db.sql('SELECT sid FROM tombstone').all();
  if (rows.length === 0) return NONE;
  const names = new Set(rows.map((row) => String(row.sid)));
  const known = new Map<string, boolean>();
  return {
    has(sid) {
      let found = known.get(sid);
      if (found === undefined) {
        found = names.has(buriedName(sid)) || names.has(sid);
        known.set(sid, found);
      }
      return found;
    },
  };
}

/** `now` in epoch ms. */
export function bury(db: Database, sid: string, now: number): void {
  db.sql('DELETE FROM tombstone WHERE sid = ?').run(sid);
  db.sql('INSERT OR REPLACE INTO tombstone VALUES (?, ?)').run(buriedName(sid), now);
}

export function unbury(db: Database, sid: string): void {
  db.sql('DELETE FROM tombstone WHERE sid IN (?, ?)').run(buriedName(sid), sid);
}
