import { Box } from 'ink';
import { useLayoutEffect } from 'react';
import type { Controller } from './controller.ts';
import type { Screen } from './screen/screen.ts';

/**
 * The view as a component. Ink's own output writes every row of a changed frame's text again and measures it anew, and React's way to a changed row costs
 * more than drawing it: both miss the bytes and the processor time allowed (LV-111, LV-113). So while it is mounted the component puts the lines of each
 * picture on our screen, which writes the cell difference; Ink keeps the tree and its life.
 */

export interface AppProps {
  readonly controller: Controller;
  readonly screen: Screen;
  /** Brings the screen to the controller's size and look before rows are set. */
  readonly prepare: () => void;
}

export function App({ controller, screen, prepare }: AppProps) {
  useLayoutEffect(() => {
    const draw = () => {
      prepare();
      const lines = controller.lines();
      for (let index = 0; index < lines.length; index++) screen.setRow(index, lines[index]!);
      screen.flush();
    };
    draw();
    return controller.subscribe(draw);
  }, [controller, screen, prepare]);
  return <Box />;
}
