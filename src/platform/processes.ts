import { readFileSync, readlinkSync } from 'node:fs';
import { errnoOf } from './errors.ts';

/* What the process table says (live-registry §3). Nothing here starts a process. */

/** Answers about processes; handed in, so that tests decide who lives. */
export interface ProcessTable {
  /** True only when the pid runs and is the same process; null when that cannot be told here. Times in epoch ms. */
  isAlive(process: { readonly pid: number; readonly procStart: string | null; readonly startedAt: number | null }): boolean | null;
  /** The client's opaque start mark of a running process; null where the system has none. */
  procStart(pid: number): string | null;
  /** `linux:<machine id>:pid:[<namespace>]` of this process; null elsewhere. */
  readonly domain: string | null;
}

const isLinux = process.platform === 'linux';
/** A process's own mark of its start may lie this much behind the system's (LS-10). */
const START_SLACK_MS = 5000;
/** Linux counts starts in hundredths of a second for user space, on every architecture. */
const TICKS_PER_SECOND = 100;

export interface Stat {
  readonly isZombie: boolean;
  /** Clock ticks since boot, as text. */
  readonly start: string;
}

/** State and start from `/proc/<pid>/stat`: behind the last `)`, for the name may hold blanks and parentheses. Undefined when it makes no sense. */
export function parseStat(text: string): Stat | undefined {
  const fields = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  const start = fields[19];
  if (fields[0] === undefined || start === undefined || !/^\d+$/.test(start)) return undefined;
  return { isZombie: fields[0] === 'Z' || fields[0] === 'X', start };
}

/** On Linux. Null: no such process. Undefined: cannot be told. */
export function statOf(pid: number): Stat | null | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch (error) {
    return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ESRCH' ? null : undefined;
  }
}

/** Whether any process has this pid: true, false, or null when the system does not say. */
function exists(pid: number): boolean | null {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    return code === 'ESRCH' ? false : code === 'EPERM' ? true : null;
  }
}

let boot: number | undefined;
/** Epoch ms of the boot, to about ten milliseconds. */
function bootTime(): number {
  boot ??= Date.now() - Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000;
  return boot;
}

/** LS-10 on Linux, by what `/proc/<pid>/stat` says: null = no such process, undefined = that cannot be told. */
export function isAliveBy(
  stat: Stat | null | undefined,
  { pid, procStart, startedAt }: Parameters<ProcessTable['isAlive']>[0],
): boolean | null {
  if (stat === null) return false;
  if (stat === undefined) return exists(pid) === false ? false : null;
  if (stat.isZombie) return false;
  if (procStart !== null) return stat.start === procStart;
  if (startedAt === null) return null;
  return bootTime() + (Number(stat.start) * 1000) / TICKS_PER_SECOND <= startedAt + START_SLACK_MS ? true : null;
}

function ownDomain(): string | null {
  if (!isLinux) return null;
  try {
    return `linux:${machineId()}:${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

/** Empty where there is none, as in many containers. */
function machineId(): string {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      return readFileSync(path, 'latin1').trim();
    } catch {
      // The other place, or none.
    }
  }
  return '';
}

let domain: string | null | undefined;

export const systemProcesses: ProcessTable = {
  isAlive(process) {
    if (isLinux) return isAliveBy(statOf(process.pid), process);
    // No start time without starting a program: a missing pid is proof, a present one may have been reused.
    return exists(process.pid) === false ? false : null;
  },
  procStart: (pid) => (isLinux ? (statOf(pid)?.start ?? null) : null),
  get domain() {
    domain ??= ownDomain();
    return domain;
  },
};

/** Whether a pid of that domain means the same here. A missing machine id on either side leaves the namespace to decide; no domain is taken as ours. */
export function isOurDomain(theirs: string | null, ours: string | null): boolean {
  if (theirs === null || theirs === ours) return true;
  if (ours === null) return false;
  const [a, b] = [theirs, ours].map((each) => /^linux:([^:]*):(pid:\[\d+\])$/.exec(each));
  if (!a || !b || a[2] !== b[2]) return false;
  return a[1] === b[1] || a[1] === '' || b[1] === '';
}

/** When this process began, epoch ms with a fraction: a hook's place in the order of events (LS-18). */
export const ownStart = (): number => Date.now() - process.uptime() * 1000;

/** Milliseconds since an arbitrary start. `performance` would load a module first. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;
