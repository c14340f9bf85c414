import type { Capture } from '../sessions/capture-facts.ts';
import type { LiveSession } from '../sessions/session.ts';
import type { AccountKind } from './inputs.ts';

/** What tells of a session's account: its statusline, its hooks, or the directory it lies in. */
export interface AccountClaim {
  readonly sessionId: string;
  readonly configDir: string;
  readonly profileEnv: string | null;
  readonly alias: string | null;
  readonly kind: AccountKind | null;
  readonly cwd: string | null;
  /** It runs, or spoke a moment ago: what its directory says of the account now holds for it. */
  readonly live: boolean;
  /** The weekly reset that its statusline named: epoch **seconds**, and when, epoch ms (AP-3). */
  readonly weekly: { readonly resetsAt: number; readonly at: number } | null;
}

/** A statusline this young stands for a running session. ms */
const FRESH_MS = 10 * 60_000;
const KINDS: ReadonlySet<string> = new Set(['subscription', 'api-key', 'bedrock', 'vertex', 'foundry', 'gateway']);
const kindOf = (...kinds: readonly (string | undefined)[]): AccountKind | null =>
  (kinds.find((kind) => kind !== undefined && KINDS.has(kind)) as AccountKind | undefined) ?? null;

/** The directory whose `projects` hold a transcript (AP-12); null = none of these. */
export const directoryOf = (transcript: string | null, claudeDirs: readonly string[]): string | null =>
  transcript === null
    ? null
    : (claudeDirs.find((dir) => /^[/\\]projects[/\\]/.test(transcript.startsWith(dir) ? transcript.slice(dir.length) : '')) ?? null);

/** One claim per session that a capture or the live sessions know, by id. `now` epoch ms. */
export function claimsOf(
  captures: ReadonlyMap<string, Capture>,
  sessions: Iterable<LiveSession>,
  claudeDirs: readonly string[],
  now: number,
): readonly AccountClaim[] {
  const live = new Map([...sessions].map((session) => [session.id, session]));
  const ids = [...new Set([...captures.keys(), ...live.keys()])].sort();
  return ids.map((id) => claimOf(id, captures.get(id), live.get(id), claudeDirs, now));
}

function claimOf(
  sessionId: string,
  capture: Capture | undefined,
  live: LiveSession | undefined,
  claudeDirs: readonly string[],
  now: number,
): AccountClaim {
  const hook = live?.identity ?? undefined;
  const told = capture?.identity.configDir || capture?.configDir || hook?.configDir;
  const isKnown = live !== undefined && live.processes.length > 0;
  const weekly = capture?.quota.seven_day;
  return {
    sessionId,
    configDir: told || (isKnown ? live.configDir : null) || directoryOf(live?.transcriptPath ?? null, claudeDirs) || (claudeDirs[0] ?? ''),
    profileEnv: capture?.identity.profileEnv ?? hook?.profileEnv ?? null,
    alias: capture?.identity.alias ?? hook?.alias ?? null,
    kind: kindOf(capture?.identity.kind, hook?.kind),
    cwd: live?.cwd ?? capture?.cwd ?? null,
    live: live?.state !== 'ended' && (live?.alive === true || (capture !== undefined && now - capture.at < FRESH_MS)),
    weekly: weekly === undefined ? null : { resetsAt: weekly.resetsAt, at: weekly.at },
  };
}
