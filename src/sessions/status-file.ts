import { type Loose, looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { plain } from '../text/plain.ts';
import type { Capture } from './capture-facts.ts';
import type { LiveSession } from './session.ts';
import { taskStatus } from './states.ts';
import type { SummaryFacts } from './summary-facts.ts';
import { titleSource } from './title.ts';

/* `C/status/<id>.json` v1.1.0 (session-state §2.1): what other programs read. Built from a session and what the file said before. */

export interface Load {
  readonly profile: string;
  readonly status: 'OK' | 'CAUTION' | 'HIGH_LOAD';
  /** One-minute average, two decimals. */
  readonly load_avg: number;
}

export interface ContextBlock {
  readonly known: boolean;
  readonly source: 'statusline' | 'transcript' | 'none';
  /** Epoch ms. */
  readonly at: number | null;
  readonly percent: number | null;
  readonly current: number;
  readonly total: number;
}

export interface CostBlock {
  readonly usd: number | null;
  readonly source: 'official' | 'measured' | 'unknown';
  readonly at: number | null;
}

/** What a publisher knows beyond the session; absent = nothing newer than what the file says. */
export interface StatusBlocks {
  readonly load: Load;
  /** Null where the system has no load average. */
  readonly loadKnown: boolean;
  readonly capture?: Capture | null;
  readonly summary?: SummaryFacts | null;
  readonly context?: ContextBlock | null;
  readonly cost?: CostBlock | null;
  /** Names instead of the real ones (LS-27); null = show. */
  readonly pseudonyms?: { readonly session: string; readonly project: string } | null;
}

/** A status file as JSON. Fields of the contract are named in session-state §2.1; unknown ones of the file before are kept (ST-10). */
export type StatusFile = Loose & {
  readonly version: '1.1.0';
  readonly updated_at: string;
  readonly session_id: string;
  readonly task: Loose;
  readonly context: Loose;
  readonly agents: Loose;
  readonly load: Load;
  readonly tidemark: Loose;
};

const MAX_BYTES = 8 * 1024;
const DEFAULT_WINDOW = 200_000;
const MAX_NAMES = 20;
const NO_CONTEXT: ContextBlock = { known: false, source: 'none', at: null, percent: null, current: 0, total: DEFAULT_WINDOW };

/** The last moment of the year 9999, epoch ms: years of five digits have another form. */
const LAST_MS = 253_402_300_799_999;
const two = (part: number): string => (part < 10 ? `0${part}` : `${part}`);

/** `YYYY-MM-DDTHH:MM:SSZ`, rounded down. By arithmetic: the first `Date` of a process reads the time zone, for a third of a millisecond. */
export function isoSecond(at: number): string {
  const seconds = Math.floor(Math.max(0, Math.min(at, LAST_MS)) / 1000);
  const time = seconds % 86_400;
  // Years that begin in March put the leap day last (days since 0000-03-01, in eras of 400 years).
  const days = Math.floor(seconds / 86_400) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  const clock = `${two(Math.floor(time / 3600))}:${two(Math.floor(time / 60) % 60)}:${two(time % 60)}`;
  return `${year}-${two(month)}-${two(day)}T${clock}Z`;
}

/** Whether we may write over a file: ours or an older one; a newer schema is left alone (ST-10, §13 20). */
export function mayReplace(previous: Loose | null): boolean {
  if (previous === null) return true;
  const version = looseText(previous.version, 20) ?? '1.0.0';
  return /^1\./.test(version) && (looseNumber(looseObject(previous.tidemark).schema) ?? 1) <= 1;
}

/** The file of a session; each block takes the newest evidence, also against the file it replaces (LS-40). */
export function statusFileOf(session: LiveSession, previous: Loose | null, blocks: StatusBlocks): StatusFile {
  const before = looseObject(previous?.tidemark);
  const { capture = null, summary = null, pseudonyms = null } = blocks;
  const context = newest([contextBefore(previous), blocks.context ?? null, contextOf(capture)]) ?? NO_CONTEXT;
  const cost = newest([costBefore(before), blocks.cost ?? null, costOf(capture)]) ?? { usd: null, source: 'unknown', at: null };
  const at = Math.floor(session.at);
  const hidden = pseudonyms !== null;
  const file = {
    ...previous,
    version: '1.1.0',
    updated_at: isoSecond(at),
    session_id: session.id,
    task: {
      name: pseudonyms?.session ?? session.title,
      id: session.tasks.openId ?? '',
      progress: session.tasks.known === 0 ? 0 : Math.floor((session.tasks.done / session.tasks.known) * 100),
      status: taskStatus(session.state),
    },
    context: { current_tokens: context.current, total_tokens: context.total, percentage: percentage(context) },
    agents: { active: session.agents.active, names: session.agents.names.slice(0, MAX_NAMES) },
    load: blocks.load,
    tidemark: {
      ...before,
      schema: 1,
      updated_at_ms: at,
      state: session.state,
      state_since: Math.floor(session.since),
      state_source: session.source,
      alive: session.alive,
      stale: session.stale,
      processes: session.processes.slice(0, 10).map(({ pid, procStart, kind }) => ({ pid, proc_start: procStart ?? '', kind: kind ?? '' })),
      waiting: session.waiting && { ...session.waiting, since: Math.floor(session.waiting.since) },
      last_tool: session.lastTool && { name: plain(session.lastTool.name, 64), at: Math.floor(session.lastTool.at) },
      background: { agents: session.agents.active, shells: session.shells },
      error: session.error && { kind: session.error.kind, at: Math.floor(session.error.at), resets_at: session.error.resetsAt },
      ended: session.ended && {
        at: Math.floor(session.ended.at),
        reason: plain(session.ended.reason, 64),
        ...(session.ended.stop && { by: session.ended.stop.by, sent: session.ended.stop.sent }),
      },
      title_source: titleSource(session.titleRank),
      project: pseudonyms?.project ?? session.project,
      cwd: hidden ? '' : (session.cwd ?? looseText(before.cwd) ?? ''),
      transcript_path: hidden ? '' : (session.transcriptPath ?? looseText(before.transcript_path) ?? ''),
      config_dir: session.configDir,
      model: modelOf(session, capture) ?? (before.model as Loose | undefined) ?? null,
      effort: session.effort ?? looseText(before.effort, 40),
      permission_mode: session.permissionMode ?? looseText(before.permission_mode, 40),
      client_version: session.version ?? looseText(before.client_version, 64),
      context: { known: context.known, source: context.source, at: context.at, percent: context.percent },
      cost,
      load_known: blocks.loadKnown,
      profile: summary?.profile ?? (before.profile as Loose | undefined) ?? null,
    },
  } as const;
  return fitted(file as unknown as StatusFile);
}

/** The newest of what is known; ties go to the later in the list. */
function newest<T extends { readonly at: number | null }>(candidates: readonly (T | null)[]): T | null {
  let best: T | null = null;
  for (const each of candidates) if (each !== null && each.at !== null && (best === null || each.at >= (best.at ?? 0))) best = each;
  return best;
}

function contextOf(capture: Capture | null): ContextBlock | null {
  if (capture === null || (capture.context.percent === null && capture.context.used === null)) return null;
  const { used, size, percent } = capture.context;
  const total = size ?? DEFAULT_WINDOW;
  return { known: true, source: 'statusline', at: capture.at, percent, current: used ?? Math.round((total * (percent ?? 0)) / 100), total };
}

function contextBefore(previous: Loose | null): ContextBlock | null {
  const before = looseObject(looseObject(previous?.tidemark).context);
  const at = looseNumber(before.at);
  const source = before.source === 'statusline' || before.source === 'transcript' ? before.source : null;
  if (before.known !== true || at === null || source === null) return null;
  const numbers = looseObject(previous?.context);
  return {
    known: true,
    source,
    at,
    percent: looseNumber(before.percent, 0, 1000),
    current: looseNumber(numbers.current_tokens) ?? 0,
    total: looseNumber(numbers.total_tokens, 1) ?? DEFAULT_WINDOW,
  };
}

function percentage(context: ContextBlock): number {
  if (!context.known) return 0;
  return Math.floor((context.percent ?? (context.current / context.total) * 100) + 0.5);
}

function costOf(capture: Capture | null): CostBlock | null {
  return capture === null || capture.cost.usd === null ? null : { usd: capture.cost.usd, source: 'official', at: capture.at };
}

function costBefore(before: Loose): CostBlock | null {
  const cost = looseObject(before.cost);
  const usd = looseNumber(cost.usd);
  const at = looseNumber(cost.at);
  const source = cost.source === 'official' || cost.source === 'measured' ? cost.source : null;
  return usd === null || at === null || source === null ? null : { usd, source, at };
}

function modelOf(session: LiveSession, capture: Capture | null): { readonly id: string; readonly name: string } | null {
  const byCapture = capture?.model ?? null;
  if (byCapture !== null && (session.modelAt === null || capture!.at >= session.modelAt)) {
    return { id: plain(byCapture.id, 128), name: plain(byCapture.name, 128) };
  }
  return session.model === null ? null : { id: plain(session.model, 128), name: plain(session.model, 128) };
}

/** At most 8 KiB (ST-16): what a hostile name or path could blow up goes first. */
function fitted(file: StatusFile): StatusFile {
  const fits = (each: StatusFile) => Buffer.byteLength(JSON.stringify(each)) <= MAX_BYTES;
  if (fits(file)) return file;
  const { version, updated_at, session_id, task, context, agents, load, tidemark } = file;
  const known = { version, updated_at, session_id, task, context, agents, load, tidemark } as StatusFile;
  const short = { ...known, task: { ...task, name: plain(String(task.name), 40) } };
  const bare = { ...short, agents: { ...agents, names: [] }, tidemark: { ...tidemark, transcript_path: '', cwd: '' } };
  return [known, short].find(fits) ?? bare;
}

/** The same but for times and the machine's load (LS-41). */
export function sameButTimes(a: Loose | null, b: Loose): boolean {
  return a !== null && timeless(a) === timeless(b);
}

/** A name in JSON text stands between quotes that are not escaped: within a string there are none. */
const TIMES = /"(?:updated_at|updated_at_ms|at|built_at|load_avg)":[^,}]*|"load":\{[^{}]*\}/g;
const timeless = (value: Loose): string => JSON.stringify(value).replace(TIMES, '');
