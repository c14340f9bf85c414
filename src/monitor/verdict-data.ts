import type { WindowLimit } from '../usage/limit.ts';
import type { Figure } from '../usage/source.ts';

/** The quota window that the verdict speaks of: the one nearest its limit (LV-33). Times in epoch ms. */
export interface VerdictWindow {
  readonly accountId: string;
  /** The account's name; said only where there are several. */
  readonly label: string;
  /** Accounts with an open window beside this one. */
  readonly others: number;
  /** Length in hours, as said: 5 for an official one. */
  readonly hours: number;
  readonly end: number;
  readonly source: 'official' | 'estimated';
  readonly uncertaintyMinutes: number;
  readonly usedPercent: Figure;
  readonly stale: boolean;
  /** Work tokens in the window. */
  readonly work: number;
  readonly limit: WindowLimit;
  /** What it comes to at this pace: percent of the limit, or all tokens where no limit is known; null = unknown. */
  readonly pace: {
    readonly unit: 'percent' | 'tokens';
    readonly low: number;
    readonly high: number;
    readonly limitAt: number | null;
  } | null;
}

/** Who needs a person, what runs, how far the window is: the first line of every surface as data (LV-30). */
export interface Verdict {
  readonly needsYou: number;
  readonly failed: number;
  readonly limited: number;
  /** Compacting counts as working. */
  readonly working: number;
  readonly yourTurn: number;
  /** W, C, P, Q, Y (D-36). */
  readonly active: number;
  readonly idle: number;
  readonly ended: number;
  /** When the first rate-limited session may go on, epoch ms; null = unknown or none. */
  readonly limitedUntil: number | null;
  readonly window: VerdictWindow | null;
  readonly weekly: { readonly usedPercent: Figure; readonly stale: boolean; readonly resetsAt: number | null } | null;
  /** Accounts known. */
  readonly accounts: number;
  /** The session that spoke last, for "Nothing is running" (LV-34). */
  readonly last: { readonly name: string; readonly at: number } | null;
  /** No Claude Code data was found at all. */
  readonly noData: boolean;
  /** Figures are not complete yet: percent of history read, null = not known (LV-35). */
  readonly reading: { readonly percent: number | null } | null;
}

/** How it is written. Widths in terminal columns, `now` in epoch ms, `zone` an IANA name. */
export interface VerdictStyle {
  readonly width: number;
  readonly now: number;
  readonly zone: string;
  readonly ascii?: boolean;
  readonly hour12?: boolean;
  /** Adds the weekly quota where there is room. */
  readonly weekly?: boolean;
}

/** What a part says, for its colour. */
export type VerdictPartKind = 'attention' | 'error' | 'working' | 'plain' | 'window' | 'weekly' | 'pace' | 'dim' | 'separator';

export interface VerdictPart {
  readonly kind: VerdictPartKind;
  /** Plain text, already safe for a terminal cell. */
  readonly text: string;
}
