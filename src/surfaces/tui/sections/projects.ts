import { separator } from '../figures.ts';
import { projectRows, projectsLine } from '../rows/projects.ts';
import { cutWords } from '../rows/titles.ts';
import type { Line } from '../spans.ts';
import { withCursor } from './cursor.ts';
import { type Drawing, rule } from './drawing.ts';

export function projectLines(drawing: Drawing): readonly Line[] {
  const { view, snapshot, plan, options } = drawing;
  const { rows, title } = plan.projects;
  if (rows === 0 && !title) return [];
  if (options.compact) return [projectsLine(view, snapshot, plan.width)];
  const wide = plan.shape === 'wide' || plan.shape === 'full';
  const small = plan.shape === 'compact' || plan.shape === 'narrow';
  const cut = rows === 0 ? '' : cutWords(rows, snapshot.projects.length);
  const name = small ? 'PROJECTS' : cut === '' || wide ? 'PER-PROJECT BREAKDOWN' : 'PER-PROJECT';
  const words = cut === '' ? (wide ? `${name}${separator(view)}this window` : name) : `${name}${cut}`;
  const drawn = withCursor(drawing, 'projects', rows, snapshot.projects.length, (offset) =>
    projectRows(view, snapshot, plan.shape, rows, plan.width, offset),
  );
  return [...(title ? [rule(drawing, words, 'projects')] : []), ...drawn];
}
