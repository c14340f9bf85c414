import { Box } from 'ink';
import { memo, useLayoutEffect, useSyncExternalStore } from 'react';
import type { Controller } from './controller.ts';
import type { Screen } from './screen/screen.ts';
import type { Line } from './spans.ts';

/**
 * The view as components. Ink's own output writes every row of a changed frame's text again and measures it anew, which misses the bytes and the
 * processor time allowed (LV-111, LV-113); so a row puts its line on our screen, which writes the cell difference, and Ink keeps the tree.
 */

const sameLine = (a: Line, b: Line): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((piece, index) => piece.text === b[index]!.text && piece.tone === b[index]!.tone && piece.selected === b[index]!.selected));

interface RowProps {
  readonly screen: Screen;
  readonly index: number;
  readonly line: Line;
  /** Another size makes every row new. */
  readonly size: string;
}

/** One row of the screen; drawn again only when its line changes (LV-115). */
export const Row = memo(
  ({ screen, index, line, size }: RowProps) => {
    useLayoutEffect(() => {
      void size;
      screen.setRow(index, line);
    }, [screen, index, line, size]);
    return null;
  },
  (before, after) =>
    before.index === after.index && before.screen === after.screen && before.size === after.size && sameLine(before.line, after.line),
);

export interface AppProps {
  readonly controller: Controller;
  readonly screen: Screen;
  /** Brings the screen to the controller's size and look before rows are set. */
  readonly prepare: () => void;
}

export function App({ controller, screen, prepare }: AppProps) {
  const lines = useSyncExternalStore(controller.subscribe, controller.lines);
  const { columns, rows } = controller.input;
  prepare();
  useLayoutEffect(() => screen.flush());
  return (
    <Box>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a screen row is its place.
        <Row key={index} screen={screen} index={index} line={line} size={`${columns}x${rows}`} />
      ))}
    </Box>
  );
}
