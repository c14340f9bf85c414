import { Box } from 'ink';
import { useLayoutEffect } from 'react';
import { type Drawing, draw } from './draw.ts';

/**
 * The view as a component. Ink's own output writes every row of a changed frame's text again and measures it anew, and React's way to a changed row costs
 * more than drawing it: both miss the bytes and the processor time allowed (LV-111, LV-113). So while it is mounted the component puts the lines of each
 * picture on our screen, which writes the cell difference; Ink keeps the tree and its life.
 */

export function App({ controller, screen, prepare }: Drawing) {
  useLayoutEffect(() => {
    const show = () => draw({ controller, screen, prepare });
    show();
    return controller.subscribe(show);
  }, [controller, screen, prepare]);
  return <Box />;
}
