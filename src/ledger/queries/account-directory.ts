import { type Directory, plainInfo, type SessionInfo } from './directory.ts';

/** The directory with each session's account as something else than the ledger tells it (D-4): the ledger knows one account only. */
export function withAccounts(directory: Directory, accountOf: (sessionId: string) => string): Directory {
  const sessions = new Map<number, SessionInfo>();
  for (const [id, info] of directory.sessions) {
    const account = accountOf(info.sessionId);
    sessions.set(id, account === info.account ? info : { ...plainInfo(info), account });
  }
  return { ...directory, sessions };
}
