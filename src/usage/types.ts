import type { NanoUsd, Speed, TokenCounts } from '../pricing/types.ts';

/** One API response after de-duplication (D-10), or one billed iteration inside it. Plain data, no content of the conversation. */
export interface UsageEvent {
  /** Identity of the request; equal for its iterations. */
  readonly key: string;
  /** Epoch ms, earliest valid time of its lines (D-10.4). */
  readonly at: number;
  readonly sessionId: string;
  readonly account: string;
  /** Project root directory (D-7). */
  readonly project: string;
  readonly model: string;
  readonly speed: Speed;
  readonly tokens: TokenCounts;
  readonly webSearches: number;
  /** Made by a subagent (D-6). */
  readonly sidechain: boolean;
  /** Cost in the chosen mode; null = unpriced (D-16). */
  readonly cost: NanoUsd | null;
  /** No line of it had a stop_reason: output is at least this (D-11). */
  readonly outputIsLowerBound: boolean;
  /** 1, or 0 for a further iteration of a request already counted. */
  readonly requests: 0 | 1;
}

/** Sums over usage events. Money is split so that an unknown price never turns into 0 (D-16). */
export interface UsageSum extends TokenCounts {
  readonly requests: number;
  readonly webSearches: number;
  /** Sum of the priced requests, nano-USD. */
  readonly pricedCost: NanoUsd;
  /** Number of priced and of unpriced events; with none of either the cost is a known 0. */
  readonly pricedEvents: number;
  readonly unpricedEvents: number;
  readonly unpricedTokens: number;
  readonly outputIsLowerBound: boolean;
}
