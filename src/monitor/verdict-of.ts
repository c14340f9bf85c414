import { countStates } from '../usage/membership.ts';
import type { AccountView, SessionView, Snapshot, WindowView } from './snapshot.ts';
import type { Verdict, VerdictWindow } from './verdict-data.ts';

type VerdictInput = Pick<Snapshot, 'sessions' | 'windows' | 'ingest'> & { readonly accounts?: readonly AccountView[] };

/** The window nearest its limit; among unknown ones the most used (LV-33). */
export function nearestLimit(windows: readonly WindowView[]): WindowView | null {
  const used = (window: WindowView) => window.usedPercent.value ?? -1;
  return [...windows].sort((a, b) => used(b) - used(a) || b.amounts.work - a.amounts.work)[0] ?? null;
}

/** When the first rate-limited session may go on: its own word, else the end of its account's window if that is full. */
function limitedUntil(sessions: readonly SessionView[], windows: readonly WindowView[]): number | null {
  const times = sessions
    .filter((session) => session.state === 'rate-limited')
    .flatMap((session) => {
      const window = windows.find((open) => open.account === session.account);
      const full = window !== undefined && (window.usedPercent.value ?? 0) >= 100 ? window.end : null;
      return session.limitResetsAt ?? full ?? [];
    });
  return times.length === 0 ? null : Math.min(...times);
}

/** What a window comes to at its end: in percent by the server's own samples, or of a limit that counts the same tokens (D-30, D-31); else in tokens. */
function paceOf(window: WindowView): VerdictWindow['pace'] {
  const { projection, percentProjection, limit } = window;
  if (percentProjection !== null)
    return { unit: 'percent', low: percentProjection.low, high: percentProjection.high, limitAt: percentProjection.limitAt };
  if (projection === null) return null;
  const { low, high, limitAt } = projection;
  if (limit.tokens === null || limit.tokens <= 0 || limit.count !== 'all') return { unit: 'tokens', low, high, limitAt };
  return { unit: 'percent', low: (low / limit.tokens) * 100, high: (high / limit.tokens) * 100, limitAt };
}

const HOUR_MS = 3_600_000;

function windowPart(window: WindowView, others: number): VerdictWindow {
  const hours = Math.round(((window.end - window.start) / HOUR_MS) * 2) / 2;
  return {
    accountId: window.account,
    label: window.label,
    others,
    // An official window cut by the next one, or one of minutes, is still called by its usual length.
    hours: window.source === 'official' || hours < 0.5 ? 5 : hours,
    end: window.end,
    source: window.source,
    uncertaintyMinutes: window.uncertaintyMinutes,
    usedPercent: window.usedPercent,
    stale: window.stale,
    work: window.amounts.work,
    limit: window.limit,
    pace: window.stale ? null : paceOf(window),
  };
}

/** The verdict of a snapshot's figures. One function for all surfaces (LV-30). */
export function verdictOf({ sessions, windows, ingest, accounts = [] }: VerdictInput): Verdict {
  const states = sessions.map((session) => session.state);
  const counts = countStates(states);
  const of = (state: string) => states.reduce((count, each) => (each === state ? count + 1 : count), 0);
  const nearest = nearestLimit(windows);
  const account = accounts.find(({ id }) => id === nearest?.account) ?? accounts[0];
  const last = sessions.reduce<SessionView | null>((a, b) => ((b.lastAt ?? -1) > (a?.lastAt ?? -1) ? b : a), null);
  return {
    needsYou: counts.needYou,
    failed: of('error'),
    limited: of('rate-limited'),
    working: of('working') + of('compacting'),
    yourTurn: of('your-turn'),
    active: counts.active,
    idle: counts.idle,
    ended: counts.ended,
    limitedUntil: limitedUntil(sessions, windows),
    window: nearest === null ? null : windowPart(nearest, windows.length - 1),
    weekly: account?.weekly ?? null,
    accounts: Math.max(accounts.length, windows.length),
    last: last?.lastAt == null ? null : { name: last.name, at: last.lastAt },
    noData: sessions.length === 0 && ingest.files === 0 && !ingest.reading,
    reading: ingest.reading ? { percent: ingest.percent } : null,
  };
}
