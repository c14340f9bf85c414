import type { QuotaView, Snapshot, WindowView } from '../../../monitor/snapshot.ts';
import { nearestLimit } from '../../../monitor/verdict.ts';
import { guessWords } from '../../../monitor/verdict-words.ts';
import { bar } from '../bar.ts';
import {
  age,
  amount,
  amountFull,
  clock,
  duration,
  full,
  hourly,
  known,
  money,
  named,
  percent,
  perMinute,
  say,
  separator,
  short,
  unknown,
  type View,
} from '../figures.ts';
import type { Shape } from '../shape.ts';
import { firstFitting, type Line, line, padEnd, span, type Tone } from '../spans.ts';
import { partTone, projectedPercent, rangeWords, usedTone, windowLabel } from './window-words.ts';

/** How wordy the section is: the words of the 120-column, 80-column, 60-column screens of LV §4. */
export type Form = 'long' | 'short' | 'bare';

/** From these widths on a form's longest usual lines fit. */
const LONG_FROM = 116;
const SHORT_FROM = 76;

export function formOf(shape: Shape, width: number): Form {
  if (shape === 'compact' || width < SHORT_FROM) return 'bare';
  return width < LONG_FROM ? 'short' : 'long';
}

const BAR_WIDTH: Readonly<Record<Form, number>> = { long: 30, short: 18, bare: 16 };
const LABEL_WIDTH: Readonly<Record<Form, number>> = { long: 13, short: 8, bare: 0 };

const dollarsPerHour = (view: View, snapshot: Snapshot): string => {
  const rate = hourly(view, snapshot.combined.burnNow.costPerHour);
  return rate === unknown(view) ? rate : `$${rate}/h`;
};

/** `5 points in reserve` (D-26): elapsed less used. */
function reserveWords(reserve: number | null, form: Form): string | null {
  if (reserve === null) return null;
  const points = Math.round(reserve);
  const amount = `${Math.abs(points)} point${Math.abs(points) === 1 ? '' : 's'}`;
  const word = points < 0 ? 'deficit' : 'reserve';
  return form === 'long' ? `${amount} in ${word}` : `${word} ${amount}`;
}

/** How tokens are written in this form: in full digits where there is room. */
export const lengthOf = (view: View, form: Form) => (sum: Parameters<typeof amount>[1]) =>
  form === 'long' ? amountFull(view, sum) : amount(view, sum);

export const label = (form: Form, long: string, brief: string): string =>
  LABEL_WIDTH[form] === 0 ? '' : padEnd(form === 'long' ? long : brief, LABEL_WIDTH[form]);

/** Edges and time left: `10:20 → 15:20, 1 h 37 m left`; the end of an estimate carries its spread. */
function edges(view: View, window: WindowView, form: Form): string {
  const official = window.source === 'official';
  const spread = official || window.uncertaintyMinutes === 0 ? '' : ` ± ${window.uncertaintyMinutes} min`;
  const end = `${official ? '' : '≈ '}${clock(view, window.end)}${spread}`;
  if (form !== 'long') return `to ${end}`;
  return `${official ? '' : '≈ '}${clock(view, window.start)} → ${end}, ${duration(view, window.end - view.now)} left`;
}

/** The head with as many whole tail parts as fit: a part is left out, never cut in the middle. */
function withTail(view: View, head: Line, tail: readonly string[], width: number): Line {
  const candidates = tail.map((_, index) => tail.slice(0, tail.length - index).join(' · '));
  return firstFitting([...candidates.map((words) => [...head, span(say(view, ` ${words}`))]), head], width);
}

/** What is used, as it may be shown now: an official figure also while history is read, a computed one only after that. */
const usedNow = (view: View, window: WindowView): number | null =>
  known(view) || window.usedPercent.source === 'official' ? window.usedPercent.value : null;

export function windowLine(view: View, window: WindowView, form: Form, owner: string | null, width: number): Line {
  const name = label(form, `Window ${windowLabel(window)}`, 'Window');
  const account = owner === null ? '' : `${owner}${separator(view)}`;
  const used = usedNow(view, window);
  if (used === null) {
    const work = known(view) ? `${short(view, window.amounts.work)} work tokens` : unknown(view);
    const end = `${edges(view, window, 'short')} (${window.source})`;
    return withTail(
      view,
      line(`${name}${account}${work}`),
      [`· ${end}`, form === 'long' ? 'quota unknown — tidemark install statusline' : 'quota unknown'],
      width,
    );
  }
  // A guess stops at 100 (D-34).
  const figure = window.usedPercent.source === 'estimated' && window.limit.over ? '> 100 %' : percent(view, used);
  const mark = window.source === 'official' ? window.elapsedPercent : null;
  const drawn = `${account}${bar(view, used, BAR_WIDTH[form], mark)} ${figure}`;
  const reserve = form === 'bare' || window.stale ? null : reserveWords(window.reserve, form);
  const tail = [sourceOf(view, window), edges(view, window, form), ...(reserve === null ? [] : [reserve])];
  return withTail(view, [span(name), span(drawn, usedTone(window))], tail, width);
}

/** `official, 12 s`, `of 2.50M (yours)`, `of your usual peak (estimated)`, `of your plan (estimated)`. */
function sourceOf(view: View, window: WindowView): string {
  const { source, at } = window.usedPercent;
  if (source === 'official') return at === null ? source : `official, ${age(view, at)}`;
  const { tokens } = window.limit;
  return source === 'configured' && tokens !== null ? `of ${short(view, tokens)} (yours)` : `${guessWords(window.limit)} (estimated)`;
}

/** The official weekly quota with `used` percent of it (D-25), in the long form: the others have no room for it. */
export function weeklyLine(view: View, weekly: QuotaView, used: number, account: string | null, width: number): Line {
  const name = label('long', 'Weekly', 'Weekly');
  const { at } = weekly.usedPercent;
  const drawn = `${account === null ? '' : `${account}${separator(view)}`}${bar(view, used, BAR_WIDTH.long)} ${percent(view, used)}`;
  const reserve = weekly.stale ? null : reserveWords(weekly.reserve, 'long');
  const resets = weekly.resetsAt === null ? null : `resets ${clock(view, weekly.resetsAt)}`;
  const tail = [at === null ? 'official' : `official, ${age(view, at)}`, resets, reserve].filter((word) => word !== null);
  return withTail(view, [span(name), span(drawn, usedTone(weekly))], tail, width);
}

/** Tokens of the day and of the window; against `--token-limit` with a bar (LV-11). */
export function tokensLine(view: View, snapshot: Snapshot, form: Form, width: number): Line {
  const { combined } = snapshot;
  const name = label(form, 'Tokens', 'Tokens');
  const write = form === 'long' ? amountFull : amount;
  const window = write(view, combined);
  const today = write(view, combined.today);
  if (combined.limit === null || !known(view)) {
    return line(`${name}${window} ${form === 'long' ? 'this window' : 'window'}${separator(view)}${today} today`);
  }
  const { used, tokens, per, percent: part } = combined.limit;
  const number = form === 'long' ? full : short;
  const tone = partTone(part);
  const scope = per === 'day' ? 'today' : 'this window';
  const other = per === 'day' ? `window ${window}` : `${today} today`;
  const source = form === 'long' ? ' (--token-limit)' : ' (yours)';
  const drawn = `${bar(view, part, BAR_WIDTH[form])} ${percent(view, part)}`;
  const tail = [`${number(view, used)} / ${number(view, tokens)} ${scope}${source}`, other];
  return withTail(view, [span(name), span(drawn, tone)], tail, width);
}

export function burnLine(view: View, snapshot: Snapshot, form: Form): Line {
  const { burnNow, severity } = snapshot.combined;
  const name = label(form, 'Burn rate', 'Burn');
  if (!known(view)) return line(`${name}${unknown(view)}`);
  const tone: Tone | undefined = severity === 'HIGH' ? 'attention' : undefined;
  const all = form === 'long' ? ` · ${perMinute(view, burnNow.all)} all tok/min` : '';
  const span5 = form === 'long' ? '    now = last 5 min' : '';
  return [
    span(`${name}${perMinute(view, burnNow.work)} work tok/min (`),
    span(severity, tone),
    span(say(view, `)${all} · ${dollarsPerHour(view, snapshot)}`)),
    span(span5, 'dim'),
  ];
}

/** The forecast of one window: `81 % (74–88 %) by 15:20 at this pace · 58.31M tokens · limit not before the reset` (D-30…D-32). */
function projectedWords(view: View, window: WindowView, form: Form): string {
  const { projection } = window;
  const range = rangeWords(view, window);
  if (range === null) return `${unknown(view)} not enough use yet for a forecast`;
  const part = projectedPercent(window);
  const by = ` by ${window.source === 'official' ? '' : '≈ '}${clock(view, window.end)}`;
  const doubt = projection === null || projection.calibrated || window.percentProjection !== null ? '' : ', uncalibrated';
  const tokens = projection === null ? null : `${short(view, projection.tokens)} tokens`;
  const head = part === null ? `${tokens} (${range.replace(' tokens', '')}${doubt})` : `${percent(view, part.at)} (${range}${doubt})`;
  const limitAt = window.percentProjection?.limitAt ?? projection?.limitAt ?? null;
  const limit =
    limitAt === null
      ? (window.limit.tokens === null && window.percentProjection === null) || form !== 'long'
        ? null
        : window.source === 'official'
          ? 'limit not before the reset'
          : 'limit not before its end'
      : `limit ≈ ${clock(view, limitAt)}`;
  return [`${head}${by} at this pace`, part === null ? null : tokens, limit].filter((word) => word !== null).join(' · ');
}

/** Tokens now and at this pace: `37.37M → 58.31M tokens at this pace`, with a known limit `81 % (74–88 %) at this pace · 37.37M → 58.31M`. */
function bareForecast(view: View, snapshot: Snapshot, window: WindowView | null): Line {
  const used = amount(view, snapshot.combined);
  const range = window === null || snapshot.windows.length > 1 ? null : rangeWords(view, window);
  if (window === null || window.projection === null || range === null) return line(`${used} tokens window`);
  const ahead = `${used} → ${short(view, window.projection.tokens)}`;
  const part = projectedPercent(window);
  return line(say(view, part === null ? `${ahead} tokens at this pace` : `${percent(view, part.at)} (${range}) at this pace · ${ahead}`));
}

/** `owner`: whose forecast it is, where that is not plain from the title. */
export function projectedLine(view: View, snapshot: Snapshot, form: Form, owner: string | null): Line {
  const name = label(form, 'Projected', 'Ahead');
  const window = nearestLimit(snapshot.windows);
  if (form === 'bare') return bareForecast(view, snapshot, window);
  if (window === null || !known(view)) return line(`${name}${unknown(view)}`);
  const account = owner !== null ? `${owner} ` : snapshot.windows.length > 1 ? `${named(view, window.label)} ` : '';
  const hits = window.percentProjection?.limitAt ?? window.projection?.limitAt ?? null;
  const tone: Tone | undefined = hits === null ? undefined : 'attention';
  return [span(name), span(say(view, `${account}${projectedWords(view, window, form)}`), tone)];
}

export function costLine(view: View, snapshot: Snapshot, form: Form): Line {
  const { combined } = snapshot;
  const name = label(form, 'Total cost', 'Cost');
  const window = money(view, combined.cost, combined.costIsLowerBound);
  const today = money(view, combined.today.cost, combined.today.costIsLowerBound);
  const words = `${window} ${form === 'long' ? 'this window' : 'window'}${separator(view)}${today} today`;
  const nature = form === 'long' ? '    API-equivalent' : form === 'short' ? ', API-equivalent' : '';
  return [span(name), span(words), span(nature, 'dim')];
}
