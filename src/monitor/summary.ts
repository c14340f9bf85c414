import { type AccountName, UNKNOWN_ACCOUNT } from '../accounts/book.ts';
import type { NanoUsd } from '../pricing/types.ts';
import type { Summary, SummaryGit, SummaryWindow } from '../sessions/summary-file.ts';
import { buildSummary, type SummaryInput, writeSummary } from '../sessions/write-summary.ts';
import { usdExact } from '../text/format.ts';
import type { Figure } from '../usage/source.ts';
import type { AccountView, SessionView, Snapshot } from './snapshot.ts';

const dollars = (cost: NanoUsd | null): number | null => (cost === null ? null : usdExact(cost));

function windowOf(used: Figure, resetsAt: number | null): SummaryWindow | null {
  const { value, source, at } = used;
  if (value === null || resetsAt === null || (source !== 'official' && source !== 'estimated' && source !== 'configured')) return null;
  return { usedPercent: value, resetsAt: Math.round(resetsAt / 1000), at: at ?? 0, source };
}

/** What the summary says beyond the snapshot. */
export interface SummaryFacts {
  readonly accountOf: (sessionId: string) => Pick<AccountName, 'method' | 'confidence'>;
  /** `subscription`, `api-key`, …; null = not known. */
  readonly kindOf: (account: string) => string | null;
  /** Nano-USD of an account since local midnight; null = unknown. */
  readonly todayOf: (account: string) => NanoUsd | null;
  readonly gitOf: (sessionId: string) => SummaryGit | null;
  /** Names that a person gave are sealed at rest, and so are not written here (UR-69). */
  readonly hidesGiven?: boolean;
}

export const NO_FACTS: SummaryFacts = {
  accountOf: () => UNKNOWN_ACCOUNT,
  kindOf: () => null,
  todayOf: () => null,
  gitOf: () => null,
};

function profileOf(account: AccountView, { kindOf, todayOf }: SummaryFacts): SummaryInput['profiles'][string] {
  const { id, window, weekly } = account;
  const isPaidByMonth = window?.usedPercent.source === 'official' || weekly !== null;
  return {
    label: account.label,
    kind: kindOf(id) ?? (isPaidByMonth ? 'subscription' : 'unknown'),
    quota: {
      fiveHour: window === null ? null : windowOf(window.usedPercent, window.end),
      sevenDay: weekly === null ? null : windowOf(weekly.usedPercent, weekly.resetsAt),
    },
    todayUsd: dollars(todayOf(id)),
    usdPerHour: window === null ? null : dollars(window.burnNow.costPerHour),
  };
}

/**
 * A name for the hot paths in the words of the contract. Only what the ledger knows: names from the client they know themselves. A name of a transcript is
 * handed on as the weakest kind it may be, so that it never hides a name that a person gave since.
 */
function titleOf({ name, titleSource }: SessionView, hidesGiven: boolean): SummaryInput['sessions'][number]['title'] {
  if (titleSource === 'given') return hidesGiven ? undefined : { text: name, source: 'user', at: 0 };
  return titleSource === 'custom-title' || titleSource === 'ai-title' ? { text: name, source: 'ai', at: 0 } : undefined;
}

function sessionOf(session: SessionView, { accountOf, gitOf, hidesGiven = false }: SummaryFacts): SummaryInput['sessions'][number] {
  const { id, account, total, burnNow } = session;
  const { method, confidence } = accountOf(id);
  const [title, git] = [titleOf(session, hidesGiven), gitOf(id)];
  return {
    id,
    profile: account,
    method,
    confidence,
    ...(title === undefined ? {} : { title }),
    usd: dollars(total.cost),
    tokPerMin: Math.round(burnNow.work),
    usdPerHour: dollars(burnNow.costPerHour),
    ...(git === null ? {} : { git }),
  };
}

/** What the hot paths show of everything that is not their own session (session-state §2.11). */
export function summaryInput(snapshot: Snapshot, facts: SummaryFacts): SummaryInput {
  const { today } = snapshot.combined;
  const named = new Set(facts.hidesGiven ? snapshot.sessions.filter((s) => s.titleSource === 'given').map((s) => s.id) : []);
  const said = snapshot.warnings.filter(({ sessionId }) => sessionId === null || !named.has(sessionId));
  return {
    now: snapshot.takenAt,
    today: { tokens: today.all, usd: dollars(today.cost), unpriced: today.costIsLowerBound || today.cost === null },
    profiles: Object.fromEntries(snapshot.accounts.map((account) => [account.id, profileOf(account, facts)])),
    sessions: snapshot.sessions.filter((session) => session.state !== 'ended').map((session) => sessionOf(session, facts)),
    alerts: {
      open: snapshot.warnings.length,
      top: said.slice(0, 3).map(({ severity, text, since }) => ({ severity, text, at: since })),
    },
  };
}

const LEAST_PAUSE_MS = 2000;

/** Writes `S/summary.json` when it says something new, at most every two seconds, never from figures that are not complete. */
export class SummaryWriter {
  private last: Summary | null = null;
  private writtenAt = Number.NEGATIVE_INFINITY;
  private readonly stateDir: string;

  constructor(stateDir: string) {
    this.stateDir = stateDir;
  }

  isDue(now: number): boolean {
    return Math.abs(now - this.writtenAt) >= LEAST_PAUSE_MS;
  }

  write(snapshot: Snapshot, facts: SummaryFacts = NO_FACTS): void {
    if (snapshot.ingest.reading || !this.isDue(snapshot.takenAt)) return;
    const summary = buildSummary(summaryInput(snapshot, facts));
    this.writtenAt = snapshot.takenAt;
    if (writeSummary(this.stateDir, summary, this.last)) this.last = summary;
  }
}
