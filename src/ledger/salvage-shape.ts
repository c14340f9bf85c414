import { MAX_COUNTER } from '../transcripts/decode-usage.ts';
import type { Row } from './driver.ts';

/** What a whole row of a table looks like. SQLite keeps no checksums, so that a flipped byte can make a row of something else (REL-22). */
type Check = (value: unknown) => boolean;

const integer =
  (least: number, most: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const text: Check = (value) => typeof value === 'string';
const json =
  (check: Check): Check =>
  (value) => {
    try {
      return text(value) && check(JSON.parse(value as string));
    } catch {
      return false;
    }
  };
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const id = integer(0, 2 ** 48);
const counter = integer(0, MAX_COUNTER);
/** Epoch ms, over the whole range of dates: a hostile line may claim any of them (HZ-25). */
const time = integer(-8.64e15, 8.64e15);
const money = integer(0, Number.MAX_SAFE_INTEGER);

/** The forms of D-10.1 and D-10.2, as the decoder makes them. */
const KEY = /^(?:msg_[A-Za-z0-9_]{16,}$|[gru]:|h:[0-9a-f]{32}$)/;
const key: Check = (value) => text(value) && KEY.test(value as string);
const named: Check = (value) => text(value) && value !== '';

const COLUMNS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  model: { id, name: named },
  session: { id, sid: named, folder: text, facts: json(object), root: orNull(text), root_exists: integer(0, 1) },
  event: {
    key,
    at: time,
    session: id,
    model: orNull(id),
    rank: integer(0, 2),
    flags: integer(0, 15),
    input: counter,
    output: counter,
    write5m: counter,
    write1h: counter,
    read: counter,
    speed: integer(0, 2),
    geo: integer(0, 2),
    web: orNull(counter),
    logged: orNull(money),
    calc: orNull(money),
    iterations: orNull(json(Array.isArray)),
    ord_sum: integer(0, 5 * MAX_COUNTER),
    ord_output: counter,
    ord_at: time,
    ord_pos: integer(0, Number.MAX_SAFE_INTEGER),
    orders: orNull(json(object)),
    own_first: orNull(time),
    own_birth: time,
  },
  prompt: { uuid: named, at: time, session: id, named: integer(0, 1), own_first: orNull(time), own_birth: time },
  inherited: { session: id, key },
  label: { sid: named, name: orNull(text), tags: json(Array.isArray), note: orNull(text), created_at: time, updated_at: time },
  tombstone: { sid: named, at: time },
};

/**
 * A row read from `table` under the names that this program gives its columns, or null when one of them does not hold what this program writes there. By
 * position, since the names themselves may be damaged; without the row's number, which means nothing elsewhere.
 */
export function wholeRow(table: string, row: Row): Row | null {
  const columns = Object.entries(COLUMNS[table] ?? {});
  const values = Object.values(row).slice(table === 'event' ? -columns.length : undefined);
  if (columns.length === 0 || values.length !== columns.length) return null;
  return columns.every(([, check], i) => check(values[i])) ? Object.fromEntries(columns.map(([name], i) => [name, values[i]!])) : null;
}
