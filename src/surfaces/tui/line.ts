import type { Snapshot } from '../../monitor/snapshot.ts';
import { verdictText } from '../../monitor/verdict.ts';
import { known, money, perMinute, separator, unknown, viewOf } from './figures.ts';
import { displayWidth } from './width.ts';

export interface LineOptions {
  readonly columns: number;
  readonly ascii: boolean;
  readonly hour12?: boolean;
  readonly now?: number;
}

/**
 * One status line without escape codes, at most `columns` wide (LV-134): the verdict, then burn, cost of the window and of the
 * day. When it does not fit, the day goes first, then burn, then cost; the verdict then shortens by its own rules.
 */
export function statusLine(snapshot: Snapshot, options: LineOptions): string {
  const columns = options.columns > 0 ? Math.floor(options.columns) : 80;
  const now = options.now ?? snapshot.takenAt;
  const view = viewOf(snapshot, { ascii: options.ascii, now, hour12: options.hour12 });
  const style = { width: Number.POSITIVE_INFINITY, now, zone: snapshot.timezone, ascii: options.ascii, hour12: options.hour12 ?? false };
  const { combined } = snapshot;
  const burn = known(view) ? `${perMinute(view, combined.burnNow.work)} tok/min ${combined.severity}` : `${unknown(view)} tok/min`;
  const cost = `${money(view, combined.cost, combined.costIsLowerBound)} window`;
  const today = `${money(view, combined.today.cost, combined.today.costIsLowerBound)} today`;
  for (const fullness of ['no-pace', 'brief'] as const) {
    const head = verdictText(snapshot.verdict, style, fullness);
    for (const tail of [[burn, cost, today], [burn, cost], [cost]]) {
      const drawn = [head, ...tail].join(separator(view));
      if (displayWidth(drawn) <= columns) return drawn;
    }
  }
  return verdictText(snapshot.verdict, { ...style, width: columns });
}
