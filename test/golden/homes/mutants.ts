// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the mutants are source text

/** A rule of the product broken by a change of one place in its source. */
export interface Mutant {
  readonly rule: string;
  /** Path below `src/`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

const mutantsOf = (file: string, ...changes: readonly (readonly [rule: string, from: string, to: string])[]): Mutant[] =>
  changes.map(([rule, from, to]) => ({ rule, file, from, to }));

/** Each is a mistake that somebody could make in good faith; several were made by other counters of these files. */
export const MUTANTS: readonly Mutant[] = [
  ...mutantsOf(
    'usage/merge.ts',
    ['D-10.4 the first line wins', 'output: Math.max(a.output, b.output),', 'output: a.output,'],
    ['D-10.4 the last line wins', 'output: Math.max(a.output, b.output),', 'output: b.output,'],
    ['D-10.4 repeats are added', 'input: Math.max(a.input, b.input),', 'input: a.input + b.input,'],
    ['D-10.4 the time of the latest line', 'at: guessed ? Math.min(a.at, b.at)', 'at: guessed ? Math.max(a.at, b.at)'],
    ['D-10.4 words from any line', 'const takeA = b[name] === null ||', 'const takeA = a[name] !== null ||'],
    ['D-10.3 a replay counts as the main thread does', 'if (a.rank !== b.rank) return a.rank > b.rank ? a : b;', ''],
    ['D-10 one file at a time', 'key: line.key,', 'key: `${line.key} ${file.sessionFromPath}`,'],
    ['D-11 one line without stop_reason spoils the others', 'a.hasStopReason || b.hasStopReason', 'a.hasStopReason && b.hasStopReason'],
    ['D-12 a guessed time beats a valid one', ': a.atIsGuess ? b.at : a.at,', ': a.atIsGuess ? a.at : b.at,'],
    ["D-5 a fork's mark is ignored", 'sessionId: line.origin ?? line.sessionId', 'sessionId: line.sessionId'],
    [
      'D-5 the later file owns',
      'return a.fileFirstAt < b.fileFirstAt ? -1 : 1;\n  if (!a.named && a.fileBirth',
      'return a.fileFirstAt < b.fileFirstAt ? 1 : -1;\n  if (!a.named && a.fileBirth',
    ],
  ),
  ...mutantsOf(
    'transcripts/decode-usage.ts',
    ['D-10 no de-duplication', 'return { key: id, weak: false };', 'return { key: `${id} ${text(o.uuid)}`, weak: false };'],
    ['D-10.1 the request id is part of the key', 'return { key: id, weak: false };', 'return { key: `${id} ${requestId}`, weak: false };'],
    [
      "D-10.2 a gateway's id is a key by itself",
      "`g:${id}:${requestId ?? ''}:${t.input}:${t.cacheWrite5m + t.cacheWrite1h}:${t.cacheRead}`",
      '`g:${id}`',
    ],
    ['D-10.1 without an id every line is a request', 'key: `r:${requestId}`', 'key: `r:${requestId}${text(o.uuid)}`'],
    ['D-3 five minutes only', 'cacheWrite1h: hasSplit ? write1h : 0,', 'cacheWrite1h: 0,'],
    ['D-3 the split alone', 'cacheWrite5m: hasSplit ? write5m : total,', 'cacheWrite5m: write5m,'],
    [
      'D-6 sidechains are dropped',
      'const forkedFrom = record(outer.forkedFrom);',
      'if (sidechain) return null; const forkedFrom = record(outer.forkedFrom);',
    ],
    ['D-9 progress records never count', "if (type !== 'progress') return null;", 'if (type !== 0) return null;'],
    ['D-9 what the client wrote itself counts', "if (model === '<synthetic>') return null;", ''],
    ['D-9 other types count', "if (type === 'assistant' || type === undefined || type === null)", "if (type !== 'progress')"],
    ['D-9 fractions count', 'Number.isInteger(value) && value >= 0', 'value >= 0'],
    [
      'D-10.5 iterations are left out',
      "if (o && (o.type === 'advisor_message' || o.type === 'compaction'))",
      "if (o && o.type === 'no such')",
    ],
    ['D-10.5 every iteration is further usage', "if (o && (o.type === 'advisor_message' || o.type === 'compaction'))", 'if (o)'],
    ['D-11 every output is complete', 'hasStopReason: text(message.stop_reason) !== null,', 'hasStopReason: true,'],
  ),
  ...mutantsOf('transcripts/timestamp.ts', ['D-12 offsets are ignored', ':${m[6]}.${ms}${offset}`', ':${m[6]}.${ms}Z`']),
  ...mutantsOf(
    'transcripts/objects.ts',
    ['HZ-18 the first of glued objects alone', 'from = end;\n      continue;', 'break;'],
    ['HZ-18 nothing behind a torn object', "const next = text.indexOf('}{', start);", 'const next = -1;'],
  ),
  ...mutantsOf('ledger/part-reader.ts', [
    'HZ-7 a whole last line without line feed is dropped',
    'if (rest.length < 2 || rest.length > 16 * 1024 * 1024) return;',
    'if (rest.length >= 0) return;',
  ]),
  ...mutantsOf('transcripts/discover.ts', [
    'D-6 only the files of sessions',
    "if (name.endsWith('.jsonl')) addFile(path, name, at, w);",
    "if (name.endsWith('.jsonl') && at.depth < 2) addFile(path, name, at, w);",
  ]),
  ...mutantsOf('usage/zone.ts', ['D-27 summer time all year', 'while (zone !== ', 'while (at < 0 && zone !== ']),
  ...mutantsOf('pricing/lookup.ts', [
    "D-15 today's price for every day",
    'if (at >= bounds.from && at < bounds.to) return bounds.period;',
    'if (at !== bounds.from && bounds.to === Number.POSITIVE_INFINITY) return bounds.period;',
  ]),
  ...mutantsOf('pricing/rate.ts', ['D-14 rounding down', '(rest >= divisor - rest ? 1 : 0)', '0 * rest']),
  ...mutantsOf(
    'pricing/cost.ts',
    ['D-16 an unknown price is 0', 'if (found === null) return null;', 'if (found === null) return 0;'],
    ['D-15 searches are free', 'return applyRate(rate, tokens) + searches;', 'return applyRate(rate, tokens) + 0 * searches;'],
    ['D-15 fast costs as much', "const isFast = usage.speed === 'fast' && period.fastMultiplier !== null;", 'const isFast = false;'],
    ['D-15 the region costs as much', 'const isGeo = usage.geoUs && period.geoUsMultiplier !== null;', 'const isGeo = false;'],
    ['D-15 a tier begins at its threshold', 'promptTokens(tokens) > period.tier', 'promptTokens(tokens) >= period.tier'],
    [
      'D-15 a tier by input alone',
      'return tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h;',
      'return tokens.input;',
    ],
  ),
  ...mutantsOf('ledger/billing.ts', [
    'D-15 iterations are fast as their request is',
    "webSearches: 0, speed: 'standard', geoUs",
    "webSearches: 0, speed: r.speed ?? 'standard', geoUs",
  ]),
  ...mutantsOf(
    'ledger/queries/cells.ts',
    [
      'D-17 a logged 0 is a price',
      "if (mode === 'auto' && flags & C.loggedPositive) return logged;",
      "if (mode === 'auto' && flags & (C.loggedPositive | C.loggedZero)) return logged;",
    ],
    ['D-17 the logged cost is ignored', "if (mode === 'auto' && flags & C.loggedPositive) return logged;", ''],
  ),
];
