import type { LiveQueries } from '../../monitor/details.ts';

/** Details are asked for at every picture; an answer this young is taken again, ms. */
const FRESH_MS = 1000;
/** History changes slowly and costs more. */
const FRESH_HISTORY_MS = 5000;
const MOST_ANSWERS = 200;

/** The queries with short memory, so that ten pictures a second ask once (LV-65). A person's own words go through and are seen at once. */
export function cachedQueries(queries: LiveQueries, monotonic: () => number): LiveQueries {
  const answers = new Map<string, { readonly at: number; readonly value: unknown }>();
  const cached = <T>(key: string, freshMs: number, ask: () => T): T => {
    const now = monotonic();
    const known = answers.get(key);
    if (known !== undefined && now - known.at < freshMs) return known.value as T;
    const value = ask();
    // What is not known yet may be known at the next picture.
    if (value === null) return value;
    // The details of a hundred sessions that were looked at once are megabytes.
    for (const [old, { at }] of answers) if (now - at >= FRESH_HISTORY_MS) answers.delete(old);
    if (answers.size >= MOST_ANSWERS) answers.clear();
    answers.set(key, { at: now, value });
    return value;
  };
  const changed = (change: () => void): void => {
    change();
    answers.clear();
  };
  return {
    sessionDetail: (id) => cached(`session ${id}`, FRESH_MS, () => queries.sessionDetail(id)),
    requests: (id, page) =>
      cached(`requests ${id} ${page.offset} ${page.limit} ${page.agent ?? ''}`, FRESH_MS, () => queries.requests(id, page)),
    days: (range) => cached(`days ${range.since} ${range.until}`, FRESH_HISTORY_MS, () => queries.days(range)),
    windows: (limit) =>
      cached(`windows ${limit}`, FRESH_HISTORY_MS, () => (limit === undefined ? queries.windows() : queries.windows(limit))),
    windowDetail: (account, start) => cached(`window ${account} ${start}`, FRESH_HISTORY_MS, () => queries.windowDetail(account, start)),
    calendar: () => cached('calendar', FRESH_HISTORY_MS, () => queries.calendar()),
    projects: (range) => cached(`projects ${range.since} ${range.until}`, FRESH_HISTORY_MS, () => queries.projects(range)),
    models: (range) => cached(`models ${range.since} ${range.until}`, FRESH_HISTORY_MS, () => queries.models(range)),
    rename: (id, name) => changed(() => queries.rename(id, name)),
    tag: (id, add, remove) => changed(() => queries.tag(id, add, remove)),
    note: (id, text) => changed(() => queries.note(id, text)),
  };
}
