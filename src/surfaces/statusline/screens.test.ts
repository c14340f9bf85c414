import path from 'node:path';
import { expect, test } from 'vitest';
import { STATUSLINE_DEFAULTS } from '../../config/statusline-defaults.ts';
import { displayWidth } from '../../text/width.ts';
import { screenLines } from './configure-screen.ts';
import { choicesOf } from './configure-state.ts';
import { demoFacts, demoSituations } from './demo-facts.ts';
import { layoutOf } from './layouts.ts';
import { renderLine } from './line.ts';
import type { Setup } from './setup.ts';

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

test.each([
  [40, 10],
  [80, 24],
])('SL-40 statusline configure at %i×%i', async (columns, rows) => {
  const config = { statusline: STATUSLINE_DEFAULTS, display: { showAuthProfile: 'auto' } as never };
  const facts = demoFacts();
  const look = { layout: layoutOf(STATUSLINE_DEFAULTS), theme: 'terminal', glyphs: 'arrows', depth: 0 } as const;
  const { text } = renderLine(facts, { ...look, width: columns - STATUSLINE_DEFAULTS.reserve });
  const setup = { statusline: STATUSLINE_DEFAULTS, settings: facts.settings } as unknown as Setup;
  const lines = screenLines({ ...choicesOf(config), at: 0 }, text, setup, { columns, rows });
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(path.join(SCREENS, `statusline-configure-${columns}x${rows}.txt`));
});
