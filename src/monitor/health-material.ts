import { statSync } from 'node:fs';
import type { AccountBook } from '../accounts/book.ts';
import type { SessionInput as HealthInput, ProfileUsage } from '../accounts/inputs.ts';
import type { Capture } from '../sessions/captures.ts';
import type { LiveSession } from '../sessions/session.ts';
import { plain } from '../text/plain.ts';
import { costOfSum } from '../usage/sum.ts';
import type { KnownFiles } from './known-files.ts';
import type { LedgerState } from './ledger-state.ts';
import type { LiveSources } from './live-sources.ts';
import type { KeptSample } from './official-quota.ts';
import type { SessionInput } from './session-input.ts';
import type { AccountView, SessionView, Snapshot } from './snapshot.ts';
import { mergedTally } from './tally.ts';
import type { UsageSlot } from './usage-slot.ts';

/** What the files of the session-health contract are made of (session-state §2.4 – 2.7), as plain data. */
export interface HealthMaterial {
  readonly sessions: readonly HealthInput[];
  /** By profile id. */
  readonly usage: ReadonlyMap<string, ProfileUsage>;
}

/** All that the monitor has at hand. Epoch ms. */
export interface MaterialSources {
  readonly now: number;
  /** Before names are hidden. */
  readonly snapshot: () => Snapshot;
  readonly sessions: ReadonlyMap<string, SessionInput>;
  readonly slots: readonly UsageSlot[];
  readonly live: readonly LiveSession[];
  readonly captures: ReadonlyMap<string, Capture>;
  readonly quota: readonly KeptSample[];
  readonly book: AccountBook;
  /** Where a session's transcript lies; null = not found. */
  readonly transcriptOf: (sessionId: string) => string | null;
  readonly contextWindow: (model: string) => number | null;
}

interface Monitored extends Pick<MaterialSources, 'now' | 'snapshot' | 'book'> {
  readonly state: LedgerState;
  readonly sources: LiveSources;
  readonly files: KnownFiles;
}

/** Gathers them from the monitor's parts. */
export function materialSources({ now, snapshot, book, state, sources, files }: Monitored): MaterialSources {
  const { contextWindow, sessions } = state.input();
  const { live, capturesBySession: captures, remembered } = sources;
  const quota = remembered.samples();
  return {
    now,
    snapshot,
    sessions,
    slots: state.usage.all(),
    live,
    captures,
    quota,
    book,
    transcriptOf: (id) => files.mainOf(id),
    contextWindow,
  };
}

const dollars = (nano: number | null): number | null => (nano === null ? null : nano / 1e9);

/** Costs a look at each listed session's transcript. */
export function healthMaterial(sources: MaterialSources): HealthMaterial {
  const { live, captures } = sources;
  const snapshot = sources.snapshot();
  const lives = new Map(live.map((session) => [session.id, session]));
  return {
    sessions: snapshot.sessions.map((view) =>
      inputOf(view, sources.sessions.get(view.id), lives.get(view.id), captures.get(view.id), sources),
    ),
    usage: new Map(snapshot.accounts.map((account) => [account.id, usageOf(account, sources)])),
  };
}

/** Sums of one account; nothing of another's is ever in it (AP-7). */
function usageOf({ id, window }: AccountView, { slots, quota }: MaterialSources): ProfileUsage {
  const today = mergedTally(slots.filter(({ account }) => account === id).map((slot) => slot.today));
  const samples = (kind: KeptSample['kind']) =>
    quota
      .filter((sample) => sample.account === id && sample.kind === kind)
      .map(({ used, resetsAt, seenAt }) => ({ used, resetsAt: Math.round(resetsAt / 1000), at: seenAt }));
  const seen = slots.filter(({ account }) => account === id).flatMap(({ lastAt }) => lastAt ?? []);
  const said = quota.filter(({ account }) => account === id).map(({ seenAt }) => seenAt);
  const newest = Math.max(0, ...seen, ...said);
  return {
    costToday: dollars(costOfSum(today.sum).cost),
    usdPerHour: dollars(window?.burnNow.costPerHour ?? null),
    tokensPerMinute: window?.burnNow.all ?? null,
    window:
      window === null
        ? null
        : {
            startedAt: window.start,
            endsAt: window.end,
            tokens: window.amounts.all,
            costUSD: dollars(window.amounts.cost),
            source: window.source,
          },
    fiveHour: samples('five-hour'),
    sevenDay: samples('weekly'),
    at: newest === 0 ? null : Math.floor(newest),
  };
}

function inputOf(
  view: SessionView,
  session: SessionInput | undefined,
  live: LiveSession | undefined,
  capture: Capture | undefined,
  sources: MaterialSources,
): HealthInput {
  const { facts = {} } = session ?? {};
  const { now, book } = sources;
  return {
    id: view.id,
    state: view.state,
    alive: view.alive,
    cwd: facts.cwd?.[0] ?? live?.cwd ?? view.projectPath,
    evidence: book.evidence(view.id, now) ?? { configDir: book.directoryOf(view.id) },
    clientVersion: live?.version ?? facts.version?.[0] ?? null,
    firstSeen: view.startedAt,
    lastActivity: Math.floor(view.lastAt ?? view.startedAt ?? now),
    lastEvent: lastEventOf(live),
    responsesSeen: view.total.requests,
    transcript: transcriptOf(view, session, live, sources),
    cacheWarmth: warmthOf(capture, now),
    model: {
      capture: capture?.model == null ? null : { ...capture.model, at: capture.at },
      transcript: modelOf(view, session),
      settings: null,
    },
    context: contextOf(view, session, capture, sources),
    git: null,
    secretTypes: null,
    usage: {
      costUSD: capture?.cost.usd ?? dollars(view.total.cost),
      source: capture?.cost.usd != null ? 'official' : view.total.cost === null ? 'unknown' : 'measured',
      tokens: view.total.all,
      usdPerHour: dollars(view.burnNow.costPerHour),
    },
  };
}

/** The newest work that a hook saw (SH-3). */
function lastEventOf(live: LiveSession | undefined): number | null {
  const times = [live?.lastTool?.at, live?.source === 'hook' ? live.since : null].flatMap((at) => at ?? []);
  return times.length === 0 ? null : Math.floor(Math.max(...times));
}

function transcriptOf(
  view: SessionView,
  session: SessionInput | undefined,
  live: LiveSession | undefined,
  { transcriptOf: find }: MaterialSources,
): HealthInput['transcript'] {
  const path = find(view.id) ?? live?.transcriptPath ?? null;
  if (path === null) return null;
  const stat = statSync(path, { throwIfNoEntry: false });
  const messageCount = session?.messages ?? view.total.requests;
  const lastMessageAt = session?.lastRequestAt ?? null;
  return { path, sizeBytes: stat?.size ?? 0, mtime: stat?.mtimeMs ?? null, messageCount, lastMessageAt };
}

function warmthOf(capture: Capture | undefined, now: number): 'warm' | 'cold' | 'unknown' {
  const cache = capture?.cache ?? null;
  if (cache === null) return 'unknown';
  return cache.warm && (cache.expiresAt === null || cache.expiresAt > now) ? 'warm' : 'cold';
}

/** A display name of a model id: `claude-opus-5-5-20260101[1m]` → `Opus 5.5`. */
function modelName(id: string): string {
  const [, family = '', ...version] = /^claude-([a-z]+)-(\d+)(?:-(\d{1,2}))?(?:$|[-[@])/.exec(id) ?? [];
  if (family === '') return plain(id, 60);
  return `${family[0]!.toUpperCase()}${family.slice(1)} ${version.filter((part) => part !== undefined).join('.')}`;
}

function modelOf({ model }: SessionView, session: SessionInput | undefined): HealthInput['model']['transcript'] {
  const context = session?.facts.context;
  const id = context?.[0].model ?? model;
  if (id == null) return null;
  return { id, name: modelName(id), at: context?.[1][1] ?? session?.lastRequestAt ?? 0 };
}

function contextOf(
  view: SessionView,
  session: SessionInput | undefined,
  capture: Capture | undefined,
  { contextWindow }: MaterialSources,
): HealthInput['context'] {
  const { context, compactedTo } = session?.facts ?? {};
  return {
    client:
      capture === undefined
        ? null
        : { at: capture.at, usedPercent: capture.context.percent, windowSize: capture.context.size, tokens: capture.context.used },
    lastRequest: context === undefined ? null : { at: context[1][1], usedPercent: null, windowSize: null, tokens: context[0].tokens },
    compaction: compactedTo === undefined ? null : { at: compactedTo[1][1], preTokens: null, postTokens: compactedTo[0], automatic: false },
    modelSize: view.model === null ? null : contextWindow(view.model),
  };
}
