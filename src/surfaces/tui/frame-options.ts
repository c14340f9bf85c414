import type { SessionView, Snapshot } from '../../monitor/snapshot.ts';
import type { SectionName } from './layout.ts';
import type { Frozen } from './rows/frame-edges.ts';
import type { Line } from './spans.ts';
import type { Entry } from './ui/listing.ts';

export interface FrameOptions {
  readonly columns: number;
  readonly rows: number;
  /** Only bytes 0x20–0x7E. */
  readonly ascii: boolean;
  readonly hour12?: boolean;
  /** The 48–79 column layout at any width, sections folded to a line each (LV-15). */
  readonly compact: boolean;
  /** Emoji before section titles, nowhere else (LV-6). */
  readonly emoji: boolean;
  /** Epoch ms that ages are counted to; the snapshot's own time when left out. */
  readonly now?: number;
  /** First row of the list shown, 0-based; clamped. */
  readonly offset?: number;
  /** The rows of the list; all sessions in the snapshot's order when left out. */
  readonly entries?: readonly Entry[];
  readonly selected?: string | null;
  readonly frozen?: Frozen | null;
  readonly focus?: SectionName;
  readonly folded?: readonly SectionName[];
  readonly zoomed?: SectionName | null;
  readonly cursors?: Readonly<Record<'projects' | 'warnings', number>>;
  readonly muted?: ReadonlySet<string>;
  /** What the header calls the scope, and what a filter does (LV-50, LV-81). */
  readonly scope?: string;
  readonly filtered?: string | null;
  /** The sessions that combined usage is of, when the filter holds for it too (LV-81); null = all. */
  readonly combinedOf?: readonly SessionView[] | null;
  /** Details of the chosen session: below the list, drawn only where there is room for them; or the pane beside it. */
  readonly below?: { readonly count: number; readonly lines: () => readonly Line[] } | null;
  readonly beside?: ((width: number) => { readonly title: string; readonly rows: readonly Line[] }) | null;
  /** The lines at the bottom. */
  readonly footer?: (
    width: number,
    range: { readonly first: number; readonly last: number; readonly all: number } | null,
    frozen: Frozen | null,
  ) => readonly Line[];
  readonly footerLines?: number;
}

/** The rows of the list. */
export const entriesOf = (snapshot: Snapshot, options: Pick<FrameOptions, 'entries'>): readonly Entry[] =>
  options.entries ?? snapshot.sessions.map((session) => ({ kind: 'session', session }));

/** Sizes a terminal reports as nothing are the smallest screen (LV-42). */
export function sized<T extends FrameOptions>(options: T): T {
  const [columns, rows] = [Math.max(1, Math.floor(options.columns) || 1), Math.max(1, Math.floor(options.rows) || 1)];
  return columns === options.columns && rows === options.rows ? options : { ...options, columns, rows };
}
