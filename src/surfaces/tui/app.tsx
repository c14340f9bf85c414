import { Box } from 'ink';
import { useLayoutEffect, useSyncExternalStore } from 'react';
import type { Controller } from './controller.ts';
import type { Screen } from './screen/screen.ts';

/**
 * The view as components. Ink's own output writes every row of a changed frame's text again and measures it anew, which misses the bytes and the
 * processor time allowed (LV-111, LV-113); so the tree that Ink keeps puts its lines on our screen, which writes the cell
 * difference. A component for each row cost more than all the drawing: the screen itself knows which lines are the same as before.
 */

export interface AppProps {
  readonly controller: Controller;
  readonly screen: Screen;
  /** Brings the screen to the controller's size and look before rows are set. */
  readonly prepare: () => void;
}

export function App({ controller, screen, prepare }: AppProps) {
  const lines = useSyncExternalStore(controller.subscribe, controller.lines);
  useLayoutEffect(() => {
    prepare();
    for (const [index, line] of lines.entries()) screen.setRow(index, line);
    screen.flush();
  });
  return <Box />;
}
