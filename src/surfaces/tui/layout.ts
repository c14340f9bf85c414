/**
 * What is shown at a size: a pure function of columns, rows and counts (LV §4). Sections keep one order: header, verdict,
 * sessions, combined usage, per-project breakdown, warnings, models, footer.
 */

/** The class of a width; `compact` is also forced by `--compact` (LV-15). */
export type Shape = 'wide' | 'full' | 'medium' | 'compact' | 'narrow' | 'tiny';

export type Column = 'state' | 'name' | 'project' | 'branch' | 'model' | 'ctx' | 'bar' | 'tokens' | 'cost' | 'rate' | 'share' | 'age';

/** How much there is to show. */
export interface Counts {
  readonly sessions: number;
  /** Lines of the combined section when there is room for all of them. */
  readonly combined: number;
  readonly projects: number;
  readonly warnings: number;
  readonly models: number;
}

/** A section with `rows` lines of content; `title` says whether a rule line with its name stands above. */
export interface Section {
  readonly title: boolean;
  readonly rows: number;
}

export interface Plan {
  readonly shape: Shape;
  /** Width of the list and of everything under it; less than the screen only beside a right pane. */
  readonly width: number;
  /** Width of the right pane, 0 without one. */
  readonly side: number;
  readonly columns: readonly Column[];
  readonly header: boolean;
  /** Lines of the verdict: counts and window share one, or take one each where the screen is narrow. */
  readonly verdict: 0 | 1 | 2;
  readonly sessions: Section & { readonly heading: boolean; readonly second: boolean };
  readonly combined: Section;
  readonly projects: Section;
  readonly warnings: Section;
  readonly models: Section;
  readonly footer: number;
}

/** More rows or entries than any screen: nothing is cut. */
export const MOST = 100_000;

/** Width of the list beside a right pane. */
export const LIST_WIDTH = 122;
const PANE_GAP = 3;
const HEADER_FROM_ROWS = 30;
const FOOTER_FROM_ROWS = 6;
const TITLES_FROM_ROWS = 12;
const MODELS_FROM_ROWS = 50;
const MOST_PROJECTS = 8;
const MOST_WARNINGS = 6;
const MOST_COMBINED = 6;

const COLUMNS: Readonly<Record<Shape, readonly Column[]>> = {
  wide: ['state', 'name', 'project', 'branch', 'model', 'ctx', 'bar', 'tokens', 'cost', 'rate', 'share', 'age'],
  full: ['state', 'name', 'project', 'branch', 'model', 'ctx', 'bar', 'tokens', 'cost', 'rate', 'share', 'age'],
  medium: ['state', 'name', 'project', 'ctx', 'tokens', 'cost', 'rate', 'share', 'age'],
  compact: ['state', 'name', 'ctx', 'tokens', 'cost', 'rate', 'share', 'age'],
  narrow: ['state', 'name', 'ctx', 'cost', 'age'],
  tiny: ['state', 'name'],
};

export function shapeOf(columns: number, compact: boolean): Shape {
  if (columns < 24) return 'tiny';
  if (columns < 48) return 'narrow';
  if (columns < 80 || compact) return 'compact';
  if (columns < 100) return 'medium';
  return columns < 160 ? 'full' : 'wide';
}

/** Rows still to be given away; every grant lowers what is left. */
class Rows {
  left: number;
  constructor(rows: number) {
    this.left = rows;
  }
  take(wanted: number): number {
    const given = Math.max(0, Math.min(wanted, this.left));
    this.left -= given;
    return given;
  }
}

const NONE: Section = { title: false, rows: 0 };

/** A titled section needs its title and one line; `spare` rows are left to the sections after it. */
function titled(rows: Rows, wanted: number, spare: number): Section {
  const room = rows.left - spare;
  if (wanted === 0 || room < 2) return NONE;
  rows.take(1);
  return { title: true, rows: rows.take(Math.min(wanted, room - 1)) };
}

/** Warnings that do not fit fold into one line without a title (`! 5 warnings: …`). */
function warningRows(rows: Rows, count: number, folded: boolean): Section {
  if (count === 0) return NONE;
  if (!folded && rows.left >= 2) return titled(rows, Math.min(count, MOST_WARNINGS), 0);
  return { title: false, rows: rows.take(1) };
}

/** Rows kept back for warnings while projects take theirs: two with their title, or the folded line. */
function warningReserve(counts: Counts, folded: boolean): number {
  if (counts.warnings === 0) return 0;
  return folded ? 1 : 1 + Math.min(2, counts.warnings);
}

/**
 * Rows go first to the verdict, one session, one combined line and the footer (from 6 rows), then to sessions up to their
 * number, combined, projects, warnings, header (kept from 30 rows on), models, second session lines.
 */
export function layout(columns: number, rows: number, counts: Counts, compact = false, footerLines = 1): Plan {
  const shape = shapeOf(columns, compact);
  const small = shape === 'tiny' || shape === 'narrow';
  const titles = rows >= TITLES_FROM_ROWS && shape !== 'tiny';
  const pool = new Rows(rows);
  const header = rows >= HEADER_FROM_ROWS && pool.take(1) === 1;
  const verdict = pool.take(small && rows >= 4 ? 2 : 1) as 0 | 1 | 2;
  const footer = rows >= FOOTER_FROM_ROWS ? pool.take(Math.min(footerLines, Math.max(1, rows - 5))) : 0;
  const first = pool.take(1);
  const base = pool.take(1);
  const head = titles ? pool.take(2) : 0;
  const more = pool.take(Math.max(0, counts.sessions - first));
  const sessions = { title: head > 0, heading: head > 1, rows: first + more };
  const folded = compact || small;
  const grown = compact || !titles ? NONE : titled(pool, Math.min(counts.combined, MOST_COMBINED) - base, 0);
  const combined = { title: grown.title, rows: base + grown.rows };
  const oneLine = folded || shape === 'compact';
  const projects = compact
    ? { title: false, rows: counts.projects > 0 ? pool.take(1) : 0 }
    : titles
      ? titled(pool, Math.min(counts.projects, MOST_PROJECTS), warningReserve(counts, oneLine))
      : NONE;
  const roomy = !folded && (shape !== 'compact' || pool.left > counts.warnings);
  const warnings = titles || compact ? warningRows(pool, counts.warnings, !roomy) : NONE;
  const wide = shape === 'wide';
  const models = rows >= MODELS_FROM_ROWS && !folded && !wide ? titled(pool, Math.min(counts.models, MOST_PROJECTS), 0) : NONE;
  const second = wide && sessions.rows >= counts.sessions && pool.left >= counts.sessions && pool.take(counts.sessions) > 0;
  const width = wide ? LIST_WIDTH : columns;
  const side = wide ? columns - LIST_WIDTH - PANE_GAP : 0;
  return {
    shape,
    width,
    side,
    columns: COLUMNS[shape],
    header,
    verdict,
    sessions: { ...sessions, second },
    combined,
    projects,
    warnings,
    models,
    footer,
  };
}
