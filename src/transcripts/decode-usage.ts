import { createHash } from 'node:crypto';
import { parseTimestamp } from './timestamp.ts';
import type { Iteration, UsageLine } from './types.ts';

type Json = Record<string, unknown>;
const record = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
const text = (value: unknown, cap = 256): string | null =>
  typeof value === 'string' && value !== '' && value.length <= cap ? value : null;

/** `message.id` as the vendor forms it, direct or through Bedrock and Vertex. Any other id is a gateway's invention (D-10.1, D-10.2). */
const VENDOR_ID = /^msg_[A-Za-z0-9_]{16,}$/;

/**
 * Largest counter that is believed: a thousand times the largest context window. Beyond it sums of money would leave the range in which integers are
 * exact, and one hostile line would spoil every total.
 */
export const MAX_COUNTER = 1e9;

/** Reads counters; what is not a whole number ≥ 0 is 0 and flagged, null and absent are 0 and fine (D-9). */
class Counters {
  flagged = 0;
  read(value: unknown): number {
    if (value === undefined || value === null) return 0;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_COUNTER) return value === 0 ? 0 : value;
    this.flagged++;
    return 0;
  }
}

const isCounter = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;

/**
 * The usage line inside a parsed record, or null where it is none (D-9): top-level type `assistant` or none, an object `message.usage` with at least
 * one usable counter, and a model that is not the client's own `<synthetic>`. `progress` records embedding a subagent's message give a line of rank 0.
 */
export function decodeUsage(o: Json): UsageLine | null {
  const type = o.type;
  if (type === 'assistant' || type === undefined || type === null) return usageOf(o, o, null);
  if (type !== 'progress') return null;
  const embedded = record(record(o.data)?.message);
  if (!embedded) return null;
  const inner = embedded.type;
  return inner === 'assistant' || inner === undefined || inner === null ? usageOf(embedded, o, 0) : null;
}

function usageOf(o: Json, outer: Json, fixedRank: 0 | null): UsageLine | null {
  const message = record(o.message);
  const usage = message && record(message.usage);
  if (!message || !usage) return null;
  const model = text(message.model);
  if (model === '<synthetic>') return null;
  const { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens } = usage as Json;
  if (
    !isCounter(input_tokens) &&
    !isCounter(output_tokens) &&
    !isCounter(cache_creation_input_tokens) &&
    !isCounter(cache_read_input_tokens)
  )
    return null;
  const counters = new Counters();
  const tokens = readTokens(usage, counters);
  const sidechain = o.isSidechain === true || text(o.agentId) !== null || fixedRank === 0;
  const forkedFrom = record(outer.forkedFrom);
  const { key, weak } = keyOf(message, o, tokens);
  return {
    key,
    weak,
    rank: fixedRank ?? (sidechain ? 1 : 2),
    input: tokens.input,
    output: tokens.output,
    cacheWrite5m: tokens.cacheWrite5m,
    cacheWrite1h: tokens.cacheWrite1h,
    cacheRead: tokens.cacheRead,
    model,
    speed: typeof usage.speed === 'string' ? (usage.speed === 'fast' ? 'fast' : 'standard') : null,
    geo: typeof usage.inference_geo === 'string' ? (usage.inference_geo === 'us' ? 'us' : 'other') : null,
    webSearches: webSearches(usage, counters),
    iterations: iterations(usage, counters),
    logged: loggedCost(o.costUSD, counters),
    hasStopReason: text(message.stop_reason) !== null,
    at: parseTimestamp(o.timestamp) ?? parseTimestamp(outer.timestamp),
    sessionId: text(o.sessionId) ?? text(outer.sessionId),
    origin: text(o.requestSessionId) ?? (forkedFrom && text(forkedFrom.sessionId)),
    branched: forkedFrom !== null,
    sidechain,
    flagged: counters.flagged,
  };
}

type LineTokens = Pick<UsageLine, 'input' | 'output' | 'cacheWrite5m' | 'cacheWrite1h' | 'cacheRead'>;

function readTokens(usage: Json, counters: Counters): LineTokens {
  const split = record(usage.cache_creation) ?? {};
  const write5m = counters.read(split.ephemeral_5m_input_tokens);
  const write1h = counters.read(split.ephemeral_1h_input_tokens);
  const total = counters.read(usage.cache_creation_input_tokens);
  // Before 2.1.152 the total could wrongly be 0 beside a good split; a split of 0/0 beside a total means: all 5-minute (D-3).
  const hasSplit = write5m + write1h > 0;
  return {
    input: counters.read(usage.input_tokens),
    output: counters.read(usage.output_tokens),
    cacheWrite5m: hasSplit ? write5m : total,
    cacheWrite1h: hasSplit ? write1h : 0,
    cacheRead: counters.read(usage.cache_read_input_tokens),
  };
}

function keyOf(message: Json, o: Json, t: LineTokens): { key: string; weak: boolean } {
  const id = text(message.id);
  const requestId = text(o.requestId);
  if (id !== null) {
    if (VENDOR_ID.test(id)) return { key: id, weak: false };
    // Some gateways give every response the same id; repeats of one response differ only in output (D-10.2).
    return { key: `g:${id}:${requestId ?? ''}:${t.input}:${t.cacheWrite5m + t.cacheWrite1h}:${t.cacheRead}`, weak: true };
  }
  if (requestId !== null) return { key: `r:${requestId}`, weak: false };
  const uuid = text(o.uuid);
  if (uuid !== null) return { key: `u:${uuid}`, weak: false };
  return { key: `h:${createHash('sha256').update(JSON.stringify(o)).digest('hex').slice(0, 32)}`, weak: true };
}

function webSearches(usage: Json, counters: Counters): number | null {
  const tools = record(usage.server_tool_use);
  return tools && tools.web_search_requests !== undefined && tools.web_search_requests !== null
    ? counters.read(tools.web_search_requests)
    : null;
}

/** Billed iterations beside the top-level counters; type `message` repeats these and adds nothing (D-10.5). At most 256 are read. */
function iterations(usage: Json, counters: Counters): readonly Iteration[] | null {
  if (!Array.isArray(usage.iterations)) return null;
  const found: Iteration[] = [];
  for (const item of usage.iterations.slice(0, 256)) {
    const o = record(item);
    if (o && (o.type === 'advisor_message' || o.type === 'compaction')) found.push({ model: text(o.model), ...readTokens(o, counters) });
  }
  return found;
}

function loggedCost(value: unknown, counters: Counters): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value >= 0 && value <= 1e6) return Math.round(value * 1e9) + 0;
  counters.flagged++;
  return null;
}
