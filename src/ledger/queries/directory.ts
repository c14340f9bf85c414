import { withoutWorktree } from '../../transcripts/project.ts';
import { projectNames, sessionName } from '../../usage/name.ts';
import type { Ledger } from '../open.ts';
import type { SessionFacts } from '../session-facts.ts';

/** What the ledger knows of a session besides its requests. */
export interface SessionInfo {
  readonly id: number;
  readonly sessionId: string;
  /** Display name (D-8). */
  readonly name: string;
  readonly title: string | null;
  readonly givenName: string | null;
  readonly tags: readonly string[];
  readonly note: string | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly folder: string;
  /** Project root (D-7) and its display name. */
  readonly root: string;
  readonly project: string;
  readonly facts: SessionFacts;
  readonly account: string;
}

export interface Directory {
  readonly sessions: ReadonlyMap<number, SessionInfo>;
  readonly models: ReadonlyMap<number, string>;
  /** Display name by project root. */
  readonly projects: ReadonlyMap<string, string>;
}

/** Until accounts are recorded, every session belongs to this one (D-4). */
export const DEFAULT_ACCOUNT = 'default';

export function loadDirectory(ledger: Ledger, aliases: Readonly<Record<string, string>> = {}): Directory {
  const labels = new Map(ledger.db.sql('SELECT * FROM label').all().map((row) => [String(row.sid), row]));
  const rows = ledger.db.sql('SELECT id, sid, folder, facts, root FROM session').all();
  const rootOf = (row: (typeof rows)[number]): string => String(row.root ?? (row.folder === '' ? 'unknown' : row.folder));
  const names = new Map(projectNames(rows.map(rootOf)));
  for (const [root, alias] of Object.entries(aliases)) if (names.has(root)) names.set(root, alias);
  const sessions = new Map<number, SessionInfo>();
  for (const row of rows) {
    const facts = JSON.parse(String(row.facts)) as SessionFacts;
    const label = labels.get(String(row.sid));
    const root = rootOf(row);
    const project = names.get(root) ?? root;
    const title = facts.customTitle?.[0] ?? facts.aiTitle?.[0] ?? null;
    const givenName = (label?.name as string | null | undefined) ?? null;
    sessions.set(row.id as number, {
      id: row.id as number,
      sessionId: String(row.sid),
      name: sessionName({ given: givenName, client: facts.agentName?.[0], customTitle: facts.customTitle?.[0], aiTitle: facts.aiTitle?.[0], project, sessionId: String(row.sid) }),
      title,
      givenName,
      tags: label ? (JSON.parse(String(label.tags)) as string[]) : [],
      note: (label?.note as string | null | undefined) ?? null,
      createdAt: (label?.created_at as number | undefined) ?? null,
      updatedAt: (label?.updated_at as number | undefined) ?? null,
      folder: String(row.folder),
      root,
      project,
      facts,
      account: DEFAULT_ACCOUNT,
    });
  }
  const models = new Map(ledger.db.sql('SELECT id, name FROM model').all().map((row) => [row.id as number, String(row.name)]));
  return { sessions, models, projects: names };
}

/** Path text a person may mean by a session's directory: its working directory without a worktree's part. */
export const cwdOf = (info: SessionInfo): string | null => {
  const cwd = info.facts.cwd?.[0];
  return cwd === undefined ? null : withoutWorktree(cwd);
};
