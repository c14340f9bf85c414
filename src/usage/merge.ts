import type { Iteration, UsageLine } from '../transcripts/types.ts';

/** Place of a line in the order of D-10.4: largest output, then largest sum, then later time, then later in the file. */
export type LineOrder = readonly [output: number, sum: number, at: number, position: number];

/** Who may own a request (D-5). Smaller is better: named by a mark on the line, first timestamped line of its file, birth of the file, session id. */
export interface OwnerClaim {
  readonly sessionId: string;
  readonly named: boolean;
  readonly fileFirstAt: number;
  readonly fileBirth: number;
}

/** Attributes that come from one line, each possibly from another one where the best line does not say. */
export interface RequestAttributes {
  readonly model: string | null;
  readonly speed: 'standard' | 'fast' | null;
  readonly geo: 'us' | 'other' | null;
  readonly webSearches: number | null;
  readonly iterations: readonly Iteration[] | null;
  readonly logged: number | null;
}
export type AttributeName = keyof RequestAttributes;
export const ATTRIBUTES: readonly AttributeName[] = ['model', 'speed', 'geo', 'webSearches', 'iterations', 'logged'];

/**
 * One API response, as far as the lines seen so far tell (D-10). Merging is commutative, associative and idempotent, so the result depends neither on the
 * order of reading nor on how often a line was read: that is what makes reading at least once count exactly once.
 */
export interface RequestState extends RequestAttributes {
  readonly key: string;
  readonly weak: boolean;
  readonly rank: 0 | 1 | 2;
  readonly input: number;
  readonly output: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly cacheRead: number;
  /** Epoch ms; a guess (the file's mtime) only when no line has a valid time (D-12). */
  readonly at: number;
  readonly atIsGuess: boolean;
  readonly hasStopReason: boolean;
  readonly order: LineOrder;
  /** Order of the line an attribute came from, where that is not the best line. */
  readonly orders: Readonly<Partial<Record<AttributeName, LineOrder>>> | null;
  readonly owner: OwnerClaim;
}

/** What the file adds to its lines. */
export interface FileContext {
  readonly sessionFromPath: string;
  /** Epoch ms of the first timestamped line, Infinity before there is one. */
  readonly firstAt: number;
  readonly birth: number;
  readonly mtime: number;
}

/** The state of a request of which only this line is known. `position` is the line's byte offset in its file. */
export function requestOf(line: UsageLine, file: FileContext, position: number): RequestState {
  const sum = line.input + line.output + line.cacheWrite5m + line.cacheWrite1h + line.cacheRead;
  return {
    key: line.key,
    weak: line.weak,
    rank: line.rank,
    input: line.input,
    output: line.output,
    cacheWrite5m: line.cacheWrite5m,
    cacheWrite1h: line.cacheWrite1h,
    cacheRead: line.cacheRead,
    at: line.at ?? Math.round(file.mtime),
    atIsGuess: line.at === null,
    hasStopReason: line.hasStopReason,
    model: line.model,
    speed: line.speed,
    geo: line.geo,
    webSearches: line.webSearches,
    iterations: line.iterations,
    logged: line.logged,
    order: [line.output, sum, line.at ?? 0, position],
    orders: null,
    owner: {
      sessionId: line.origin ?? line.sessionId ?? file.sessionFromPath,
      named: line.origin !== null,
      fileFirstAt: Number.isFinite(file.firstAt) ? file.firstAt : (line.at ?? Number.POSITIVE_INFINITY),
      fileBirth: Math.round(file.birth),
    },
  };
}

export function compareOrder(a: LineOrder, b: LineOrder): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

/** Negative when `a` is the better claim. */
export function compareOwner(a: OwnerClaim, b: OwnerClaim): number {
  if (a.named !== b.named) return a.named ? -1 : 1;
  // Infinity - Infinity is NaN: compare before subtracting.
  if (!a.named && a.fileFirstAt !== b.fileFirstAt) return a.fileFirstAt < b.fileFirstAt ? -1 : 1;
  if (!a.named && a.fileBirth !== b.fileBirth) return a.fileBirth - b.fileBirth;
  if (a.sessionId !== b.sessionId) return a.sessionId < b.sessionId ? -1 : 1;
  // One owner by equal right: only the stored evidence is left to choose, and that must not depend on the order of reading.
  return a.fileFirstAt !== b.fileFirstAt ? (a.fileFirstAt < b.fileFirstAt ? -1 : 1) : a.fileBirth - b.fileBirth;
}

/** Joins two states of one key. Lines of a lower rank than the other's do not count at all (D-10.3). */
export function mergeRequests(a: RequestState, b: RequestState): RequestState {
  if (a.rank !== b.rank) return a.rank > b.rank ? a : b;
  const guessed = a.atIsGuess === b.atIsGuess;
  const order = compareOrder(a.order, b.order) >= 0 ? a.order : b.order;
  const attributes = saySame(a, b) ? a : mergeAttributes(a, b, order);
  // Written out: this is done for every repeated line, and a spread costs more than all the rest.
  return {
    key: a.key,
    weak: a.weak || b.weak,
    rank: a.rank,
    input: Math.max(a.input, b.input),
    output: Math.max(a.output, b.output),
    cacheWrite5m: Math.max(a.cacheWrite5m, b.cacheWrite5m),
    cacheWrite1h: Math.max(a.cacheWrite1h, b.cacheWrite1h),
    cacheRead: Math.max(a.cacheRead, b.cacheRead),
    at: guessed ? Math.min(a.at, b.at) : a.atIsGuess ? b.at : a.at,
    atIsGuess: a.atIsGuess && b.atIsGuess,
    hasStopReason: a.hasStopReason || b.hasStopReason,
    model: attributes.model,
    speed: attributes.speed,
    geo: attributes.geo,
    webSearches: attributes.webSearches,
    iterations: attributes.iterations,
    logged: attributes.logged,
    order,
    orders: attributes.orders,
    owner: compareOwner(a.owner, b.owner) <= 0 ? a.owner : b.owner,
  };
}

/** The lines of one response say the same but for the growing output: then every attribute comes from the best line, whichever it is. */
function saySame(a: RequestState, b: RequestState): boolean {
  return (
    a.orders === null &&
    b.orders === null &&
    a.model === b.model &&
    a.speed === b.speed &&
    a.geo === b.geo &&
    a.webSearches === b.webSearches &&
    a.logged === b.logged &&
    (a.iterations === b.iterations || (a.iterations?.length === 0 && b.iterations?.length === 0))
  );
}

function mergeAttributes(a: RequestState, b: RequestState, best: LineOrder): RequestAttributes & Pick<RequestState, 'orders'> {
  const values: Record<string, unknown> = {};
  const orders: Partial<Record<AttributeName, LineOrder>> = {};
  let differs = false;
  for (const name of ATTRIBUTES) {
    const orderA = a.orders?.[name] ?? a.order;
    const orderB = b.orders?.[name] ?? b.order;
    const takeA = b[name] === null || (a[name] !== null && preferred(a[name], orderA, b[name], orderB));
    values[name] = takeA ? a[name] : b[name];
    const from = takeA ? orderA : orderB;
    if (values[name] !== null && compareOrder(from, best) !== 0) {
      orders[name] = from;
      differs = true;
    }
  }
  return { ...(values as unknown as RequestAttributes), orders: differs ? orders : null };
}

/** On an exact tie (copies at one place of two files) the larger text wins, so that the order of reading cannot show. */
function preferred(valueA: unknown, orderA: LineOrder, valueB: unknown, orderB: LineOrder): boolean {
  const c = compareOrder(orderA, orderB);
  return c !== 0 ? c > 0 : valueA === valueB || JSON.stringify(valueA) >= JSON.stringify(valueB);
}
