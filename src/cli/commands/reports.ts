import type { Command } from 'commander';
import { distinctSessionsOf } from '../../ledger/queries/cells.ts';
import { modelRows, periodRows, projectRows, sessionRows, totals } from '../../ledger/queries/reports.ts';
import { usageError } from '../../platform/errors.ts';
import { writeStdoutSync } from '../../platform/stdout.ts';
import {
  blocksJson,
  dailyJson,
  instancesJson,
  modelsJson,
  monthlyJson,
  projectsJson,
  sectionsJson,
  sessionsJson,
  weeklyJson,
} from '../../surfaces/export/json.ts';
import { jsonChunks } from '../../surfaces/export/json-stream.ts';
import {
  blocksTable,
  emptyNotice,
  instancesTable,
  modelsTable,
  periodTable,
  projectsTable,
  sessionsTable,
} from '../../surfaces/export/table.ts';
import type { JsonOptions, TableOptions } from '../../surfaces/export/types.ts';
import type { PeriodRow, ReportMeta, ReportRow } from '../../usage/report.ts';
import { blockReport } from '../block-report.ts';
import { examplesText } from '../examples.ts';
import { notes } from '../notes.ts';
import { metaOf, type OpenReport, openReport } from '../open-report.ts';
import { printSchema } from '../print-schema.ts';
import { addReportFlags, hideFlags, type ReportFlags } from '../report-flags.ts';
import { REPORTS, type ReportName } from '../report-names.ts';
import { addRows, largeEnough, sortRows } from '../rows.ts';
import { tableOptions } from '../table-options.ts';

/** Their rows are no periods (UR-21). */
const WITHOUT_LAST: readonly ReportName[] = ['sessions', 'projects', 'models'];

const EXAMPLES: Readonly<Record<ReportName, readonly (readonly [string, string])[]>> = {
  daily: [
    ['daily --since 7d', 'the last seven days'],
    ['daily --project api --breakdown', 'one project, a line per model'],
    ['daily --instances --since this-month', 'days of this month, by project'],
    ['daily --json | jq .totals.totalCost', 'all it cost, for a script'],
  ],
  weekly: [
    ['weekly --last 4', 'the newest four weeks with use'],
    ['weekly --week-start sunday', 'weeks that begin on Sunday'],
  ],
  monthly: [
    ['monthly', 'every month there is'],
    ['monthly --model "*opus*" --order desc', 'one family of models, newest first'],
  ],
  sessions: [
    ['sessions --since today', 'what today went into, the most expensive first'],
    ['sessions --tag review --sort last', 'sessions you tagged, newest first'],
    ['sessions --project ~/src/api --top 10', 'the ten most expensive below a directory'],
    ['sessions --subagents only', 'what subagents used'],
  ],
  projects: [
    ['projects --since last-month --until last-month', 'last month by project'],
    ['projects --min-cost 1', 'projects that cost a dollar or more'],
  ],
  models: [
    ['models', 'tokens, cost and prices of each model'],
    ['models --by-period week', 'the mix of models over the weeks'],
  ],
  blocks: [
    ['blocks --active', 'the open window, its pace and when it ends'],
    ['blocks --recent 7 --token-limit max', 'a week of windows, against your largest'],
  ],
};

/** One report as data and as text, from one loaded ledger. */
interface Built {
  readonly json: (options: JsonOptions) => object;
  readonly table: (options: TableOptions) => readonly string[];
  readonly empty: boolean;
  readonly totals: ReportRow;
}

/** Adds the named reports: the program that answers one of them does without the others' hundred options. */
export function addReportCommands(program: Command, names: readonly ReportName[] = REPORTS): void {
  const about: Record<ReportName, string> = {
    daily: 'tokens and cost by local day',
    weekly: 'tokens and cost by week',
    monthly: 'tokens and cost by month',
    sessions: 'tokens and cost by session, the most expensive first',
    projects: 'tokens and cost by project, all worktrees of a repository together',
    models: 'tokens, cost and prices by model',
    blocks: '5-hour windows of the account, with gaps, burn rate and projection',
  };
  for (const name of names) {
    const command = hideFlags(addReportFlags(program.command(name).description(about[name])), WITHOUT_LAST.includes(name) ? ['last'] : []);
    if (name === 'daily') command.option('--instances', 'group by project');
    if (['sessions', 'projects', 'models'].includes(name)) {
      command
        .option('--sort <key>', 'cost, tokens, last, first, name or requests')
        .option('-I, --invert', 'the other way round')
        .option('--top <n>', 'only the first n rows');
    }
    if (name === 'sessions') command.alias('session-list').option('-i, --id <session>', 'one session: the same as tidemark session show');
    if (name === 'models') command.option('--by-period <period>', 'day, week or month: a row per model and period');
    if (name === 'blocks') {
      command
        .option('-a, --active', 'only the open window')
        .option('-r, --recent [days]', 'windows of the last days (default 3)')
        .option('-t, --token-limit <n>', 'tokens a window may hold, or max: the largest finished one')
        .option('-n, --session-duration <hours>', 'length of estimated windows (default 5)');
    }
    command.addHelpText('after', examplesText(EXAMPLES[name])).action(async (flags: ReportFlags) => runReport(name, flags));
  }
}

async function runReport(name: ReportName, flags: ReportFlags): Promise<void> {
  if (flags.jsonSchema) return printSchema(flags.instances ? 'instances' : flags.sections === undefined ? name : 'sections');
  if (flags.last !== undefined && WITHOUT_LAST.includes(name)) throw usageError(`--last does not go with ${name}`, 'use --since or --top');
  if (flags.id !== undefined) return (await import('./session.ts')).showSession(flags.id, flags);
  const names = flags.sections === undefined ? [name] : sectionsOf(flags.sections);
  using open = await openReport(flags, { accounts: names.includes('sessions') });
  const meta = metaOf(open);
  const built = names.map((section) => build(section, open, meta, flags));
  if (flags.json || open.request.parity !== false) {
    const options: JsonOptions = { cost: flags.cost, parity: open.request.parity, stream: flags.sections === undefined };
    const objects = built.map((report) => report.json(options));
    for (const piece of jsonChunks(objects.length === 1 ? objects[0]! : sectionsJson(objects))) writeStdoutSync(piece);
    return;
  }
  if (built.every((report) => report.empty)) {
    writeStdoutSync(`${emptyNotice(meta)}\n`);
    return;
  }
  if (
    open.request.since !== null &&
    meta.firstRecord !== null &&
    (open.request.filter.from ?? Number.POSITIVE_INFINITY) < meta.firstRecord - 86_400_000
  ) {
    await notes([`no data recorded before ${new Date(meta.firstRecord).toISOString().slice(0, 10)}`]);
  }
  for (const report of built) writeStdoutSync(`${report.table(tableOptions(open, flags)).join('\n')}\n`);
}

function sectionsOf(text: string): ReportName[] {
  return text.split(',').map((part) => {
    const found = REPORTS.find((report) => report === part.trim());
    if (found === undefined) throw usageError(`--sections knows ${REPORTS.join(', ')}, not "${part.trim()}"`);
    return found;
  });
}

function build(name: ReportName, open: OpenReport, meta: ReportMeta, flags: ReportFlags): Built {
  switch (name) {
    case 'daily':
    case 'weekly':
    case 'monthly':
      return periods(name, open, meta, flags);
    case 'sessions': {
      const rows = ordered(open, sessionRows(open.context), (row) => row.sessionId, 'cost');
      const total = totalOf(open, rows, true);
      const metadata = new Map(
        [...open.directory.sessions.values()]
          .filter((s) => s.createdAt !== null)
          .map((s) => [s.sessionId, { createdAt: s.createdAt!, updatedAt: s.updatedAt ?? s.createdAt! }]),
      );
      return {
        json: (o) => sessionsJson(rows, total, meta, { ...o, metadata }),
        table: (o) => sessionsTable(rows, total, meta, o),
        empty: rows.length === 0,
        totals: total,
      };
    }
    case 'projects': {
      const rows = ordered(open, projectRows(open.context), (row) => row.path, 'cost');
      const total = totalOf(open, rows);
      return {
        json: (o) => projectsJson(rows, total, meta, o),
        table: (o) => projectsTable(rows, total, meta, o),
        empty: rows.length === 0,
        totals: total,
      };
    }
    case 'models': {
      const period = flags.byPeriod === undefined ? null : (['day', 'week', 'month'] as const).find((p) => p === flags.byPeriod);
      if (period === undefined) throw usageError(`--by-period takes day, week or month, not "${flags.byPeriod}"`);
      const all = modelRows(open.context, period);
      const rows = period === null ? ordered(open, all, (row) => `${row.model} ${row.speed}`, 'cost') : all;
      const base = totals(open.context);
      const total = totalOf(open, rows, false, base);
      return {
        json: (o) => modelsJson(rows, total, meta, o),
        table: (o) => modelsTable(rows, total, meta, o),
        empty: rows.length === 0,
        totals: total,
      };
    }
    case 'blocks': {
      const rows = blockReport(open, flags);
      const total = addRows(
        rows.flatMap((b) => (b.row === null ? [] : [b.row])),
        distinctSessionsOf(rows.flatMap((b) => (b.row === null ? [] : [b.row]))),
      );
      return { json: (o) => blocksJson(rows, meta, o), table: (o) => blocksTable(rows, meta, o), empty: rows.length === 0, totals: total };
    }
  }
}

function periods(name: 'daily' | 'weekly' | 'monthly', open: OpenReport, meta: ReportMeta, flags: ReportFlags): Built {
  const { request, context } = open;
  const period = ({ daily: 'day', weekly: 'week', monthly: 'month' } as const)[name];
  const byProject = flags.instances ?? false;
  const all = periodRows(context, period, byProject);
  const fits = largeEnough(all, request);
  let rows: PeriodRow[] = all.filter((_, i) => fits[i]);
  if (request.last !== null) {
    const newest = new Set([...new Set(rows.map((row) => row.period))].slice(-request.last));
    rows = rows.filter((row) => newest.has(row.period));
  }
  const total = addRows(rows, distinctSessionsOf(rows));
  if (request.order === 'desc') rows = rows.toReversed();
  const json = { daily: dailyJson, weekly: weeklyJson, monthly: monthlyJson }[name];
  return {
    json: (o) => (byProject ? instancesJson(rows, total, meta, o) : json(rows, total, meta, o)),
    table: (o) => (byProject ? instancesTable(rows, total, meta, o) : periodTable(name, rows, total, meta, o)),
    empty: rows.length === 0,
    totals: total,
  };
}

function ordered<R extends ReportRow>(open: OpenReport, rows: readonly R[], nameOf: (row: R) => string, sort: 'cost'): R[] {
  const { request } = open;
  const fits = largeEnough(rows, request);
  const sorted = sortRows(
    rows.filter((_, i) => fits[i]),
    request.sort ?? sort,
    request.invert,
    nameOf,
  );
  return request.top === null ? sorted : sorted.slice(0, request.top);
}

/** Totals of the rows that are shown: over everything when none was left out. */
function totalOf(open: OpenReport, rows: readonly ReportRow[], one = false, base?: ReportRow): ReportRow {
  const { minTokens, minCostUsd, top } = open.request;
  if (minTokens === 0 && minCostUsd === 0 && top === null) return base ?? totals(open.context);
  return addRows(rows, one ? rows.length : distinctSessionsOf(rows));
}
