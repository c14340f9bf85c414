import type { Snapshot } from '../../monitor/snapshot.ts';
import { known, money, perMinute, separator, unknown, viewOf } from './figures.ts';
import { joined, verdict } from './rows/verdict.ts';
import { drawable, type Line, span, textOf, widthOf } from './spans.ts';

export interface LineOptions {
  readonly columns: number;
  readonly ascii: boolean;
  readonly now?: number;
}

/**
 * One status line without escape codes, at most `columns` wide (LV-134): the verdict, then burn, cost of the window and of the
 * day. When it does not fit, the day goes first, then burn, then cost; the verdict then shortens by its own rules.
 */
export function statusLine(snapshot: Snapshot, options: LineOptions): string {
  const columns = options.columns > 0 ? Math.floor(options.columns) : 80;
  const view = viewOf(snapshot, { ascii: options.ascii, now: options.now ?? snapshot.takenAt });
  const { combined } = snapshot;
  const burn = known(view) ? `${perMinute(view, combined.burnNow.work)} tok/min ${combined.severity}` : `${unknown(view)} tok/min`;
  const cost = `${money(view, combined.cost, combined.costIsLowerBound)} window`;
  const today = `${money(view, combined.today.cost, combined.today.costIsLowerBound)} today`;
  const tails: readonly (readonly string[])[] = [[burn, cost, today], [burn, cost], [cost]];
  for (const fullness of ['no-pace', 'brief'] as const) {
    const head = verdict(view, snapshot, Number.POSITIVE_INFINITY, fullness);
    const drawn = tails.map(
      (tail): Line => [
        ...head,
        span(separator(view)),
        ...joined(
          tail.map((text) => span(text)),
          separator(view),
        ),
      ],
    );
    const fitting = drawn.find((candidate) => widthOf(candidate) <= columns);
    if (fitting !== undefined) return textOf(fitting);
  }
  return textOf(drawable(verdict(view, snapshot, columns), options.ascii));
}
