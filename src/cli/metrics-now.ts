import { usageEvents } from '../ledger/queries/events.ts';
import { totals } from '../ledger/queries/reports.ts';
import type { AccountView, SessionView, WindowView } from '../monitor/snapshot.ts';
import { type BurnRate, burnRate, burnStart, NOW_SPAN_MS } from '../usage/burn.ts';
import { countStates } from '../usage/membership.ts';
import type { Figure } from '../usage/source.ts';
import { type Measured, measured, type NowMetric, type Unit, unknown } from './metric.ts';
import type { NowView } from './now-view.ts';
import { SCOPES, type Scope } from './scope.ts';

/** Of sessions: what a session has, but no part of its requests. */
const OF_SESSIONS: readonly Scope[] = ['session', 'project', 'account', 'tag', 'branch'];
const OF_MANY = OF_SESSIONS.filter((scope) => scope !== 'session');
const NO_WINDOW = 'no window is open';
const NO_SERVER = 'the server has not said it; it is known while the statusline hands it over';
const NO_LIMIT = 'no limit is known; set limits.tokensPerWindow or limits.plan';

const metric = (about: string, unit: Unit, scopes: readonly Scope[], measure: NowMetric['measure'], estimated = false): NowMetric => ({
  about,
  unit,
  scopes,
  estimated,
  ranged: false,
  measure,
});

const counted = (about: string, count: (sessions: readonly SessionView[]) => number): NowMetric =>
  metric(about, 'count', OF_MANY, ({ sessions }) => measured(count(sessions)));

const inStates = (sessions: readonly SessionView[]) => countStates(sessions.map(({ state }) => state));

/** A figure of the Snapshot with its source and the time it was said. */
const said = ({ value, source, at }: Figure, reason: string): Measured => (value === null ? unknown(reason) : { value, source, at });

/** Of the account nearest its limit, which is named (UR-73). */
const ofAccount = (
  about: string,
  unit: Unit,
  value: (account: AccountView, view: NowView) => Measured,
  nearest: (accounts: readonly AccountView[]) => AccountView | undefined = ([first]) => first,
): NowMetric =>
  metric(
    about,
    unit,
    ['account'],
    (view) => {
      const account = nearest(view.accounts);
      return account === undefined ? unknown('there is no such account') : { ...value(account, view), account: account.label };
    },
    true,
  );

const ofWindow = (about: string, unit: Unit, value: (window: WindowView, view: NowView) => Measured): NowMetric =>
  ofAccount(
    about,
    unit,
    ({ window }, view) => (window === null ? unknown(NO_WINDOW) : value(window, view)),
    // An account without a window is nearest to no limit.
    (accounts) => accounts.find(({ window }) => window !== null) ?? accounts[0],
  );

/** Of the account that has used most of its week. */
const ofWeek = (about: string, unit: Unit, value: (weekly: NonNullable<AccountView['weekly']>, view: NowView) => Measured): NowMetric =>
  ofAccount(
    about,
    unit,
    ({ weekly }, view) => (weekly === null ? unknown(NO_SERVER) : value(weekly, view)),
    (accounts) => [...accounts].sort((a, b) => (b.weekly?.usedPercent.value ?? -1) - (a.weekly?.usedPercent.value ?? -1))[0],
  );

const secondsTo = (end: number, { open }: NowView): number => Math.max(0, Math.floor((end - open.app.clock.now()) / 1000));
const instant = (at: number): string => new Date(at).toISOString();

/** Use in the open window: of the account, or of the sessions asked for. */
function windowUse(about: string, unit: Unit, value: (amounts: WindowView['amounts']) => number | null): NowMetric {
  const of = (amounts: readonly WindowView['amounts'][]): Measured => {
    const values = amounts.map(value);
    const known = values.filter((one) => one !== null);
    return values.length > 0 && known.length === 0
      ? unknown('no request of it has a price')
      : measured(known.reduce((sum, one) => sum + one, 0));
  };
  return metric(about, unit, OF_SESSIONS, ({ accounts, sessions, given }) => {
    if (OF_SESSIONS.some((scope) => scope !== 'account' && given.has(scope)))
      return of(sessions.filter(({ window }) => window.requests > 0).map(({ window }) => window));
    const account = accounts.find(({ window }) => window !== null);
    return account?.window == null ? unknown(NO_WINDOW) : { ...of([account.window.amounts]), account: account.label };
  });
}

/** Rates of the trailing five minutes in the scope (D-28). */
const burn = (about: string, unit: Unit, value: (rate: BurnRate) => number | null): NowMetric =>
  metric(about, unit, SCOPES, (view) => {
    const found = value(rateNow(view));
    return found === null ? unknown('a request has no price') : measured(found);
  });

function rateNow({ open: { context, app }, snapshot }: NowView): BurnRate {
  const now = app.clock.now();
  const { sessions, models, subagents } = context.filter;
  const ids = sessions === null ? null : new Set(sessions.map((id) => context.directory.sessions.get(id)?.sessionId));
  const names = models === null ? null : new Set(models.map((id) => context.directory.models.get(id)));
  const events = usageEvents(context.ledger, context.directory, context.mode, now - NOW_SPAN_MS, now + 1).filter(
    (event) =>
      (ids === null || ids.has(event.sessionId)) &&
      (names === null || names.has(event.model)) &&
      (subagents === 'include' || event.sidechain === (subagents === 'only')),
  );
  const first = totals({ ...context, filter: { ...context.filter, from: null, to: null } }).firstAt;
  const starts = snapshot.windows.map(({ start }) => start);
  return burnRate(events, NOW_SPAN_MS, now, burnStart(starts.length === 0 ? null : Math.min(...starts), first));
}

const one = (about: string, value: (session: SessionView) => Measured): NowMetric => ({
  ...metric(about, 'percent', OF_SESSIONS, ({ sessions: [session] }) =>
    session === undefined ? unknown('the session neither runs nor has a request in the open window') : value(session),
  ),
  needs: ['session'],
});

function largestContext({ sessions }: NowView): Measured {
  const figures = sessions.filter(({ state, contextPercent }) => state !== 'ended' && contextPercent.value !== null);
  const [largest] = figures.map(({ contextPercent }) => contextPercent).sort((a, b) => b.value! - a.value!);
  return largest === undefined ? unknown('no session is open whose context is known') : said(largest, '');
}

export const NOW_METRICS: Readonly<Record<string, NowMetric>> = {
  'sessions.working': counted(
    'sessions at work, compacting ones too',
    (all) => all.filter((s) => s.state === 'working' || s.state === 'compacting').length,
  ),
  'sessions.needs_you': counted('sessions that wait for a permission or an answer', (all) => inStates(all).needYou),
  'sessions.idle': counted('sessions whose turn ended more than 10 minutes ago', (all) => inStates(all).idle),
  'sessions.active': counted('sessions working, waiting for you, or just done', (all) => inStates(all).active),
  'sessions.alive': counted('sessions whose process runs', (all) => all.filter((s) => s.alive === true).length),
  'burn.work': burn('work tokens per minute, last 5 minutes', 'tokens/min', (rate) => rate.work),
  'burn.all': burn('all tokens per minute, last 5 minutes', 'tokens/min', (rate) => rate.all),
  'burn.usd_per_hour': burn('dollars per hour, last 5 minutes', 'usd/h', (rate) =>
    rate.costPerHour === null ? null : rate.costPerHour / 1e9,
  ),
  'window.tokens': windowUse('all tokens in the open 5-hour window', 'tokens', (amounts) => amounts.all),
  'window.cost': windowUse('cost in the open window', 'usd', (amounts) => (amounts.cost === null ? null : amounts.cost / 1e9)),
  'window.used': ofWindow("the server's % of the window", 'percent', ({ usedPercent }) =>
    usedPercent.source === 'official' ? said(usedPercent, NO_SERVER) : unknown(NO_SERVER),
  ),
  'window.left': ofWindow('seconds to the reset', 'seconds', ({ end, source }, view) => ({ value: secondsTo(end, view), source })),
  'window.reset': ofWindow('time of the reset', 'time', ({ end, source }) => ({ value: instant(end), source })),
  'window.forecast': ofWindow("the server's % at the reset, at this pace", 'percent', ({ percentProjection }) =>
    percentProjection === null
      ? unknown("it needs three of the server's figures over ten minutes, while something watches")
      : { value: percentProjection.percent, source: 'estimated' },
  ),
  'week.used': ofWeek("the server's % of the week", 'percent', ({ usedPercent }) => said(usedPercent, NO_SERVER)),
  'week.resets_in': ofWeek('seconds to the weekly reset', 'seconds', ({ resetsAt }, view) =>
    resetsAt === null ? unknown(NO_SERVER) : { value: secondsTo(resetsAt, view), source: 'official' },
  ),
  'week.reset': ofWeek('time of the weekly reset', 'time', ({ resetsAt }) =>
    resetsAt === null ? unknown(NO_SERVER) : { value: instant(resetsAt), source: 'official' },
  ),
  'limit.tokens': ofWindow('tokens the window may hold: yours, or your usual peak', 'tokens', ({ limit }) =>
    limit.tokens === null ? unknown(NO_LIMIT) : { value: limit.tokens, source: limit.source },
  ),
  'limit.used': ofWindow('% of the limit that is used', 'percent', ({ usedPercent }) => said(usedPercent, NO_LIMIT)),
  'context.max': metric('% of the fullest context of an open session', 'percent', OF_MANY, largestContext),
  context: one("% of the session's context", ({ contextPercent }) => said(contextPercent, 'the client has not said it')),
  share: one("the session's % of the use in the window", ({ share }) =>
    share === null ? unknown('nothing was used in the window') : measured(share),
  ),
};
