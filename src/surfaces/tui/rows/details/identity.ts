import type { SessionView } from '../../../../monitor/snapshot.ts';
import { age, dayClock, named, separator, unknown, type View } from '../../figures.ts';
import type { Line } from '../../spans.ts';
import { fitEnd, fitMiddle } from '../../width.ts';
import { stateWords } from '../state-words.ts';
import { kindCount } from './amounts.ts';
import type { Detailed, Place } from './detailed.ts';
import { field, joinedWords, LABEL_WIDTH } from './field.ts';

const SOURCE_WORDS = { registry: 'registry', hook: 'hook', transcript: 'transcript', mtime: 'file time' } as const;

/** `working for 6 m (registry, 1 s)`. */
function knownState(view: View, session: SessionView): string {
  const words =
    session.state === 'working' && session.since !== null ? `working for ${age(view, session.since)}` : stateWords(view, session);
  if (session.stateSource === null) return words;
  const seen = session.stateSeenAt === null ? '' : `, ${age(view, session.stateSeenAt)}`;
  return `${words} (${SOURCE_WORDS[session.stateSource]}${seen}${session.stale ? ', stale' : ''})`;
}

function processWords(view: View, { session, terminal }: Detailed): string {
  const processes = session?.processes ?? [];
  if (processes.length === 0) return session?.alive === false ? 'none runs' : unknown(view);
  const pids = processes.map(({ pid, kind }) => `${pid}${kind === null || kind === 'interactive' ? '' : ` ${named(view, kind)}`}`);
  return [...pids, ...(terminal === null ? [] : [terminal])].join(', ');
}

/** Identity: state, names, place, account, process, times, lineage (LV-60). */
export function identity(view: View, place: Place, known: Detailed, width: number): readonly Line[] {
  const { session, detail } = known;
  const room = width - LABEL_WIDTH - 1;
  const { branch, startedAt } = place;
  const lines: Line[] = [];
  if (session !== null)
    lines.push(field(view, 'state', knownState(view, session), session.state.startsWith('needs') ? 'attention' : undefined));
  lines.push(field(view, 'title', detail?.title == null ? unknown(view) : fitEnd(named(view, detail.title), room)));
  const tags = place.tags.map((tag) => `#${named(view, tag)}`).join(' ');
  if (tags !== '') lines.push(field(view, 'tags', tags));
  if (place.note !== null) lines.push(field(view, 'note', fitEnd(named(view, place.note), room)));
  lines.push(
    field(
      view,
      'project',
      `${named(view, place.project)}${branch === null ? '' : ` (${named(view, branch)})`}${detail?.isWorktree === true ? ', a worktree' : ''}`,
    ),
  );
  const cwd = detail?.cwd ?? session?.cwd ?? null;
  if (cwd !== null) lines.push(field(view, 'directory', fitMiddle(named(view, cwd), room)));
  lines.push(field(view, 'account', named(view, known.account)));
  lines.push(field(view, 'process', processWords(view, known)));
  lines.push(field(view, 'id', named(view, place.id)));
  const counts =
    detail === null ? null : `${kindCount(view, detail.requests)} requests${separator(view)}${kindCount(view, detail.prompts)} prompts`;
  lines.push(field(view, 'started', joinedWords(view, [startedAt === null ? unknown(view) : dayClock(view, startedAt), counts])));
  const modes = joinedWords(view, [
    session?.effort == null ? null : `effort ${named(view, session.effort)}`,
    session?.permissionMode == null ? null : `mode ${named(view, session.permissionMode)}`,
  ]);
  if (modes !== '') lines.push(field(view, 'set to', modes));
  if (detail?.forkedFrom != null) lines.push(field(view, 'fork of', named(view, detail.forkedFrom).slice(0, 8)));
  if (detail !== null && detail.continuedBy.length > 0)
    lines.push(field(view, 'continued', detail.continuedBy.map((id) => named(view, id).slice(0, 8)).join(', ')));
  if (session !== null && session.disagreements.length > 0)
    lines.push(field(view, 'unclear', named(view, session.disagreements.join('; ')), 'attention'));
  return lines;
}
