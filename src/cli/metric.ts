import type { Source } from '../usage/source.ts';
import type { NowView } from './now-view.ts';
import type { OpenReport } from './open-report.ts';
import type { Scope } from './scope.ts';

export type Unit = 'usd' | 'usd/h' | 'tokens' | 'tokens/min' | 'percent' | 'seconds' | 'count' | 'time';

/** A value in its unit: dollars, tokens, percent 0–100, seconds, or an RFC 3339 time. Null = unknown, with the reason. */
export interface Measured {
  readonly value: number | string | null;
  readonly source: Source;
  readonly reason?: string;
  /** Epoch ms at which it was said, where that was not just now. */
  readonly at?: number | null;
  /** Name of the account it is of, where it is of one (UR-73). */
  readonly account?: string;
}

interface CommonMetric {
  /** For the help, a few words. */
  readonly about: string;
  readonly unit: Unit;
  readonly scopes: readonly Scope[];
  /** Scopes that must be given. */
  readonly needs?: readonly Scope[];
  /** May be an estimate of what the server knows: unknown with `--official` when it is. */
  readonly estimated: boolean;
}

/** Of a range of days. */
export interface RangedMetric extends CommonMetric {
  readonly ranged: true;
  readonly measure: (open: OpenReport) => Measured;
}

/** Of now: from one Snapshot, the same that every surface shows. */
export interface NowMetric extends CommonMetric {
  readonly ranged: false;
  readonly measure: (view: NowView) => Measured;
}

export type Metric = RangedMetric | NowMetric;

export const measured = (value: number): Measured => ({ value, source: 'measured' });
export const unknown = (reason: string): Measured => ({ value: null, source: 'unknown', reason });
