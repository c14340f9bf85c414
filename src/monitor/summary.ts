import type { NanoUsd } from '../pricing/types.ts';
import { buildSummary, type Summary, type SummaryInput, type SummaryWindow, writeSummary } from '../sessions/summary-file.ts';
import { usdExact } from '../text/format.ts';
import type { Figure } from '../usage/source.ts';
import type { AccountView, SessionView, Snapshot } from './snapshot.ts';

const dollars = (cost: NanoUsd | null): number | null => (cost === null ? null : usdExact(cost));

function windowOf(used: Figure, resetsAt: number | null): SummaryWindow | null {
  const { value, source, at } = used;
  if (value === null || resetsAt === null || (source !== 'official' && source !== 'estimated' && source !== 'configured')) return null;
  return { usedPercent: value, resetsAt: Math.round(resetsAt / 1000), at: at ?? 0, source };
}

function profileOf(account: AccountView, snapshot: Snapshot): SummaryInput['profiles'][string] {
  const { window, weekly } = account;
  const only = snapshot.accounts.length === 1;
  return {
    label: account.label,
    kind: window?.usedPercent.source === 'official' || weekly !== null ? 'subscription' : 'unknown',
    quota: {
      fiveHour: window === null ? null : windowOf(window.usedPercent, window.end),
      sevenDay: weekly === null ? null : windowOf(weekly.usedPercent, weekly.resetsAt),
    },
    // The day is known over all accounts only.
    todayUsd: only ? dollars(snapshot.combined.today.cost) : null,
    usdPerHour: window === null ? null : dollars(window.burnNow.costPerHour),
  };
}

/**
 * A name for the hot paths in the words of the contract. Only what the ledger knows: names from the client they know themselves. A name of a transcript is
 * handed on as the weakest kind it may be, so that it never hides a name that a person gave since.
 */
function titleOf({ name, titleSource }: SessionView): SummaryInput['sessions'][number]['title'] {
  if (titleSource === 'given') return { text: name, source: 'user', at: 0 };
  return titleSource === 'custom-title' || titleSource === 'ai-title' ? { text: name, source: 'ai', at: 0 } : undefined;
}

const sessionOf = (session: SessionView): SummaryInput['sessions'][number] => ({
  id: session.id,
  profile: session.account,
  method: 'default',
  confidence: 100,
  ...(titleOf(session) === undefined ? {} : { title: titleOf(session)! }),
  usd: dollars(session.total.cost),
  tokPerMin: Math.round(session.burnNow.work),
  usdPerHour: dollars(session.burnNow.costPerHour),
});

/** What the hot paths show of everything that is not their own session (session-state §2.11). */
export function summaryInput(snapshot: Snapshot): SummaryInput {
  const { today } = snapshot.combined;
  return {
    now: snapshot.takenAt,
    today: { tokens: today.all, usd: dollars(today.cost), unpriced: today.costIsLowerBound || today.cost === null },
    profiles: Object.fromEntries(snapshot.accounts.map((account) => [account.id, profileOf(account, snapshot)])),
    sessions: snapshot.sessions.filter((session) => session.state !== 'ended').map(sessionOf),
    alerts: {
      open: snapshot.warnings.length,
      top: snapshot.warnings.slice(0, 3).map(({ severity, text, since }) => ({ severity, text, at: since })),
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

  write(snapshot: Snapshot): void {
    if (snapshot.ingest.reading || !this.isDue(snapshot.takenAt)) return;
    const summary = buildSummary(summaryInput(snapshot));
    this.writtenAt = snapshot.takenAt;
    if (writeSummary(this.stateDir, summary, this.last)) this.last = summary;
  }
}
