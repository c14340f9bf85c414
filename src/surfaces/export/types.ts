import type { ReportMeta, SessionRow } from '../../usage/report.ts';
import type { UsageEvent } from '../../usage/types.ts';

/** Whose shape a JSON report has: ours, or the peer's in its Claude or its all-agents form (UR-32, UR-42). */
export type Parity = false | 'claude' | 'unified';

/** When name, tags and note of a session were first and last written, epoch ms (UR-63). */
export interface MetadataTimes {
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A report's head, with whether its names are stand-ins (LS-27). */
export interface ShownMeta extends ReportMeta {
  readonly namesHidden?: boolean;
}

export interface JsonOptions {
  /** False with `--no-cost`: every money field leaves, also inside others (UR-30). */
  readonly cost: boolean;
  readonly parity: Parity;
  /** True: row lists are lazy iterables for `jsonChunks`, never held as a whole (UR-47). */
  readonly stream?: boolean;
  /** Live state by session id (D-36); without an entry the state is null. */
  readonly states?: ReadonlyMap<string, string>;
  /** By session id. */
  readonly metadata?: ReadonlyMap<string, MetadataTimes>;
}

/** One 5-hour window a session took part in. */
export interface WindowShare {
  /** Epoch ms. */
  readonly start: number;
  readonly end: number;
  readonly source: 'official' | 'estimated';
  /** Part of the local use of the window, 0 … 1 (D-33). */
  readonly share: number;
  readonly shareBasis: 'cost' | 'tokens';
}

/** All that `session show` says of one session (UR-64). No text of the conversation. */
export interface SessionDetail {
  readonly row: SessionRow;
  /** In time order; a further iteration of a request follows it. */
  readonly entries: readonly UsageEvent[];
  readonly state: string | null;
  readonly metadata: MetadataTimes | null;
  readonly compactions: number | null;
  readonly subagentCount: number | null;
  readonly transcriptPath: string | null;
  readonly windows: readonly WindowShare[];
}

export interface TableOptions {
  /** Cells of the terminal; 120 without one (UR-50). */
  readonly columns: number;
  readonly ascii: boolean;
  readonly colour: boolean;
  /** A sub-row per model (UR-29). */
  readonly breakdown: boolean;
  /** The 80-column form at any width; `wide`: full digits at any width (UR-30). */
  readonly compact: boolean;
  readonly wide: boolean;
  readonly cost: boolean;
  /** Word of the order, for the header of sessions, projects and models; default `cost`. */
  readonly sort?: string;
  /** Live state by session id, for the session card. */
  readonly states?: ReadonlyMap<string, string>;
}
