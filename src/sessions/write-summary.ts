import { replaceSmallFile } from '../platform/small-file.ts';
import {
  MAX_SUMMARY_ALERTS,
  MAX_SUMMARY_BYTES,
  MAX_SUMMARY_TEXT,
  SUMMARY_VERSION,
  type Summary,
  type SummaryAlert,
  type SummaryProfile,
  type SummarySession,
  summaryFile,
} from './summary-file.ts';

export const MAX_SUMMARY_SESSIONS = 200;

/** What the monitor hands over; sessions most important first: those beyond the bounds are left out. */
export interface SummaryInput {
  readonly now: number;
  readonly today: Summary['today'];
  readonly profiles: Readonly<Record<string, SummaryProfile>>;
  readonly sessions: readonly (SummarySession & { readonly id: string })[];
  readonly alerts: { readonly open: number; readonly top: readonly SummaryAlert[] };
}

/** The JSON of a summary, made once: it is measured, compared with the next, and written. */
const texts = new WeakMap<Summary, string>();

function textOf(summary: Summary): string {
  let text = texts.get(summary);
  if (text === undefined) {
    text = JSON.stringify(summary);
    texts.set(summary, text);
  }
  return text;
}

/** Without the time of writing, which stands at the beginning. */
function timelessOf(summary: Summary): string {
  const { v, at } = summary;
  const head = `{"v":${v},"at":${at},`;
  const text = textOf(summary);
  return text.startsWith(head) ? text.slice(head.length) : JSON.stringify({ ...summary, at: 0 });
}

/** The file's content within its bounds (ST-16): 200 sessions, 3 alerts, 64 KiB. */
export function buildSummary(input: SummaryInput): Summary {
  const alerts = {
    open: input.alerts.open,
    top: input.alerts.top.slice(0, MAX_SUMMARY_ALERTS).map((alert) => ({ ...alert, text: alert.text.slice(0, MAX_SUMMARY_TEXT) })),
  };
  let count = Math.min(input.sessions.length, MAX_SUMMARY_SESSIONS);
  for (;;) {
    const sessions = Object.fromEntries(input.sessions.slice(0, count).map(({ id, ...session }) => [id, session]));
    const summary: Summary = { v: SUMMARY_VERSION, at: input.now, today: input.today, profiles: input.profiles, sessions, alerts };
    if (count === 0 || Buffer.byteLength(textOf(summary)) < MAX_SUMMARY_BYTES) return summary;
    count = Math.floor(count * 0.8);
  }
}

/** Writes it unless it says, times of writing apart, what `last` says (ST-14). True when a file was written. */
export function writeSummary(stateDir: string, summary: Summary, last: Summary | null = null): boolean {
  if (last !== null && timelessOf(last) === timelessOf(summary)) return false;
  return replaceSmallFile(summaryFile(stateDir), `${textOf(summary)}\n`);
}
