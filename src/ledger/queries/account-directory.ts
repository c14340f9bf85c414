import { type AccountPart, type Directory, plainInfo, type SessionInfo } from './directory.ts';

/** The directory with each session's account as something else than the ledger tells it (D-4): the ledger knows one account only. */
export function withAccounts(
  directory: Directory,
  accountOf: (sessionId: string) => string,
  partsOf: (sessionId: string) => readonly AccountPart[] = () => [],
): Directory {
  const sessions = new Map<number, SessionInfo>();
  const accountParts = new Map<number, readonly AccountPart[]>();
  for (const [id, info] of directory.sessions) {
    const account = accountOf(info.sessionId);
    const parts = partsOf(info.sessionId);
    if (parts.length > 1) accountParts.set(id, parts);
    sessions.set(id, account === info.account ? info : { ...plainInfo(info), account });
  }
  return { models: directory.models, projects: directory.projects, sessions, accountParts };
}
