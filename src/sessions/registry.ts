import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { looseNumber, looseObject, looseText } from '../platform/loose.ts';
import { isOurDomain, type ProcessTable } from '../platform/processes.ts';
import { readSmallFile } from '../platform/small-file.ts';

/** One running client as it describes itself in `C/sessions/<pid>.json` (LS-11). Untrusted text. Times in epoch ms. */
export interface RegistryRecord {
  readonly pid: number;
  readonly sessionId: string;
  readonly cwd: string | null;
  readonly startedAt: number | null;
  readonly procStart: string | null;
  readonly pidDomain: string | null;
  readonly version: string | null;
  readonly kind: string | null;
  readonly entrypoint: string | null;
  readonly name: string | null;
  readonly nameSource: string | null;
  readonly status: string | null;
  readonly waitingFor: string | null;
  readonly updatedAt: number | null;
  readonly statusUpdatedAt: number | null;
}

/** A record with what the process table says of it: true = valid, false = its process is gone, null = cannot be told here (LS-10). */
export interface RegistryEvidence extends RegistryRecord {
  readonly alive: boolean | null;
}

/** Since when its status holds, epoch ms. */
export const statusTime = (record: RegistryRecord): number => record.statusUpdatedAt ?? record.updatedAt ?? record.startedAt ?? 0;

const MAX_BYTES = 64 * 1024;
/** Names ending otherwise, such as `<pid>.<hash>.key`, are never opened (LS-11). */
const NAME = /^(\d{1,10})\.json$/;
/** More are read only after the newest (LS-40). */
const MAX_RECORDS = 200;

/** A record's text, field by field; null when it does not name its own file's pid and a session. */
export function parseRecord(text: string, pid: number): RegistryRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const o = looseObject(value);
  const sessionId = looseText(o.sessionId, 400);
  if (o.pid !== pid || sessionId === null) return null;
  const time = (at: unknown) => looseNumber(at, 1, 1e14);
  return {
    pid,
    sessionId,
    cwd: looseText(o.cwd),
    startedAt: time(o.startedAt),
    procStart: looseText(o.procStart, 64),
    pidDomain: looseText(o.pidDomain, 200),
    version: looseText(o.version, 64),
    kind: looseText(o.kind, 64),
    entrypoint: looseText(o.entrypoint, 64),
    name: looseText(o.name, 1000),
    nameSource: looseText(o.nameSource, 64),
    status: looseText(o.status, 64),
    waitingFor: looseText(o.waitingFor, 64),
    updatedAt: time(o.updatedAt),
    statusUpdatedAt: time(o.statusUpdatedAt),
  };
}

/** What the process table says of a record (LS-10). */
export function withLiveness(record: RegistryRecord, table: ProcessTable): RegistryEvidence {
  return { ...record, alive: aliveOf(record, table) };
}

const aliveOf = (record: RegistryRecord, table: ProcessTable): boolean | null =>
  isOurDomain(record.pidDomain, table.domain) ? table.isAlive(record) : null;

interface Known {
  readonly mtimeMs: number;
  readonly size: number;
  readonly path: string;
  readonly record: RegistryRecord | null;
  /** As it was told last: the same object while it is the same. */
  evidence: RegistryEvidence | null;
}

/** Reads one Claude directory's registry; a file that did not change since is not opened again. Never writes there (LS-12). */
export class RegistryReader {
  readonly #dir: string;
  readonly #table: ProcessTable;
  #known = new Map<number, Known>();

  constructor(claudeDir: string, table: ProcessTable) {
    this.#dir = join(claudeDir, 'sessions');
    this.#table = table;
  }

  read(): readonly RegistryEvidence[] {
    const known = new Map<number, Known>();
    for (const pid of this.#pids()) {
      const before = this.#known.get(pid);
      const path = before?.path ?? join(this.#dir, `${pid}.json`);
      const stat = statQuietly(path);
      if (stat === null) continue;
      if (before !== undefined && before.mtimeMs === stat.mtimeMs && before.size === stat.size) {
        known.set(pid, before);
        continue;
      }
      const text = readSmallFile(path, MAX_BYTES);
      const record = text === null ? null : parseRecord(text, pid);
      // Half written: the former value stands, and the next look reads again.
      if (record === null && before?.record) known.set(pid, { ...before, mtimeMs: -1 });
      else known.set(pid, { ...stat, path, record, evidence: null });
    }
    this.#known = known;
    const found: RegistryEvidence[] = [];
    for (const each of known.values()) if (each.record !== null) found.push(this.#told(each, each.record));
    return found;
  }

  #told(known: Known, record: RegistryRecord): RegistryEvidence {
    const alive = aliveOf(record, this.#table);
    if (known.evidence?.alive !== alive) known.evidence = { ...record, alive };
    return known.evidence;
  }

  #pids(): readonly number[] {
    const pids = pidsIn(this.#dir);
    if (pids.length <= MAX_RECORDS) return pids;
    return newest(this.#dir, pids);
  }
}

/** One look for a process that ends right after it: no memory, fewer system calls. */
export function readRegistryOnce(claudeDir: string, table: ProcessTable): readonly RegistryEvidence[] {
  const dir = `${claudeDir}/sessions`;
  const pids = pidsIn(dir);
  return (pids.length <= MAX_RECORDS ? pids : newest(dir, pids)).flatMap((pid) => {
    const text = readSmallFile(`${dir}/${pid}.json`, MAX_BYTES);
    const record = text === null ? null : parseRecord(text, pid);
    return record === null ? [] : [withLiveness(record, table)];
  });
}

function pidsIn(dir: string): readonly number[] {
  if (!existsSync(dir)) return [];
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const digits = NAME.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
}

function newest(dir: string, pids: readonly number[]): readonly number[] {
  const dated = pids.map((pid) => ({ pid, at: statQuietly(join(dir, `${pid}.json`))?.mtimeMs ?? 0 }));
  return dated
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_RECORDS)
    .map(({ pid }) => pid);
}

function statQuietly(path: string): { readonly mtimeMs: number; readonly size: number } | null {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? { mtimeMs: stat.mtimeMs, size: stat.size } : null;
  } catch {
    return null;
  }
}
