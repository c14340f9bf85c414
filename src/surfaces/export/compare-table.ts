import { percent, usd } from '../../text/format.ts';
import { displayWidth } from '../../text/width.ts';
import type { ReportMeta, ReportRow } from '../../usage/report.ts';
import { addSums, allTokens, cacheHit, costOfSum, emptySum, workTokens } from '../../usage/sum.ts';
import type { UsageSum } from '../../usage/types.ts';
import { costCell, durationText, type Print, printOf, rateText, safe, signs, tokensCell, tokensText } from './table-cells.ts';
import { type Cell, type Column, type Form, layOut, printLayout } from './table-layout.ts';
import { footLines, titleLines } from './table-notes.ts';
import { type Turn, turnNumbers } from './turns.ts';
import type { SessionDetail, TableOptions } from './types.ts';

const WIDE_FROM = 120;
/** Names head their columns with up to this many cells; on narrow terminals with what the figures need. */
const NAME_WIDTHS = [16, 8, 0];

/** A figure of a session as printed, and as a number for the difference; a lower bound or unknown has no number. */
interface Figure {
  readonly label: string;
  readonly cell: (detail: SessionDetail) => Cell;
  readonly value: (detail: SessionDetail) => number | null;
  /** Text of a positive difference. */
  readonly difference: (amount: number) => string;
}

/** Sums with an unknown or lower-bound part have no honest difference (D-11, D-16). */
const known = (isLowerBound: boolean, value: number | null) => (isLowerBound ? null : value);

function figures(print: Print, withCost: boolean): Figure[] {
  const tokens = (label: string, count: (detail: SessionDetail) => number, lower = (_: SessionDetail) => false): Figure => ({
    label,
    cell: (detail) => tokensCell(count(detail), lower(detail), print),
    value: (detail) => known(lower(detail), count(detail)),
    difference: (amount) => tokensText(amount, print),
  });
  const bounded = (detail: SessionDetail) => detail.row.sum.outputIsLowerBound;
  const span = ({ row }: SessionDetail) => (row.firstAt === null || row.lastAt === null ? null : row.lastAt - row.firstAt);
  const cost: Figure = {
    label: 'Cost',
    cell: ({ row }) => costCell(row.sum, print),
    value: ({ row }) => known(costOfSum(row.sum).isLowerBound, costOfSum(row.sum).cost),
    difference: (amount) => usd(amount),
  };
  return [
    tokens('Requests', ({ row }) => row.sum.requests),
    tokens('Prompts', ({ row }) => row.prompts),
    tokens('Input', ({ row }) => row.sum.input),
    tokens('Output', ({ row }) => row.sum.output, bounded),
    tokens('Cache write', ({ row }) => row.sum.cacheWrite5m + row.sum.cacheWrite1h),
    tokens('Cache read', ({ row }) => row.sum.cacheRead),
    tokens('Total', ({ row }) => allTokens(row.sum), bounded),
    tokens('Work', ({ row }) => workTokens(row.sum), bounded),
    tokens(
      'Subagents',
      ({ row }) => allTokens(row.subagents),
      ({ row }) => row.subagents.outputIsLowerBound,
    ),
    ...(withCost ? [cost] : []),
    {
      label: 'Cache hit',
      cell: ({ row }) => ({ text: rateText(cacheHit(row.sum), print) }),
      value: ({ row }) => cacheHit(row.sum),
      difference: (amount) => percent(amount * 100).replace('%', 'pt'),
    },
    {
      label: 'Duration',
      cell: (detail) => ({ text: span(detail) === null ? signs(print.ascii).unknown : durationText(span(detail)!) }),
      value: span,
      difference: durationText,
    },
  ];
}

function differenceText(figure: Figure, first: SessionDetail, other: SessionDetail, print: Print): string {
  const [from, to] = [figure.value(first), figure.value(other)];
  if (from === null || to === null) return signs(print.ascii).unknown;
  return signed(to - from, figure.difference);
}

const signed = (amount: number, text: (amount: number) => string): string =>
  amount === 0 ? '=' : `${amount > 0 ? '+' : '-'}${text(Math.abs(amount))}`;

/** One table of `shown`; each but the first of all has its difference to that one beside it. */
function comparison(shown: readonly SessionDetail[], first: SessionDetail, nameWidth: number, print: Print, withCost: boolean): Form {
  const rows = figures(print, withCost).map((figure) => ({
    kind: 'row' as const,
    cells: Object.fromEntries<Cell>([
      ['key', { text: figure.label }],
      ...shown.flatMap((detail, i): [string, Cell][] => [
        [`value${i}`, figure.cell(detail)],
        [`difference${i}`, { text: differenceText(figure, first, detail, print) }],
      ]),
    ]),
  }));
  const columns = shown.flatMap((detail, i): Column[] => {
    const needed = Math.max(1, ...rows.map((row) => displayWidth(row.cells[`value${i}`]!.text)));
    const value: Column = { id: `value${i}`, header: safe(detail.row.name, print), align: 'right', max: Math.max(nameWidth, needed) };
    return detail === first ? [value] : [value, { id: `difference${i}`, header: '+/-', align: 'right', leave: 1 }];
  });
  return { columns: [{ id: 'key', header: 'Figure', align: 'left', floor: 11 }, ...columns], lines: rows };
}

/** As many sessions side by side as fit, the others below them. `formOf` is the table of some of them. */
function stacked(
  details: readonly SessionDetail[],
  formOf: (shown: readonly SessionDetail[], nameWidth: number) => Form,
  options: TableOptions,
): string[] {
  for (const nameWidth of NAME_WIDTHS) {
    for (let count = details.length; count > 0; count -= 1) {
      // Fewer sessions beside one another are worse than shorter names.
      if (count < Math.min(2, details.length) && nameWidth !== NAME_WIDTHS.at(-1)) continue;
      const form = formOf(details.slice(0, count), nameWidth);
      const layout = layOut(form, options.columns, count === 1 && nameWidth === NAME_WIDTHS.at(-1));
      if (layout === null) continue;
      const rest = details.slice(count);
      return [...printLayout(form, layout, options), ...(rest.length === 0 ? [] : ['', ...stacked(rest, formOf, options)])];
    }
  }
  return [];
}

/** Title, body and foot of a comparison. The totals are those of the first: they only say what the foot has to explain. */
function framed(
  details: readonly SessionDetail[],
  meta: ReportMeta,
  options: TableOptions,
  body: (print: Print) => readonly string[],
): string[] {
  const title = titleLines(['Sessions compared', details.map((detail) => detail.row.name).join(', ')], meta, options);
  const first = details[0];
  if (first === undefined) return title;
  const full = !options.compact && (options.wide || options.columns >= WIDE_FROM);
  const totals: ReportRow = {
    ...first.row,
    sum: details.reduce((sum, detail) => addSums(sum, detail.row.sum), emptySum()),
    models: details.flatMap((detail) => detail.row.models),
  };
  const own = { ...meta, unlogged: { cost: null, sessions: 0, forksLeftOut: 0 }, since: null };
  return [...title, '', ...body(printOf(full, options, meta.timezone)), ...footLines(totals, own, full, options)];
}

/** `session compare a b …`: columns per session, rows per figure, difference to the first (UR-65). */
export function compareTable(details: readonly SessionDetail[], meta: ReportMeta, options: TableOptions): string[] {
  return framed(details, meta, options, (print) =>
    stacked(details, (shown, nameWidth) => comparison(shown, details[0]!, nameWidth, print, options.cost), options),
  );
}

/** `session compare --turns`: a row per turn, all tokens and cost of each session in it, difference in tokens to the first; the sums are those of `show`. */
export function turnsTable(
  details: readonly SessionDetail[],
  turns: readonly (readonly Turn[])[],
  meta: ReportMeta,
  options: TableOptions,
): string[] {
  const sums = new Map(details.map((detail, i) => [detail, new Map(turns[i]!.map((turn) => [turn.number, turn.sum]))]));
  const formOf = (print: Print) => (shown: readonly SessionDetail[], nameWidth: number) =>
    turnForm(shown, details[0]!, sums, turnNumbers(turns), { nameWidth, print, withCost: options.cost });
  return framed(details, meta, options, (print) => stacked(details, formOf(print), options));
}

interface TurnPrint {
  readonly nameWidth: number;
  readonly print: Print;
  readonly withCost: boolean;
}

function turnForm(
  shown: readonly SessionDetail[],
  first: SessionDetail,
  sums: ReadonlyMap<SessionDetail, ReadonlyMap<number, UsageSum>>,
  numbers: readonly number[],
  { nameWidth, print, withCost }: TurnPrint,
): Form {
  const { none } = signs(print.ascii);
  const cellsOf = (sum: (detail: SessionDetail) => UsageSum | undefined): [string, Cell][] =>
    shown.flatMap((detail, i): [string, Cell][] => {
      const [own, other] = [sum(detail), sum(first)];
      if (own === undefined) return [[`value${i}`, { text: none }]];
      return [
        [`value${i}`, tokensCell(allTokens(own), own.outputIsLowerBound, print)],
        [`cost${i}`, costCell(own, print)],
        [`difference${i}`, { text: other === undefined ? none : tokensDifference(other, own, print) }],
      ];
    });
  const rows = numbers.map((number) => ({
    kind: 'row' as const,
    cells: Object.fromEntries<Cell>([
      ['key', { text: number === 0 ? 'before' : String(number) }],
      ...cellsOf((detail) => sums.get(detail)?.get(number)),
    ]),
  }));
  const total = { kind: 'row' as const, cells: Object.fromEntries<Cell>([['key', { text: 'Total' }], ...cellsOf(({ row }) => row.sum)]) };
  const columns = shown.flatMap((detail, i): Column[] => {
    const needed = Math.max(1, ...[...rows, total].map((row) => displayWidth(row.cells[`value${i}`]?.text ?? '')));
    return [
      { id: `value${i}`, header: safe(detail.row.name, print), align: 'right', max: Math.max(nameWidth, needed) },
      ...(withCost ? [{ id: `cost${i}`, header: 'Cost', align: 'right' as const, leave: 2 }] : []),
      ...(detail === first ? [] : [{ id: `difference${i}`, header: '+/-', align: 'right' as const, leave: 1 }]),
    ];
  });
  return { columns: [{ id: 'key', header: 'Turn', align: 'right' }, ...columns], lines: [...rows, { kind: 'rule' }, total] };
}

function tokensDifference(from: UsageSum, to: UsageSum, print: Print): string {
  if (from.outputIsLowerBound || to.outputIsLowerBound) return signs(print.ascii).unknown;
  return signed(allTokens(to) - allTokens(from), (amount) => tokensText(amount, print));
}
