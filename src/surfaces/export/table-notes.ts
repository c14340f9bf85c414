import { tokensFull } from '../../text/format.ts';
import { displayWidth, fitEnd } from '../../text/width.ts';
import type { ReportMeta, ReportRow } from '../../usage/report.ts';
import { dateText, moneyText, printOf, safe, signs } from './table-cells.ts';
import type { ShownMeta, TableOptions } from './types.ts';

/** More unpriced models than this are counted, not named. */
const NAMED_MODELS = 5;

const plural = (count: number, one: string, many = `${one}s`) => `${tokensFull(count)} ${count === 1 ? one : many}`;

/** What the rows cover: `today`, one date, `A to B`; open ends take the dates of the first and last use. */
export function rangeText(meta: ReportMeta, totals: Pick<ReportRow, 'firstAt' | 'lastAt'> | null): string | null {
  const dateOf = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : dateText(ms, meta.timezone));
  const since = meta.since ?? dateOf(totals?.firstAt);
  const until = meta.until ?? dateOf(totals?.lastAt);
  if (since === null || until === null) return since === null ? (until === null ? null : `until ${until}`) : `since ${since}`;
  if (since !== until) return `${since} to ${until}`;
  return since === dateOf(meta.generatedAt) ? 'today' : since;
}

/** ` Daily usage · 2026-11-16 to 2026-11-20 · zone Europe/Berlin · project api*`, broken between words where it is too long (UR-52). */
export function titleLines(
  parts: readonly (string | null)[],
  meta: ShownMeta,
  options: TableOptions,
  order: string | null = null,
): string[] {
  const filters = Object.entries(meta.filters).map(([name, values]) => `${name} ${values.join(', ')}`);
  const hidden = meta.namesHidden === true ? 'names hidden' : null;
  const named = [...parts, `zone ${meta.timezone}`, order, ...filters, hidden]
    .filter((part) => part !== null)
    .map((part) => safe(part, options));
  return wrapped(named.join(` ${signs(options.ascii).dot} `), options);
}

/** Breaks at blanks; a word that is wider than the line is cut. Each line starts with one blank. */
export function wrapped(text: string, options: Pick<TableOptions, 'columns' | 'ascii'>): string[] {
  const room = Math.max(1, options.columns - 1);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = fitEnd(word, room, signs(options.ascii).dots);
  }
  if (line !== '') lines.push(line);
  return lines.map((each) => ` ${each}`);
}

function costNote(meta: ReportMeta, wide: boolean, options: TableOptions): string | null {
  if (!options.cost) return null;
  const { cost, sessions, forksLeftOut } = meta.unlogged;
  const kind = wide ? `API-equivalent cost, prices of ${meta.priceTable}` : 'API-equivalent cost';
  if (cost === null || sessions === 0) return kind;
  const left = forksLeftOut > 0 ? `, ${plural(forksLeftOut, 'fork')} left out` : '';
  const who = wide ? ` (${plural(sessions, 'session')}${left})` : '';
  return `${kind} ${signs(options.ascii).dot} not in transcripts: ${moneyText(cost, printOf(true, options, meta.timezone))}${who}`;
}

/** `1 model has no price: claude-quasar-7 (150 tokens, cost unknown)` and the command that sets one (UR-6). */
function unpricedNotes(totals: ReportRow, options: TableOptions): string[] {
  const tokens = new Map<string, number>();
  for (const { model, sum } of totals.models) {
    if (sum.unpricedEvents > 0) tokens.set(model, (tokens.get(model) ?? 0) + sum.unpricedTokens);
  }
  if (tokens.size === 0 || !options.cost) return [];
  const named = [...tokens].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const list = named.slice(0, NAMED_MODELS).map(([model, count]) => `${safe(model, options)} (${plural(count, 'token')}, cost unknown)`);
  const rest = named.length > NAMED_MODELS ? ` and ${named.length - NAMED_MODELS} more` : '';
  return [
    `${plural(tokens.size, 'model has', 'models have')} no price: ${list.join(', ')}${rest}`,
    `set one: tidemark config set pricing.overrides ${signs(options.ascii).dots}`,
  ];
}

function unreadNote(meta: ReportMeta): string | null {
  const lines = meta.ingest.rejectedLines;
  return lines === 0 ? null : `${plural(lines, 'line')} could not be read (tidemark ledger stats)`;
}

/** A range that starts before the first record is not empty there, it is unknown (UR-5). */
function coverageNote(meta: ReportMeta): string | null {
  if (meta.since === null || meta.firstRecord === null) return null;
  const first = dateText(meta.firstRecord, meta.timezone);
  return meta.since < first ? `no data recorded before ${first}` : null;
}

/** The lines under a table, each only when it applies (UR-52); `extra` come first. */
export function footLines(
  totals: ReportRow,
  meta: ReportMeta,
  wide: boolean,
  options: TableOptions,
  extra: readonly string[] = [],
): string[] {
  const notes = [...extra, costNote(meta, wide, options), ...unpricedNotes(totals, options), coverageNote(meta), unreadNote(meta)];
  const lines = notes.filter((note) => note !== null).flatMap((note) => wrapped(note, options));
  return lines.length === 0 ? [] : ['', ...lines];
}

/** `No usage between A and B (newest: 2026-11-19)` (UR-91). */
export function emptyNotice(meta: ReportMeta): string {
  const { since, until } = meta;
  const newest = meta.lastRecord === null ? '' : ` (newest: ${dateText(meta.lastRecord, meta.timezone)})`;
  if (since !== null && until !== null) return `No usage ${since === until ? `on ${since}` : `between ${since} and ${until}`}${newest}`;
  if (since !== null) return `No usage since ${since}${newest}`;
  if (until !== null) return `No usage until ${until}${newest}`;
  const filtered = Object.keys(meta.filters).length > 0;
  return filtered ? `No usage with these filters${newest}` : `No usage recorded${newest}`;
}
