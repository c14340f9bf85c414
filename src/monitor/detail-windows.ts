import { RowBuilder } from '../ledger/queries/cells.ts';
import { windowGroups } from '../ledger/queries/window-parts.ts';
import { PROMPT_CELL } from '../ledger/schema.ts';
import { plain } from '../text/plain.ts';
import type { Window } from '../usage/window.ts';
import { amountsOf } from './amounts.ts';
import { asParts } from './detail-history.ts';
import type { FormerWindow, FormerWindowDetail, PartView } from './details.ts';
import type { QueryContext } from './query-context.ts';

const NAME_LENGTH = 200;

function outcomeOf({ usedPercent }: Window): FormerWindow['outcome'] {
  if (usedPercent === null) return 'unknown';
  return usedPercent >= 100 ? 'limit' : 'fits';
}

type Groups = ReturnType<typeof windowGroups>[number];

function viewOf(account: string, window: Window, groups: Groups, now: number): FormerWindow {
  const builder = new RowBuilder();
  for (const { group, session } of groups) {
    builder.add(group, '');
    if (group.flags !== PROMPT_CELL && group.sum.requests > 0) builder.sessionIds.add(session);
  }
  return {
    account,
    start: window.start,
    end: window.end,
    source: window.source,
    uncertaintyMinutes: window.uncertaintyMinutes,
    usedPercent: window.usedPercent,
    open: window.start <= now && now < window.end,
    outcome: outcomeOf(window),
    amounts: amountsOf(builder.sum),
    sessions: builder.sessionIds.size,
  };
}

const ownedBy = (c: QueryContext, account: string) => (session: number) =>
  (c.directory().sessions.get(session)?.account ?? 'default') === account;

/** The newest windows of each account with use, newest first. */
export function formerWindows(c: QueryContext, limit: number): FormerWindow[] {
  const now = c.clock.now();
  const all = c.windows().flatMap(({ account, windows }) => {
    const newest = windows.filter((w) => w.start <= now).slice(-limit);
    const groups = windowGroups(c.ledger(), newest, ownedBy(c, account), c.mode);
    return newest.map((window, i) => viewOf(account, window, groups[i]!, now)).filter((view) => view.amounts.requests > 0);
  });
  return all.sort((a, b) => b.start - a.start || (a.account < b.account ? -1 : 1)).slice(0, limit);
}

/** Sums of a window's groups by some key. */
function partsBy(groups: Groups, keyOf: (session: number, model: number) => string, nameOf: (key: string) => string): PartView[] {
  const builders = new Map<string, RowBuilder>();
  for (const { session, group } of groups) {
    if (group.flags === PROMPT_CELL) continue;
    const key = keyOf(session, group.model);
    let builder = builders.get(key);
    if (!builder) {
      builder = new RowBuilder();
      builders.set(key, builder);
    }
    builder.add(group, '');
    builder.sessionIds.add(session);
  }
  return asParts(
    [...builders].map(([id, { sum, sessionIds, firstAt, lastAt }]) => ({
      id,
      name: plain(nameOf(id), NAME_LENGTH),
      amounts: amountsOf(sum),
      sessions: sessionIds.size,
      firstAt,
      lastAt,
    })),
  );
}

/** One window with its sessions, projects and models (LV-85); null when the account has none that starts there. */
export function formerWindow(c: QueryContext, account: string, start: number): FormerWindowDetail | null {
  const window = c
    .windows()
    .find((a) => a.account === account)
    ?.windows.find((w) => w.start === start);
  if (window === undefined) return null;
  const directory = c.directory();
  const groups = windowGroups(c.ledger(), [window], ownedBy(c, account), c.mode)[0] ?? [];
  const rootOf = (session: number) => directory.sessions.get(session)?.root ?? 'unknown';
  const sidOf = (session: number) => directory.sessions.get(session)?.sessionId ?? 'unknown';
  const states = new Map(c.snapshot().sessions.map((session) => [session.id, session.state]));
  const sessionParts = partsBy(groups, sidOf, (id) => directory.find(id)?.name ?? id);
  return {
    ...viewOf(account, window, groups, c.clock.now()),
    sessionParts: sessionParts.map((view) => ({
      ...view,
      project: plain(directory.find(view.id)?.project ?? 'unknown', NAME_LENGTH),
      state: states.get(view.id) ?? null,
    })),
    projectParts: partsBy(groups, rootOf, (root) => directory.projects.get(root) ?? root),
    modelParts: partsBy(
      groups,
      (_, model) => directory.models.get(model) ?? 'unknown',
      (id) => id,
    ),
  };
}
