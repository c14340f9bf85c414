import type { ProjectView, Severity, Snapshot } from '../../../monitor/snapshot.ts';
import {
  amount,
  amountFull,
  briefClock,
  clock,
  duration,
  known,
  money,
  named,
  say,
  separator,
  shareCell,
  unknown,
  type View,
} from '../figures.ts';
import type { Shape } from '../shape.ts';
import { clip, type Line, padEnd, padStart, span, type Tone } from '../spans.ts';
import { displayWidth, fitEnd, fitMiddle } from '../width.ts';

const SEVERITY_TONE: Readonly<Record<Severity, Tone | undefined>> = { HIGH: 'attention', MODERATE: undefined, NORMAL: undefined };
const LONGEST_NAME = 40;

/** Greatest share first; those whose share is unknown last, then by tokens and name, so that rows do not jump. */
export function sortedProjects(snapshot: Snapshot): readonly ProjectView[] {
  return [...snapshot.projects].sort(
    (a, b) => (b.share ?? -1) - (a.share ?? -1) || b.window.all - a.window.all || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}

interface Words {
  readonly tokens: string;
  readonly share: string;
  readonly cost: string;
  readonly started: string;
  readonly active: string;
  readonly severity: string;
}

function wordsOf(view: View, project: ProjectView, shape: Shape, when = clock): Words {
  const { startedAt, activeSessions, sessions } = project;
  const long = shape === 'wide' || shape === 'full';
  const brief = shape === 'compact' || shape === 'narrow' || shape === 'tiny';
  const elapsed = startedAt === null ? '' : duration(view, view.now - startedAt);
  const started = startedAt === null ? '' : long ? `started ${when(view, startedAt)}, ${elapsed}` : `since ${when(view, startedAt)}`;
  return {
    tokens: brief ? amount(view, project.window) : `${amountFull(view, project.window)} ${long ? 'tokens' : 'tok'}`,
    share: shareCell(view, project.share),
    cost: money(view, project.window.cost, project.window.costIsLowerBound),
    started: brief ? '' : started,
    active: brief ? '' : long ? `${activeSessions} of ${sessions} active` : `${activeSessions}/${sessions} active`,
    severity: !known(view) ? unknown(view) : long ? `${project.severity} burn` : project.severity,
  };
}

const widest = (texts: readonly string[], least = 0): number => Math.max(least, ...texts.map((text) => displayWidth(text)));

/** Widths of the columns, and of all but the name together. */
function columnsOf(words: readonly Words[]) {
  const of = (key: keyof Words, least = 0) =>
    widest(
      words.map((word) => word[key]),
      least,
    );
  const [tokens, share, cost, started, active] = [of('tokens', 6), of('share', 4), of('cost', 6), of('started'), of('active')];
  const fixed = [tokens, share, cost, started, active, of('severity')].filter((column) => column > 0);
  return { words, tokens, share, cost, started, active, width: 1 + fixed.reduce((sum, column) => sum + column + 2, 0) };
}

/** Name, all tokens, share, cost, since when, active of all, severity (LV-55): the first `rows` projects by share. */
export function projectRows(view: View, snapshot: Snapshot, shape: Shape, rows: number, width: number, offset = 0): readonly Line[] {
  const shown = sortedProjects(snapshot).slice(offset, offset + rows);
  const names = shown.map((project) => named(view, project.name));
  const full = columnsOf(shown.map((project) => wordsOf(view, project, shape)));
  const wanted = Math.min(LONGEST_NAME, widest(names, 12));
  // The day of a start tells less than the end of a name.
  const columns = width - full.width >= wanted ? full : columnsOf(shown.map((project) => wordsOf(view, project, shape, briefClock)));
  const { tokens, share, cost, started, active } = columns;
  const nameWidth = Math.max(4, Math.min(wanted, width - columns.width));
  return shown.map((project, index) => {
    const word = columns.words[index]!;
    const cells = [padStart(word.tokens, tokens), padStart(word.share, share), padStart(word.cost, cost)];
    if (started > 0) cells.push(padEnd(word.started, started));
    if (active > 0) cells.push(padEnd(word.active, active));
    const whole = names[index]!;
    const name = padEnd((whole.includes('/') ? fitMiddle : fitEnd)(whole, nameWidth), nameWidth);
    return clip(
      [span(` ${name}  ${cells.join('  ')}  `), span(word.severity, known(view) ? SEVERITY_TONE[project.severity] : undefined)],
      width,
    );
  });
}

/** All projects in one line, for `--compact`: `PROJECTS 4 · orders-db 62% $17.70 · …`. */
export function projectsLine(view: View, snapshot: Snapshot, width: number): Line {
  const words = sortedProjects(snapshot).map((project) => {
    const { share, cost } = wordsOf(view, project, 'compact');
    return `${named(view, project.name)} ${share} ${cost}`;
  });
  return clip([span(say(view, ` PROJECTS ${snapshot.projects.length}${separator(view)}${words.join(separator(view))}`))], width);
}
