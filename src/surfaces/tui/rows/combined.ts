import type { Snapshot } from '../../../monitor/snapshot.ts';
import { nearestLimit } from '../../../monitor/verdict.ts';
import { amount, known, money, named, perMinute, say, separator, short, unknown, type View } from '../figures.ts';
import type { Shape } from '../shape.ts';
import { clip, firstFitting, type Line, line, type Span, span, type Tone } from '../spans.ts';
import { burnLine, costLine, formOf, label, projectedLine, tokensLine, weeklyLine, windowLine } from './combined-lines.ts';
import { accountWords, type CombinedScope, scopeLine, scopeLines, scopeWords } from './combined-scope.ts';
import { windowLabel } from './window-words.ts';

/** The accounts' weekly quotas of which the server told. */
const weeklies = (snapshot: Snapshot) =>
  snapshot.accounts.flatMap(({ label: name, weekly }) => {
    const used = weekly?.usedPercent.value ?? null;
    return weekly === null || used === null ? [] : [{ name, weekly, used }];
  });

/** How many lines the section has when nothing is cut; the barest form says the tokens in its forecast, and only the long one has the weekly quota. */
export function combinedCount(snapshot: Snapshot, shape: Shape, width: number): number {
  const form = formOf(shape, width);
  return Math.max(1, snapshot.windows.length) + (form === 'bare' ? 3 : 4) + (form === 'long' ? weeklies(snapshot).length : 0);
}

/** `COMBINED USAGE · this 5-hour window, account work`. */
export function combinedTitle(view: View, snapshot: Snapshot, shape: Shape, width: number, scope: CombinedScope | null = null): string {
  const [window, ...others] = snapshot.windows;
  const form = formOf(shape, width);
  const dot = separator(view);
  if (scope !== null) return `${form === 'bare' ? 'COMBINED' : 'COMBINED USAGE'}${dot}${scopeWords(scope)}`;
  if (window === undefined) return `COMBINED USAGE${dot}no window open`;
  const hours = windowLabel(window).replace('h', '');
  if (form === 'bare') return `COMBINED${dot}${hours} h window`;
  if (others.length > 0) return `COMBINED USAGE${dot}open windows of ${snapshot.windows.length} accounts`;
  const account = named(view, window.label);
  return form === 'long'
    ? `COMBINED USAGE${dot}this ${hours}-hour window, account ${account}`
    : `COMBINED USAGE${dot}${hours} h window, ${account}`;
}

/** The combined section in at most `rows` lines (LV-53); when rows are few, the window, cost, burn, forecast and tokens stay, in this order. */
export function combinedRows(
  view: View,
  snapshot: Snapshot,
  shape: Shape,
  rows: number,
  width: number,
  scope: CombinedScope | null = null,
): readonly Line[] {
  if (rows < 1) return [];
  const form = formOf(shape, width);
  if (rows === 1) {
    const small = shape === 'narrow' || shape === 'tiny';
    const only = (room: number) => (scope === null ? combinedLine(view, snapshot, room) : scopeLine(view, snapshot, scope, room));
    return [small ? only(width) : [span(' '), ...only(width - 1)]];
  }
  const indent = (drawn: Line): Line => clip([span(' '), ...drawn], width);
  // A filter does not part the server's figures: they say whose they are.
  const owner = (name: string, several: boolean) => (scope !== null ? accountWords(view, name) : several ? named(view, name) : null);
  const windows = snapshot.windows.map((window) =>
    windowLine(view, window, form, owner(window.label, snapshot.windows.length > 1), width - 1),
  );
  const filtered = scope === null ? null : scopeLines(view, snapshot, scope, form);
  const [first = line(say(view, `${label(form, 'Window', 'Window')}no window open`)), ...others] = windows;
  const nearest = nearestLimit(snapshot.windows);
  const ranked: readonly { readonly place: number; readonly drawn: Line }[] = [
    { place: 0, drawn: first },
    { place: 5, drawn: filtered?.cost ?? costLine(view, snapshot, form) },
    { place: 3, drawn: filtered?.burn ?? burnLine(view, snapshot, form) },
    { place: 4, drawn: projectedLine(view, snapshot, form, scope === null || nearest === null ? null : accountWords(view, nearest.label)) },
    ...(form === 'bare' ? [] : [{ place: 2, drawn: filtered?.tokens ?? tokensLine(view, snapshot, form, width - 1) }]),
    ...others.map((drawn) => ({ place: 1, drawn })),
    ...(form === 'long' ? weeklies(snapshot) : []).map(({ name, weekly, used }) => {
      const drawn = weeklyLine(view, weekly, used, owner(name, snapshot.accounts.length > 1), width - 1);
      return { place: 1.5, drawn };
    }),
  ];
  const kept = ranked.slice(0, rows);
  return kept.sort((a, b) => a.place - b.place).map(({ drawn }) => indent(drawn));
}

/** All of it in one line: `$28.67 window · 6,384/min HIGH · !5`, down to `$28.67 6.4K/m HIGH`. */
export function combinedLine(view: View, snapshot: Snapshot, width: number): Line {
  const { combined, warnings } = snapshot;
  const cost = money(view, combined.cost, combined.costIsLowerBound);
  const work = known(view) ? combined.burnNow.work : null;
  const rate = work === null ? unknown(view) : perMinute(view, work);
  const severity = work === null ? '' : ` ${combined.severity}`;
  const tone: Tone | undefined = severity === '' || combined.severity !== 'HIGH' ? undefined : 'attention';
  const alarm = warnings.length > 0 ? `${separator(view)}!${warnings.length}` : '';
  const between = separator(view);
  const start = `${cost} window`;
  const burn = (text: string): Span => span(`${text}${severity}`, tone);
  const brief = work === null ? rate : short(view, Math.round(work));
  const today = money(view, combined.today.cost, combined.today.costIsLowerBound);
  const costs = `${start}${between}${today} today${between}`;
  function* candidates(): Generator<Line> {
    if (width >= 48) {
      yield [span(`COMBINED  ${amount(view, combined)} tokens${between}${costs}`), burn(`${rate} work tok/min`), span(alarm)];
      yield [span(costs), burn(`${rate} work tok/min`), span(alarm)];
    }
    yield [span(`${start}${between}`), burn(`${rate}/min`), span(alarm)];
    yield [span(`${cost} `), burn(`${brief}/m`)];
    yield line(cost);
  }
  return firstFitting(candidates(), width);
}
