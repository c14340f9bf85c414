import type { Amounts, BurnRate, SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import type { NanoUsd } from '../../../pricing/types.ts';
import { hourly, money, named, perMinute, say, separator, unknown, type View } from '../figures.ts';
import { firstFitting, type Line, line, type Span, span } from '../spans.ts';
import { type Form, label, lengthOf } from './combined-lines.ts';

/** What a filter leaves of the combined figures (LV-81, `z`). Tokens, nano-USD. */
export interface CombinedScope {
  readonly shown: number;
  readonly all: number;
  readonly tokens: Pick<Amounts, 'all' | 'outputIsLowerBound'>;
  readonly cost: NanoUsd | null;
  readonly costIsLowerBound: boolean;
  readonly burn: BurnRate;
}

/** Null when nothing is known; a figure that is not makes the sum a lower bound. */
export const sumOfKnown = (values: readonly (number | null)[]): number | null =>
  values.length > 0 && values.every((value) => value === null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** Sums of some sessions' figures in the window, and of their rates. */
export function scopeOf(snapshot: Snapshot, sessions: readonly SessionView[]): CombinedScope {
  const windows = sessions.map(({ window }) => window);
  const rates = sessions.map(({ burnNow }) => burnNow);
  return {
    shown: sessions.length,
    all: snapshot.sessions.length,
    tokens: { all: windows.reduce((sum, { all }) => sum + all, 0), outputIsLowerBound: windows.some((each) => each.outputIsLowerBound) },
    cost: sumOfKnown(windows.map(({ cost }) => cost)),
    costIsLowerBound: windows.some(({ cost, costIsLowerBound }) => cost === null || costIsLowerBound),
    burn: {
      work: rates.reduce((sum, { work }) => sum + work, 0),
      all: rates.reduce((sum, { all }) => sum + all, 0),
      costPerHour: sumOfKnown(rates.map(({ costPerHour }) => costPerHour)),
    },
  };
}

/** `filtered, 1 of 7 sessions`. */
export const scopeWords = ({ shown, all }: CombinedScope): string => `filtered, ${shown} of ${all} sessions`;

const costWords = (view: View, snapshot: Snapshot, scope: CombinedScope): string =>
  `${money(view, scope.cost, scope.costIsLowerBound)} of ${money(view, snapshot.combined.cost, snapshot.combined.costIsLowerBound)}`;

const rateWords = (view: View, rate: NanoUsd | null): string => {
  const text = hourly(view, rate);
  return text === unknown(view) ? text : `$${text}/h`;
};

/** Tokens, burn and cost of what the filter shows, each beside the whole. What is known only of the account has no line here. */
export function scopeLines(view: View, snapshot: Snapshot, scope: CombinedScope, form: Form): Record<'tokens' | 'burn' | 'cost', Line> {
  const { combined } = snapshot;
  const length = lengthOf(view, form);
  const perMin = `${perMinute(view, scope.burn.work)} of ${perMinute(view, combined.burnNow.work)} work tok/min`;
  const all = form === 'long' ? ` · ${perMinute(view, scope.burn.all)} all tok/min` : '';
  const window = form === 'long' ? 'this window' : 'window';
  return {
    tokens: line(say(view, `${label(form, 'Tokens', 'Tokens')}${length(scope.tokens)} of ${length(combined)} tokens, ${window}`)),
    burn: line(
      say(
        view,
        view.complete
          ? `${label(form, 'Burn rate', 'Burn')}${perMin}${all} · ${rateWords(view, scope.burn.costPerHour)}`
          : `${label(form, 'Burn rate', 'Burn')}${unknown(view)}`,
      ),
    ),
    cost: [
      span(say(view, `${label(form, 'Total cost', 'Cost')}${costWords(view, snapshot, scope)} ${window}`)),
      span(form === 'long' ? '    API-equivalent' : form === 'short' ? ', API-equivalent' : '', 'dim'),
    ],
  };
}

/** All of it in one line: `filtered, 1 of 7 sessions · $17.70 of $28.67 window · 4,260/min`. */
export function scopeLine(view: View, snapshot: Snapshot, scope: CombinedScope, width: number): Line {
  const dot = separator(view);
  const rate: Span = span(view.complete ? `${perMinute(view, scope.burn.work)}/min` : unknown(view));
  const cost = costWords(view, snapshot, scope);
  const candidates = [
    `${scopeWords(scope)}${dot}${cost} window${dot}`,
    `filtered${dot}${cost} window${dot}`,
    `filtered${dot}${cost}${dot}`,
  ];
  return firstFitting([...candidates.map((text): Line => [span(text), rate]), line(cost)], width);
}

/** Whose the server's % is: never a part of the sessions' (LV-13). */
export const accountWords = (view: View, name: string): string => `account ${named(view, name)}`;
