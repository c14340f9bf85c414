import { plain } from '../text/plain.ts';
import { elapsedPercent, reserve, SAMPLE_FRESH_MS, type Window } from '../usage/window.ts';
import type { AccountQuota } from './live-input.ts';
import type { AccountView, QuotaView, SessionView, WindowView } from './snapshot.ts';

const LABEL_LENGTH = 80;

/** An official figure older than 10 min is shown greyed with its age (D-20). */
export const isOld = (seenAt: number | null, now: number): boolean => seenAt !== null && now - seenAt > SAMPLE_FRESH_MS;

/** The weekly quota from the server's samples; null without one, or when its reset has passed (D-25). */
export function quotaView(window: Window | null, now: number): QuotaView | null {
  if (window === null || window.usedPercent === null || now >= window.end) return null;
  return {
    usedPercent: { value: window.usedPercent, source: 'official', at: window.usedPercentAt },
    stale: isOld(window.usedPercentAt, now),
    resetsAt: window.end,
    reserve: reserve(window, now),
  };
}

export const labelOf = (label: string): string => plain(label, LABEL_LENGTH);

/** An account's name: what its sessions or profile say, else what its statements were labelled, else its id. */
export function accountLabel(
  id: string,
  { quotas, labelOf: told }: { readonly quotas: ReadonlyMap<string, AccountQuota>; readonly labelOf?: (account: string) => string },
): string {
  const own = told?.(id) ?? id;
  return labelOf(own === id ? (quotas.get(id)?.label ?? id) : own);
}

/** Time and pace of a window (D-26). */
export const paceOf = (window: Window, now: number) => ({ elapsedPercent: elapsedPercent(window, now), reserve: reserve(window, now) });

/** Every account with a window, a sample or a listed session, the one nearest its limit first (D-22). */
export function accountViews(
  input: { readonly now: number; readonly quotas: ReadonlyMap<string, AccountQuota>; readonly labelOf?: (account: string) => string },
  windows: readonly WindowView[],
  sessions: readonly SessionView[],
): AccountView[] {
  const ids = new Set([...windows.map((w) => w.account), ...input.quotas.keys()]);
  const counts = new Map<string, number>();
  for (let i = 0; i < sessions.length; i++) {
    const { account } = sessions[i]!;
    ids.add(account);
    counts.set(account, (counts.get(account) ?? 0) + 1);
  }
  const views = [...ids].map((id): AccountView => {
    const quota = input.quotas.get(id);
    return {
      id,
      label: accountLabel(id, input),
      window: windows.find((w) => w.account === id) ?? null,
      weekly: quotaView(quota?.weekly ?? null, input.now),
      sessions: counts.get(id) ?? 0,
    };
  });
  const used = ({ window }: AccountView) => window?.usedPercent.value ?? -1;
  return views.sort((a, b) => used(b) - used(a) || (b.window?.amounts.work ?? 0) - (a.window?.amounts.work ?? 0) || (a.id < b.id ? -1 : 1));
}
