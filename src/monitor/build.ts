import { burnStart } from '../usage/burn.ts';
import { countTokens, largestWindow } from '../usage/limit.ts';
import { openWindow, type Window } from '../usage/window.ts';
import { accountLabel, accountViews } from './account-view.ts';
import { amountsOf, earlier, earliest, severityOf } from './amounts.ts';
import { hiddenProject, hiddenSession } from './hidden-names.ts';
import { modelViews, projectViews } from './scope-views.ts';
import { listSessions } from './session-list.ts';
import type { Snapshot } from './snapshot.ts';
import type { SnapshotInput } from './snapshot-input.ts';
import { dayOf } from './snapshot-span.ts';
import { minutesOf } from './usage-rates.ts';
import { UsageTotals } from './usage-totals.ts';
import { verdictOf } from './verdict-of.ts';
import { conditionsOf } from './warnings.ts';
import { windowView } from './window-view.ts';

/** The state of everything at `now`, from data alone. Σ sessions = Σ projects = Σ models = combined (D-38). */
export function buildSnapshot(input: SnapshotInput): Snapshot {
  const { now, options, usage, shown } = input;
  const open = new Map(input.windows.map((a) => [a.account, openWindow(a.windows, now)]));
  if (!usage.setBounds({ windows: open, ...dayOf(now, options.zone) })) throw new Error('the requests of the open windows are not at hand');
  const slots = usage.all();
  const visible = shown === null ? slots : slots.filter((slot) => shown.has(slot.sessionId));
  const byAccount = new Map([...usage.byAccount()].map(([account, own]) => [account, new UsageTotals(own, now)]));
  const windows = windowViews(input, open, byAccount);
  const real = listSessions(input, open, slots, windows);
  const hide = options.hide ?? null;
  const sessions = hide === null ? real : real.map((view) => hiddenSession(view, hide));
  const start = earliest([...open.values()].map((w) => w?.start ?? null));
  const t0 = burnStart(start, earlier(earliest(sessions.map((s) => s.startedAt)), earliest([...input.projectsSince.values()])));
  const totals = new UsageTotals(visible, now, shown === null ? [...byAccount.values()] : []);
  const rate = totals.spans.rate('now', t0);
  const combined: Snapshot['combined'] = {
    ...amountsOf(totals.window.sum),
    burnNow: rate,
    burnPace: totals.spans.rate('pace', t0),
    severity: severityOf(rate, options.burn),
    today: amountsOf(totals.today.sum),
    limit: null,
  };
  const projectsOfReal = projectViews({
    sessions: real,
    all: combined,
    slotsOf: (id) => usage.slotsOf(id),
    now,
    start,
    since: input.projectsSince,
    burn: options.burn,
  });
  const projects = hide === null ? projectsOfReal : projectsOfReal.map((view) => hiddenProject(view, hide));
  const figures = {
    takenAt: now,
    timezone: options.zone,
    sessions,
    combined: { ...combined, limit: combinedLimit(combined, input) },
    projects,
    windows,
    accounts: accountViews(input, windows, sessions),
    models: modelViews(visible, combined),
    ingest: input.ingest,
  };
  return {
    schemaVersion: 1,
    demo: options.demo,
    ...figures,
    verdict: verdictOf(figures),
    chart: minutesOf(shown === null ? [usage.minutes] : visible.map((slot) => slot.minutes), now),
    warnings: input.episodes.update(
      now,
      conditionsOf(figures, {
        burn: options.burn,
        cost: options.cost,
        newSessions: input.newSessions,
        slots: visible,
        health: input.health,
        retention: input.retention ?? [],
      }),
    ),
  };
}

function combinedLimit(combined: Snapshot['combined'], { options, windows }: SnapshotInput): Snapshot['combined']['limit'] {
  const { limitCount } = options;
  const tokenLimit = options.limits.combined;
  if (tokenLimit === null) return null;
  // Over all history, whatever is filtered (D-34).
  const tokens =
    tokenLimit.tokens === 'max'
      ? largestWindow(
          windows.flatMap((a) => a.finished),
          limitCount,
        )
      : tokenLimit.tokens;
  if (tokens === null) return null;
  const used = countTokens(tokenLimit.per === 'day' ? combined.today.tokens : combined.tokens, limitCount);
  return { tokens, per: tokenLimit.per, used, percent: (used / tokens) * 100 };
}

function windowViews(input: SnapshotInput, open: ReadonlyMap<string, Window | null>, totals: ReadonlyMap<string, UsageTotals>) {
  const { windows, quotas, options, now } = input;
  return windows.flatMap((account) => {
    const window = open.get(account.account) ?? null;
    if (window === null) return [];
    const limits = { perWindow: options.limits.perWindow, count: options.limitCount, plan: options.plan ?? null };
    return [
      windowView(account, window, {
        totals: totals.get(account.account) ?? new UsageTotals([], now),
        limits,
        quota: quotas.get(account.account) ?? null,
        label: accountLabel(account.account, input),
        now,
      }),
    ];
  });
}
