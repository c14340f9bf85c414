import { withoutWorktree } from '../../transcripts/project.ts';
import { projectNames, sessionName } from '../../usage/name.ts';
import type { Row } from '../driver.ts';
import { openedRow } from '../label-words.ts';
import type { Ledger } from '../open.ts';
import type { SessionFacts } from '../session-facts.ts';
import { storedJson } from '../stored-json.ts';

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
  /** By session, of those that changed their account: whose it was from when to when (epoch ms, half-open; null = open), oldest first (AP-5). */
  readonly accountParts?: ReadonlyMap<number, readonly AccountPart[]>;
}

export interface AccountPart {
  readonly account: string;
  readonly from: number | null;
  readonly to: number | null;
}

/** Until accounts are recorded, every session belongs to this one (D-4). */
export const DEFAULT_ACCOUNT = 'default';

/** `same` gives one string for equal ids, roots and names of models: who loads again and again hands them to things that stay. */
export const loadDirectory = (
  ledger: Ledger,
  aliases: Readonly<Record<string, string>> = {},
  same: (text: string) => string = (text) => text,
): Directory => new LedgerDirectory(ledger, aliases, same);

/** Each part is read when it is first asked for: a report by day needs no session. */
class LedgerDirectory implements Directory {
  private readonly ledger: Ledger;
  private readonly aliases: Readonly<Record<string, string>>;
  private readonly same: (text: string) => string;
  private loaded: Pick<Directory, 'sessions' | 'projects'> | null = null;
  private named: Directory['models'] | null = null;

  constructor(ledger: Ledger, aliases: Readonly<Record<string, string>>, same: (text: string) => string) {
    this.ledger = ledger;
    this.aliases = aliases;
    this.same = same;
  }

  get sessions(): Directory['sessions'] {
    return this.load().sessions;
  }
  get projects(): Directory['projects'] {
    return this.load().projects;
  }
  get models(): Directory['models'] {
    this.named ??= new Map(
      (this.ledger.db.sql('SELECT id, name FROM model').arrays() as [number, string][]).map(([id, name]) => [id, this.same(name)]),
    );
    return this.named;
  }

  private load(): Pick<Directory, 'sessions' | 'projects'> {
    if (this.loaded !== null) return this.loaded;
    const labels = new Map(
      this.ledger.db
        .sql('SELECT * FROM label')
        .all()
        .map((row) => [String(row.sid), openedRow(row, this.ledger.labelKeys)]),
    );
    const rows = this.ledger.db.sql('SELECT id, sid, folder, root FROM session').all().map(this.sessionRow);
    const facts = new FactsOnDemand(this.ledger);
    const projects = new Map(projectNames(rows.map(({ root }) => root)));
    for (const [root, alias] of Object.entries(this.aliases)) if (projects.has(root)) projects.set(root, alias);
    const sessions = new Map<number, SessionInfo>(
      rows.map((row) => [row.id, new LedgerSession(row, labels.get(row.sid), projects, facts)]),
    );
    this.loaded = { sessions, projects };
    return this.loaded;
  }

  private readonly sessionRow = (row: Row): SessionRow => ({
    id: row.id as number,
    sid: this.same(String(row.sid)),
    folder: String(row.folder),
    root: this.same(rootOf(row)),
  });
}

/** What a session's row says of where it belongs. */
interface SessionRow {
  readonly id: number;
  readonly sid: string;
  readonly folder: string;
  readonly root: string;
}

const rootOf = (row: Row): string => String(row.root ?? (row.folder === '' ? 'unknown' : row.folder));

/** The facts of all sessions, read when the first of them is asked for: a report by day needs none. */
class FactsOnDemand {
  private readonly ledger: Ledger;
  private texts: ReadonlyMap<number, string> | null = null;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  of(id: number): SessionFacts {
    this.texts ??= new Map(this.ledger.db.sql('SELECT id, facts FROM session').arrays() as [number, string][]);
    return storedJson<SessionFacts>(this.texts.get(id), {});
  }
}

/** A session's row, its JSON parsed only when asked for: most reports name few of the sessions they add up. */
class LedgerSession implements SessionInfo {
  readonly account = DEFAULT_ACCOUNT;
  private parsed: SessionFacts | null = null;
  private readonly row: SessionRow;
  private readonly label: Row | undefined;
  private readonly names: ReadonlyMap<string, string>;

  private readonly allFacts: FactsOnDemand;

  constructor(row: SessionRow, label: Row | undefined, names: ReadonlyMap<string, string>, allFacts: FactsOnDemand) {
    this.allFacts = allFacts;
    this.row = row;
    this.label = label;
    this.names = names;
  }

  get id(): number {
    return this.row.id;
  }
  get sessionId(): string {
    return this.row.sid;
  }
  get folder(): string {
    return this.row.folder;
  }
  get root(): string {
    return this.row.root;
  }
  get project(): string {
    return this.names.get(this.root) ?? this.root;
  }
  get facts(): SessionFacts {
    this.parsed ??= this.allFacts.of(this.id);
    return this.parsed;
  }
  get title(): string | null {
    return this.facts.customTitle?.[0] ?? this.facts.aiTitle?.[0] ?? null;
  }
  get name(): string {
    const { facts, project, sessionId } = this;
    return sessionName({
      given: this.givenName,
      client: facts.agentName?.[0],
      customTitle: facts.customTitle?.[0],
      aiTitle: facts.aiTitle?.[0],
      project,
      sessionId,
    });
  }
  get givenName(): string | null {
    return (this.label?.name as string | null | undefined) ?? null;
  }
  get tags(): readonly string[] {
    return this.label ? storedJson<string[]>(this.label.tags, []) : [];
  }
  get note(): string | null {
    return (this.label?.note as string | null | undefined) ?? null;
  }
  get createdAt(): number | null {
    return (this.label?.created_at as number | undefined) ?? null;
  }
  get updatedAt(): number | null {
    return (this.label?.updated_at as number | undefined) ?? null;
  }
}

/** Path text a person may mean by a session's directory: its working directory without a worktree's part. */
export const cwdOf = (info: SessionInfo): string | null => {
  const cwd = info.facts.cwd?.[0];
  return cwd === undefined ? null : withoutWorktree(cwd);
};

/** A session's information as plain data, for those who add fields of their own: spreading a lazy one would lose everything. */
export function plainInfo(info: SessionInfo): SessionInfo {
  const { id, sessionId, name, title, givenName, tags, note, createdAt, updatedAt, folder, root, project, facts, account } = info;
  return { id, sessionId, name, title, givenName, tags, note, createdAt, updatedAt, folder, root, project, facts, account };
}
