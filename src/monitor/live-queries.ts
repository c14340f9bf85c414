import { setName, setNote, setTags } from '../ledger/labels.ts';
import type { Ledger } from '../ledger/open.ts';
import type { SessionInfo } from '../ledger/queries/directory.ts';
import { KnownError } from '../platform/errors.ts';
import { calendarDays, days, modelParts, projectParts } from './detail-history.ts';
import { requestPage, sessionDetail } from './detail-session.ts';
import { formerWindow, formerWindows } from './detail-windows.ts';
import type { LiveQueries } from './details.ts';
import { hiddenQueries } from './hidden-names.ts';
import type { QueryContext } from './query-context.ts';

const DEFAULT_WINDOWS = 60;

/** Drill-down and history over the ledger (LV-60 … LV-65, LV-85): synchronous, from memory and indexed queries. */
export function liveQueries(c: QueryContext): LiveQueries {
  const known = (id: string): SessionInfo => {
    const info = c.directory().find(id);
    if (info === null) throw new KnownError('Nothing of this session has been read yet: try again when it has said something');
    return info;
  };
  const write = (id: string, change: (ledger: Ledger, sid: string, now: number) => void): void => {
    change(c.ledger(), known(id).sessionId, c.clock.now());
    c.changed();
  };
  const queries: LiveQueries = {
    sessionDetail: (id) => {
      const info = c.directory().find(id);
      return info === null ? null : sessionDetail(c, info);
    },
    requests: (id, page) => {
      const info = c.directory().find(id);
      return info === null ? null : requestPage(c, info, page);
    },
    days: (range) => days(c, range),
    windows: (limit = DEFAULT_WINDOWS) => formerWindows(c, limit),
    windowDetail: (account, start) => formerWindow(c, account, start),
    calendar: () => calendarDays(c),
    projects: (range) => projectParts(c, range),
    models: (range) => modelParts(c, range),
    rename: (id, name) => write(id, (ledger, sid, now) => setName(ledger, sid, name, now)),
    tag: (id, add, remove) => write(id, (ledger, sid, now) => setTags(ledger, sid, add, remove, now)),
    note: (id, text) => write(id, (ledger, sid, now) => setNote(ledger, sid, text, now)),
  };
  return c.hide === null ? queries : hiddenQueries(queries, c.hide, (id) => c.directory().find(id)?.root ?? null);
}
