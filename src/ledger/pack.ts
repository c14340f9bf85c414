import type { Iteration } from '../transcripts/types.ts';
import type { LineOrder, RequestState } from '../usage/merge.ts';
import type { FilePart } from './file-part.ts';

/** Numbers of one request in {@link PackedPart}. */
const WIDTH = 19;
const NULL = Number.NaN;
const SPEEDS = [null, 'standard', 'fast'] as const;
const GEOS = [null, 'other', 'us'] as const;

/**
 * A stretch of a file in a form that passes between threads cheaply: copying an object for each request costs both sides more than decoding or inserting
 * it. Numbers stand in rows of {@link WIDTH}, repeated texts once; what few requests have is in `rare`.
 */
export interface PackedPart {
  readonly rest: Omit<FilePart, 'requests'>;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly keys: readonly string[];
  readonly texts: readonly string[];
  readonly rare: readonly (readonly [
    index: number,
    iterations: readonly Iteration[] | null,
    orders: Readonly<Record<string, LineOrder>> | null,
  ])[];
}

export function pack(part: FilePart): PackedPart {
  const { requests, ...rest } = part;
  const numbers = new Float64Array(requests.length * WIDTH);
  const texts: string[] = [];
  const places = new Map<string, number>();
  const place = (text: string): number => {
    let at = places.get(text);
    if (at === undefined) {
      at = texts.push(text) - 1;
      places.set(text, at);
    }
    return at;
  };
  const rare: [number, readonly Iteration[] | null, Readonly<Record<string, LineOrder>> | null][] = [];
  requests.forEach((r, i) => {
    const at = i * WIDTH;
    numbers[at] = r.at;
    numbers[at + 1] = r.rank;
    numbers[at + 2] =
      (r.weak ? 1 : 0) | (r.atIsGuess ? 2 : 0) | (r.hasStopReason ? 4 : 0) | (r.owner.named ? 8 : 0) | (r.iterations === null ? 16 : 0);
    numbers[at + 3] = r.input;
    numbers[at + 4] = r.output;
    numbers[at + 5] = r.cacheWrite5m;
    numbers[at + 6] = r.cacheWrite1h;
    numbers[at + 7] = r.cacheRead;
    numbers[at + 8] = SPEEDS.indexOf(r.speed) * 4 + GEOS.indexOf(r.geo);
    numbers[at + 9] = r.webSearches ?? NULL;
    numbers[at + 10] = r.logged ?? NULL;
    numbers[at + 11] = r.order[0];
    numbers[at + 12] = r.order[1];
    numbers[at + 13] = r.order[2];
    numbers[at + 14] = r.order[3];
    numbers[at + 15] = r.owner.fileFirstAt;
    numbers[at + 16] = r.owner.fileBirth;
    numbers[at + 17] = place(r.owner.sessionId);
    numbers[at + 18] = r.model === null ? -1 : place(r.model);
    if ((r.iterations !== null && r.iterations.length > 0) || r.orders !== null) rare.push([i, r.iterations, r.orders]);
  });
  return { rest, numbers, keys: requests.map((r) => r.key), texts, rare };
}

const NOTHING: readonly Iteration[] = [];

export function unpack({ rest, numbers, keys, texts, rare }: PackedPart): FilePart {
  const special = new Map(rare.map(([index, iterations, orders]) => [index, { iterations, orders }]));
  const number = (at: number): number => numbers[at]!;
  const orNull = (at: number): number | null => (Number.isNaN(numbers[at]!) ? null : numbers[at]!);
  const requests = keys.map((key, i): RequestState => {
    const at = i * WIDTH;
    const flags = number(at + 2);
    const kind = number(at + 8);
    const own = special.size === 0 ? undefined : special.get(i);
    return {
      key,
      weak: (flags & 1) !== 0,
      rank: number(at + 1) as 0 | 1 | 2,
      input: number(at + 3),
      output: number(at + 4),
      cacheWrite5m: number(at + 5),
      cacheWrite1h: number(at + 6),
      cacheRead: number(at + 7),
      at: number(at),
      atIsGuess: (flags & 2) !== 0,
      hasStopReason: (flags & 4) !== 0,
      model: number(at + 18) < 0 ? null : texts[number(at + 18)]!,
      speed: SPEEDS[kind >> 2]!,
      geo: GEOS[kind & 3]!,
      webSearches: orNull(at + 9),
      iterations: own ? own.iterations : flags & 16 ? null : NOTHING,
      logged: orNull(at + 10),
      order: [number(at + 11), number(at + 12), number(at + 13), number(at + 14)],
      orders: own ? own.orders : null,
      owner: {
        sessionId: texts[number(at + 17)]!,
        named: (flags & 8) !== 0,
        fileFirstAt: number(at + 15),
        fileBirth: number(at + 16),
      },
    };
  });
  return { ...rest, requests };
}
