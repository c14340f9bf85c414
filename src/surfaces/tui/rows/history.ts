import type { DayView, FormerWindow, FormerWindowDetail, LiveQueries, PartView } from '../../../monitor/details.ts';
import * as format from '../../../text/format.ts';
import {
  amount,
  amountFull,
  clock,
  dayClock,
  modelName,
  money,
  named,
  percent,
  plainLines,
  say,
  separator,
  shareCell,
  unknown,
  type View,
} from '../figures.ts';
import { type Line, line, span, type Tone } from '../spans.ts';
import { tableRows } from './columns.ts';
import { sumOfKnown } from './combined-scope.ts';
import { STATE_LOOK } from './states.ts';

/** The past: days, 5-hour windows with their outcome, a calendar, projects, models; and one former window in full (LV-85). */

export const HISTORY_PAGES = ['windows', 'days', 'calendar', 'projects', 'models'] as const;
export type HistoryPage = (typeof HISTORY_PAGES)[number];

/** Lines with a heading above; `rows` are those that can be chosen and scrolled. */
export interface Listed {
  readonly title: string;
  readonly heading: Line;
  readonly rows: readonly Line[];
  readonly below?: readonly Line[];
}

const cost = (view: View, { amounts }: { readonly amounts: PartView['amounts'] }) => money(view, amounts.cost, amounts.costIsLowerBound);

const spanWords = (view: View, window: Pick<FormerWindow, 'start' | 'end' | 'source' | 'uncertaintyMinutes'>): string => {
  const from = dayClock(view, window.start);
  const to = format.formatInstant(window.end, view.zone, 'time', { hour12: view.hour12 });
  return `${window.source === 'official' ? '' : '≈ '}${from} → ${to}`;
};

/** `reached the limit`, `stayed below`, `no official figure`; the open one is still open. */
export const outcomeWords = ({ open, outcome }: Pick<FormerWindow, 'open' | 'outcome'>): string =>
  open ? 'open' : outcome === 'limit' ? 'reached the limit' : outcome === 'fits' ? 'stayed below' : 'no official figure';

const outcomeTone = ({ open, outcome }: FormerWindow): Tone | undefined =>
  open ? 'working' : outcome === 'limit' ? 'error' : outcome === 'unknown' ? 'dim' : undefined;

export function windowRows(view: View, windows: readonly FormerWindow[], width: number): Listed {
  const table = tableRows(
    [
      { heading: 'WINDOW', left: true },
      { heading: 'ACCOUNT', left: true, leaves: 2 },
      { heading: 'USED' },
      { heading: 'TOKENS' },
      { heading: 'COST' },
      { heading: 'SESSIONS', leaves: 3 },
      { heading: 'OUTCOME', left: true, leaves: 1 },
    ],
    windows.map((window) => [
      say(view, spanWords(view, window)),
      named(view, window.account),
      window.usedPercent === null ? unknown(view) : percent(view, window.usedPercent, 'cell'),
      amount(view, window.amounts),
      cost(view, window),
      String(window.sessions),
      outcomeWords(window),
    ]),
    width,
    windows.map(outcomeTone),
  );
  return { title: `5-HOUR WINDOWS ${windows.length}`, ...table };
}

export function dayRows(view: View, days: readonly DayView[], width: number): Listed {
  const most = Math.max(1, ...days.map(({ amounts }) => amounts.cost ?? 0));
  const table = tableRows(
    [
      { heading: 'DAY', left: true },
      { heading: 'TOKENS' },
      { heading: 'COST' },
      { heading: 'SESSIONS', leaves: 3 },
      { heading: 'PROMPTS', leaves: 4 },
      { heading: 'MODELS', left: true, leaves: 2 },
      { heading: '', left: true, leaves: 5 },
    ],
    days.map((day) => [
      day.day,
      amountFull(view, day.amounts),
      cost(view, day),
      String(day.sessions),
      String(day.prompts),
      day.models.map((model) => modelName(view, model)).join(' '),
      (plainLines(view) ? '#' : '█').repeat(Math.round(((day.amounts.cost ?? 0) / most) * 20)),
    ]),
    width,
  );
  return { title: `DAYS ${days.length}`, ...table };
}

export function partRows(view: View, title: string, parts: readonly PartView[], width: number, isModel: boolean): Listed {
  const table = tableRows(
    [
      { heading: isModel ? 'MODEL' : 'PROJECT', left: true },
      { heading: 'TOKENS' },
      { heading: 'SHARE' },
      { heading: 'COST' },
      { heading: 'SESSIONS', leaves: 2 },
      { heading: 'LAST', leaves: 3 },
    ],
    parts.map((part) => [
      isModel ? modelName(view, part.id) : named(view, part.name),
      amountFull(view, part.amounts),
      shareCell(view, part.share),
      cost(view, part),
      String(part.sessions),
      part.lastAt === null ? unknown(view) : clock(view, part.lastAt),
    ]),
    width,
  );
  return { title: `${title} ${parts.length}${separator(view)}all time`, ...table };
}

const SHADES = [' ', '░', '▒', '▓', '█'] as const;
const ASCII_SHADES = [' ', '.', 'o', 'O', '#'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
/** Columns of the weekdays' names. */
const DAYS_AT = 6;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** A year of days as weeks in columns, darker = dearer; an unknown cost is `?`. Weeks start on Monday (D-27). */
export function calendarRows(view: View, days: ReturnType<LiveQueries['calendar']>, width: number): Listed {
  const weekdayOf = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  const most = Math.max(1, ...days.map(({ cost: nano }) => nano ?? 0));
  const shades = plainLines(view) ? ASCII_SHADES : SHADES;
  const shade = ({ cost: nano, all }: (typeof days)[number]) => {
    if (nano !== null && nano > 0) return shades[Math.ceil((nano / most) * 4)]!;
    if (all === 0) return '·';
    return nano === null ? '?' : shades[1];
  };
  const first = days[0] === undefined ? 0 : weekdayOf(days[0].day);
  const weeks = Math.ceil((first + days.length) / 7);
  const shown = Math.max(1, Math.min(weeks, width - DAYS_AT - 1));
  const skipped = weeks - shown;
  const cell = (week: number, weekday: number) => {
    const day = days[(week + skipped) * 7 + weekday - first];
    return day === undefined ? ' ' : say(view, shade(day));
  };
  const rows = WEEKDAYS.map((name, weekday) =>
    line(` ${name}  ${Array.from({ length: shown }, (_, week) => cell(week, weekday)).join('')}`),
  );
  let months = '';
  const monthOf = (week: number) => Number(days[Math.max(0, (week + skipped) * 7 - first)]!.day.slice(5, 7));
  for (let week = 1; week < shown; week++) {
    const month = monthOf(week);
    const isWhole = DAYS_AT + week + 3 <= width;
    if (isWhole && month !== monthOf(week - 1) && months.length <= week) months = `${months.padEnd(week)}${MONTHS[month - 1]}`;
  }
  const used = days.filter(({ all }) => all > 0);
  const total = sumOfKnown(used.map(({ cost: nano }) => nano));
  const lower = used.some((day) => day.cost === null || day.costIsLowerBound);
  const best = used.reduce<(typeof days)[number] | null>((a, b) => ((b.cost ?? -1) > (a?.cost ?? -1) ? b : a), null);
  const below = [
    [],
    line(
      say(
        view,
        ` ${used.length} days with use${separator(view)}${money(view, total, lower)} in a year${separator(view)}most ${best === null ? unknown(view) : `${best.day} ${money(view, best.cost, best.costIsLowerBound)}`}`,
      ),
    ),
    line(` less ${shades.slice(1).join('')} more, one column a week`, 'dim'),
  ];
  return { title: 'CALENDAR', heading: line(`${' '.repeat(DAYS_AT)}${months}`, 'dim'), rows, below };
}

/** One former window: its sessions, projects, models; live columns have no value there (LV-85). */
export function formerWindowRows(view: View, window: FormerWindowDetail, place: string, width: number): Listed {
  const used = window.usedPercent === null ? 'quota unknown' : `${percent(view, window.usedPercent)} (${window.source})`;
  const facts = [used, outcomeWords(window), `${amountFull(view, window.amounts)} tokens`, cost(view, window)].join(separator(view));
  const sessions = tableRows(
    [
      { heading: 'S', left: true },
      { heading: 'NAME', left: true },
      { heading: 'PROJECT', left: true, leaves: 2 },
      { heading: 'TOKENS' },
      { heading: 'COST' },
      { heading: '$/H', leaves: 4 },
      { heading: 'SHARE' },
      { heading: 'LAST', leaves: 3 },
    ],
    window.sessionParts.map((part) => [
      part.state === null ? unknown(view) : STATE_LOOK[part.state].letter,
      named(view, part.name),
      named(view, part.project),
      amount(view, part.amounts),
      cost(view, part),
      unknown(view),
      shareCell(view, part.share),
      part.lastAt === null ? unknown(view) : clock(view, part.lastAt),
    ]),
    width,
  );
  const small = (title: string, parts: readonly PartView[], isModel: boolean): readonly Line[] => {
    const table = partRows(view, title, parts.slice(0, 8), width, isModel);
    return parts.length === 0 ? [] : [[], line(` ${title}${parts.length > 8 ? ` 8 of ${parts.length}` : ''}`, 'strong'), ...table.rows];
  };
  return {
    title: `WINDOW ${spanWords(view, window)}${separator(view)}account ${named(view, window.account)}${separator(view)}${place}`,
    heading: [span(say(view, ` ${facts}`))],
    rows: [sessions.heading, ...sessions.rows],
    below: [...small('PROJECTS', window.projectParts, false), ...small('MODELS', window.modelParts, true)],
  };
}

export function historyRows(view: View, queries: LiveQueries, page: HistoryPage, width: number): Listed {
  const all = { since: null, until: null };
  switch (page) {
    case 'windows':
      return windowRows(view, queries.windows(200), width);
    case 'days':
      return dayRows(view, queries.days(all), width);
    case 'calendar':
      return calendarRows(view, queries.calendar(), width);
    case 'projects':
      return partRows(view, 'PROJECTS', queries.projects(all), width, false);
    case 'models':
      return partRows(view, 'MODELS', queries.models(all), width, true);
  }
}
