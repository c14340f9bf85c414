import { type Loose, looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { readSmallJson } from '../platform/small-file.ts';

/* `S/summary.json`: what the hot paths show of everything that is not their own session, written by the monitor (session-state §2.11). */

export const SUMMARY_VERSION = 1;
/** ST-16. */
export const MAX_SUMMARY_BYTES = 64 * 1024;
export const MAX_SUMMARY_ALERTS = 3;
/** Of a label, an alert, a name of a few words. Characters. */
export const MAX_SUMMARY_TEXT = 200;

/** A quota window of one profile. Percent; `resetsAt` epoch **seconds**; `at` epoch ms. */
export interface SummaryWindow {
  readonly usedPercent: number;
  readonly resetsAt: number;
  readonly at: number;
  readonly source: 'official' | 'estimated' | 'configured';
}

export interface SummaryProfile {
  readonly label: string;
  /** subscription, api-key, bedrock, vertex, foundry, gateway, unknown. */
  readonly kind: string;
  readonly quota: { readonly fiveHour: SummaryWindow | null; readonly sevenDay: SummaryWindow | null };
  readonly todayUsd: number | null;
  readonly usdPerHour: number | null;
}

/** State of a session's worktree; `at` epoch ms of the reading. */
export interface SummaryGit {
  readonly branch: string;
  readonly ahead: number;
  readonly behind: number;
  readonly dirty: number;
  readonly at: number;
}

export interface SummarySession {
  /** Key into `profiles`. */
  readonly profile: string;
  readonly method: string;
  /** 0 … 100. */
  readonly confidence: number;
  /** The monitor's resolved title and where it comes from (LS-25). */
  readonly title?: { readonly text: string; readonly source: string; readonly at: number };
  readonly usd: number | null;
  readonly tokPerMin: number | null;
  readonly usdPerHour: number | null;
  readonly git?: SummaryGit;
}

export interface SummaryAlert {
  readonly severity: string;
  readonly text: string;
  readonly at: number;
}

/** Money in USD, tokens of all kinds, times in epoch ms. Texts are untrusted where people or transcripts named things. */
export interface Summary {
  readonly v: number;
  readonly at: number;
  readonly today: { readonly tokens: number; readonly usd: number | null; readonly unpriced: boolean };
  readonly profiles: Readonly<Record<string, SummaryProfile>>;
  /** Live sessions by id, at most 200. */
  readonly sessions: Readonly<Record<string, SummarySession>>;
  readonly alerts: { readonly open: number; readonly top: readonly SummaryAlert[] };
}

export const summaryFile = (stateDir: string): string => `${stateDir}/summary.json`;

/** The session asked for, and of the others one for each profile: enough to tell whose sessions live, at a tenth of the time. */
function onlySession(value: unknown, only: string | null): Readonly<Record<string, SummarySession>> {
  const all = looseObject(value);
  const kept: Record<string, SummarySession> = Object.create(null);
  const profiles = new Set<string>();
  for (const id of Object.keys(all)) {
    const entry = looseObject(all[id]);
    const profile = typeof entry.profile === 'string' ? entry.profile : '';
    if (id !== only && profiles.has(profile)) continue;
    profiles.add(profile);
    kept[id] = sessionOf(entry);
  }
  return kept;
}

/**
 * For the hot paths: the summary, checked field by field; null when there is none or another version wrote it. With `only`, that session and one of
 * each profile are read: two hundred take a millisecond.
 */
export function readSummary(stateDir: string, only?: string | null): Summary | null {
  const read = readSmallJson(summaryFile(stateDir), MAX_SUMMARY_BYTES + 1);
  const at = looseNumber(read?.at);
  if (read === null || read.v !== SUMMARY_VERSION || at === null) return null;
  const today = looseObject(read.today);
  const alerts = looseObject(read.alerts);
  return {
    v: SUMMARY_VERSION,
    at,
    today: { tokens: looseNumber(today.tokens) ?? 0, usd: looseNumber(today.usd), unpriced: today.unpriced === true },
    profiles: mapped(read.profiles, profileOf),
    sessions: only === undefined ? mapped(read.sessions, sessionOf) : onlySession(read.sessions, only),
    alerts: {
      open: looseNumber(alerts.open) ?? 0,
      top: Array.isArray(alerts.top) ? alerts.top.slice(0, MAX_SUMMARY_ALERTS).map(alertOf) : [],
    },
  };
}

/**
 * What the summary holds of single sessions, each checked when it is asked for; null when there is none or another version wrote it. For who reads two hundred
 * sessions again and again for the title and the profile alone.
 */
export function readSummarySessions(stateDir: string): ((id: string) => SummarySession | null) | null {
  const read = readSmallJson(summaryFile(stateDir), MAX_SUMMARY_BYTES + 1);
  if (read === null || read.v !== SUMMARY_VERSION || looseNumber(read.at) === null) return null;
  const sessions = looseObject(read.sessions);
  return (id) => (Object.hasOwn(sessions, id) ? sessionOf(looseObject(sessions[id])) : null);
}

function mapped<T>(value: unknown, of: (entry: Loose) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(looseObject(value)).map(([key, entry]) => [key, of(looseObject(entry))]));
}

function profileOf(entry: Loose): SummaryProfile {
  const quota = looseObject(entry.quota);
  return {
    label: looseText(entry.label, MAX_SUMMARY_TEXT) ?? '',
    kind: looseText(entry.kind, MAX_SUMMARY_TEXT) ?? 'unknown',
    quota: { fiveHour: windowOf(looseObject(quota.fiveHour)), sevenDay: windowOf(looseObject(quota.sevenDay)) },
    todayUsd: looseNumber(entry.todayUsd),
    usdPerHour: looseNumber(entry.usdPerHour),
  };
}

function windowOf(entry: Loose): SummaryWindow | null {
  const usedPercent = looseNumber(entry.usedPercent, 0, 100.5);
  const resetsAt = looseNumber(entry.resetsAt, 1, 1e11);
  const at = looseNumber(entry.at, 1);
  const { source } = entry;
  if (usedPercent === null || resetsAt === null || at === null) return null;
  return { usedPercent, resetsAt, at, source: source === 'official' || source === 'configured' ? source : 'estimated' };
}

function sessionOf(entry: Loose): SummarySession {
  const title = looseObject(entry.title);
  const git = looseObject(entry.git);
  const text = looseText(title.text, 2000);
  const branch = looseText(git.branch, 2000);
  const gitAt = looseNumber(git.at, 1);
  return {
    profile: looseText(entry.profile, MAX_SUMMARY_TEXT) ?? '',
    method: looseText(entry.method, MAX_SUMMARY_TEXT) ?? 'default',
    confidence: looseNumber(entry.confidence, 0, 100) ?? 0,
    ...(text === null ? {} : { title: { text, source: looseText(title.source, MAX_SUMMARY_TEXT) ?? '', at: looseNumber(title.at) ?? 0 } }),
    usd: looseNumber(entry.usd),
    tokPerMin: looseNumber(entry.tokPerMin),
    usdPerHour: looseNumber(entry.usdPerHour),
    ...(branch === null || gitAt === null
      ? {}
      : {
          git: {
            branch,
            ahead: looseNumber(git.ahead) ?? 0,
            behind: looseNumber(git.behind) ?? 0,
            dirty: looseNumber(git.dirty) ?? 0,
            at: gitAt,
          },
        }),
  };
}

function alertOf(value: unknown): SummaryAlert {
  const entry = looseObject(value);
  return {
    severity: looseText(entry.severity, MAX_SUMMARY_TEXT) ?? '',
    text: looseText(entry.text, MAX_SUMMARY_TEXT) ?? '',
    at: looseNumber(entry.at) ?? 0,
  };
}
