import type { SessionView } from '../../../monitor/snapshot.ts';
import type { Facts } from '../filter/match.ts';
import { isActive } from '../rows/states.ts';

const dollars = (nano: number | null) => (nano === null ? null : nano / 1e9);
const seconds = (now: number, at: number | null) => (at === null ? null : Math.max(0, (now - at) / 1000));

/** What a filter may ask of a session; `now` in epoch ms. */
export function factsOf(session: SessionView, now: number): Facts {
  const { model } = session;
  return {
    state: session.state,
    alive: session.alive ?? (session.state !== 'ended' && session.state !== 'unknown'),
    unpriced: session.window.costIsLowerBound || (session.window.cost === null && session.window.all > 0),
    active: isActive(session.state),
    words: {
      project: session.project,
      branch: session.branch,
      account: session.account,
      name: session.name,
      id: session.id,
      kind: session.processes[0]?.kind ?? null,
    },
    model: model === null ? [] : [model, model.replace(/^claude-/, '').replace(/-\d{8}$/, '')],
    tags: session.tags,
    numbers: {
      ctx: session.contextPercent.value,
      cost: dollars(session.window.cost),
      tokens: session.window.all,
      work: session.window.work,
      burn: session.burnNow.work,
      rate: dollars(session.burnNow.costPerHour),
      share: session.share,
      points: session.points.value,
      age: seconds(now, session.lastAt),
      wait: seconds(now, session.waiting?.since ?? null),
      elapsed: seconds(now, session.startedAt),
      subagents: session.agents.active,
    },
  };
}
