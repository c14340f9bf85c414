import { clip, type Line, line } from '../spans.ts';

/** What to do on a machine without data (LV-34); the verdict above says that there is none. */
const NO_DATA = [
  'Run Claude Code once, or set CLAUDE_CONFIG_DIR.',
  'This view turns live as soon as data appears.',
  'To look around without data press d, or: tidemark demo',
] as const;

/** The advice in the middle of `rows` lines. */
export function noData(columns: number, rows: number): readonly Line[] {
  const above = Math.max(0, Math.floor((rows - NO_DATA.length) / 2));
  const indent = Math.max(0, Math.floor((columns - 50) / 2));
  const advice = NO_DATA.map((text) => clip(line(`${' '.repeat(indent)}${text}`), columns));
  return [...Array.from({ length: above }, (): Line => []), ...advice].slice(0, rows);
}
