import type { ProcessView, SessionView } from '../../monitor/snapshot.ts';
import type { EndResult } from '../../platform/end-process.ts';
import { plain } from '../../text/plain.ts';
import { accountOf, age, modelName, money, named, separator, type View, viewOf } from './figures.ts';
import type { PictureInput } from './picture.ts';
import type { StopBox } from './ui/state.ts';

/* What a person is asked and told when a session is stopped (KIL-2, KIL-5, KIL-6). */

const viewNow = ({ present, ascii, hour12, now }: PictureInput): View => viewOf(present, { ascii, now, hour12 });

const processWords = (view: View, { pid, kind, startedAt }: ProcessView): string =>
  [`pid ${pid}`, kind === null ? '' : named(view, kind), startedAt === null ? '' : `started ${age(view, startedAt)} ago`]
    .filter((word) => word !== '')
    .join(separator(view));

/** Several processes have one session open: which is meant (KIL-5). */
export function chooseBoxOf(input: PictureInput, session: SessionView): StopBox {
  const view = viewNow(input);
  const listed = session.processes.slice(0, 9);
  const more = session.processes.length - listed.length;
  const facts = [`${session.processes.length} processes have ${named(view, session.name)} open; which one is to stop?`];
  return {
    sessionId: session.id,
    facts: more > 0 ? [...facts, `${more} more are not listed`] : facts,
    steps: [],
    stage: 'choose',
    processes: listed.map((process) => ({ pid: process.pid, words: processWords(view, process) })),
  };
}

/** Title, project, pid, state, cost, age, what runs with it (KIL-2). `proven`: the process is surely the recorded one (KIL-1). */
export function stopBoxOf(input: PictureInput, session: SessionView, process: ProcessView, proven: boolean): StopBox {
  const view = viewNow(input);
  const dot = separator(view);
  const count = (n: number, one: string) => (n === 0 ? '' : `${n} ${one}${n === 1 ? '' : 's'}`);
  const running = [count(session.agents.active, 'subagent'), count(session.shells, 'background shell')].filter((word) => word !== '');
  const started = session.startedAt === null ? [] : [`started ${age(view, session.startedAt)} ago`];
  const cost = [
    `${money(view, session.total.cost, session.total.costIsLowerBound)} so far`,
    ...started,
    `account ${named(view, accountOf(input.present, session))}`,
  ];
  const facts = [
    `stop ${named(view, session.name)}${dot}project ${named(view, session.project)}`,
    [`pid ${process.pid}`, session.state.replaceAll('-', ' '), modelName(view, session.model)].join(dot),
    `running with it: ${running.length === 0 ? 'nothing else' : running.join(', ')}`,
    cost.join(dot),
    ...(proven ? [] : ['its start time is only near the recorded one: it may be another process']),
  ];
  return { sessionId: session.id, facts, steps: [], stage: 'ask' };
}

/** How it ended (KIL-6), and what of its process group still runs (KIL-4). `isKept`: the history has it. */
export function stoppedWords(sessionId: string, { ended, reason, leftovers }: EndResult, isKept = true): string {
  const unkept = isKept ? '' : '; the history of it could not be written';
  if (!ended) return `not stopped: ${reason ?? 'unknown'}${unkept}`;
  const names = leftovers.map(({ pid, name }) => `${pid} ${plain(name, 40)}`).join(', ');
  const left = names === '' ? '' : `; still running: ${names}`;
  return `stopped; transcript kept; resume with \`claude --resume ${plain(sessionId, 100)}\`${left}${unkept}`;
}
