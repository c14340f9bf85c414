import { tokensFull } from '../../text/format.ts';
import { displayWidth, fitEnd, padEnd } from '../../text/width.ts';
import type { ReportMeta } from '../../usage/report.ts';
import { allTokens, cacheHit, workTokens } from '../../usage/sum.ts';
import { modelLabel, partsByCost } from './json-row.ts';
import { shownTranscript } from './shown-transcript.ts';
import {
  costCell,
  durationText,
  moneyText,
  type Print,
  printOf,
  rateText,
  safe,
  shortModel,
  shortTime,
  signs,
  tokensCell,
  weekdayTime,
} from './table-cells.ts';
import { footLines, titleLines, wrapped } from './table-notes.ts';
import type { SessionDetail, TableOptions } from './types.ts';

type Fact = readonly [label: string, value: string];

const LABEL_WIDTH = 18;
/** A model's name as a label is cut here. */
const MAX_LABEL = 24;
/** Below this many columns the value stands under its label. */
const BESIDE_FROM = 48;

/** Identity, lineage and times; facts that do not apply are left out. */
function identity(detail: SessionDetail, print: Print): Fact[] {
  const { row } = detail;
  const time = (ms: number | null) => (ms === null ? null : shortTime(ms, print.zone));
  const facts: [string, string | null][] = [
    ['Id', row.sessionId],
    ['Title', row.title],
    ['Tags', row.tags.length === 0 ? null : row.tags.join(', ')],
    ['Description', row.description],
    ['Project', row.branch === null ? row.project : `${row.project} (${row.branch})`],
    ['Directory', row.cwd],
    ['Account', row.account],
    ['State', detail.state],
    ['Forked from', row.forkedFrom],
    ['First use', time(row.firstAt)],
    ['Last use', time(row.lastAt)],
    ['Duration', row.firstAt === null || row.lastAt === null ? null : durationText(row.lastAt - row.firstAt)],
    ['Named', time(detail.metadata?.createdAt ?? null)],
    ['Changed', time(detail.metadata?.updatedAt ?? null)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function usage(detail: SessionDetail, print: Print, withCost: boolean): Fact[] {
  const { row } = detail;
  const { sum, subagents } = row;
  const count = (tokens: number, lower = false) => tokensCell(tokens, lower, print).text;
  const agents = `${tokensFull(subagents.requests)} ${subagents.requests === 1 ? 'request' : 'requests'}, ${count(allTokens(subagents), subagents.outputIsLowerBound)} tokens`;
  const facts: Fact[] = [
    ['Requests', tokensFull(sum.requests)],
    ['Prompts', tokensFull(row.prompts)],
    ['Input', count(sum.input)],
    ['Output', count(sum.output, sum.outputIsLowerBound)],
    ['Cache write 5 min', count(sum.cacheWrite5m)],
    ['Cache write 1 h', count(sum.cacheWrite1h)],
    ['Cache read', count(sum.cacheRead)],
    ['Total', count(allTokens(sum), sum.outputIsLowerBound)],
    ['Work tokens', count(workTokens(sum), sum.outputIsLowerBound)],
    ['Cache hit', rateText(cacheHit(sum), print)],
    [
      'Subagents',
      `${detail.subagentCount === null ? '' : `${detail.subagentCount}: `}${agents}${withCost ? `, ${costCell(subagents, print).text}` : ''}`,
    ],
  ];
  return detail.compactions === null ? facts : [...facts, ['Compactions', tokensFull(detail.compactions)]];
}

/** Cost, also by model, beside the client's own count and the difference (D-18). */
function money(detail: SessionDetail, print: Print): Fact[] {
  const { row } = detail;
  return [
    ['Cost', costCell(row.sum, print).text],
    ...partsByCost(row).map(
      (part): Fact => [`  ${safe(shortModel(modelLabel(part.model, part.speed)), print)}`, costCell(part.sum, print).text],
    ),
    ["Client's count", moneyText(row.clientCost, print)],
    ['Not in transcripts', moneyText(row.unloggedCost, print)],
  ];
}

function windows(detail: SessionDetail, print: Print): Fact[] {
  return detail.windows.map(
    ({ start, source, share, shareBasis }): Fact => [
      'Window share',
      `${rateText(share, print)} of local use by ${shareBasis}, from ${weekdayTime(start, print.zone)} (${source})`,
    ],
  );
}

function transcript(detail: SessionDetail, meta: ReportMeta): Fact[] {
  const [path, { transcript: where }] = [shownTranscript(detail, meta), detail.row];
  return [['Transcript', path === null ? where : `${path} (${where})`]];
}

/** A fact on one line, or under its label; long values go on below. */
function factLines([label, value]: Fact, options: TableOptions): string[] {
  const text = safe(value, options).trim();
  if (options.columns < BESIDE_FROM)
    return [...wrapped(label.trim(), options), ...wrapped(text, { ...options, columns: options.columns - 2 }).map((line) => `  ${line}`)];
  const name = fitEnd(label, MAX_LABEL, signs(options.ascii).dots);
  const width = Math.max(LABEL_WIDTH, displayWidth(name));
  const inner = wrapped(text, { ...options, columns: options.columns - width - 1 });
  return inner.map((line, i) => ` ${padEnd(i === 0 ? name : '', width)}${line}`);
}

/** `session show`: one block per subject (UR-64). No text of the conversation. */
export function sessionCard(detail: SessionDetail, meta: ReportMeta, options: TableOptions): string[] {
  const print = printOf(!options.compact, options, meta.timezone);
  const blocks = [
    identity(detail, print),
    usage(detail, print, options.cost),
    options.cost ? money(detail, print) : [],
    windows(detail, print),
    transcript(detail, meta),
  ];
  const body = blocks.filter((block) => block.length > 0).flatMap((block) => ['', ...block.flatMap((fact) => factLines(fact, options))]);
  const title = titleLines([`Session ${detail.row.name}`], meta, { ...options });
  // The note of the reports speaks of all sessions; here the two money lines above say it.
  const own = { ...meta, unlogged: { cost: null, sessions: 0, forksLeftOut: 0 }, since: null };
  return [...title, ...body, ...footLines(detail.row, own, true, options)];
}
