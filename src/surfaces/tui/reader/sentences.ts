import type { ModelView, ProjectView, SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import { verdictText } from '../../../monitor/verdict.ts';
import { amount, amountFull, modelName, money, named, percent, type View, viewOf } from '../figures.ts';
import { stateWords } from '../rows/state-words.ts';
import { allWarnings } from '../rows/warnings.ts';
import { type Line, textOf } from '../spans.ts';
import { comparator } from '../ui/order.ts';

/* The live view as sentences for a screen reader (LV-103): no boxes, bars or signs; most urgent first. */

export const readerView = (snapshot: Snapshot, hour12: boolean, now = snapshot.takenAt): View =>
  viewOf(snapshot, { ascii: false, now, hour12 });

/** The first line of every screen, with the weekly quota. */
export const verdictSentence = (snapshot: Snapshot, hour12: boolean): string =>
  `${verdictText(snapshot.verdict, { width: Number.POSITIVE_INFINITY, now: snapshot.takenAt, zone: snapshot.timezone, hour12, weekly: true })}.`;

/** A drawn row as words: columns become commas, what only draws is left out. */
export const spoken = (line: Line): string =>
  textOf(line)
    .replaceAll(/[▁-█░│─├└┤┼▲◆●○✓‼✕]+/gu, ' ')
    .trim()
    .replaceAll(/ {2,}/g, ', ')
    .replaceAll(' · ', ', ')
    .replace(/^, |, $/g, '');

/** Rows as sentences, without those that had nothing to read. */
export const spokenRows = (lines: readonly Line[]): readonly string[] => lines.map(spoken).filter((text) => /[\p{L}\p{N}]/u.test(text));

/** One session as a sentence. */
export function sessionSentence(view: View, session: SessionView): string {
  const context = session.contextPercent.value === null ? 'context unknown' : `context ${percent(view, session.contextPercent.value)}`;
  const cost =
    session.window.cost === null ? 'cost unknown' : `${money(view, session.window.cost, session.window.costIsLowerBound)} in this window`;
  return `${named(view, session.name)}, project ${named(view, session.project)}: ${stateWords(view, session).replaceAll(' · ', ', ')}; ${modelName(view, session.model)}, ${context}, ${amount(view, session.window)} tokens, ${cost}.`;
}

const shareWords = (view: View, share: number | null): string => (share === null ? 'share unknown' : percent(view, share));

export const projectSentence = (view: View, project: ProjectView): string =>
  `${named(view, project.name)}: ${amountFull(view, project.window)} tokens, ${shareWords(view, project.share)}, ${money(view, project.window.cost, project.window.costIsLowerBound)}, ${project.activeSessions} of ${project.sessions} sessions active, ${project.severity} burn.`;

export const modelSentence = (view: View, model: ModelView): string =>
  `${modelName(view, model.model)}: ${amountFull(view, model.window)} tokens, ${shareWords(view, model.share)}, ${money(view, model.window.cost, model.window.costIsLowerBound)}, ${model.sessions} ${model.sessions === 1 ? 'session' : 'sessions'}.`;

export interface Listening {
  /** Which sessions are spoken of: the filter and the accounts. */
  readonly hears: (session: SessionView) => boolean;
  readonly muted: ReadonlySet<string>;
}

/** What is worth saying between two snapshots, most urgent first: the verdict, states that changed, sessions that came or went, new warnings. */
export function changeSentences(before: Snapshot | null, after: Snapshot, hour12: boolean, { hears, muted }: Listening): readonly string[] {
  const view = readerView(after, hour12);
  const sessions = [...after.sessions].sort(comparator('attention', false)).filter(hears);
  const warnings = allWarnings(after, muted);
  const warned = (all: typeof warnings) => all.map(({ text }) => `Warning: ${named(view, text)}.`);
  if (before === null)
    return [verdictSentence(after, hour12), ...sessions.map((session) => sessionSentence(view, session)), ...warned(warnings)];
  const was = new Map(before.sessions.map((session) => [session.id, session]));
  const is = new Set(after.sessions.map(({ id }) => id));
  const known = new Set(before.warnings.map(({ key }) => key));
  return [
    ...sessions.filter((session) => was.get(session.id)?.state !== session.state).map((session) => sessionSentence(view, session)),
    ...before.sessions.filter((session) => !is.has(session.id) && hears(session)).map(({ name }) => `${named(view, name)} left the list.`),
    ...warned(warnings.filter(({ key }) => !known.has(key))),
  ];
}
