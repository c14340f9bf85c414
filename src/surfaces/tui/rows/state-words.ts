import type { SessionView } from '../../../monitor/snapshot.ts';
import { age, clock, known, perMinute, separator, unknown, type View, waited } from '../figures.ts';

/** The state in words with its times. */
export function stateWords(view: View, session: SessionView): string {
  const at = session.since ?? session.lastAt;
  const since = at === null ? unknown(view) : age(view, at);
  const waitsSince = session.waiting?.since ?? at;
  const waiting = waitsSince === null ? unknown(view) : waited(view, waitsSince);
  switch (session.state) {
    case 'needs-permission':
      return `waits ${waiting} for permission`;
    case 'needs-answer':
      return `waits ${waiting} for an answer`;
    case 'error':
      return `failed ${since} ago`;
    case 'rate-limited':
      return session.limitResetsAt === null ? `rate-limited for ${since}` : `limited until ${clock(view, session.limitResetsAt)}`;
    case 'your-turn':
      return `turn ended ${since} ago`;
    case 'working':
      return known(view)
        ? `working${separator(view)}${perMinute(view, session.burnNow.work)} work tok/min (${session.severity})`
        : 'working';
    case 'compacting':
      return 'compacting';
    case 'idle':
      return `idle for ${since}`;
    case 'ended':
      return session.ended?.at == null && session.lastAt === null ? 'ended' : `ended ${clock(view, session.ended?.at ?? session.lastAt!)}`;
    case 'unknown':
      return session.lastAt === null ? 'state unknown' : `state unknown, last sign of life ${age(view, session.lastAt)} ago`;
  }
}
