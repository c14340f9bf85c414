import { named, separator } from '../figures.ts';
import { ruleLine } from '../rows/frame-edges.ts';
import { kindRows, modelRows } from '../rows/models.ts';
import type { Line } from '../spans.ts';
import { type Drawing, rule } from './drawing.ts';

/* The chosen session's details: below the list, or in the pane beside it. */

export function detailLines(drawing: Drawing): readonly Line[] {
  const { options, plan, entries, view } = drawing;
  const { below = null } = options;
  if (below === null || plan.details.rows === 0) return [];
  const chosen = entries.find((entry) => entry.kind === 'session' && entry.session.id === options.selected);
  const name = chosen?.kind === 'session' ? `${separator(view)}${named(view, chosen.session.name)}` : '';
  return [rule(drawing, `DETAILS${name}`, 'other'), ...below.lines().slice(0, plan.details.rows)];
}

/** The right pane of wide screens: the chosen session, else tokens by kind and models. */
export function sideLines({ view, snapshot, plan, options }: Drawing, rows: number): readonly Line[] {
  const details = options.beside?.(plan.side) ?? null;
  if (details !== null) return [ruleLine(view, details.title, plan.side), ...details.rows].slice(0, rows);
  const dot = separator(view);
  const kinds = [ruleLine(view, `TOKENS${dot}all sessions`, plan.side), ...kindRows(view, snapshot, plan.side)];
  const models =
    snapshot.models.length === 0
      ? []
      : [[], ruleLine(view, `MODELS${dot}this window`, plan.side), ...modelRows(view, snapshot, 10, plan.side)];
  return [...kinds, ...models].slice(0, rows);
}
