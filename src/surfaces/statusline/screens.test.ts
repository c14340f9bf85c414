import path from 'node:path';
import { expect, test } from 'vitest';
import { STATUSLINE_DEFAULTS } from '../../config/statusline-defaults.ts';
import { displayWidth } from '../../text/width.ts';
import { demoSituations } from './demo-facts.ts';
import { layoutOf } from './layouts.ts';
import { renderLine } from './line.ts';

/* What the line looks like, kept where people read it: docs/screens/statusline-<columns>.txt. */

const SCREENS = path.resolve(import.meta.dirname, '..', '..', '..', 'docs', 'screens');
const LAYOUTS = ['compact', 'classic', 'minimal', 'powerline'] as const;

test.each([40, 80, 120, 200])('SL-39 every layout in a client of %i columns', async (columns) => {
  const width = columns - STATUSLINE_DEFAULTS.reserve;
  const parts = LAYOUTS.map((layout) => {
    const look = { layout: layoutOf({ ...STATUSLINE_DEFAULTS, layout }), theme: 'terminal', glyphs: 'plain', depth: 0, width } as const;
    const lines = [...demoSituations().map(([title, facts]) => [title, facts] as const)].map(([title, facts]) => {
      const { text } = renderLine(facts, look);
      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      return `${title}\n${text}\n`;
    });
    return `== ${layout} ==\n${lines.join('\n')}`;
  });
  await expect(parts.join('\n')).toMatchFileSnapshot(path.join(SCREENS, `statusline-${columns}.txt`));
});
