import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceSmallFile } from '../platform/small-file.ts';
import { CLIENT_VERSION } from './demo-lines.ts';
import { type DemoPlaces, projectDir } from './demo-places.ts';
import type { DemoProcesses } from './demo-processes.ts';
import type { DemoSession } from './demo-sessions.ts';

/** What a running client says in `C/sessions/<pid>.json`. Times in epoch ms. */
export interface DemoStatus {
  readonly status: string;
  readonly waitingFor?: string | undefined;
  readonly since: number;
}

/** A started client: its process and the file that describes it, as client 2.1.329 writes it. */
export class DemoRecord {
  readonly pid: number;
  readonly #path: string;
  readonly #fixed: Readonly<Record<string, unknown>>;
  readonly #processes: DemoProcesses;

  constructor(
    places: DemoPlaces,
    processes: DemoProcesses,
    session: DemoSession,
    client: { pid: number; pane: string; startedAt: number },
  ) {
    const { pid, pane, startedAt } = client;
    this.pid = pid;
    this.#processes = processes;
    this.#path = join(places.claudeDir, 'sessions', `${pid}.json`);
    processes.start(pid, pane);
    this.#fixed = {
      pid,
      sessionId: session.id,
      cwd: projectDir(places.home, session.project),
      // Where the system tells no start mark, a process is known by its start alone: a real one with this number must not be taken for it (KIL-1).
      ...(process.platform === 'linux' ? { startedAt } : {}),
      procStart: processes.procStart(pid),
      version: CLIENT_VERSION,
      peerProtocol: 1,
      peerFeatures: ['notify_idle', 'reply_across_default_dirs', 'artifact_yield'],
      kind: 'interactive',
      entrypoint: 'cli',
      pidDomain: processes.domain,
      asksForConvertedSkills: null,
      name: session.name,
      nameSource: 'user',
      nameSince: startedAt,
    };
  }

  /** Replaced as a whole at each change, as the client does. */
  write({ status, waitingFor, since }: DemoStatus): void {
    const told = { ...this.#fixed, status, waitingFor, updatedAt: since, statusUpdatedAt: since };
    replaceSmallFile(this.#path, JSON.stringify(told));
  }

  /** The client ends: its file goes, then its process. */
  remove(): void {
    rmSync(this.#path, { force: true });
    this.#processes.end(this.pid);
  }
}
