import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/* The only place that sends a signal to a process of another (alerts.md §10, KIL-1 … KIL-7). */

/** Which process is meant: the pid alone is not enough, for pids are used again. */
export interface ProcessTarget {
  readonly pid: number;
  /** Linux: field 22 of `/proc/<pid>/stat`; null = not told. */
  readonly procStart: string | null;
  /** When the client says it began, epoch ms; null = not told. */
  readonly startedAt: number | null;
}

export type ProcessCheck =
  | { readonly ok: true /** The start time is proven equal, not only near. */; readonly proven: boolean }
  | { readonly ok: false; readonly gone: boolean; readonly reason: string };

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGKILL';

/** The system's side, replaceable in tests. */
export interface ProcessSystem {
  readonly ownPid: number;
  readonly ownUid: number | null;
  /** Start mark, parent and owner of a living process; null when it is gone (a zombie is gone). */
  look(
    pid: number,
  ): { readonly start: string | null; readonly startedAt: number | null; readonly parent: number; readonly uid: number | null } | null;
  signal(pid: number, signal: Signal): void;
  /** Living processes below it that are of its process group; absent where the system does not tell. */
  family?(pid: number): readonly Member[];
}

/** One process below another. `start` is the system's own mark of its start. */
export interface Member {
  readonly pid: number;
  readonly start: string;
  readonly name: string;
}

/** Where the start time is only near, ms (KIL-1). */
const NEAR_MS = 5000;

/** Whether the process may be ended: the same one as recorded, of the same user, neither ourselves nor one we descend from (KIL-1, KIL-7). */
export function checkProcess(target: ProcessTarget, system: ProcessSystem = theSystem): ProcessCheck {
  const refused = (reason: string, gone = false): ProcessCheck => ({ ok: false, gone, reason });
  const { pid } = target;
  if (!Number.isInteger(pid) || pid <= 1) return refused(`process ${pid} is never stopped`);
  if (ancestors(system).includes(pid)) return refused('this view runs inside that process');
  const found = system.look(pid);
  if (found === null) return refused('the process is already gone', true);
  if (found.uid !== null && system.ownUid !== null && found.uid !== system.ownUid) return refused('the process belongs to another user');
  if (found.start !== null && target.procStart !== null)
    return found.start === target.procStart
      ? { ok: true, proven: true }
      : refused('the process was replaced by another with its number', true);
  if (found.startedAt === null || target.startedAt === null) return refused('its start time is unknown, so it cannot be told from another');
  return found.startedAt <= target.startedAt + NEAR_MS
    ? { ok: true, proven: false }
    : refused('the process was replaced by another with its number', true);
}

/** Ourselves and every process above us. */
function ancestors(system: ProcessSystem): readonly number[] {
  const found: number[] = [];
  for (let pid = system.ownPid; pid > 1 && !found.includes(pid); pid = system.look(pid)?.parent ?? 0) found.push(pid);
  return found;
}

export type EndStep = { readonly signal: Signal } | { readonly asks: 'SIGKILL' };

export interface EndOptions {
  readonly system?: ProcessSystem;
  /** Told before each signal. */
  readonly onStep?: (step: EndStep) => void;
  /** Asked before KILL; without it KILL is never sent. */
  readonly mayKill?: () => Promise<boolean>;
  /** How long a signal has to work, and how often it is looked whether it did, ms. */
  readonly waitMs?: number;
  readonly lookMs?: number;
}

export interface EndResult {
  readonly ended: boolean;
  /** What was sent, in order. */
  readonly sent: readonly Signal[];
  /** Why it went no further, when it did not end. */
  readonly reason: string | null;
  /** What it had started and still runs: told, never signalled (KIL-4). */
  readonly leftovers: readonly Member[];
}

/** INT, then TERM, then KILL when that is agreed; the identity is checked again right before each (KIL-1, KIL-3). Only this one process is signalled (KIL-4). */
export async function endProcess(target: ProcessTarget, options: EndOptions = {}): Promise<EndResult> {
  const { system = theSystem } = options;
  // Known before the first signal: afterwards nothing tells whose children they were.
  const family = system.family?.(target.pid) ?? [];
  const result = await climb(target, { ...options, system });
  const runs = ({ pid, start }: Member) => system.look(pid)?.start === start;
  return { ...result, leftovers: result.ended ? family.filter(runs) : [] };
}

async function climb(
  target: ProcessTarget,
  options: EndOptions & { readonly system: ProcessSystem },
): Promise<Omit<EndResult, 'leftovers'>> {
  const { system, waitMs = 5000, lookMs = 100, onStep, mayKill } = options;
  const sent: Signal[] = [];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    if (signal === 'SIGKILL') {
      onStep?.({ asks: signal });
      if (mayKill === undefined || !(await mayKill())) {
        // It may have ended while the question stood.
        const late = checkProcess(target, system);
        return { ended: !late.ok && late.gone, sent, reason: !late.ok && late.gone ? null : 'it did not end by INT and TERM' };
      }
    }
    const check = checkProcess(target, system);
    if (!check.ok) return { ended: check.gone && sent.length > 0, sent, reason: check.gone && sent.length > 0 ? null : check.reason };
    onStep?.({ signal });
    try {
      system.signal(target.pid, signal);
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ESRCH') return { ended: true, sent, reason: null };
      return {
        ended: false,
        sent,
        reason: code === 'EPERM' ? 'the system refused the signal' : `the signal could not be sent (${code ?? 'unknown'})`,
      };
    }
    sent.push(signal);
    if (await ends(target, system, waitMs, lookMs)) return { ended: true, sent, reason: null };
  }
  return { ended: false, sent, reason: 'it did not end by KILL' };
}

async function ends(target: ProcessTarget, system: ProcessSystem, waitMs: number, lookMs: number): Promise<boolean> {
  for (let waited = 0; waited < waitMs; waited += lookMs) {
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    const check = checkProcess(target, system);
    if (!check.ok && check.gone) return true;
  }
  return false;
}

/** Linux reads `/proc`, others ask `ps`. */
const theSystem: ProcessSystem = {
  ownPid: process.pid,
  ownUid: process.getuid?.() ?? null,
  look: (pid) => (process.platform === 'linux' ? lookInProc(pid) : lookWithPs(pid)),
  signal: (pid, signal) => {
    process.kill(pid, signal);
  },
  ...(process.platform === 'linux' ? { family: familyInProc } : {}),
};

function lookInProc(pid: number): ReturnType<ProcessSystem['look']> {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may hold blanks and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return { start: fields[19] ?? null, startedAt: null, parent: Number(fields[1]), uid: uid === undefined ? null : Number(uid) };
  } catch {
    return null;
  }
}

function familyInProc(pid: number): readonly Member[] {
  const all = readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? statOf(Number(entry)) : []));
  const group = all.find((each) => each.pid === pid)?.group;
  const found: ProcessStat[] = [];
  for (let parents = new Set([pid]); parents.size > 0; ) {
    const children = all.filter((each) => parents.has(each.parent) && each.group === group);
    found.push(...children);
    parents = new Set(children.map((each) => each.pid));
  }
  return found;
}

interface ProcessStat extends Member {
  readonly parent: number;
  readonly group: number;
}

/** One process from `/proc/<pid>/stat`: none when it is gone. */
function statOf(pid: number): readonly ProcessStat[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const end = stat.lastIndexOf(')');
    const fields = stat.slice(end + 2).split(' ');
    const [state, parent, group] = fields;
    if (state === 'Z' || state === 'X') return [];
    return [{ pid, start: fields[19] ?? '', name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(parent), group: Number(group) }];
  } catch {
    return [];
  }
}

function lookWithPs(pid: number): ReturnType<ProcessSystem['look']> {
  if (process.platform === 'win32') return null;
  try {
    const line = execFileSync('ps', ['-o', 'ppid=,uid=,state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 2000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const found = /^(\d+)\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line);
    if (found === null || found[3]!.startsWith('Z')) return null;
    const startedAt = Date.parse(found[4]!);
    return { start: null, startedAt: Number.isFinite(startedAt) ? startedAt : null, parent: Number(found[1]), uid: Number(found[2]) };
  } catch {
    return null;
  }
}
