import type { ReportMeta, ReportRow } from '../../usage/report.ts';
import { type Print, printOf } from './table-cells.ts';
import { type Form, layOut, printLayout, type Style } from './table-layout.ts';
import { emptyNotice, footLines, titleLines, wrapped } from './table-notes.ts';
import type { TableOptions } from './types.ts';

/** Full digits from this width on; `--compact` prints as on a terminal of the other (UR-30, §5). */
const WIDE_FROM = 120;
const COMPACT_COLUMNS = 80;

export interface Table {
  /** Parts of the title before zone and filters. */
  readonly title: readonly (string | null)[];
  readonly wide: (print: Print) => Form;
  readonly compact: (print: Print) => Form;
  readonly isEmpty: boolean;
  /** Part of the title after the zone. */
  readonly order?: string;
  readonly notes?: readonly string[];
}

interface Printed {
  readonly lines: readonly string[];
  readonly wide: boolean;
}

/** The table in the widest form that fits; columns leave only from the compact one, or from the wide one when it was asked for. */
export function printTable(table: Pick<Table, 'wide' | 'compact'>, zone: string, options: TableOptions): Printed {
  const { ascii, colour } = options;
  const columns = options.compact ? Math.min(options.columns, COMPACT_COLUMNS) : options.columns;
  const style: Style = { columns, ascii, colour };
  if (!options.compact && (options.wide || columns >= WIDE_FROM)) {
    const form = withoutMoney(table.wide(printOf(true, options, zone)), options);
    const layout = layOut(form, columns, options.wide);
    if (layout !== null) return { lines: printLayout(form, layout, style), wide: true };
  }
  const form = withoutMoney(table.compact(printOf(false, options, zone)), options);
  const layout = layOut(form, columns, true) ?? layOut(form, Number.MAX_SAFE_INTEGER, false)!;
  return { lines: printLayout(form, layout, style), wide: false };
}

/** Columns of money have ids that start with `cost`. */
const withoutMoney = (form: Form, options: TableOptions): Form =>
  options.cost ? form : { ...form, columns: form.columns.filter((column) => !column.id.startsWith('cost')) };

/** Title, table and footer; nothing to show is said in words (UR-91). */
export function reportLines(table: Table, totals: ReportRow, meta: ReportMeta, options: TableOptions): string[] {
  const title = titleLines(table.title, meta, options, table.order);
  if (table.isEmpty)
    return [...title, '', ...wrapped(emptyNotice(meta), options), ...footLines(totals, meta, true, { ...options, cost: false })];
  const printed = printTable(table, meta.timezone, options);
  return [...title, '', ...printed.lines, ...footLines(totals, meta, printed.wide, options, table.notes)];
}
