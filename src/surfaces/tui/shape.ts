/** Classes of width, and which columns the list has in each (LV §4). */

/** The class of a width; `compact` is also forced by `--compact` (LV-15). */
export type Shape = 'wide' | 'full' | 'medium' | 'compact' | 'narrow' | 'tiny';

export type Column =
  | 'state'
  | 'name'
  | 'project'
  | 'branch'
  | 'model'
  | 'ctx'
  | 'bar'
  | 'tokens'
  | 'cost'
  | 'rate'
  | 'share'
  | 'action'
  | 'age';

export const COLUMNS: Readonly<Record<Shape, readonly Column[]>> = {
  wide: ['state', 'name', 'project', 'branch', 'model', 'ctx', 'bar', 'tokens', 'cost', 'rate', 'share', 'action', 'age'],
  full: ['state', 'name', 'project', 'branch', 'model', 'ctx', 'bar', 'tokens', 'cost', 'rate', 'share', 'action', 'age'],
  medium: ['state', 'name', 'project', 'ctx', 'tokens', 'cost', 'rate', 'share', 'action', 'age'],
  compact: ['state', 'name', 'ctx', 'tokens', 'cost', 'rate', 'share', 'action', 'age'],
  narrow: ['state', 'name', 'ctx', 'cost', 'age'],
  tiny: ['state', 'name'],
};

export function shapeOf(columns: number, compact: boolean): Shape {
  if (columns < 24) return 'tiny';
  if (columns < 48) return 'narrow';
  if (columns < 80 || compact) return 'compact';
  if (columns < 100) return 'medium';
  return columns < 160 ? 'full' : 'wide';
}
