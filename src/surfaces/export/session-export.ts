import { csvRow } from '../../text/csv.ts';
import { markdownText } from '../../text/markdown.ts';
import type { ReportMeta, SessionRow } from '../../usage/report.ts';
import { allTokens, sumOf, workTokens } from '../../usage/sum.ts';
import type { UsageEvent } from '../../usage/types.ts';
import { metaJson, SCHEMA_VERSION } from './json.ts';
import { costOf, decimalText, dollars, instant, type Json, withoutCost } from './json-row.ts';
import { jsonChunks } from './json-stream.ts';
import type { ShownMeta } from './types.ts';

export type ExportFormat = 'json' | 'csv' | 'md';

type Value = string | number | boolean | null;

interface Field {
  readonly name: string;
  readonly value: (event: UsageEvent, session: SessionRow) => Value;
}

/** One column per figure of a request, in the order of the exports; appended to, never renamed. No path, no text of the conversation. */
const FIELDS: readonly Field[] = [
  { name: 'time', value: (event) => instant(event.at) },
  { name: 'session_id', value: (event) => event.sessionId },
  { name: 'request_key', value: (event) => event.key },
  { name: 'account', value: (event) => event.account },
  { name: 'project', value: (_, session) => session.project },
  { name: 'branch', value: (_, session) => session.branch },
  { name: 'model', value: (event) => event.model },
  { name: 'main_or_subagent', value: (event) => (event.sidechain ? 'subagent' : 'main') },
  { name: 'requests', value: (event) => event.requests },
  { name: 'input_tokens', value: (event) => event.tokens.input },
  { name: 'output_tokens', value: (event) => event.tokens.output },
  { name: 'cache_write_5m_tokens', value: (event) => event.tokens.cacheWrite5m },
  { name: 'cache_write_1h_tokens', value: (event) => event.tokens.cacheWrite1h },
  { name: 'cache_read_tokens', value: (event) => event.tokens.cacheRead },
  { name: 'work_tokens', value: (event) => workTokens(event.tokens) },
  { name: 'all_tokens', value: (event) => allTokens(event.tokens) },
  { name: 'web_searches', value: (event) => event.webSearches },
  { name: 'speed', value: (event) => event.speed },
  { name: 'output_is_lower_bound', value: (event) => event.outputIsLowerBound },
  { name: 'cost_usd', value: (event) => dollars(event.cost) },
];

export interface ExportOptions {
  readonly cost: boolean;
}

const fieldsFor = (options: ExportOptions) => FIELDS.filter((field) => options.cost || field.name !== 'cost_usd');

/** Money of a file: the exact decimal of the integer, empty when unknown (EXP-3). */
const exactText = (field: Field, event: UsageEvent, session: SessionRow): string => {
  if (field.name === 'cost_usd') return event.cost === null ? '' : decimalText(dollars(event.cost)!);
  return String(field.value(event, session) ?? '');
};

/** `session export`: a request per row, Σ rows = totals (UR-66), in pieces ended with line feeds (CSV: CRLF). */
export function sessionExport(
  format: ExportFormat,
  session: SessionRow,
  entries: readonly UsageEvent[],
  meta: ShownMeta,
  options: ExportOptions,
): Iterable<string> {
  if (format === 'csv') return csvPieces(session, entries, options);
  if (format === 'md') return markdownPieces(session, entries, meta, options);
  return jsonChunks(exportJson(session, entries, meta, options));
}

function exportTotals(entries: readonly UsageEvent[]): Json {
  const sum = sumOf(entries);
  return {
    requests: sum.requests,
    input_tokens: sum.input,
    output_tokens: sum.output,
    cache_write_5m_tokens: sum.cacheWrite5m,
    cache_write_1h_tokens: sum.cacheWrite1h,
    cache_read_tokens: sum.cacheRead,
    work_tokens: workTokens(sum),
    all_tokens: allTokens(sum),
    web_searches: sum.webSearches,
    output_is_lower_bound: sum.outputIsLowerBound,
    cost_usd: costOf(sum, false),
    cost_is_lower_bound: sum.unpricedEvents > 0 && sum.pricedEvents > 0,
  };
}

function exportJson(session: SessionRow, entries: readonly UsageEvent[], meta: ReportMeta, options: ExportOptions): object {
  const fields = fieldsFor(options);
  const events = {
    *[Symbol.iterator]() {
      for (const event of entries) yield Object.fromEntries(fields.map((field) => [field.name, field.value(event, session)]));
    },
  };
  const tail = { totals: exportTotals(entries), meta: metaJson(meta) };
  return { schemaVersion: SCHEMA_VERSION, events, ...((options.cost ? tail : withoutCost(tail)) as Json) };
}

/** RFC 4180; text cells are guarded against formulas, numbers never are (TS-9). */
function* csvPieces(session: SessionRow, entries: readonly UsageEvent[], options: ExportOptions): Generator<string> {
  const fields = fieldsFor(options);
  yield csvRow(fields.map((field) => field.name));
  for (const event of entries) {
    yield csvRow(fields.map((field) => (field.name === 'cost_usd' ? exactText(field, event, session) : field.value(event, session))));
  }
}

const MARKDOWN_FIELDS = [
  'time',
  'model',
  'main_or_subagent',
  'input_tokens',
  'output_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'cache_read_tokens',
  'all_tokens',
  'cost_usd',
];

const markdownRow = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;

/** A table with the totals as its last row; every cell of text is escaped (TS-6). */
function* markdownPieces(session: SessionRow, entries: readonly UsageEvent[], meta: ShownMeta, options: ExportOptions): Generator<string> {
  const fields = fieldsFor(options).filter((field) => MARKDOWN_FIELDS.includes(field.name));
  const totals = exportTotals(entries);
  yield `# ${markdownText(session.name)}\n\n`;
  yield `Session ${markdownText(session.sessionId)}, project ${markdownText(session.project)}. Times in UTC.`;
  if (meta.namesHidden === true) yield ' Names are hidden.';
  yield options.cost ? ` Cost is API-equivalent, in USD, prices of ${markdownText(meta.priceTable)}.\n\n` : '\n\n';
  yield markdownRow(fields.map((field) => field.name.replaceAll('_', ' ')));
  yield markdownRow(fields.map((field) => (typeof totals[field.name] === 'number' || field.name === 'cost_usd' ? '--:' : '---')));
  for (const event of entries) yield markdownRow(fields.map((field) => markdownText(exactText(field, event, session))));
  yield markdownRow(fields.map((field, i) => (i === 0 ? 'Total' : totalText(field, entries, totals))));
}

function totalText(field: Field, entries: readonly UsageEvent[], totals: Json): string {
  if (field.name !== 'cost_usd') return totals[field.name] === undefined ? '' : String(totals[field.name]);
  const sum = sumOf(entries);
  if (totals.cost_usd === null) return '';
  return `${totals.cost_is_lower_bound === true ? '≥ ' : ''}${decimalText(dollars(sum.pricedCost)!)}`;
}
