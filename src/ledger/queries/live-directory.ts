import { rankedSessionName } from '../../usage/name.ts';
import type { StoredSession } from '../ledger-memory.ts';
import type { Ledger } from '../open.ts';
import type { SessionFacts } from '../session-facts.ts';
import { storedJson } from '../stored-json.ts';
import { DEFAULT_ACCOUNT, type Directory, loadDirectory, plainInfo, type SessionInfo } from './directory.ts';

/** A session's place in the order of names (D-8), 0 = given in Tidemark; null = made of project and id. */
export function titleRankOf({ givenName, facts, project, sessionId }: SessionInfo): number | null {
  const { rank } = rankedSessionName({
    given: givenName,
    client: facts.agentName?.[0],
    customTitle: facts.customTitle?.[0],
    aiTitle: facts.aiTitle?.[0],
    project,
    sessionId,
  });
  return rank > 5 ? null : rank;
}

/** The directory of a program that keeps running: loaded whole at times, in between only the sessions that changed. */
export class LiveDirectory implements Directory {
  sessions: Map<number, SessionInfo> = new Map();
  models: ReadonlyMap<number, string> = new Map();
  projects: ReadonlyMap<string, string> = new Map();
  private ids = new Map<string, number>();
  /** Each request at hand names its session, project and model: with a string of its own from every load, those of a day would be megabytes. */
  private texts: ReadonlyMap<string, string> = new Map();
  private readonly ledger: Ledger;
  private readonly aliases: Readonly<Record<string, string>>;
  private readonly accountOf: (sessionId: string) => string;

  constructor(ledger: Ledger, aliases: Readonly<Record<string, string>>, accountOf: (sessionId: string) => string = () => DEFAULT_ACCOUNT) {
    this.ledger = ledger;
    this.aliases = aliases;
    this.accountOf = accountOf;
    this.load();
  }

  /** Reads all sessions, labels and models. */
  load(): void {
    const texts = new Map<string, string>();
    const same = (text: string): string => {
      const kept = texts.get(text) ?? this.texts.get(text) ?? text;
      texts.set(kept, kept);
      return kept;
    };
    const { sessions, models, projects } = loadDirectory(this.ledger, this.aliases, same);
    this.sessions = new Map(sessions);
    for (const [id, info] of sessions) {
      const account = this.accountOf(info.sessionId);
      if (account !== info.account) this.sessions.set(id, { ...plainInfo(info), account });
    }
    [this.models, this.texts] = [models, texts];
    this.projects = projects;
    this.ids = new Map([...sessions.values()].map((info) => [info.sessionId, info.id]));
  }

  find(sessionId: string): SessionInfo | null {
    const id = this.ids.get(sessionId);
    return id === undefined ? null : (this.sessions.get(id) ?? null);
  }

  /** Reads one known session's facts anew. False when it is unknown or is of another project now: then all must be loaded. */
  reload(sessionId: string): boolean {
    const before = this.find(sessionId);
    const row = before === null ? null : this.rowOf(before);
    if (before === null || row === null || row.folder !== before.folder) return false;
    if ((row.root ?? (row.folder === '' ? 'unknown' : row.folder)) !== before.root) return false;
    const { facts } = row;
    const info: SessionInfo = {
      ...plainInfo(before),
      facts,
      title: facts.customTitle?.[0] ?? facts.aiTitle?.[0] ?? null,
      name: rankedSessionName({
        given: before.givenName,
        client: facts.agentName?.[0],
        customTitle: facts.customTitle?.[0],
        aiTitle: facts.aiTitle?.[0],
        project: before.project,
        sessionId,
      }).name,
    };
    this.sessions.set(before.id, info);
    return true;
  }

  /** What the session's row says, from memory where this process has just written it. */
  private rowOf({ id, sessionId }: SessionInfo): Pick<StoredSession, 'facts' | 'folder' | 'root'> | null {
    const { appender, db } = this.ledger;
    const known = appender.memory.sessionOf(id, sessionId);
    // Facts are merged into that object.
    if (known !== undefined) return { ...known, facts: { ...known.facts } };
    const row = db.sql('SELECT facts, root, folder FROM session WHERE sid = ?').get(sessionId);
    if (row === undefined) return null;
    return { facts: storedJson<SessionFacts>(row.facts, {}), root: row.root as string | null, folder: String(row.folder) };
  }
}
