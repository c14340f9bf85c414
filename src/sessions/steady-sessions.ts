import { sameData } from './same-data.ts';
import { assembleSession, type LiveSession, type SessionInputs } from './session.ts';
import { CLOCKS } from './states.ts';

/** What was put together last of a session, and the time until which nothing but new evidence changes it. */
interface Steady {
  readonly inputs: SessionInputs;
  readonly session: LiveSession | null;
  /** Epoch ms: holds from … until before. */
  readonly from: number;
  readonly until: number;
  isAsked: boolean;
}

/** Sessions are put together again only when their evidence is another one or a clock runs out (LS-1, LS-32): else they stay the same objects. */
export class SteadySessions {
  readonly #known = new Map<string, Steady>();

  /** As `assembleSession` says. */
  of(inputs: SessionInputs, now: number): LiveSession | null {
    const before = this.#known.get(inputs.id);
    if (before !== undefined && now >= before.from && now < before.until && sameInputs(before.inputs, inputs)) {
      before.isAsked = true;
      return before.session;
    }
    const session = assembleSession(inputs, now);
    this.#known.set(inputs.id, { inputs, session, from: now, until: steadyUntil(inputs, now), isAsked: true });
    return session;
  }

  /** Forgets the sessions that nobody has asked for since the last time. */
  letGo(): void {
    for (const [id, steady] of this.#known) {
      if (steady.isAsked) steady.isAsked = false;
      else this.#known.delete(id);
    }
  }

  get size(): number {
    return this.#known.size;
  }
}

/** The clocks that run from any evidence; those of `rules` beside them. */
const CLOCK_MS = [CLOCKS.disagreement, CLOCKS.growing, CLOCKS.agentSilent, CLOCKS.hideAfter, CLOCKS.mtimeLive];
/** The clock that runs from what hooks say only (LS-4, LS-33). */
const HOOK_CLOCK_MS = CLOCKS.grace;

/**
 * The first instant, epoch ms, from which time alone may decide otherwise: every clock of the decision runs from a time in the evidence, so it is the next of
 * all their ends. Evidence of the future counts as now (ST-22): then every moment may. Pure.
 */
export function steadyUntil(inputs: SessionInputs, now: number): number {
  const { idleAfter, staleAfter } = inputs.rules;
  let until = Number.POSITIVE_INFINITY;
  const end = (at: number): void => {
    if (at >= now && at < until) until = at;
  };
  const runsFrom = (at: number | null | undefined): void => {
    if (at == null) return;
    if (at > now) until = now;
    for (const clock of CLOCK_MS) end(at + clock);
    end(at + idleAfter);
    end(at + staleAfter);
  };
  // Without any time the decision counts from the beginning of all time.
  runsFrom(0);
  for (const { updatedAt, startedAt, statusUpdatedAt } of inputs.registry) {
    runsFrom(updatedAt);
    runsFrom(startedAt);
    runsFrom(statusUpdatedAt);
  }
  const { transcript, capture } = inputs;
  runsFrom(inputs.mtime);
  runsFrom(transcript?.at);
  runsFrom(transcript?.since);
  runsFrom(transcript?.grewAt);
  for (const { grewAt } of transcript?.agents ?? []) runsFrom(grewAt);
  runsFrom(inputs.job?.updatedAt);
  runsFrom(capture?.at);
  for (const { resetsAt } of Object.values(capture?.quota ?? {})) {
    end(resetsAt * 1000);
    // A limit that has been reset is your turn since then.
    if (resetsAt * 1000 <= now) runsFrom(resetsAt * 1000);
  }
  for (const at of hookTimes(inputs)) {
    runsFrom(at);
    end(at + HOOK_CLOCK_MS);
  }
  return until;
}

function hookTimes({ hooks }: SessionInputs): readonly number[] {
  if (hooks === null) return [];
  const { at, since, startAt, promptAt, mainAt, stopAt, error, ended, compact, waits, clearedAt, lastRequest, agents } = hooks.state;
  const single = [error?.at, ended?.at, compact?.at, compact?.resumedAt, lastRequest?.at].filter((each) => each != null);
  return [at, since, startAt, promptAt, mainAt, stopAt, clearedAt, ...single, ...[...waits, ...agents].map((each) => each.at)];
}

/** The same evidence: what is read from files is the same object while the file is. */
function sameInputs(a: SessionInputs, b: SessionInputs): boolean {
  return (
    a.configDir === b.configDir &&
    a.mtime === b.mtime &&
    a.job === b.job &&
    a.capture === b.capture &&
    a.rules === b.rules &&
    a.hooks?.state === b.hooks?.state &&
    a.hooks?.alive === b.hooks?.alive &&
    a.hooks?.moved === b.hooks?.moved &&
    a.registry.length === b.registry.length &&
    a.registry.every((record, i) => record === b.registry[i]) &&
    sameData(a.transcript, b.transcript) &&
    sameData(a.summary, b.summary) &&
    sameData(a.storedTitle, b.storedTitle)
  );
}
