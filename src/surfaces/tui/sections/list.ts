import type { SessionView, Snapshot } from '../../../monitor/snapshot.ts';
import { accountOf, amount, money, named, separator, type View } from '../figures.ts';
import { Kept } from '../keep.ts';
import { scopeOf } from '../rows/combined-scope.ts';
import { sessionNote, sessionTable } from '../rows/sessions.ts';
import { sessionsTitle } from '../rows/titles.ts';
import { clip, type Line, line, selectedLine, span } from '../spans.ts';
import type { Entry } from '../ui/listing.ts';
import { type Drawing, rangeOf, rule } from './drawing.ts';

export function sessionLines(drawing: Drawing): readonly Line[] {
  const { view, snapshot, plan, offset, entries, options } = drawing;
  const { sessions } = plan;
  const words = sessionsTitle(view, snapshot, plan.shape, rangeOf(drawing), options.filtered ?? null);
  const title = sessions.title ? [rule(drawing, words, 'sessions')] : [];
  if (sessions.rows === 0) return title;
  if (entries.length === 0) return [...title, ...emptyList(drawing)];
  const indent = plan.shape === 'narrow' || plan.shape === 'tiny' ? 0 : 2;
  const shown = entries.slice(offset, offset + sessions.rows);
  const table = sessionTable(view, sessionsOf(shown), plan.columns, plan.width, indent);
  const lines: Line[] = [...title];
  if (sessions.heading) lines.push(table.heading);
  let next = 0;
  for (let at = 0; at < shown.length; at++) {
    const entry = shown[at]!;
    if (entry.kind === 'group') {
      lines.push(groupLine(view, snapshot, entry, plan.width));
      continue;
    }
    const { session } = entry;
    const row = table.rows[next++]!;
    lines.push(session.id === options.selected ? chosenRow(row, indent, plan.width) : row);
    if (sessions.second) lines.push(sessionNote(view, session, accountOf(snapshot, session), plan.width, indent + 3));
  }
  return lines;
}

function sessionsOf(shown: readonly Entry[]): readonly SessionView[] {
  const sessions: SessionView[] = [];
  for (let at = 0; at < shown.length; at++) {
    const entry = shown[at]!;
    if (entry.kind === 'session') sessions.push(entry.session);
  }
  return sessions;
}

const CHOSEN = new Kept<Line>();

/** `> ` before the chosen row, which also stands out over its whole width. */
const chosenRow = (row: Line, indent: number, width: number): Line =>
  CHOSEN.of([row, indent, width], () => drawnChosen(row, indent, width));

function drawnChosen(row: Line, indent: number, width: number): Line {
  const [first, ...rest] = row;
  const marked =
    indent >= 2 && first !== undefined && first.text.startsWith('  ') ? [{ ...first, text: `> ${first.text.slice(2)}` }, ...rest] : row;
  return selectedLine(marked, width);
}

function groupLine(view: View, snapshot: Snapshot, { name, sessions }: Entry & { kind: 'group' }, width: number): Line {
  const { tokens, cost, costIsLowerBound } = scopeOf(snapshot, sessions);
  const words = [String(sessions.length), amount(view, tokens), money(view, cost, costIsLowerBound)].join(separator(view));
  return clip([span(` ${named(view, name)}`, 'strong'), span(`  ${words}`, 'dim')], width);
}

/** Instead of rows: why there are none. */
function emptyList({ snapshot, plan, options }: Drawing): readonly Line[] {
  const words = snapshot.ingest.reading
    ? 'reading history'
    : options.filtered
      ? 'no session passes the filter'
      : 'no session is running or in the window';
  return [clip(line(` ${words}`, 'dim'), plan.width)];
}
