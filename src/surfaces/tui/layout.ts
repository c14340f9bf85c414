import { COLUMNS, type Column, type Shape, shapeOf } from './shape.ts';

/**
 * What is shown at a size: a pure function of columns, rows and counts (LV §4). Sections keep one order: header, verdict,
 * sessions, combined usage, per-project breakdown, warnings, models, footer.
 */

/** The sections a person can focus, fold and zoom, in the order of their number keys. */
export const SECTIONS = ['sessions', 'combined', 'projects', 'warnings'] as const;
export type SectionName = (typeof SECTIONS)[number];

/** How much there is to show. */
export interface Counts {
  readonly sessions: number;
  /** Lines of the combined section when there is room for all of them. */
  readonly combined: number;
  readonly projects: number;
  readonly warnings: number;
  readonly models: number;
  /** Lines of the chosen session's details below the list, 0 without one; and of the two-hour chart. */
  readonly details: number;
  readonly chart: number;
}

/** What a person asked for. */
export interface Wishes {
  /** The narrow layout at any width (LV-15). */
  readonly compact?: boolean;
  readonly footerLines?: number;
  readonly folded?: readonly SectionName[];
  readonly zoomed?: SectionName | null;
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
  readonly details: Section;
  readonly chart: Section;
  /** An empty line between sections. */
  readonly gaps: boolean;
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
const DETAILS_FROM_ROWS = 34;
const MOST_PROJECTS = 8;
const MOST_WARNINGS = 6;
const MOST_COMBINED = 6;

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

/** What the sections get while their rows are given away. */
interface Given {
  sessions: Section & { readonly heading: boolean };
  combined: Section;
  projects: Section;
  warnings: Section;
  details: Section;
  models: Section;
  chart: Section;
}

/** A section closed to its title. */
const closed = (rows: Rows, count: number): Section => ({ title: count > 0 && rows.take(1) === 1, rows: 0 });

function zoomed(rows: Rows, name: SectionName, titles: boolean): Given {
  const title = titles && rows.take(1) === 1;
  const heading = titles && name === 'sessions' && rows.take(1) === 1;
  const whole: Section = { title, rows: rows.take(MOST) };
  const none = {
    sessions: { ...NONE, heading: false },
    combined: NONE,
    projects: NONE,
    warnings: NONE,
    details: NONE,
    models: NONE,
    chart: NONE,
  };
  return { ...none, [name]: name === 'sessions' ? { ...whole, heading } : whole };
}

interface Scene {
  readonly pool: Rows;
  readonly counts: Counts;
  readonly shape: Shape;
  readonly titles: boolean;
  /** Of the whole screen. */
  readonly rows: number;
  readonly compact: boolean;
  readonly folded: readonly SectionName[];
}

function given({ pool, counts, shape, titles, rows, compact, folded }: Scene): Given {
  const small = shape === 'tiny' || shape === 'narrow';
  const isFolded = (name: SectionName) => titles && !compact && folded.includes(name);
  const first = isFolded('sessions') ? 0 : pool.take(1);
  const base = isFolded('combined') ? 0 : pool.take(1);
  const head = titles ? pool.take(isFolded('sessions') ? 1 : 2) : 0;
  const more = first === 0 ? 0 : pool.take(Math.max(0, counts.sessions - first));
  const sessions = { title: head > 0, heading: head > 1, rows: first + more };
  const grown = compact || !titles || base === 0 ? NONE : titled(pool, Math.min(counts.combined, MOST_COMBINED) - base, 0);
  const combined = base === 0 ? closed(pool, 1) : { title: grown.title, rows: base + grown.rows };
  const oneLine = compact || small || shape === 'compact';
  const projects = compact
    ? { title: false, rows: counts.projects > 0 ? pool.take(1) : 0 }
    : !titles
      ? NONE
      : isFolded('projects')
        ? closed(pool, counts.projects)
        : titled(pool, Math.min(counts.projects, MOST_PROJECTS), warningReserve(counts, oneLine));
  const roomy = !compact && !small && (shape !== 'compact' || pool.left > counts.warnings);
  const warnings = isFolded('warnings')
    ? closed(pool, counts.warnings)
    : titles || compact
      ? warningRows(pool, counts.warnings, !roomy)
      : NONE;
  const below = shape === 'full' && !compact && rows >= DETAILS_FROM_ROWS;
  const details = below && pool.left > counts.details ? titled(pool, counts.details, 0) : NONE;
  const tall = rows >= MODELS_FROM_ROWS && !compact && !small;
  const models = tall ? titled(pool, Math.min(counts.models, MOST_PROJECTS), 0) : NONE;
  const chart = tall && pool.left > counts.chart ? titled(pool, counts.chart, 0) : NONE;
  return { sessions, combined, projects, warnings, details, models, chart };
}

/** A section cut by its usual bound takes what is left over: nothing is left out where it would fit (LV-43). */
function extended(section: Section, pool: Rows, count: number): Section {
  return section.title && section.rows > 0 ? { ...section, rows: section.rows + pool.take(Math.max(0, count - section.rows)) } : section;
}

/**
 * Rows go first to the verdict, one session, one combined line and the footer (from 6 rows), then to sessions up to their
 * number, combined, projects, warnings, header (kept from 30 rows on), details, models, chart, second session lines.
 */
export function layout(columns: number, rows: number, counts: Counts, wishes: Wishes = {}): Plan {
  const { compact = false, footerLines = 1, folded = [], zoomed: zoom = null } = wishes;
  const shape = shapeOf(columns, compact);
  const small = shape === 'tiny' || shape === 'narrow';
  const titles = rows >= TITLES_FROM_ROWS && shape !== 'tiny';
  const pool = new Rows(rows);
  const header = rows >= HEADER_FROM_ROWS && pool.take(1) === 1;
  const verdict = pool.take(small && rows >= 4 ? 2 : 1) as 0 | 1 | 2;
  const footer = rows >= FOOTER_FROM_ROWS ? pool.take(Math.min(footerLines, Math.max(1, rows - 5))) : 0;
  const wide = shape === 'wide';
  const found = zoom === null ? given({ pool, counts, shape, titles, rows, compact, folded }) : zoomed(pool, zoom, titles);
  const second =
    wide && zoom === null && found.sessions.rows >= counts.sessions && pool.left >= counts.sessions && pool.take(counts.sessions) > 0;
  const projects = extended(found.projects, pool, counts.projects);
  const warnings = extended(found.warnings, pool, counts.warnings);
  const sections = [found.combined, projects, warnings, found.models, found.chart].filter(({ title }) => title).length;
  return {
    ...found,
    shape,
    width: wide ? LIST_WIDTH : columns,
    side: wide ? columns - LIST_WIDTH - PANE_GAP : 0,
    columns: COLUMNS[shape],
    header,
    verdict,
    sessions: { ...found.sessions, second },
    projects,
    warnings,
    gaps: wide && pool.left >= sections,
    footer,
  };
}
