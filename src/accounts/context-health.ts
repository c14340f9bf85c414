import type { TokenCounts } from '../pricing/types.ts';
import { contextPercent } from '../usage/context.ts';
import type { ContextSample, SessionInput } from './inputs.ts';

/** Per cent of the way to compaction from which it is near (SH-4). */
const NEAR = 90;

export interface ContextHealth {
  readonly known: boolean;
  /** 0 when unknown: the contract's fields are never null, `known` tells. Tokens. */
  readonly tokensUsed: number;
  readonly tokensLeft: number;
  /** Whole per cent of the full window, rounded half up. */
  readonly percentUsed: number;
  readonly windowSize: number;
  readonly percentToCompaction: number | null;
  readonly compactionSource: 'measured' | 'estimated' | 'unknown';
  readonly nearCompaction: boolean;
  readonly at: number | null;
}

const asTokens = (sum: number): TokenCounts => ({ input: sum, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 }) as TokenCounts;

/** How full the context is, and how far compaction is (SH-4, D-35). `compactionPercent` of the window is where it happens as long as none was seen. */
export function contextHealth(context: SessionInput['context'], compactionPercent: number): ContextHealth {
  const { client, lastRequest, compaction, modelSize } = context;
  const figure = contextPercent({
    client:
      client === null
        ? null
        : { at: client.at, usedPercent: client.usedPercent, windowSize: client.windowSize, currentTokens: client.tokens },
    lastRequest: lastRequest?.tokens == null ? null : { at: lastRequest.at, tokens: asTokens(lastRequest.tokens) },
    compaction: compaction === null ? null : { at: compaction.at, postTokens: compaction.postTokens },
    model: { size: modelSize, max: modelSize },
  });
  const windowSize = client?.windowSize ?? modelSize ?? 0;
  const unknown = { percentToCompaction: null, compactionSource: 'unknown', nearCompaction: false, at: figure.at } as const;
  if (figure.value === null) return { known: false, tokensUsed: 0, tokensLeft: 0, percentUsed: 0, windowSize, ...unknown };
  const tokensUsed = usedTokens(context, figure.source === 'official');
  const percentUsed = Math.floor(figure.value + 0.5);
  const base = { known: true, tokensUsed, tokensLeft: Math.max(0, windowSize - tokensUsed), percentUsed, windowSize };
  const seen = compaction?.automatic === true ? compaction.preTokens : null;
  const point = seen ?? (windowSize * compactionPercent) / 100;
  if (!(point > 0)) return { ...base, ...unknown };
  const toCompaction = (tokensUsed / point) * 100;
  return {
    ...base,
    percentToCompaction: Math.round(toCompaction * 10) / 10,
    compactionSource: seen === null ? 'estimated' : 'measured',
    nearCompaction: toCompaction >= NEAR,
    at: figure.at,
  };
}

function usedTokens({ client, lastRequest, compaction }: SessionInput['context'], official: boolean): number {
  if (official) return client?.tokens ?? 0;
  const isCompacted = compaction !== null && compaction.at >= (lastRequest?.at ?? Number.NEGATIVE_INFINITY);
  return (isCompacted ? compaction.postTokens : (lastRequest as ContextSample | null)?.tokens) ?? 0;
}
