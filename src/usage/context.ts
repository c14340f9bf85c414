import type { TokenCounts } from '../pricing/types.ts';
import type { Figure } from './source.ts';

/** What the client says about its context window (statusline); null = not said. `at` epoch ms. */
export interface ClientContext {
  readonly at: number;
  readonly usedPercent: number | null;
  readonly windowSize: number | null;
  /** Sum of the four counters of `current_usage`; null when that is absent or null. */
  readonly currentTokens: number | null;
}

export interface ContextEvidence {
  readonly client: ClientContext | null;
  /** The newest main-thread request; subagents have contexts of their own (D-6). */
  readonly lastRequest: { readonly at: number; readonly tokens: TokenCounts } | null;
  /** The newest compaction boundary and the tokens left after it. */
  readonly compaction: { readonly at: number; readonly postTokens: number | null } | null;
  /** Default and largest context window of the model's row, in tokens. */
  readonly model: { readonly size: number | null; readonly max: number | null } | null;
}

const UNKNOWN: Figure = { value: null, source: 'unknown', at: null };

/** What a request put into the context: everything but its output. Tokens (D-35). */
export function contextTokens(t: TokenCounts): number {
  return t.input + t.cacheWrite5m + t.cacheWrite1h + t.cacheRead;
}

/** The window's size: the client's word, else the model's default, or its maximum where the prompt is larger than the default; null = unknown. */
function windowSize(evidence: ContextEvidence, tokens: number): number | null {
  const said = evidence.client?.windowSize;
  if (said) return said;
  const sizes = [evidence.model?.size, evidence.model?.max];
  // A prompt that does not fit proves the size wrong: unknown is better than 841 %.
  return sizes.find((size) => !!size && tokens <= size) ?? null;
}

/** The client's figure, unless nothing is behind it: right after a start or a compaction it says null or 0 with an empty `current_usage`. */
function clientFigure(client: ClientContext | null): Figure | null {
  if (!client || client.usedPercent === null || !Number.isFinite(client.usedPercent) || !client.currentTokens) return null;
  return { value: client.usedPercent, source: 'official', at: client.at };
}

function measuredFigure(evidence: ContextEvidence): Figure {
  const { lastRequest, compaction } = evidence;
  const compacted = compaction !== null && (lastRequest === null || compaction.at >= lastRequest.at);
  const tokens = compacted ? compaction.postTokens : lastRequest && contextTokens(lastRequest.tokens);
  const at = compacted ? compaction.at : (lastRequest?.at ?? null);
  if (!tokens) return { ...UNKNOWN, at };
  const size = windowSize(evidence, tokens);
  return size === null ? { ...UNKNOWN, at } : { value: (tokens / size) * 100, source: 'measured', at };
}

/**
 * Context fill in percent of the window (D-35): the client's figure, else computed from the last main-thread request or, after a compaction, from what it left.
 * A client's figure from before the newest request or compaction is out of date and yields to that, where it can be computed.
 */
export function contextPercent(evidence: ContextEvidence): Figure {
  const client = clientFigure(evidence.client);
  const measured = measuredFigure(evidence);
  if (client === null) return measured;
  return measured.at !== null && measured.at > client.at! && measured.value !== null ? measured : client;
}
